"""Inventories to begin with."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gateway.record.strictjson import dump

app = typer.Typer(no_args_is_help=True, help="Inventories: services, resources and who depends on what.")


@app.callback()
def inventories() -> None:
    """Keep `inventory` a group: more of its commands will follow."""


@app.command("from-topology")
def from_topology(
    operator: Annotated[str, typer.Option(help="Whose network it is; part of its names.")],
    topology: Annotated[str, typer.Argument(help="Name in the topohub package.")] = "topozoo/Geant2012",
) -> None:
    """Print a real topology as records, one a line, for `demarc record add -`."""
    from gateway.sources.topology import records_of_topology  # noqa: PLC0415 - needs topohub

    for record in records_of_topology(topology, operator):
        sys.stdout.buffer.write(dump(record) + b"\n")
