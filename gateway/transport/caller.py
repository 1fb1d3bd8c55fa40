"""Decide who is calling, from the certificate of the connection and from nothing else.

In this order, on every request:

 (1) present   TLS itself handed us a client certificate; a header never counts (threat M-10)
 (2) named     it names one operator and is for clients (`party.identity`)
 (3) enrolled  that operator is a peer that is enabled now
 (4) pinned    where the peer registered keys, the certificate has one of them
 (5) chain     it verifies against the anchors of that very peer, now, by a second implementation beside OpenSSL

(2), (4) and (5) are remembered per certificate and per state of the peer; (3) and the validity period are looked at
each time, so a disabled peer is refused at its next request. Revocation lists are not consulted: take the peer or its
anchor out instead.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from gateway.errors import IdentityError
from gateway.ids import OperatorId
from gateway.party.certificate import read_certificate
from gateway.party.identity import operator_of_certificate

_REMEMBERED = 1024
_MAX_CHAIN_DEPTH = 4


class NoClientCertificate(IdentityError):
    """There is no client certificate, and this address needs one."""

    code = "identity.no-client-certificate"
    remedy = "Connect with the client certificate that was agreed with this operator."


class CertificateUnreadable(IdentityError):
    """The client certificate cannot be read."""

    code = "identity.certificate-unreadable"
    remedy = "Use a well-formed X.509 certificate."


class NotAPeer(IdentityError):
    """The certificate belongs to nobody who exchanges records with this operator."""

    code = "identity.not-a-peer"
    remedy = "Exchange descriptors with this operator first, or ask it to enable you."


class CertificateNotPinned(IdentityError):
    """The certificate is not one that was registered for this peer."""

    code = "identity.certificate-not-pinned"
    remedy = "Use a registered certificate, or register the new one with a new descriptor first."


class CertificateChainRefused(IdentityError):
    """The certificate does not verify against the trust anchors of its operator."""

    code = "identity.certificate-chain"
    remedy = "Use a valid certificate issued under the trust anchors of your descriptor."


@dataclass(frozen=True, slots=True)
class PeerTrust:
    """What an enabled peer is recognised by.

    Attributes:
        operator: The peer.
        anchors: Its trust anchors, PEM; of this peer only.
        spki_pins: Lower-case hex SHA-256 of the public keys it registered; empty when any under its anchors will do.
    """

    operator: OperatorId
    anchors: tuple[str, ...]
    spki_pins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Caller:
    """A peer that proved at this connection who it is."""

    operator: OperatorId
    certificate_sha256: str


@dataclass(frozen=True, slots=True)
class _Verified:
    caller: Caller
    trust: PeerTrust
    not_before: datetime
    not_after: datetime


class Callers:
    """Recognises the peers of one listener."""

    def __init__(self, peer: Callable[[OperatorId], PeerTrust | None], now: Callable[[], datetime]) -> None:
        """Remember whom to ask.

        Args:
            peer: Returns what an operator is recognised by, or None unless it is a peer and enabled now.
            now: The clock, aware UTC.
        """
        self._peer = peer
        self._now = now
        self._known: OrderedDict[str, _Verified] = OrderedDict()

    def caller_of(self, scope: Mapping[str, Any]) -> Caller:
        """Return the peer at the other end of the connection of this ASGI scope.

        Raises:
            IdentityError: One of the checks above failed; the class says which. Close the connection.
        """
        pem, now = _presented(scope), self._now()
        known = self._known.get(pem)
        if known and self._peer(known.trust.operator) == known.trust and known.not_before <= now <= known.not_after:
            return known.caller
        verified = self._verify(pem, now)
        self._known[pem] = verified
        self._known.move_to_end(pem)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return verified.caller

    def _verify(self, pem: str, now: datetime) -> _Verified:
        certificate = _parse(pem)
        operator = operator_of_certificate(certificate)
        trust = self._peer(operator)
        if trust is None:
            raise NotAPeer(f"{operator} is not an enabled peer")
        _require_pinned(certificate, trust)
        _require_chain(certificate, trust, now)
        digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
        return _Verified(
            Caller(operator, digest), trust, certificate.not_valid_before_utc, certificate.not_valid_after_utc
        )


def spki_pin(certificate: x509.Certificate) -> str:
    """Return the pin of a certificate's public key: lower-case hex SHA-256 of its SubjectPublicKeyInfo."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def _presented(scope: Mapping[str, Any]) -> str:
    extensions = scope.get("extensions") or {}
    chain = (extensions.get("tls") or {}).get("client_cert_chain")
    if not chain:
        raise NoClientCertificate("the connection carries no client certificate")
    leaf = chain[0]
    if not isinstance(leaf, str):
        raise CertificateUnreadable("the certificate of the connection is not PEM text")
    return leaf


def _parse(pem: str) -> x509.Certificate:
    try:
        return read_certificate(pem.encode("ascii"))
    except ValueError as error:
        raise CertificateUnreadable("the client certificate is not well-formed") from error


def _require_pinned(certificate: x509.Certificate, trust: PeerTrust) -> None:
    if trust.spki_pins and spki_pin(certificate) not in trust.spki_pins:
        raise CertificateNotPinned(f"{trust.operator} did not register this key")


def _require_chain(certificate: x509.Certificate, trust: PeerTrust, now: datetime) -> None:
    try:
        anchors = Store([read_certificate(anchor.encode("ascii")) for anchor in trust.anchors])
        policy = PolicyBuilder().store(anchors).time(now).max_chain_depth(_MAX_CHAIN_DEPTH)
        policy.build_client_verifier().verify(certificate, [])
    except (ValueError, VerificationError) as error:
        raise CertificateChainRefused(f"{trust.operator}: {error}") from error
