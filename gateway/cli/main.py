"""The command `demarc`."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from gateway import __version__
from gateway.cli import console, customer, health, instance, inventory, officer, partner, policy, record, stream
from gateway.errors import DemarcError

app = typer.Typer(
    name="demarc",
    help="The demarcation point of the management plane: disclose by policy, sign, exchange, prove.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("init")(instance.init)
app.command("upgrade")(instance.upgrade)
app.add_typer(instance.serve, name="serve")
app.add_typer(record.app, name="record")
app.add_typer(inventory.app, name="inventory")
app.add_typer(policy.app, name="policy")
app.add_typer(officer.app, name="officer")
app.add_typer(partner.app, name="peer")
app.add_typer(customer.app, name="customer")
app.add_typer(stream.app, name="stream")
app.command("health")(health.health)
app.command("demo")(instance.demo)


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more to standard error.")] = False,
) -> None:
    """Set up logging; called before every command."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    if version:
        console.out.print(f"demarc {__version__}")
        raise typer.Exit


def run() -> None:
    """Run the command line; a failure that Demarc foresaw ends with two lines and exit status 1."""
    try:
        app()
    except DemarcError as error:
        console.report(error)
        sys.exit(1)


if __name__ == "__main__":
    run()
