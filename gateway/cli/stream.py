"""Streams: what was sealed, sent, received and acknowledged; and whether all of it holds."""

from __future__ import annotations

import typer
from rich.table import Table

from gateway import settings
from gateway.cli.console import HERE, Home, counted, out, printable

app = typer.Typer(no_args_is_help=True, help="Streams between operators, and to customers.")


@app.command("list")
def list_(home: Home = HERE) -> None:
    """List the streams of the outside store with their deliveries."""
    from gateway.wiring.outside import build  # noqa: PLC0415 - heavy; help must be quick

    with build(settings.load(home)).store.read() as work:
        states = work.streams.states()
        deliveries = {state.parties.stream: work.deliveries.get(state.parties.stream) for state in states}
        stops = work.stops.every()
        receipts = {state.parties.stream: work.receipts.newest(state.parties.stream) for state in states}
    table = Table("stream", "entries", "receipted", "state")
    for state in states:
        name = state.parties.stream
        receipt = receipts[name]
        cut_off = "stopped by an officer" if state.parties.audience in stops else None
        problem = state.stopped or cut_off or deliveries[name].problem or "running"
        table.add_row(name, str(state.size), str(receipt[0]) if receipt else "-", printable(problem))
    out.print(table if states else "No stream has begun yet.")


@app.command("verify")
def verify(home: Home = HERE) -> None:
    """Read every stream of the outside store again from its first entry: bytes, roots, signatures, receipts."""
    from gateway.outside.verify import verify_all  # noqa: PLC0415
    from gateway.wiring.outside import build, own_and_partners  # noqa: PLC0415

    outside = build(settings.load(home))
    for verified in verify_all(outside.store, own_and_partners(outside)):
        checkpoints = counted(verified.checkpoints, "checkpoint", "checkpoints")
        receipt = f"receipted up to {verified.receipted}" if verified.receipted else "no receipt yet"
        out.print(f"{verified.stream}: {counted(verified.entries, 'entry', 'entries')}, {checkpoints}, {receipt}")
