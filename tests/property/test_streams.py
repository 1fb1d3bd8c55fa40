"""Laws of the stream: the root is RFC 9162's, steps add up however they are cut, and no changed byte is ever stored."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import DemarcError
from gateway.evidence import checkpoint as cp
from gateway.evidence import jws, receipt, wire
from gateway.evidence.checkpoint import Checkpoint, open_checkpoint
from gateway.evidence.jws import Signer, TokenRefused
from gateway.evidence.merkle import (
    AuditMismatch,
    Frontier,
    inclusion_path,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from gateway.evidence.stream import Held, Parties, Step, StreamFork, StreamGap, advance
from gateway.party.descriptor import open_descriptor
from gateway.record.entry import open_entry

SEAL = Signer.of(Ed25519PrivateKey.from_private_bytes(b"s" * 32))
KEYS = {SEAL.key_id: SEAL.key.public_key()}
PARTIES = Parties("urn:demarc:operator:aurora", "urn:demarc:operator:northlink", "aurora/northlink")
LINE = st.binary(min_size=1, max_size=30).filter(lambda line: b"\n" not in line)


# --- the slow, readable side -----------------------------------------------------------------------------------------


def reference_root(entries: list[bytes]) -> bytes:
    """Return the Merkle tree hash exactly as RFC 9162, section 2.1.1, defines it."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + reference_root(entries[:k]) + reference_root(entries[k:])).digest()


