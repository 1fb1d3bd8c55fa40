"""Who is calling, from the ASGI scope alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import IdentityError
from gateway.ids import OperatorId
from gateway.transport.caller import (
    Callers,
    CertificateChainRefused,
    CertificateNotPinned,
    CertificateUnreadable,
    NoClientCertificate,
    NotAPeer,
    PeerTrust,
)
from gateway.transport.tls import CurrentContext, exchange_context
from tests.pki import DAY, NOW, client_identity, new_authority, pem, server_identity


@dataclass
class Desk:
    clock: datetime = NOW
    peers: dict[str, PeerTrust] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        self.callers = Callers(self.peer, lambda: self.clock)

    def peer(self, operator: OperatorId) -> PeerTrust | None:
        self.asked += 1
        return self.peers.get(operator)


def scope(*chain: Any) -> dict[str, Any]:
    return {"type": "http", "headers": [], "extensions": {"tls": {"client_cert_chain": list(chain)}}}


NORTH = new_authority("northlink")


@pytest.fixture
def leaf(tmp_path: Path) -> str:
    return pem(client_identity(tmp_path, NORTH, "northlink").certificate)


def desk(*pins: str, anchor: str = pem(NORTH.certificate)) -> Desk:
    return Desk(peers={"northlink": PeerTrust(OperatorId("northlink"), (anchor,), frozenset(pins))})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"extensions": None},
        {"extensions": {}},
        {"extensions": {"tls": None}},
        {"extensions": {"tls": {}}},
        scope(),
        {"headers": [(b"client-cert", b"x")]},
    ],
)
def test_without_a_certificate_from_tls_nobody_is_let_in(given: dict[str, Any]) -> None:
    with pytest.raises(NoClientCertificate):
        desk().callers.caller_of(given)


@pytest.mark.parametrize(
    "junk", ["", "x", b"bytes", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "é"]
)
def test_what_is_no_certificate_is_refused(junk: Any) -> None:
    with pytest.raises(IdentityError):
        desk().callers.caller_of(scope(junk))


def test_an_unreadable_certificate_is_named_so() -> None:
    with pytest.raises(CertificateUnreadable):
        desk().callers.caller_of(scope("x"))


def test_a_peer_is_recognised_and_remembered(leaf: str) -> None:
    front = desk()
    first = front.callers.caller_of(scope(leaf))
    assert first.operator == "northlink"
    assert front.callers.caller_of(scope(leaf)) is first


def test_a_disabled_peer_is_refused_although_remembered(leaf: str) -> None:
    front = desk()
    front.callers.caller_of(scope(leaf))
    front.peers.clear()
    with pytest.raises(NotAPeer):
        front.callers.caller_of(scope(leaf))


def test_a_peer_whose_anchor_was_replaced_is_verified_anew(leaf: str) -> None:
    front = desk()
    front.callers.caller_of(scope(leaf))
    front.peers.update(desk(anchor=pem(new_authority("northlink").certificate)).peers)
    with pytest.raises(CertificateChainRefused):
        front.callers.caller_of(scope(leaf))


def test_a_remembered_certificate_still_expires(leaf: str) -> None:
    front = desk()
    front.callers.caller_of(scope(leaf))
    front.clock = NOW + 11 * DAY
    with pytest.raises(CertificateChainRefused):
        front.callers.caller_of(scope(leaf))


def test_a_key_that_is_not_registered_is_refused(leaf: str) -> None:
    with pytest.raises(CertificateNotPinned):
        desk("00" * 32).callers.caller_of(scope(leaf))


def test_the_context_is_built_again_when_the_peers_change(tmp_path: Path) -> None:
    server, anchors = server_identity(tmp_path, new_authority()), [pem(NORTH.certificate)]
    current = CurrentContext(
        lambda wanted: exchange_context(server.certificate_file, server.key_file, wanted), lambda: anchors
    )
    first = current()
    assert current() is first
    anchors.append(pem(new_authority("southwind").certificate))
    assert current() is not first
    assert len(current().get_ca_certs()) == 2
    anchors.clear()
    assert current().get_ca_certs() == []
