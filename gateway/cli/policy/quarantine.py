"""`demarc policy quarantine`: what the egress check stopped, and an officer's decision about it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from gateway import settings
from gateway.cli.console import HERE, Home, out, printable
from gateway.cli.policy.files import short
from gateway.cli.signing import IsSure, KeyFile, OfficerName, Reason, ask_to_sign, hand_of

quarantine = typer.Typer(no_args_is_help=True, help="Disclosures that the egress check stopped.")
Number = Annotated[int, typer.Argument(help="As `list` shows it.")]


@quarantine.command("list")
def list_(home: Home = HERE) -> None:
    """List the disclosures that wait for a decision, with the reason and the place."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    waiting = build(settings.load(home)).life().quarantine().waiting()
    table = Table("number", "noticed", "audience", "record", "reason", Column("place", overflow="fold"))
    for one in waiting:
        noticed = f"{one.noticed_at:%Y-%m-%d %H:%M:%SZ}"
        record = printable(f"{one.record_type} {one.record_id}")
        table.add_row(str(one.number), noticed, one.audience, record, one.reason, printable(one.pointer))
    out.print(table if waiting else "No disclosure waits for a decision.")


@quarantine.command("show")
def show(number: Number, home: Home = HERE) -> None:
    """Print exactly what would be disclosed. It holds what the audience must not see: keep it inside."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    found = build(settings.load(home)).life().quarantine().show(number)
    out.print(printable(found.body.decode()), soft_wrap=True)


@quarantine.command("release")
def release(
    number: Number,
    officer: OfficerName,
    key: KeyFile,
    reason: Reason,
    is_sure: IsSure = False,
    home: Home = HERE,
) -> None:
    """Let the audience be told exactly this; show it and ask first. Only what was stopped for a name can pass."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    hand, desk = hand_of(officer, key), build(settings.load(home)).life().quarantine()
    found = desk.require_releasable(number)
    out.print(f"{short(found.audience)} would be told of {found.record_type} {printable(found.record_id)}:")
    out.print(printable(found.body.decode()))
    out.print(f"It holds a name that the audience does not know, at {printable(found.pointer)}.")
    ask_to_sign(is_sure=is_sure)
    desk.release(number, hand, reason, found.digest)
    out.print(f"{found.audience} will be told of {found.record_type} {printable(found.record_id)} as it was stopped.")


@quarantine.command("discard")
def discard(number: Number, officer: OfficerName, key: KeyFile, reason: Reason, home: Home = HERE) -> None:
    """Never tell the audience this; a newer version of the record is looked at anew."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    found = build(settings.load(home)).life().quarantine().discard(number, hand_of(officer, key), reason)
    out.print(f"{found.audience} will not be told this of {found.record_type} {printable(found.record_id)}.")