def reference_consistency(m: int, entries: list[bytes], *, whole: bool = True) -> list[bytes]:
    """Return the consistency proof as RFC 9162, section 2.1.4.1, defines it (SUBPROOF)."""
    n = len(entries)
    if m == n:
        return [] if whole else [reference_root(entries)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return [*reference_consistency(m, entries[:k], whole=whole), reference_root(entries[k:])]
    return [*reference_consistency(m - k, entries[k:], whole=False), reference_root(entries[:k])]


class Log:
    """A held stream in memory: whatever `advance` lets through is stored, as a hop would."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def held(self) -> Held:
        return Held(
            Frontier().extended(map(leaf_hash, self.lines)),
            lambda first, end: self.lines[first:end],
            lambda size: Frontier().extended(map(leaf_hash, self.lines[:size])),
        )

    def take(self, step: Step) -> None:
        fresh = advance(self.held(), step, open_checkpoint(step.token, KEYS), PARTIES)
        assert fresh.first == len(self.lines)
        self.lines.extend(fresh.lines)
        assert fresh.frontier == self.held().frontier


def step_of(lines: list[bytes], first: int, end: int) -> Step:
    """Return the entries from `first` to `end` with the checkpoint that the origin sealed at `end`."""
    told = Checkpoint(PARTIES.origin, PARTIES.audience, PARTIES.stream, end, root_of(lines[:end]), 0)
    return Step(first, lines[first:end], cp.issue(told, SEAL))


# --- the tree --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(70))
def test_the_frontier_agrees_with_the_rfc_at_every_small_size(size):
    entries = [b"%d" % n for n in range(size)]
    assert root_of(entries) == reference_root(entries)


@given(st.lists(LINE, max_size=40), st.data())
def test_a_frontier_grown_in_any_pieces_is_the_frontier_of_the_whole(entries, data):
    leaves = list(map(leaf_hash, entries))
    frontier, done = Frontier(), 0
    while done < len(leaves):
        end = data.draw(st.integers(done + 1, len(leaves)))
        frontier = Frontier.from_bytes(frontier.size, frontier.to_bytes()).extended(leaves[done:end])
        done = end
    assert frontier == Frontier().extended(leaves)
    assert frontier.root() == reference_root(entries)


@given(st.lists(LINE, min_size=1, max_size=40), st.data())
def test_every_entry_is_proved_and_one_changed_bit_proves_nothing(entries, data):
    index = data.draw(st.integers(0, len(entries) - 1))
    leaves = list(map(leaf_hash, entries))
    parts = [leaves[index], root_of(entries), *inclusion_path(leaves, index)]
    verify_inclusion(parts[0], index, len(entries), parts[2:], parts[1])
    place = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    parts[place] = (int.from_bytes(parts[place]) ^ (1 << bit)).to_bytes(32)
    with pytest.raises(AuditMismatch):
        verify_inclusion(parts[0], index, len(entries), parts[2:], parts[1])


@given(st.lists(LINE, min_size=1, max_size=40), st.data())
def test_every_prefix_is_consistent_and_no_other_log_is(entries, data):
    first = data.draw(st.integers(1, len(entries)))
    path = reference_consistency(first, entries)
    verify_consistency(first, len(entries), path, root_of(entries[:first]), root_of(entries))
    other = [b"other", *entries[1:first]]
    if other != entries[:first]:
        with pytest.raises(AuditMismatch):
            verify_consistency(first, len(entries), path, root_of(other), root_of(entries))


# --- steps -----------------------------------------------------------------------------------------------------------


CUTS = st.lists(st.tuples(st.integers(0, 25), st.integers(1, 25)), max_size=12)


@settings(deadline=None)
@given(st.lists(LINE, min_size=1, max_size=25), CUTS)
def test_steps_add_up_however_they_are_cut_repeated_or_overlap(lines, cuts):
    log = Log()
    for first, length in [*cuts, (0, len(lines))]:
        begin, end = min(first, len(lines) - 1), min(first + length, len(lines))
        if begin >= end:
            continue
        if begin > len(log.lines):
            with pytest.raises(StreamGap) as gap:
                log.take(step_of(lines, begin, end))
            assert gap.value.expected == len(log.lines)
        else:
            log.take(step_of(lines, begin, end))
        assert log.lines == lines[: len(log.lines)]
    assert log.lines == lines


@settings(deadline=None)
@given(st.lists(LINE, min_size=1, max_size=12), st.data())
def test_one_changed_byte_of_any_entry_is_never_stored(lines, data):
    held = data.draw(st.integers(0, len(lines)))
    first = data.draw(st.integers(0, min(held, len(lines) - 1)))
    step = step_of(lines, first, len(lines))
    which = data.draw(st.integers(0, len(step.lines) - 1))
    changed = bytearray(step.lines[which])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    log = Log()
    log.lines = lines[:held]
    with pytest.raises(DemarcError):
        log.take(dataclasses.replace(step, lines=[*step.lines[:which], bytes(changed), *step.lines[which + 1 :]]))
    assert log.lines == lines[:held]


def test_one_changed_character_of_the_checkpoint_is_never_accepted():
    """Every position and 64 characters for each: few enough to try them all."""
    step = step_of([b"a", b"b"], 0, 2)
    for place, letter in enumerate(step.token):
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=":
            if other != letter:
                with pytest.raises(TokenRefused):
                    open_checkpoint(step.token[:place] + other + step.token[place + 1 :], KEYS)


@settings(deadline=None)
@given(st.lists(LINE, min_size=1, max_size=8), st.integers(0, 12), st.integers(0, 8))
def test_entries_at_another_position_than_the_sealed_one_are_never_stored(lines, offset, held):
    honest = step_of(lines, 0, len(lines))
    log = Log()
    log.lines = lines[:held]
    if offset:
        with pytest.raises(DemarcError):
            log.take(dataclasses.replace(honest, first=offset))
    assert log.lines == lines[:held]


@settings(deadline=None)
@given(st.lists(LINE, min_size=1, max_size=8), st.lists(LINE, min_size=1, max_size=8), st.data())
def test_a_second_history_up_to_what_is_held_is_always_seen_as_a_fork(lines, others, data):
    others = others[: len(lines)]
    log = Log()
    log.take(step_of(lines, 0, len(lines)))
    step = step_of(others, data.draw(st.integers(0, len(others) - 1)), len(others))
    if others == lines[: len(others)]:
        log.take(step)
    else:
        with pytest.raises(StreamFork):
            log.take(step)
    assert log.lines == lines


@settings(deadline=None)
@given(st.lists(LINE, min_size=1, max_size=8), st.lists(LINE, min_size=1, max_size=12), st.data())
def test_a_longer_second_history_is_never_stored(lines, others, data):
    log = Log()
    log.take(step_of(lines, 0, len(lines)))
    step = step_of(others, data.draw(st.integers(0, len(others) - 1)), len(others))
    if others[: len(lines)] != lines[: len(others)]:
        with pytest.raises(DemarcError) as refused:
            log.take(step)
        assert isinstance(refused.value, StreamFork) or step.first  # the whole of it shows the fork at once
        assert log.lines == lines


@given(st.integers(0, 2**40), st.lists(LINE, min_size=1, max_size=20), st.text("abcXYZ012-_.", max_size=50))
def test_a_step_is_read_as_it_was_written(first, lines, token):
    step = Step(first, lines, token)
    assert wire.decode(wire.encode(step)) == step


# --- any bytes at all end in a value or in our error -----------------------------------------------------------------

GOOD_STEP = wire.encode(step_of([b'{"a":1}', b'{"b":2}'], 0, 2))
GOOD_ENTRY = (
    b'{"specversion":"1.0","id":"e","source":"urn:demarc:operator:a","type":"org.demarc.alarm.raised.v1","subject":"s",'
    b'"time":"2026-11-22T10:04:00Z","dataschema":"urn:demarc:contract:x#alarm","data":{}}'
)


def mangled(good: bytes):
    """Return anything at all, and what one or two edits make of something good."""
    edit = st.tuples(st.integers(0, len(good)), st.integers(0, 3), st.binary(max_size=3))

    def apply(edits):
        raw = good
        for place, cut, new in edits:
            raw = raw[:place] + new + raw[place + cut :]
        return raw

    return st.binary(max_size=200) | st.lists(edit, max_size=2).map(apply)


def is_total(opener, raw):
    try:
        opener(raw)
    except DemarcError:
        return


@given(mangled(GOOD_STEP))
def test_any_body_is_a_step_or_refused(raw):
    is_total(wire.decode, raw)


@given(mangled(GOOD_ENTRY))
def test_any_line_is_an_entry_or_refused(raw):
    is_total(open_entry, raw)


@given(st.text(max_size=100) | mangled(step_of([b"a"], 0, 1).token.encode()).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_a_token_or_refused(text):
    is_total(lambda token: jws.verify(token, cp.TYP, KEYS), text)
    is_total(lambda token: open_checkpoint(token, KEYS), text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.fixed_dictionaries(dict.fromkeys(("iss", "aud", "stream", "size", "root", "iat"), JSON)))
def test_any_claims_that_a_peer_signs_are_a_checkpoint_or_refused(claims):
    try:
        token = jws.sign(claims, cp.TYP, SEAL)
    except TypeError:  # what our own writer does not write, such as integers past 64 bits
        return
    is_total(lambda token: open_checkpoint(token, KEYS), token)
    is_total(lambda token: receipt.open_receipt(token, KEYS), jws.sign({**claims, "cp": "x"}, receipt.TYP, SEAL))


@given(mangled(b'{"descriptor":{"operator":"a"},"signature":"x.y.z"}'))
def test_any_bytes_are_a_descriptor_or_refused(raw):
    is_total(lambda document: open_descriptor(document, datetime(2026, 11, 23, tzinfo=UTC)), raw)
