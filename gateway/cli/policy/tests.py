"""`demarc policy test`: run the tests that stand beside policies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from gateway.cli.console import out, printable
from gateway.cli.policy.files import bases_beside, kind_of, print_findings, text_of
from gateway.errors import InputError
from gateway.policy.language.findings import PolicyRefused

if TYPE_CHECKING:
    from gateway.inside.trial import Outcome, Rule

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Files of tests, or folders with `tests/*.yaml`; default: the current folder.", exists=True),
]


class NothingToTest(InputError):
    """There are no tests where they were looked for."""

    code = "policy.no-tests"
    remedy = "Put tests into `tests/` beside the policy, or name their file."


def run_tests(
    paths: Paths = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML to this file as well.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail also when a rule is reached by no test.")] = False,
) -> None:
    """Run policy tests; print a table, and the rules that no test reached. Exit status 1 when one fails."""
    outcomes: dict[str, Outcome] = {}
    refused = False
    for file in _files(paths or [Path()]):
        try:
            outcomes[str(file)] = _run(file)
        except PolicyRefused as error:
            refused = True
            print_findings(error)
    out.print(_table(outcomes))
    _print_failures(outcomes)
    missed = _unreached(outcomes)
    for rule in missed:
        out.print(f"{printable(rule.file)}:{rule.line}: no test reaches {rule.record_type} `{printable(rule.path)}`")
    if junit_file is not None:
        from gateway.cli.policy.junit import junit  # noqa: PLC0415 - heavy; help must be quick

        junit_file.write_bytes(junit(outcomes, missed if strict else ()))
    failed = any(verdict.failure for outcome in outcomes.values() for verdict in outcome.verdicts)
    if refused or failed or (strict and missed):
        raise typer.Exit(1)


def _files(paths: list[Path]) -> list[Path]:
    found = [file for path in paths for file in (sorted(path.glob("**/tests/*.yaml")) if path.is_dir() else [path])]
    if not found:
        raise NothingToTest(", ".join(map(str, paths)))
    return list(dict.fromkeys(found))


def _run(file: Path) -> Outcome:
    from gateway.inside.trial import run  # noqa: PLC0415
    from gateway.policy.answers.cases import parse_cases  # noqa: PLC0415
    from gateway.policy.language.document import KIND  # noqa: PLC0415
    from gateway.policy.reading.load import load  # noqa: PLC0415
    from gateway.policy.reading.parser import BASE_KIND  # noqa: PLC0415

    if kind_of(file) in (KIND, BASE_KIND):
        raise NothingToTest(f"{file} is a policy; its tests are in tests/ beside it")
    cases = parse_cases(text_of(file), str(file))
    policy = Path(os.path.normpath(file.parent / cases.policy))
    if not policy.is_file():
        raise NothingToTest(f"{file} tests {cases.policy}, and there is no {policy}")
    return run(load(text_of(policy), str(policy), bases_beside(policy)), cases)


def _table(outcomes: dict[str, Outcome]) -> Table:
    table = Table("tests", "passed", "failed", "rules reached", box=None)
    for file, outcome in outcomes.items():
        failed = sum(bool(verdict.failure) for verdict in outcome.verdicts)
        every = len(outcome.reached) + len(outcome.unreached)
        reached = f"{len(outcome.reached)} of {every}"
        table.add_row(printable(file), str(len(outcome.verdicts) - failed), str(failed), reached)
    return table


def _print_failures(outcomes: dict[str, Outcome]) -> None:
    for file, outcome in outcomes.items():
        for verdict in outcome.verdicts:
            if verdict.failure:
                out.print(f"{printable(file)}:{verdict.line}: [red]FAILED[/] {printable(verdict.case)}")
                out.print(f"  {printable(verdict.failure)}")


def _unreached(outcomes: Mapping[str, Outcome]) -> tuple[Rule, ...]:
    """Return the rules that no file of tests reached."""
    reached = {rule for outcome in outcomes.values() for rule in outcome.reached}
    every = dict.fromkeys(rule for outcome in outcomes.values() for rule in outcome.unreached)
    return tuple(rule for rule in every if rule not in reached)
