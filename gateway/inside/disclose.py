"""Read the journal on, and tell each audience what it may know of it.

One batch is one transaction: the cursor, the newest records, what was told, the sealed segments and the policies in
force move together. If we die before it commits, the same lines are read again and give the same entries; if we die
after, they are never read again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from gateway.errors import StorageError
from gateway.evidence.jws import Signer
from gateway.evidence.merkle import Frontier
from gateway.ids import AudienceId, OperatorId, StreamName, stream_between
from gateway.inside.batch import Batch, begin_batch
from gateway.inside.picture import CLOCK, Picture
from gateway.inside.seal import Segment, seal
from gateway.inside.told import Told
from gateway.inside.work_through import work_through
from gateway.ports import Clock, InsideWork, Store

_log = logging.getLogger(__name__)

CURSOR = "disclose"


class CursorMoved(StorageError):
    """Another process disclosed from the same journal."""

    code = "storage.cursor-moved"
    remedy = "Run one inside process per store."


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
        self.is_behind = False
        self._frontiers: dict[AudienceId, Frontier] = {}

    def run_once(self) -> set[StreamName] | None:
        """Work through the next lines; return the streams that grew, or None when the journal has no more lines.

        Raises:
            StorageError: Nothing of the batch was written; call again later.
        """
        try:
            return self._disclose_batch()
        except BaseException:
            self._picture = None  # it may have moved past what is written; the store is the truth
            raise

    def _disclose_batch(self) -> set[StreamName] | None:
        limit = self._configuration.batch_lines
        with self._store.read() as work:
            picture = self._picture or self._load(work)
            lines = work.journal.after(self._position, limit)
            self.is_behind = len(lines) == limit
            if not lines:
                return None
            batch = begin_batch(picture, work, Told(work.disclosed), lambda one: self._frontier(work, one).size)
            work_through(picture, batch, lines)
            self.is_behind |= batch.position < lines[-1].position
        segments = self._seal(batch)
        self._commit(picture, batch, segments)
        return {segment.parties.stream for segment in segments}

    def _load(self, work: InsideWork) -> Picture:
        picture = Picture(self._configuration.operator, self._configuration.pseudonym_master)
        picture.load(work)
        self._position = work.cursors.get(CURSOR)
        self._frontiers = {}
        self._picture = picture
        return picture

    def _frontier(self, work: InsideWork, audience: AudienceId) -> Frontier:
        if audience not in self._frontiers:
            stream = stream_between(self._configuration.operator, audience)
            self._frontiers[audience] = work.streams.held(stream).frontier
        return self._frontiers[audience]

    def _seal(self, batch: Batch) -> list[Segment]:
        issued_at = int(self._now().timestamp())
        return [
            segment
            for audience, lines in batch.entries.lines.items()
            for segment in seal(
                audience,
                lines,
                self._frontiers[audience],
                self._configuration.operator,
                self._configuration.signer,
                issued_at,
            )
        ]

    def _commit(self, picture: Picture, batch: Batch, segments: list[Segment]) -> None:
        moment, refused = self._now(), picture.withholding.refused
        with self._store.write() as work:
            if work.cursors.get(CURSOR) != self._position:
                raise CursorMoved(f"the cursor is no longer at {self._position}")
            batch.write(picture, work)
            for segment in segments:
                work.streams.put(segment.parties, segment.advance, segment.token)
            work.quarantine.add_all(refused, moment)
            work.cursors.move(CURSOR, batch.position)
            work.cursors.move(CLOCK, picture.microseconds)
        self._position = batch.position
        picture.note_kept()
        for segment in segments:
            self._frontiers[segment.parties.audience] = segment.advance.frontier
        for one in refused:
            _log.warning("%s: a disclosure was stopped (%s at %s)", one.source, one.reason, one.pointer or "the whole")
