"""Enrol and disable officers.

The first two persons are enrolled by whoever has a shell on the inside host; after that officers decide about officers,
by the rules of `gateway.policy.approval.roster`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.evidence.jws import import_jwk, public_jwk
from gateway.ids import KeyId
from gateway.inside.desk import note, sign
from gateway.policy.approval.officers import Hand, Officer, enabled
from gateway.policy.approval.roster import require_disabling, require_enrolment
from gateway.ports import Clock, InsideWork, Store

ADD, DISABLE = "officer.add", "officer.disable"


@dataclass(frozen=True, slots=True)
class OfficerDesk:
    """The use case, holding its ports.

    Args:
        store: Of the inside.
        own_keys: Returns the keys that serve this gateway.
        keys_of: Returns the keys that the gateway of a pinned descriptor has.
        now: The clock.
    """

    store: Store[InsideWork]
    own_keys: Callable[[], frozenset[KeyId]]
    keys_of: Callable[[bytes], frozenset[KeyId]]
    now: Clock

    def add(self, name: str, person: str, key: Ed25519PublicKey, signers: Sequence[Hand] = ()) -> Officer:
        """Enrol an officer.

        Args:
            name: Under which this key signs.
            person: Who it is; the same for all names of one person.
            key: The public key; the private one stays with the person.
            signers: Officers who sign the enrolment; nobody is needed for the first two persons.

        Raises:
            KeyRefused: The key is a weak one.
            OfficerRefused, OfficerSignaturesMissing: As `require_enrolment` says.
            UnknownOfficer, OfficerDisabled, SignatureRefused: One who signs is not an officer.
        """
        _, key = import_jwk(public_jwk(key))
        moment = self.now()
        about = {"name": name, "person": person, "key": base64.b64encode(key.public_bytes_raw()).decode("ascii")}
        officer = Officer(name, person, key, moment)
        with self.store.write() as work:
            office = work.office
            officers = office.officers.every()
            signing = [enabled(officers, hand.officer) for hand in signers]
            foreign = self.own_keys().union(*map(self.keys_of, work.partners.known().values()))
            require_enrolment(officers, officer, signing, foreign)
            for hand in signers:
                sign(office, hand, ADD, moment, **about)
            office.officers.add(officer)
            note(office, "officer.added", moment, **about)
        return officer

    def disable(self, name: str, signers: Sequence[Hand] = ()) -> None:
        """Disable an officer for good: nothing that it signed before counts for a publication to come.

        Raises:
            OfficerSignaturesMissing, TooFewOfficers, UnknownOfficer, OfficerDisabled: As `require_disabling` says.
        """
        moment = self.now()
        with self.store.write() as work:
            office = work.office
            officers = office.officers.every()
            require_disabling(officers, name, [enabled(officers, hand.officer) for hand in signers])
            for hand in signers:
                sign(office, hand, DISABLE, moment, name=name)
            office.officers.disable(name, moment)
            note(office, "officer.disabled", moment, name=name)
