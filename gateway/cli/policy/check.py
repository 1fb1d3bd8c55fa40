"""`demarc policy check`: is a policy usable, and what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.console import HERE, Home, err, out, printable
from gateway.cli.policy.files import Files, bases_beside, is_base, print_doubts, print_findings, text_of
from gateway.policy.language.findings import PolicyRefused

if TYPE_CHECKING:
    from gateway.policy.diff.ceiling import Ceiling

CeilingFile = Annotated[
    Path | None,
    typer.Option(
        "--ceiling", help="Hold policies against this ceiling, not the instance's.", exists=True, dir_okay=False
    ),
]


_IS_CEILING = re.compile(r"^kind:\s*DisclosureCeiling\s*(?:#.*)?$", re.MULTILINE)


def check(files: Files, ceiling: CeilingFile = None, home: Home = HERE) -> None:
    """Check policies (against the ceiling too), bases, ceilings; every finding names file, line, column, remedy."""
    refused = 0
    try:
        limit = _ceiling(ceiling, home)
    except PolicyRefused as error:
        print_findings(error)
        raise typer.Exit(1) from error
    for file in files:
        try:
            lines = _checked(file, limit)
        except PolicyRefused as error:
            refused += 1
            print_findings(error)
        else:
            out.print("\n".join(lines))
    if refused:
        raise typer.Exit(1)


def _ceiling(file: Path | None, home: Path) -> Ceiling:
    """Return the ceiling of a file; without one that of the instance, or the one that comes with Demarc."""
    from gateway.policy.diff.ceiling import parse_ceiling  # noqa: PLC0415 - heavy; help must be quick
    from gateway.wiring.language import ceiling_of  # noqa: PLC0415

    chosen = file or ceiling_of(home)
    return parse_ceiling(text_of(chosen), str(chosen))


def _checked(file: Path, ceiling: Ceiling) -> list[str]:
    """Return what is to be said about a file that is in order: a line for each audience."""
    from gateway.policy.diff.ceiling import exceeds, parse_ceiling  # noqa: PLC0415
    from gateway.policy.diff.slips import doubts, slips  # noqa: PLC0415
    from gateway.policy.filter.compiler import compile_policy  # noqa: PLC0415
    from gateway.policy.reading.load import load, load_base  # noqa: PLC0415

    text = text_of(file)
    if _IS_CEILING.search(text):
        return [f"{file}: {parse_ceiling(text, str(file)).name} is a usable ceiling"]
    if is_base(text):
        return [f"{file}: {load_base(text, str(file)).name} is a usable base"]
    try:
        documents = load(text, str(file), bases_beside(file))
    except PolicyRefused:
        err.print(f"{printable(str(file))}: not held against the ceiling yet, because of these:")
        raise
    print_doubts(one for document in documents for one in doubts(document))
    found = [one for document in documents for one in slips(document)]
    found += [excess.finding() for document in documents for excess in exceeds(ceiling, document)]
    if found:
        raise PolicyRefused(found)
    policies = [compile_policy(document) for document in documents]
    return [f"{file}: {one.name} for {one.audience} is usable, digest {one.digest}" for one in policies]
