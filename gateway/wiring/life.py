"""The use cases of the life of a policy, over one inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.ids import KeyId, OperatorId
from gateway.inside.break_glass import BreakGlass
from gateway.inside.language import Language
from gateway.inside.officers import OfficerDesk
from gateway.inside.pass_due import DueTaker
from gateway.inside.propose import Proposer
from gateway.inside.publish import Publisher
from gateway.inside.quarantine import QuarantineDesk
from gateway.inside.stop import Stopper
from gateway.party.descriptor import read_descriptor
from gateway.ports import InsideWork, OutsideWork, Store


def keys_of_descriptor(raw: bytes) -> frozenset[KeyId]:
    """Return the keys with which the gateway of a pinned descriptor signs."""
    descriptor = read_descriptor(raw)
    return frozenset((*descriptor.seal, *descriptor.receipt))


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that officers do, and what time does for them."""

    inside: Store[InsideWork]
    outside: Store[OutsideWork]
    operator: OperatorId
    language: Language
    now: Callable[[], datetime]
    keys_of: Callable[[bytes], frozenset[KeyId]] = keys_of_descriptor

    def officers(self) -> OfficerDesk:
        """Return the use case that enrols officers."""
        return OfficerDesk(self.inside, self._own_keys, self.keys_of, self.now)

    def proposer(self) -> Proposer:
        """Return the use case that drafts, shows and approves policies."""
        return Proposer(self.inside, self.language, self.now)

    def publisher(self) -> Publisher:
        """Return the use case that publishes drafts."""
        return Publisher(self.inside, self.language, self.operator, self.now)

    def break_glass(self) -> BreakGlass:
        """Return the use case that widens for a while."""
        return BreakGlass(self.inside, self.language, self.operator, self.now)

    def stopper(self) -> Stopper:
        """Return the use case that cuts an audience off."""
        return Stopper(self.inside, self.outside, self.now)

    def quarantine(self) -> QuarantineDesk:
        """Return the use case that decides about disclosures that were stopped."""
        return QuarantineDesk(self.inside, self.now)

    def due_taker(self) -> DueTaker:
        """Return the use case that does what was decided for later."""
        return DueTaker(self.inside, self.language, self.operator, self.now)

    def _own_keys(self) -> frozenset[KeyId]:
        """Return the keys that serve this gateway, as its own descriptor names them."""
        with self.outside.read() as there:
            raw = there.own_descriptor()
        return frozenset() if raw is None else self.keys_of(raw)
