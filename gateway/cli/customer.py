"""Enrol customers."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, err, out
from gateway.ids import parse_customer_id

app = typer.Typer(no_args_is_help=True, help="Customers: who may look up what they bought.")


@app.callback()
def customers() -> None:
    """Keep `customer` a group: more of its commands will follow."""


@app.command("add")
def add(
    customer: Annotated[str, typer.Argument(help="Identifier, as services name it in relatedParty.")],
    name: Annotated[str, typer.Option(help="Name, for people.")],
    home: Home = HERE,
) -> None:
    """Enrol a customer and print its token, once; again replaces the token."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    inside = build(settings.load(home))
    token = inside.enroller().add_customer(parse_customer_id(customer), name)
    err.print(f"Token of {customer}; it is not stored and will not be shown again:")
    out.print(token)
    err.print(f"Its page: {inside.settings.outside.public_url}/status")
    err.print("It sees nothing until a policy with `audience: {customer: ...}` is published for it.")
