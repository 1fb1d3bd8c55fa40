"""Streams and their segments in SQL; the same code serves the inside, the outside and every hop between them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.evidence.jws import Jws
from gateway.evidence.merkle import Frontier, leaf_hash
from gateway.evidence.stream import Advance, Held, Parties, Step
from gateway.ids import AudienceId, StreamName
from gateway.ports import StreamState
from gateway.storage.database import upsert
from gateway.storage.tables import SharedTables

_SEGMENTS_AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class SqlStreams:
    """`gateway.ports.Streams` on one connection."""

    connection: sa.Connection
    tables: SharedTables

    def states(self) -> Sequence[StreamState]:
        stream = self.tables.stream
        return [_state(row) for row in self.connection.execute(sa.select(stream).order_by(stream.c.name))]

    def addressed_to(self, audience: AudienceId) -> Sequence[StreamState]:
        rows = self.connection.execute(_addressed(self.tables.stream), {"audience": audience})
        return [_state(row) for row in rows]

    def state(self, stream: StreamName) -> StreamState | None:
        row = self._row(stream)
        return _state(row) if row else None

    def held(self, stream: StreamName) -> Held:
        row = self._row(stream)
        frontier = Frontier.from_bytes(row.size, row.peaks) if row else Frontier()
        return Held(
            frontier,
            lambda first, end: self._lines_between(stream, first, end),
            lambda size: self._frontier_at(stream, size),
        )

    def put(self, parties: Parties, advance: Advance, token: Jws) -> None:
        if not advance.lines:
            return
        peaks = advance.frontier.to_bytes()
        whole = {
            "name": parties.stream,
            "origin": parties.origin,
            "audience": parties.audience,
            "size": advance.frontier.size,
            "peaks": peaks,
            "stopped": None,
        }
        self.connection.execute(upsert(self.connection, self.tables.stream, ("name",), keep=("stopped",)), whole)
        self.connection.execute(
            sa.insert(self.tables.segment),
            {
                "stream": parties.stream,
                "first": advance.first,
                "count": len(advance.lines),
                "lines": b"\n".join(advance.lines),
                "peaks": peaks,
                "checkpoint": token,
            },
        )

    def step_from(self, stream: StreamName, first: int, max_entries: int, max_bytes: int) -> Step | None:
        lines: list[bytes] = []
        token: Jws | None = None
        room = max_bytes
        for row in self._segments(stream, first):
            fresh = row.lines.split(b"\n")[max(0, first - row.first) :]
            room -= sum(map(len, fresh)) + len(fresh)
            if token is not None and (len(lines) + len(fresh) > max_entries or room < 0):
                break
            lines.extend(fresh)
            token = Jws(row.checkpoint)
        return None if token is None else Step(first, lines, token)

    def stop(self, stream: StreamName, reason: str) -> None:
        table = self.tables.stream
        self.connection.execute(
            sa.update(table).where(table.c.name == stream, table.c.stopped.is_(None)).values(stopped=reason)
        )

    def keep_conflict(self, stream: StreamName, step: Step, noticed_at: datetime) -> None:
        self.connection.execute(
            sa.insert(self.tables.conflict),
            {
                "stream": stream,
                "first": step.first,
                "lines": b"\n".join(step.lines),
                "checkpoint": step.token,
                "noticed_at": noticed_at.isoformat(),
            },
        )

    def _row(self, stream: StreamName) -> sa.Row[tuple[object, ...]] | None:
        return self.connection.execute(_named(self.tables.stream), {"name": stream}).one_or_none()

    def _segments(self, stream: StreamName, first: int) -> Iterator[sa.Row[tuple[object, ...]]]:
        """Yield segments from the one that contains entry `first` on, a few at a time so that memory stays bounded."""
        table = self.tables.segment
        while True:
            rows = self.connection.execute(
                sa.select(table)
                .where(table.c.stream == stream, table.c.first + table.c.count > first)
                .where(table.c.first >= self._segment_start(stream, first))
                .order_by(table.c.first)
                .limit(_SEGMENTS_AT_A_TIME)
            ).all()
            yield from rows
            if len(rows) < _SEGMENTS_AT_A_TIME:
                return
            first = rows[-1].first + rows[-1].count

    def _segment_start(self, stream: StreamName, entry: int) -> int:
        """Return where the segment that contains `entry` begins; the primary key answers it in one step."""
        table = self.tables.segment
        start = self.connection.execute(
            sa.select(sa.func.max(table.c.first)).where(table.c.stream == stream, table.c.first <= entry)
        ).scalar_one()
        return start or 0

    def _lines_between(self, stream: StreamName, first: int, end: int) -> Sequence[bytes]:
        lines: list[bytes] = []
        for row in self._segments(stream, first):
            lines.extend(row.lines.split(b"\n")[max(0, first - row.first) :])
            if first + len(lines) >= end:
                break
        return lines[: end - first]

    def _frontier_at(self, stream: StreamName, size: int) -> Frontier:
        """Return the frontier at an earlier size: the one before its segment, and the entries from there."""
        start = self._segment_start(stream, size)
        table = self.tables.segment
        before = self.connection.execute(
            sa.select(table.c.peaks).where(table.c.stream == stream, table.c.first + table.c.count == start)
        ).scalar_one_or_none()
        frontier = Frontier.from_bytes(start, before or b"")
        return frontier.extended(map(leaf_hash, self._lines_between(stream, start, size)))


@functools.cache
def _named(stream: sa.Table) -> sa.Select[tuple[object, ...]]:
    """Return the question that is asked most, built once."""
    return sa.select(stream).where(stream.c.name == sa.bindparam("name"))


@functools.cache
def _addressed(stream: sa.Table) -> sa.Select[tuple[object, ...]]:
    return sa.select(stream).where(stream.c.audience == sa.bindparam("audience")).order_by(stream.c.name)


def _state(row: sa.Row[tuple[object, ...]]) -> StreamState:
    parties = Parties(AudienceId(row.origin), AudienceId(row.audience), StreamName(row.name))
    return StreamState(parties, row.size, row.stopped)
