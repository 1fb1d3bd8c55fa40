"""Read every held stream again from its first entry, and check all that was ever signed about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.errors import StreamError
from gateway.evidence.checkpoint import Checkpoint, open_checkpoint
from gateway.evidence.checkpoint import digest as checkpoint_digest
from gateway.evidence.merkle import Frontier
from gateway.evidence.receipt import open_receipt, require_acknowledges
from gateway.evidence.stream import Held, Step, advance
from gateway.ids import AudienceId, KeyId, StreamName
from gateway.ports import OutsideWork, Store, StreamState
from gateway.record.entry import open_entry

PublicKeys = Mapping[KeyId, Ed25519PublicKey]


class HeldStreamBroken(StreamError):
    """A held stream is not what was signed."""

    code = "stream.broken"
    remedy = "Stop the gateway, keep the database file, and compare it with a backup."


@dataclass(frozen=True, slots=True)
class Trusted:
    """The keys of one operator, by purpose."""

    seal: PublicKeys
    receipt: PublicKeys


@dataclass(frozen=True, slots=True)
class Verified:
    """A stream that holds: how much was read, and up to where a receipt covers it."""

    stream: StreamName
    entries: int
    checkpoints: int
    receipted: int


def verify_all(store: Store[OutsideWork], trusted: Mapping[AudienceId, Trusted]) -> Iterator[Verified]:
    """Yield every stream of the store that holds, in order.

    Args:
        store: The outside store.
        trusted: Keys by operator, our own among them.

    Raises:
        StreamError, TokenRefused, ReceiptMismatch: The first thing that does not hold.
    """
    with store.read() as work:
        states = work.streams.states()
    for state in states:
        yield _verify(store, state, trusted)


def _verify(store: Store[OutsideWork], state: StreamState, trusted: Mapping[AudienceId, Trusted]) -> Verified:
    parties = state.parties
    if parties.origin not in trusted:
        raise HeldStreamBroken(f"{parties.stream}: no keys of {parties.origin} are pinned")
    frontier, steps, receipted = Frontier(), 0, 0
    while frontier.size < state.size:
        with store.read() as work:
            step = work.streams.step_from(parties.stream, frontier.size, 1, 1)  # each segment by itself
            if step is None:
                raise HeldStreamBroken(f"{parties.stream}: entries from {frontier.size} on are missing")
            token = work.receipts.get(parties.stream, checkpoint_digest(step.token))
        checkpoint = open_checkpoint(step.token, trusted[parties.origin].seal)
        for line in step.lines:
            open_entry(line)
        frontier = advance(Held(frontier, _nothing, _nowhere), step, checkpoint, parties).frontier
        steps += 1
        if token is not None and parties.audience in trusted:
            _require_receipt(token, checkpoint, step, trusted[parties.audience])
            receipted = step.size
    return Verified(parties.stream, frontier.size, steps, receipted)


def _require_receipt(token: str, checkpoint: Checkpoint, step: Step, audience: Trusted) -> None:
    require_acknowledges(open_receipt(token, audience.receipt), checkpoint, step.token)


def _nothing(_first: int, _end: int) -> list[bytes]:
    raise AssertionError("a step that continues a log does not overlap it")


def _nowhere(_size: int) -> Frontier:
    raise AssertionError("a step that continues a log does not overlap it")
