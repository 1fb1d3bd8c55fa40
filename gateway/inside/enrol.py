"""Enrol partners and customers: first inside, then outside, so that a crash between leaves nobody served too early.

Repeating an enrolment after a crash completes it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from gateway.errors import IdentityError
from gateway.ids import CustomerId, OperatorId
from gateway.party.descriptor import (
    Descriptor,
    fingerprint,
    open_descriptor,
    read_descriptor,
    require_unshared_keys,
)
from gateway.ports import Clock, InsideWork, OutsideWork, Store

_TOKEN_BYTES = 32
TOKEN_PREFIX = "dmc_"  # noqa: S105 - what every token begins with, so that a leaked one is recognised


class OwnDescriptor(IdentityError):
    """The descriptor is our own."""

    code = "identity.own-descriptor"
    remedy = "Use the descriptor that the other operator sent."


class OlderDescriptor(IdentityError):
    """The descriptor, or a newer one of this operator, is pinned already."""

    code = "identity.older-descriptor"
    remedy = "Ask the operator for its newest descriptor."


class FingerprintMismatch(IdentityError):
    """The descriptor has not the fingerprint that was told."""

    code = "identity.fingerprint-mismatch"
    remedy = "Compare the fingerprint with the other operator by telephone; do not use this file until they agree."


@dataclass(frozen=True, slots=True)
class Candidate:
    """A descriptor that verifies, before anybody decided to trust it."""

    raw: bytes
    descriptor: Descriptor
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Enroller:
    """The use case, holding its ports."""

    inside: Store[InsideWork]
    outside: Store[OutsideWork]
    own: OperatorId
    now: Clock

    def read(self, raw: bytes) -> Candidate:
        """Return what a descriptor file says, after verifying its own signature.

        Trust: The signature shows that the file is whole, not whose it is; for that, fingerprints are compared.
        """
        descriptor = open_descriptor(raw, self.now())
        if descriptor.operator == self.own:
            raise OwnDescriptor(f"the descriptor is of {descriptor.operator}")
        return Candidate(raw, descriptor, fingerprint(raw))

    def pin(self, candidate: Candidate) -> None:
        """Trust a descriptor from now on, in place of an older one of the same operator."""
        operator = candidate.descriptor.operator
        with self.outside.read() as there:
            own = there.own_descriptor()
        with self.inside.write() as here:
            # Expired ones as well: what has expired must not keep others, or its own successor, from being pinned.
            pinned = {name: read_descriptor(raw) for name, raw in here.partners.every().items()}
            ours = [] if own is None else [read_descriptor(own)]
            require_unshared_keys(candidate.descriptor, [*ours, *pinned.values()])
            if operator in pinned and here.partners.get(operator) != candidate.raw:
                _require_newer(candidate.descriptor, pinned[operator])
            here.partners.put(operator, candidate.raw, enabled=True)
        with self.outside.write() as there:
            there.partners.put(operator, candidate.raw, enabled=True)

    def add_customer(
        self, customer: CustomerId, name: str, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> str:
        """Enrol a customer and return its token, which is stored nowhere; a second call replaces the token."""
        token = TOKEN_PREFIX + random_bytes(_TOKEN_BYTES).hex()
        with self.outside.write() as there:
            there.tokens.put(customer, name, hashlib.sha256(token.encode()).digest())
        return token


def _require_newer(candidate: Descriptor, pinned: Descriptor) -> None:
    if candidate.sequence <= pinned.sequence:
        raise OlderDescriptor(f"sequence {candidate.sequence} is not above {pinned.sequence}")
