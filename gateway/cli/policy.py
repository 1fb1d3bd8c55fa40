"""Disclosure policies: check them, see what they show, put them in force."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, err, out, printable
from gateway.policy.compiler import CompiledPolicy, compile_policy
from gateway.policy.findings import PolicyRefused
from gateway.policy.nodes import decode
from gateway.policy.parser import parse

app = typer.Typer(no_args_is_help=True, help="Disclosure policies: what each audience may learn.")
File = Annotated[Path, typer.Argument(help="Policy in YAML.", exists=True, dir_okay=False)]


@app.command("check")
def check(files: Annotated[list[Path], typer.Argument(help="Policies in YAML.", exists=True, dir_okay=False)]) -> None:
    """Check policies; every finding names file, line, column and remedy."""
    refused = 0
    for file in files:
        try:
            policy = _compile(file)
        except PolicyRefused as error:
            refused += 1
            _print_findings(error)
        else:
            out.print(f"{file}: {policy.name} for {policy.audience} is usable, digest {policy.digest}")
    if refused:
        raise typer.Exit(1)


@app.command("publish")
def publish(file: File, home: Home = HERE) -> None:
    """Put a policy in force for its audience."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    try:
        published = build(settings.load(home)).publisher().publish(_text(file), str(file))
    except PolicyRefused as error:
        _print_findings(error)
        raise typer.Exit(1) from error
    out.print(f"{published.name} is in force for {published.audience}, digest {published.digest}")


@app.command("preview")
def preview(file: File, home: Home = HERE) -> None:
    """Print exactly the entries that the audience would get if FILE were in force now; nothing is sent or stored."""
    from gateway.inside.disclose import CURSOR  # noqa: PLC0415
    from gateway.inside.preview import preview as show  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415
    from gateway.wiring.outside import utc_now  # noqa: PLC0415

    try:
        inside = build(settings.load(home))
        seen = show(inside.store, inside.configuration(), utc_now, _text(file), str(file))
    except PolicyRefused as error:
        _print_findings(error)
        raise typer.Exit(1) from error
    with inside.store.read() as work:
        behind = work.journal.end() - work.cursors.get(CURSOR)
    if behind:
        err.print(f"{behind} lines of the journal are not worked through yet, so this is not all: run `demarc serve`")
    for line in seen.lines:
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()
    err.print(f"{len(seen.lines)} records would be disclosed, {len(seen.withheld)} stopped by the egress check")


def _compile(file: Path) -> CompiledPolicy:
    return compile_policy(parse(_text(file), str(file)))


def _text(file: Path) -> str:
    return decode(file.read_bytes(), str(file))


def _print_findings(error: PolicyRefused) -> None:
    for finding in error.findings:
        err.print(
            f"{finding.file}:{finding.line}:{finding.column}: [red]{finding.code}[/]: {printable(finding.message)}"
        )
        err.print(f"  help: {printable(finding.remedy)}")
