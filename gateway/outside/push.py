"""Deliver one stream to its partner: send what is not acknowledged, believe only a fitting receipt.

Rules:
- What is re-sent is the same bytes; the partner's rule makes a repeat harmless.
- Nothing counts as delivered before a receipt over exactly this checkpoint is on our disk.
- What the partner answers decides by `gateway.delivery.answers`; what we do not understand is tried again later.
- A partner that is cut off is sent nothing; what is not acknowledged stays queued.
- A partner that cannot take a step (malformed, too large) or holds another history stops its stream with the reason,
  until an officer decides. It is never skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.delivery.answers import Reading, Verdict, read_answer
from gateway.delivery.backoff import Backoff, next_attempt_at
from gateway.errors import DemarcError, PeerError
from gateway.evidence import checkpoint as cp
from gateway.evidence import receipt, wire
from gateway.evidence.checkpoint import open_checkpoint
from gateway.evidence.jws import Jws
from gateway.evidence.stream import MAX_STEP_BYTES, MAX_STEP_ENTRIES, Step
from gateway.ids import KeyId, OperatorId, StreamName
from gateway.ports import Clock, Delivery, OutsideWork, Store

PATH = "/exchange/v1/streams/{origin}/entries"


class Answer(Protocol):
    """What a peer answered: the status, the few headers that we act upon, in lower case, and a bounded body."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case; only those that somebody acts upon."""

    @property
    def body(self) -> bytes:
        """At most what the client allows."""


Post = Callable[[str, bytes], Answer]
"""Send a body to a path of the partner's gateway over mutual TLS; raises `PeerError` when there is no answer."""


class Progress(Enum):
    """What one run came to."""

    DELIVERED = "delivered"
    IDLE = "idle"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Keys:
    """Whose signatures count: ours on checkpoints, the partner's on receipts."""

    seal: Mapping[KeyId, Ed25519PublicKey]
    receipt: Mapping[KeyId, Ed25519PublicKey]


@dataclass(frozen=True, slots=True)
class Pusher:
    """The use case for one partner, holding its ports."""

    store: Store[OutsideWork]
    own: OperatorId
    stream: StreamName
    post: Post
    keys: Keys
    now: Clock
    dice: Callable[[], float]
    backoff: Backoff

    def run_once(self) -> Progress:
        """Send the next step if there is one and it is due; record what came of it."""
        with self.store.read() as work:
            state = work.streams.state(self.stream)
            delivery = work.deliveries.get(self.stream)
            if state is None or state.stopped or delivery.acknowledged >= state.size:
                return Progress.IDLE
            if work.stops.is_stopped(state.parties.audience):
                return Progress.IDLE
            if delivery.due_at and delivery.due_at > self.now():
                return Progress.WAITING
            step = work.streams.step_from(self.stream, delivery.acknowledged, MAX_STEP_ENTRIES, MAX_STEP_BYTES)
        if step is None:
            return Progress.IDLE
        try:
            reading = self._send(step)
        except PeerError as error:
            return self._failed(delivery, f"{error.code}: {error}", None)
        return self._conclude(delivery, step, reading)

    def _send(self, step: Step) -> Reading:
        answer = self.post(PATH.format(origin=self.own), wire.encode(step))
        return read_answer(answer.status, answer.body, answer.headers.get("retry-after"))

    def _conclude(self, delivery: Delivery, step: Step, reading: Reading) -> Progress:
        match reading.verdict:
            case Verdict.ACKNOWLEDGED:
                return self._acknowledged(delivery, step, reading.receipt)
            case Verdict.REWIND:
                return self._rewind(delivery, reading.expected)
            case Verdict.FORKED | Verdict.REFUSED:
                return self._stop(delivery, f"the partner refused entries from {step.first} on: {reading.detail}")
            case Verdict.RETRY:
                return self._failed(delivery, reading.detail, reading.retry_after)

    def _acknowledged(self, delivery: Delivery, step: Step, token: str) -> Progress:
        try:
            checkpoint = open_checkpoint(step.token, self.keys.seal)
            receipt.require_acknowledges(receipt.open_receipt(token, self.keys.receipt), checkpoint, step.token)
        except DemarcError as error:
            return self._failed(delivery, f"{error.code}: {error}", None)
        with self.store.write() as work:
            work.receipts.put(self.stream, step.size, cp.digest(step.token), Jws(token))
            work.deliveries.put(Delivery(self.stream, step.size, 0, None, None))
        return Progress.DELIVERED

    def _rewind(self, delivery: Delivery, expected: int) -> Progress:
        if expected >= delivery.acknowledged:
            return self._failed(delivery, "the partner names a gap where there is none", None)
        problem = f"the partner holds {expected} entries, its receipts cover {delivery.acknowledged}; sending again"
        return self._failed(replace(delivery, acknowledged=expected), problem, None)

    def stop(self, reason: str) -> None:
        """Let the stream stand still with `reason`, until an officer decides."""
        with self.store.read() as work:
            delivery = work.deliveries.get(self.stream)
        self._stop(delivery, reason)

    def _stop(self, delivery: Delivery, reason: str) -> Progress:
        with self.store.write() as work:
            work.streams.stop(self.stream, reason)
            work.deliveries.put(replace(delivery, problem=reason))
        return Progress.IDLE

    def _failed(self, delivery: Delivery, problem: str, asked: timedelta | None) -> Progress:
        attempts = delivery.attempts + 1
        due_at: datetime = next_attempt_at(attempts, self.now(), self.backoff, self.dice(), asked)
        with self.store.write() as work:
            work.deliveries.put(Delivery(self.stream, delivery.acknowledged, attempts, due_at, problem[:500]))
        return Progress.WAITING
