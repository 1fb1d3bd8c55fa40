"""The port `Streams`, the same in both zones: segments go in, and steps come out with the same bytes."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from gateway.errors import StorageError
from gateway.evidence.merkle import Frontier, leaf_hash, root_of
from gateway.evidence.stream import Advance, Parties, Step

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
PARTIES = Parties("urn:demarc:operator:aurora", "urn:demarc:operator:northlink", "aurora/northlink")
OTHER = Parties("urn:demarc:operator:aurora", "urn:demarc:customer:acme", "aurora/customer:acme")
LINES = [b"%d:" % n + bytes([n]) * (n % 7) for n in range(11, 41)]
SIZES = [3, 1, 1, 8, 2, 1, 1, 1, 4, 1, 1, 1, 4, 1]  # more segments than are read at a time, of any size


def frontier(lines):
    return Frontier().extended(map(leaf_hash, lines))


def fill(house, parties=PARTIES, lines=LINES, sizes=SIZES):
    """Put `lines` as segments of `sizes`, each in a unit of work of its own; segment n has the token `t<end>`."""
    end = 0
    for size in sizes:
        first, end = end, end + size
        with house.write() as work:
            assert work.streams.held(parties.stream).frontier == frontier(lines[:first])
            work.streams.put(parties, Advance(first, lines[first:end], frontier(lines[:end])), f"t{end}")
    assert end == len(lines)
    return house


class TestStreams:
    def test_a_stream_that_nobody_put_is_empty(self, either):
        with either.read() as work:
            assert work.streams.states() == []
            assert work.streams.state("aurora/northlink") is None
            assert work.streams.held("aurora/northlink").frontier == Frontier()
            assert work.streams.step_from("aurora/northlink", 0, 1000, 10**6) is None

    def test_what_was_put_is_held_after_a_restart(self, either):
        fill(either).restart()
        with either.read() as work:
            held = work.streams.held(PARTIES.stream)
            state = work.streams.state(PARTIES.stream)
        assert (held.frontier, held.frontier.root()) == (frontier(LINES), root_of(LINES))
        assert (state.parties, state.size, state.stopped) == (PARTIES, len(LINES), None)

    def test_held_lines_are_the_same_bytes_for_every_range(self, either):
        fill(either)
        with either.read() as work:
            held = work.streams.held(PARTIES.stream)
            for first, end in itertools.combinations(range(len(LINES) + 1), 2):
                assert list(held.lines_between(first, end)) == LINES[first:end]

    def test_the_frontier_of_every_earlier_size_is_known(self, either):
        fill(either)
        with either.read() as work:
            held = work.streams.held(PARTIES.stream)
            for size in range(len(LINES) + 1):
                assert held.frontier_at(size) == frontier(LINES[:size])

    @pytest.mark.parametrize("max_entries", [1, 3, 8, 9, 1000])
    def test_a_step_from_anywhere_ends_at_a_sealed_checkpoint(self, either, max_entries):
        fill(either)
        ends = list(itertools.accumulate(SIZES))
        with either.read() as work:
            for first in range(len(LINES)):
                step = work.streams.step_from(PARTIES.stream, first, max_entries, 10**6)
                assert (step.first, step.token) == (first, f"t{step.size}")
                assert step.size in ends
                assert list(step.lines) == LINES[first : step.size]
                whole = [end for end in ends if first < end <= first + max_entries]
                assert step.size == max(whole, default=next(end for end in ends if end > first))

    def test_a_step_stays_below_the_bytes_but_one_segment_is_never_cut(self, either):
        fill(either)
        ends = list(itertools.accumulate(SIZES))
        with either.read() as work:
            for first, max_bytes in itertools.product(range(len(LINES)), (1, 30, 100, 250)):
                step = work.streams.step_from(PARTIES.stream, first, 1000, max_bytes)
                fits = [
                    end for end in ends if end > first and sum(len(line) + 1 for line in LINES[first:end]) <= max_bytes
                ]
                assert step.size == max(fits, default=next(end for end in ends if end > first))

    @pytest.mark.parametrize("first", [len(LINES), len(LINES) + 1, 10**9])
    def test_there_is_no_step_from_the_end_on(self, either, first):
        with fill(either).read() as work:
            assert work.streams.step_from(PARTIES.stream, first, 1000, 10**6) is None

    def test_streams_are_kept_apart(self, either):
        fill(either)
        fill(either, OTHER, [b"x", b"y"], [1, 1])
        with either.read() as work:
            assert [state.parties for state in work.streams.states()] == [OTHER, PARTIES]
            assert [state.size for state in work.streams.addressed_to(OTHER.audience)] == [2]
            assert list(work.streams.step_from(OTHER.stream, 0, 1000, 10**6).lines) == [b"x", b"y"]
            assert work.streams.addressed_to("urn:demarc:operator:nobody") == []

    def test_an_advance_without_lines_writes_nothing(self, either):
        with either.write() as work:
            work.streams.put(PARTIES, Advance(0, (), Frontier()), "t0")
        with either.read() as work:
            assert work.streams.states() == []

    def test_a_segment_at_a_place_that_is_taken_is_refused(self, either):
        fill(either)
        with pytest.raises(StorageError), either.write() as work:
            work.streams.put(PARTIES, Advance(0, [b"other"], frontier([b"other"])), "t1")
        with either.read() as work:
            assert work.streams.held(PARTIES.stream).frontier == frontier(LINES)

    def test_a_put_that_is_rolled_back_leaves_the_stream_as_it_was(self, either):
        fill(either)
        with pytest.raises(ZeroDivisionError), either.write() as work:  # noqa: PT012 - the unit of work is what fails
            more = [*LINES, b"more"]
            work.streams.put(PARTIES, Advance(len(LINES), [b"more"], frontier(more)), "t")
            assert work.streams.state(PARTIES.stream).size == len(more)
            raise ZeroDivisionError
        with either.read() as work:
            assert work.streams.state(PARTIES.stream).size == len(LINES)
            assert work.streams.step_from(PARTIES.stream, len(LINES), 1000, 10**6) is None

    def test_a_stopped_stream_keeps_its_first_reason_whatever_comes_after(self, either):
        fill(either, lines=LINES[:3], sizes=[3])
        with either.write() as work:
            work.streams.stop(PARTIES.stream, "fork")
            work.streams.stop(PARTIES.stream, "another")
        with either.write() as work:
            work.streams.put(PARTIES, Advance(3, LINES[3:4], frontier(LINES[:4])), "t4")
        either.restart()
        with either.read() as work:
            state = work.streams.state(PARTIES.stream)
            assert (state.stopped, state.size) == ("fork", 4)

    def test_a_conflict_is_kept_beside_the_stream(self, either):
        fill(either)
        with either.write() as work:
            for _ in range(2):
                work.streams.keep_conflict(PARTIES.stream, Step(2, [b"other", b"history"], "x.y.z"), MOMENT)
            table = work.streams.tables.conflict
            rows = work.streams.connection.execute(sa.select(table).order_by(table.c.number)).all()
            assert [(row.first, row.lines, row.checkpoint) for row in rows] == [(2, b"other\nhistory", "x.y.z")] * 2
            assert work.streams.held(PARTIES.stream).frontier == frontier(LINES)

    def test_altered_peaks_in_the_store_are_noticed(self, either):
        fill(either)
        with either.write() as work:
            table = work.streams.tables.stream
            work.streams.connection.execute(sa.update(table).values(size=len(LINES) + 1))
        with pytest.raises(Exception, match="do not belong to a log"), either.read() as work:
            work.streams.held(PARTIES.stream)
