"""Read the journal on, and tell each audience what it may know of it.

One batch is one transaction: the cursor, the newest records, what was told, the sealed segments and the policies in
force move together. If we die before it commits, the same lines are read again and give the same entries; if we die
after, they are never read again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.errors import StorageError
from gateway.evidence.jws import Signer
from gateway.evidence.merkle import Frontier
from gateway.ids import AudienceId, OperatorId, StreamName, stream_between
from gateway.inside.picture import Batch, Picture, Telling
from gateway.inside.seal import Sealing, Segment, seal, write_entries
from gateway.ports import Clock, InsideWork, Store

CURSOR = "disclose"
_EGRESS = "egress"


class CursorMoved(StorageError):
    """Another process disclosed from the same journal."""

    code = "storage.cursor-moved"
    remedy = "Run one inside process per store."


class _NamesMoved(Exception):
    """Something was withheld in a batch in which names came or went: only line by line shows whether it had to be."""

    def __init__(self, position: int) -> None:
        self.position = position


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the use case needs to know and does not change."""

    operator: OperatorId
    pseudonym_master: bytes
    signer: Signer
    batch_lines: int = 500


class Discloser:
    """The use case with the picture that it keeps between batches. One thread at a time."""

    def __init__(self, store: Store[InsideWork], configuration: Configuration, now: Clock) -> None:
        self._store = store
        self._configuration = configuration
        self._now = now
        self._picture: Picture | None = None
        self._position = 0
        self._singly_until = 0
        self.is_behind = False
        self._frontiers: dict[AudienceId, Frontier] = {}

    def run_once(self) -> set[StreamName] | None:
        """Work through the next lines; return the streams that grew, or None when the journal has no more lines.

        Raises:
            StorageError: Nothing of the batch was written; call again later.
        """
        try:
            return self._next_batch()
        except _NamesMoved as moved:
            self._singly_until = moved.position
        return self._next_batch()

    def _next_batch(self) -> set[StreamName] | None:
        try:
            return self._disclose_batch()
        except BaseException:
            self._picture = None  # it may have moved past what is written; the store is the truth
            raise

    def _disclose_batch(self) -> set[StreamName] | None:
        with self._store.read() as work:
            picture = self._picture or self._load(work)
            limit = self._configuration.batch_lines if self._position >= self._singly_until else 1
            lines = work.journal.after(self._position, limit)
            self.is_behind = len(lines) == limit
            if not lines:
                return None
            batch = picture.take(lines)
            sealing = self._write_entries(picture, batch, work)
        if sealing.withheld and picture.audiences.names_moved and batch.position > lines[0].position:
            raise _NamesMoved(batch.position)
        segments = self._seal(sealing)
        self._commit(batch, sealing, segments)
        return {segment.parties.stream for segment in segments}

    def _load(self, work: InsideWork) -> Picture:
        picture = Picture(self._configuration.operator, self._configuration.pseudonym_master)
        picture.load(work)
        self._position = work.cursors.get(CURSOR)
        self._frontiers = {}
        self._picture = picture
        return picture

    def _write_entries(self, picture: Picture, batch: Batch, work: InsideWork) -> Sealing:
        tellings = list(itertools.chain(batch.tellings, self._reviews(picture, batch, work)))
        keys = {(telling.audience.id, telling.record_type, telling.record_id): None for telling in tellings}
        for audience in {telling.audience.id for telling in tellings} - self._frontiers.keys():
            stream = stream_between(self._configuration.operator, audience)
            self._frontiers[audience] = work.streams.held(stream).frontier
        sizes = {audience: frontier.size for audience, frontier in self._frontiers.items()}
        known = work.disclosed.digests(list(keys))
        return write_entries(tellings, known, sizes, self._configuration.operator, picture.audiences)

    def _reviews(self, picture: Picture, batch: Batch, work: InsideWork) -> Iterator[Telling]:
        for audience in batch.reviews.values():
            yield from picture.review(audience, work, batch)

    def _seal(self, sealing: Sealing) -> list[Segment]:
        issued_at = int(self._now().timestamp())
        return [
            segment
            for audience, lines in sealing.lines.items()
            if lines
            for segment in seal(
                audience,
                lines,
                self._frontiers[audience],
                self._configuration.operator,
                self._configuration.signer,
                issued_at,
            )
        ]

    def _commit(self, batch: Batch, sealing: Sealing, segments: list[Segment]) -> None:
        moment = self._now()
        with self._store.write() as work:
            if work.cursors.get(CURSOR) != self._position:
                raise CursorMoved(f"the cursor is no longer at {self._position}")
            work.latest.put(batch.latest)
            work.disclosed.put(sealing.told)
            for policy in batch.policies:
                work.policies.activate(policy)
            for segment in segments:
                work.streams.put(segment.parties, segment.advance, segment.token)
            for stopped in sealing.withheld:
                source = f"{_EGRESS}:{stopped.audience}"
                work.quarantine.add(source, stopped.reason, stopped.pointer, stopped.body, moment)
            work.cursors.move(CURSOR, batch.position)
        self._position = batch.position
        for segment in segments:
            self._frontiers[segment.parties.audience] = segment.advance.frontier
