"""Hand records in, and look at what could not be taken."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import Progress
from rich.table import Column, Table

from gateway import settings
from gateway.cli.console import HERE, Home, err, out, printable
from gateway.inside.ingest import Ingester, Offer, Outcome
from gateway.sources.files import read_lines
from gateway.sources.incoming import Unusable
from gateway.sources.records import read_record

app = typer.Typer(no_args_is_help=True, help="Records: hand them in, and see what was not taken.")
_AT_A_TIME = 1000


@app.command("add")
def add(
    file: Annotated[
        Path, typer.Argument(help="NDJSON file, one record or CloudEvent a line, or - for standard input.")
    ],
    home: Home = HERE,
    source: Annotated[str, typer.Option(help="Name of the source; source keys are unique within it.")] = "cli",
) -> None:
    """Journal the records of FILE; exit status 1 when some went to quarantine."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    ingester = build(settings.load(home)).ingester()
    counts: Counter[str] = Counter()
    if str(file) == "-":
        _add_all(ingester, source, sys.stdin.buffer, counts, total=None)
    else:
        with file.open("rb") as stream:
            _add_all(ingester, source, stream, counts, total=file.stat().st_size)
    out.print(
        f"{counts['accepted']} accepted, {counts['duplicate']} known already, {counts['quarantined']} in quarantine"
    )
    if counts["quarantined"]:
        raise typer.Exit(1)


def _add_all(ingester: Ingester, source: str, stream: BinaryIO, counts: Counter[str], total: int | None) -> None:
    numbered = _offers(stream)
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("records", total=total)
        while batch := list(itertools.islice(numbered, _AT_A_TIME)):
            outcomes = ingester.take(source, [offer for _, offer in batch])
            for (number, _), outcome in zip(batch, outcomes, strict=True):
                counts[outcome.status] += 1
                _complain(number, outcome)
            progress.update(task, advance=sum(len(offer.raw) + 1 for _, offer in batch))


def _offers(stream: BinaryIO) -> Iterator[tuple[int, Offer]]:
    for line in read_lines(stream):
        if isinstance(line.content, Unusable):
            yield line.number, Offer(b"", reason=line.content.reason)
        else:
            yield line.number, read_record(line.content)


def _complain(number: int, outcome: Outcome) -> None:
    if outcome.status == "quarantined":
        err.print(f"line {number}: {printable(outcome.pointer) or 'whole record'}: {printable(outcome.reason)}")


@app.command("quarantine")
def quarantine(
    home: Home = HERE,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
    show: Annotated[int | None, typer.Option(help="Print the whole item with this number instead.")] = None,
) -> None:
    """List what could not be taken, with reason and JSON Pointer."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    with build(settings.load(home)).store.read() as work:
        items = work.quarantine.newest(limit if show is None else 10_000)
        count = work.quarantine.count()
    if show is not None:
        for item in items:
            if item.number == show:
                out.print(printable(item.body.decode("utf-8", "replace")))
        return
    place = Column("place", overflow="fold")
    table = Table("number", "noticed", "source", place, "reason", title=f"{count} in quarantine")
    for item in items:
        moment = f"{item.noticed_at:%Y-%m-%d %H:%M:%SZ}"
        table.add_row(str(item.number), moment, printable(item.source), printable(item.pointer), printable(item.reason))
    out.print(table if items else "Nothing is in quarantine.")


@app.command("received")
def received(home: Home = HERE, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50) -> None:
    """List what partners disclosed to us, newest entries first."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    with build(settings.load(home)).store.read() as work:
        records = work.foreign.newest(limit)
        count = work.foreign.count()
    whole = Column("data", overflow="fold")  # cut off, it would look as if nothing more had been disclosed
    subject = Column("subject", overflow="fold")
    table = Table("origin", "entry", "type", "event", subject, whole, title=f"{count} records of partners")
    for one in records:
        data = printable(one.data.decode("utf-8", "replace"))
        table.add_row(one.origin, str(one.index), one.record_type, one.event, printable(one.subject), data)
    out.print(table if records else "No partner has disclosed anything yet.")
