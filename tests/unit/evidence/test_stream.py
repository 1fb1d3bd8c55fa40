"""May this step advance what is held? Each check by itself, in its order."""

from __future__ import annotations

import dataclasses

import pytest

from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.merkle import Frontier, leaf_hash, root_of
from gateway.evidence.stream import (
    CheckpointMismatch,
    Held,
    Parties,
    Step,
    StreamFork,
    StreamGap,
    advance,
)

PARTIES = Parties("urn:demarc:operator:aurora", "urn:demarc:operator:northlink", "aurora/northlink")
LINES = [b"entry %d" % n for n in range(8)]


def held(lines):
    return Held(
        Frontier().extended(map(leaf_hash, lines)),
        lambda first, end: lines[first:end],
        lambda size: Frontier().extended(map(leaf_hash, lines[:size])),
    )


def checkpoint(lines):
    return Checkpoint(PARTIES.origin, PARTIES.audience, PARTIES.stream, len(lines), root_of(lines), 0)


def step(first, end, lines=LINES):
    return Step(first, lines[first:end], "token"), checkpoint(lines[:end])


@pytest.mark.parametrize("size", range(6))
def test_a_step_that_continues_what_is_held_is_all_new(size):
    found = advance(held(LINES[:size]), *step(size, 8), PARTIES)
    assert (found.first, list(found.lines), found.frontier.root()) == (size, LINES[size:], root_of(LINES))


@pytest.mark.parametrize(("first", "end"), [(0, 8), (1, 6), (4, 5), (3, 6)])
def test_of_a_step_that_overlaps_only_the_rest_is_new(first, end):
    found = advance(held(LINES[:4]), *step(first, end), PARTIES)
    assert (found.first, list(found.lines)) == (4, LINES[4:end])
    assert found.frontier.root() == root_of(LINES[:end])


@pytest.mark.parametrize(("first", "end"), [(0, 4), (0, 1), (3, 4), (2, 3)])
def test_of_a_step_that_is_held_already_nothing_is_new(first, end):
    before = held(LINES[:4])
    found = advance(before, *step(first, end), PARTIES)
    assert (list(found.lines), found.frontier) == ([], before.frontier)


def test_check_1_a_checkpoint_for_somebody_else_is_refused():
    offered, told = step(0, 2)
    for change in ({"issuer": PARTIES.audience}, {"audience": PARTIES.origin}, {"stream": "aurora/other"}):
        with pytest.raises(CheckpointMismatch):
            advance(held([]), offered, dataclasses.replace(told, **change), PARTIES)


@pytest.mark.parametrize("size", [0, 1, 3, 2**40])
def test_check_2_a_checkpoint_of_another_size_is_refused(size):
    offered, told = step(0, 2)
    with pytest.raises(CheckpointMismatch):
        advance(held([]), offered, dataclasses.replace(told, size=size), PARTIES)


def test_check_3_a_gap_names_where_to_go_on():
    with pytest.raises(StreamGap) as gap:
        advance(held(LINES[:3]), *step(5, 8), PARTIES)
    assert gap.value.expected == 3


@pytest.mark.parametrize("size", [0, 2, 4])
def test_check_4_a_root_that_is_not_of_these_entries_is_refused(size):
    offered, told = step(size, 6)
    with pytest.raises(CheckpointMismatch):
        advance(held(LINES[:size]), offered, dataclasses.replace(told, root=root_of([b"x"])), PARTIES)


@pytest.mark.parametrize(("first", "end"), [(0, 4), (2, 4), (0, 6), (3, 8)])
def test_check_5_other_entries_that_the_origin_signed_are_a_fork(first, end):
    other = [*LINES[:3], b"another entry 3", *LINES[4:]]
    with pytest.raises(StreamFork):
        advance(held(LINES[:4]), *step(first, end, other), PARTIES)


def test_check_5_another_past_below_the_step_is_a_fork_too():
    """The overlap agrees, but the origin's root shows that something before it differs."""
    other = [b"another entry 0", *LINES[1:]]
    offered = Step(2, LINES[2:4], "token")
    with pytest.raises(StreamFork):
        advance(held(LINES[:4]), offered, checkpoint(other[:4]), PARTIES)


def test_other_entries_that_nobody_signed_are_no_fork():
    """Who sits on the line can change bytes; only the origin can have two histories."""
    offered = Step(0, [*LINES[:3], b"changed on the way"], "token")
    with pytest.raises(CheckpointMismatch):
        advance(held(LINES[:4]), offered, checkpoint(LINES[:4]), PARTIES)
