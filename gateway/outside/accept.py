"""Accept a step that a partner pushes: genuine, ours to hold, on disk, and only then receipted.

In this order; nothing is stored before (7):

 (1) address     the stream in the path is the caller's own; the caller came through its client certificate
 (2) form        head line, count, sizes
 (3) partner     the caller is pinned and not disabled
 (4) signature   the checkpoint, by one of that partner's `seal` keys
 (5) entries     each one line of strict JSON in CloudEvents form
 (6) stream      address, arithmetic, gap, fork and root, as `gateway.evidence.stream` has them
 (7) store       entries, frontier and receipt in one transaction

A step that is held already gets its receipt again and stores nothing. If we die before the commit, the partner sends
again; if we die after it and before the answer, it sends again and gets the same receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.errors import IdentityError
from gateway.evidence import checkpoint as cp
from gateway.evidence import receipt, wire
from gateway.evidence.checkpoint import Checkpoint, open_checkpoint
from gateway.evidence.jws import Jws, Signer
from gateway.evidence.stream import Parties, Step, StreamFork, advance
from gateway.ids import KeyId, OperatorId, audience_of_operator, stream_between
from gateway.ports import Clock, OutsideWork, Store
from gateway.record.entry import open_entry


class NotYourStream(IdentityError):
    """The stream in the path is not the caller's."""

    code = "identity.not-your-stream"
    remedy = "Push only to the stream that carries your own operator identifier."


class UnknownPartner(IdentityError):
    """The caller is not an enrolled partner of this operator."""

    code = "identity.unknown-partner"
    remedy = "Exchange descriptors with this operator first."


@dataclass(frozen=True, slots=True)
class Acceptor:
    """The use case, holding its ports."""

    store: Store[OutsideWork]
    own: OperatorId
    signer: Signer
    seal_keys_of: Callable[[bytes], Mapping[KeyId, Ed25519PublicKey]]
    now: Clock

    def accept(self, caller: OperatorId, origin: OperatorId, body: bytes) -> Jws:
        """Store the step in `body` and return our receipt for it.

        Args:
            caller: From the client certificate, never from the body.
            origin: From the path.
            body: As `gateway.evidence.wire` describes it.

        Raises:
            NotYourStream, UnknownPartner, TokenRefused: Not from whom it should be.
            MalformedStep, StepTooLarge, MalformedEntry: Not readable.
            StreamGap, CheckpointMismatch: Not what comes next.
            StreamFork: Another history than the held one. The stream stands still from now on.
        """
        if caller != origin:
            raise NotYourStream(f"{caller} pushed to the stream of {origin}")
        step = wire.decode(body)
        checkpoint = open_checkpoint(step.token, self._seal_keys(caller))
        for line in step.lines:
            open_entry(line)
        parties = Parties(
            audience_of_operator(origin),
            audience_of_operator(self.own),
            stream_between(origin, audience_of_operator(self.own)),
        )
        try:
            return self._store(parties, step, checkpoint)
        except StreamFork as fork:
            self._stop(parties, step, fork)
            raise

    def _seal_keys(self, caller: OperatorId) -> Mapping[KeyId, Ed25519PublicKey]:
        with self.store.read() as work:
            descriptor = work.partners.get(caller)
        if descriptor is None:
            raise UnknownPartner(f"{caller} is not pinned")
        return self.seal_keys_of(descriptor)

    def _store(self, parties: Parties, step: Step, checkpoint: Checkpoint) -> Jws:
        digest = cp.digest(step.token)
        with self.store.write() as work:
            state = work.streams.state(parties.stream)
            if state and state.stopped:
                raise StreamFork(f"{parties.stream} stands still: {state.stopped}")
            fresh = advance(work.streams.held(parties.stream), step, checkpoint, parties)
            given = work.receipts.get(parties.stream, digest)
            if given is not None:
                return given
            work.streams.put(parties, fresh, step.token)
            token = receipt.issue(checkpoint, step.token, int(self.now().timestamp()), self.signer)
            work.receipts.put(parties.stream, checkpoint.size, digest, token)
        return token

    def _stop(self, parties: Parties, step: Step, fork: StreamFork) -> None:
        """Keep both versions in a transaction of its own, because the refusing one rolled back."""
        with self.store.write() as work:
            state = work.streams.state(parties.stream)
            if state and state.stopped is None:
                work.streams.keep_conflict(parties.stream, step, self.now())
                work.streams.stop(parties.stream, f"{fork.code}: {fork}")
