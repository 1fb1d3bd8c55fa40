"""When streams go out: at the end of the journal or on a beat, and cut by their own count alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.errors import StorageError
from gateway.evidence.jws import Signer
from gateway.evidence.merkle import Frontier, leaf_hash
from gateway.ids import AudienceId, OperatorId, StreamName
from gateway.inside.hand_over import BEAT, HandOver
from gateway.inside.seal import MAX_SEGMENT_ENTRIES, seal

ONE, OTHER = StreamName("aurora/operator:northlink"), StreamName("aurora/customer:acme")


@dataclass
class Journal:
    """Stands for the discloser: what each batch made grow, and whether there is more behind it."""

    batches: list[tuple[set[StreamName] | None, bool]]
    is_behind: bool = False
    tick: Callable[[], None] = lambda: None

    def run_once(self) -> set[StreamName] | None:
        self.tick()
        grown, self.is_behind = self.batches.pop(0)
        return grown


@dataclass
class Outward:
    """Stands for the replicator, and may fail."""

    ran: list[set[StreamName] | None] = field(default_factory=list)
    failing: bool = False

    def run(self, streams: set[StreamName] | None = None) -> None:
        if self.failing:
            raise StorageError("the outside store is away")
        self.ran.append(None if streams is None else set(streams))


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, by: timedelta) -> None:
        self.now += by


def hand_over(journal: Journal, outward: Outward, clock: Clock | None = None) -> HandOver:
    made: Any = HandOver(journal, outward, clock or Clock())  # type: ignore[arg-type]
    made.run_once()  # the first goes over all streams, whatever grew
    assert outward.ran.pop() is None
    return made


def test_what_an_earlier_process_left_behind_goes_with_the_first_hand_over() -> None:
    outward = Outward()
    found = HandOver(Journal([({ONE}, True), ({OTHER}, True), (None, False)]), outward, Clock())  # type: ignore[arg-type]
    assert [found.run_once(), found.run_once()] == [True, True]
    assert outward.ran == []
    assert not found.run_once()
    assert outward.ran == [None]


def test_streams_go_out_together_at_the_end_of_the_journal_and_not_after_each_batch() -> None:
    outward = Outward()
    found = hand_over(Journal([(None, False), ({ONE}, True), ({OTHER}, True), (set(), False)]), outward)
    assert [found.run_once() for _ in range(3)] == [True, True, False]
    assert outward.ran == [{ONE, OTHER}]


def test_nothing_goes_out_when_nothing_grew() -> None:
    outward = Outward()
    found = hand_over(Journal([(None, False), (set(), True), (None, False)]), outward)
    assert [found.run_once(), found.run_once()] == [True, False]
    assert outward.ran == []


def test_a_storm_holds_streams_back_for_one_beat_only() -> None:
    outward, clock = Outward(), Clock()
    journal = Journal([(None, False), *[({ONE}, True)] * 4])
    found = hand_over(journal, outward, clock)
    journal.tick = lambda: clock.pass_time(BEAT / 2)
    assert all(found.run_once() for _ in range(3))
    assert outward.ran == [{ONE}]


def test_what_could_not_be_handed_over_goes_with_the_next() -> None:
    outward = Outward()
    found = hand_over(Journal([(None, False), ({ONE}, False), (None, False)]), outward)
    outward.failing = True
    with pytest.raises(StorageError):
        found.run_once()
    outward.failing = False
    found.run_once()
    assert outward.ran == [{ONE}]


@pytest.mark.parametrize("batches", [[1300], [1, 1299], [499, 1, 800], [300, 300, 300, 400]])
def test_full_segments_end_at_the_same_entries_however_the_lines_came(batches: list[int]) -> None:
    signer = Signer.of(Ed25519PrivateKey.from_private_bytes(b"s" * 32))
    frontier, lines, ends = Frontier(), [b"%d" % number for number in range(1300)], []
    for count in batches:
        fresh = lines[frontier.size : frontier.size + count]
        segments = seal(AudienceId("urn:demarc:operator:northlink"), fresh, frontier, OperatorId("aurora"), signer, 0)
        ends += [segment.advance.frontier.size for segment in segments]
        frontier = segments[-1].advance.frontier
    assert frontier.root() == Frontier().extended(map(leaf_hash, lines)).root()
    assert {MAX_SEGMENT_ENTRIES, 2 * MAX_SEGMENT_ENTRIES, 1300} <= set(ends)
