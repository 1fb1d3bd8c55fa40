"""Partner operators: exchange descriptors, compare fingerprints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from gateway import settings
from gateway.cli.console import HERE, Home, err, out, printable, read_input
from gateway.inside.enrol import Candidate, FingerprintMismatch
from gateway.party.descriptor import fingerprint, read_descriptor

app = typer.Typer(no_args_is_help=True, help="Partner operators and their gateways.")


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="The partner's descriptor, or - for standard input.")],
    home: Home = HERE,
    told: Annotated[
        str | None, typer.Option("--fingerprint", help="What the partner said; else you are asked to compare.")
    ] = None,
) -> None:
    """Pin a partner's descriptor after comparing its fingerprint with what the partner says."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    enroller = build(settings.load(home)).enroller()
    candidate = enroller.read(read_input(file))
    _show(candidate)
    if told is not None:
        if told.replace("-", "").upper() != candidate.fingerprint.replace("-", ""):
            raise FingerprintMismatch(f"the file has {candidate.fingerprint}")
    elif not typer.confirm("Did the partner read you the same fingerprint?"):
        raise typer.Exit(1)
    enroller.pin(candidate)
    out.print(f"Pinned {candidate.descriptor.operator}.")
    err.print("It is told nothing until a policy with `audience: {operator: ...}` is published for it.")


def _show(candidate: Candidate) -> None:
    descriptor = candidate.descriptor
    err.print(f"operator     {descriptor.operator} ({printable(descriptor.name)})")
    err.print(f"contact      {printable(descriptor.contact)}")
    err.print(f"exchange     {printable(descriptor.exchange)}")
    err.print(f"valid until  {descriptor.not_after:%Y-%m-%d}")
    err.print(f"fingerprint  [bold]{candidate.fingerprint}[/]")


@app.command("list")
def list_(home: Home = HERE) -> None:
    """List partners with their fingerprints."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    with build(settings.load(home)).store.read() as work:
        partners = work.partners.every()
    # A fingerprint that is cut off cannot be compared.
    exchange, compared = Column("exchange", overflow="fold"), Column("fingerprint", overflow="fold")
    table = Table("operator", "name", exchange, "valid until", compared)
    for raw in partners.values():
        one = read_descriptor(raw)
        table.add_row(
            one.operator, printable(one.name), printable(one.exchange), f"{one.not_after:%Y-%m-%d}", fingerprint(raw)
        )
    out.print(table if partners else "No partner is pinned yet; see `demarc peer add --help`.")
