"""Descriptors: what is signed is what is read, and nothing else opens."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import IdentityError
from gateway.evidence import jws
from gateway.evidence.jws import Signer
from gateway.ids import OperatorId
from gateway.party.descriptor import (
    TYP,
    Descriptor,
    DescriptorRefused,
    fingerprint,
    open_descriptor,
    open_successor,
    require_unshared_keys,
    sign_descriptor,
)
from tests.pki import client_identity, new_authority, pem

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SEAL, RECEIPT, OTHER = (Signer.of(Ed25519PrivateKey.generate()) for _ in range(3))
AUTHORITY = new_authority("northlink")
NORTHLINK = Descriptor(
    operator=OperatorId("northlink"),
    name="Northlink Ab Öst",
    contact="noc@northlink.example",
    exchange="https://gateway.northlink.example:8443",
    protocol_versions=("1",),
    anchors=(pem(AUTHORITY.certificate),),
    spki_pins=frozenset(),
    seal={SEAL.key_id: SEAL.key.public_key()},
    receipt={RECEIPT.key_id: RECEIPT.key.public_key()},
    not_before=NOW,
    not_after=NOW + timedelta(days=365),
    sequence=1,
)
RAW = sign_descriptor(NORTHLINK, SEAL)


def changed(**members: Any) -> bytes:
    """Return NORTHLINK's document with other members, signed by its own seal key all the same."""
    claims = json.loads(RAW)["descriptor"] | members
    return json.dumps({"descriptor": claims, "signature": jws.sign(claims, TYP, SEAL)}).encode()


def test_a_descriptor_opens_as_it_was_signed() -> None:
    assert open_descriptor(RAW, NOW) == NORTHLINK


@pytest.mark.parametrize("moment", [NOW - timedelta(seconds=1), NOW + timedelta(days=365, seconds=1)])
def test_a_descriptor_is_refused_outside_its_validity(moment: datetime) -> None:
    with pytest.raises(DescriptorRefused, match="valid"):
        open_descriptor(RAW, moment)


@pytest.mark.parametrize(
    "members",
    [
        {"operator": "North"},
        {"operator": 7},
        {"name": ""},
        {"name": "a\u202eb"},
        {"name": "x" * 201},
        {"contact": None},
        {"exchange": "http://gateway.test"},
        {"exchange": "https://user@gateway.test"},
        {"exchange": "https://gateway.test/"},
        {"exchange": "https://gateway.test?x=y"},
        {"exchange": "https://gateway.test:x"},
        {"exchange": "https://"},
        {"protocolVersions": []},
        {"protocolVersions": [1]},
        {"protocolVersions": ["1"] * 9},
        {"tls": {}},
        {"tls": {"anchors": [], "spkiPins": []}},
        {"tls": {"anchors": ["x"], "spkiPins": []}},
        {"tls": {"anchors": NORTHLINK.anchors, "spkiPins": ["AA" * 32]}},
        {"tls": {"anchors": [NORTHLINK.anchors[0] * 2], "spkiPins": []}},
        {"keys": {"seal": {"keys": []}, "receipt": {"keys": []}}},
        {"notBefore": "2026-11-23"},
        {"notBefore": "2026-13-23T00:00:00Z"},
        {"notAfter": "2020-01-01T00:00:00Z"},
        {"sequence": 0},
        {"sequence": True},
        {"sequence": 1.0},
        {"more": 1},
    ],
)
def test_another_form_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(DescriptorRefused):
        open_descriptor(changed(**members), NOW)


def jwks(*signers: Signer) -> dict[str, Any]:
    return {"keys": [jws.public_jwk(signer.key.public_key()) for signer in signers]}


@pytest.mark.parametrize(
    "keys",
    [
        {"seal": jwks(SEAL), "receipt": jwks(SEAL)},
        {"seal": jwks(SEAL), "receipt": jwks(RECEIPT, SEAL)},
        {"seal": jwks(SEAL, SEAL), "receipt": jwks(RECEIPT)},
        {"seal": jwks(SEAL), "receipt": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}]}},
        {"seal": jwks(SEAL), "receipt": {"keys": [{"kty": "oct", "k": "AAAA"}]}},
        {"seal": jwks(SEAL), "receipt": {"keys": ["x"]}},
        {"seal": jwks(SEAL), "receipt": jwks(RECEIPT), "tls": jwks(OTHER)},
    ],
)
def test_j20_j38_j39_doubtful_keys_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(DescriptorRefused):
        open_descriptor(changed(keys=keys), NOW)


def test_j39_a_tls_anchors_key_is_no_signing_key() -> None:
    from cryptography import x509

    template = AUTHORITY.certificate
    builder = x509.CertificateBuilder(
        template.subject, template.subject, SEAL.key.public_key(), 1, NOW, NOW + timedelta(1)
    )
    anchor = builder.add_extension(x509.BasicConstraints(True, 0), True).sign(SEAL.key, None)
    with pytest.raises(DescriptorRefused, match="TLS anchor"):
        sign_descriptor(dataclasses.replace(NORTHLINK, anchors=(pem(anchor),)), SEAL)


def test_a_leaf_is_no_anchor(tmp_path: Any) -> None:
    leaf = client_identity(tmp_path, AUTHORITY, "northlink").certificate
    with pytest.raises(DescriptorRefused, match="authority"):
        sign_descriptor(dataclasses.replace(NORTHLINK, anchors=(pem(leaf),)), SEAL)


def test_a_private_key_beside_the_certificate_is_refused() -> None:
    with_key = NORTHLINK.anchors[0] + "-----BEGIN PRIVATE" + " KEY-----\n"
    with pytest.raises(DescriptorRefused):
        sign_descriptor(dataclasses.replace(NORTHLINK, anchors=(with_key,)), SEAL)


def test_only_an_own_seal_key_signs() -> None:
    for signer in (RECEIPT, OTHER):
        with pytest.raises(DescriptorRefused):
            sign_descriptor(NORTHLINK, signer)
        document = json.loads(RAW)
        document["signature"] = jws.sign(document["descriptor"], TYP, signer)
        with pytest.raises(DescriptorRefused, match="signature"):
            open_descriptor(json.dumps(document).encode(), NOW)


def test_what_stands_beside_the_signature_must_be_what_is_signed() -> None:
    document = json.loads(RAW)
    document["descriptor"]["exchange"] = "https://elsewhere.example"
    with pytest.raises(DescriptorRefused, match="beside"):
        open_descriptor(json.dumps(document).encode(), NOW)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"descriptor":1,"signature":2}', RAW + b"x", RAW * 9, RAW[:-1]])
def test_what_is_no_document_is_refused(raw: bytes) -> None:
    with pytest.raises(DescriptorRefused):
        open_descriptor(raw, NOW)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_no_changed_byte_is_accepted_as_the_same(place: int, change: int) -> None:
    raw = bytearray(RAW)
    raw[place] ^= change
    try:
        opened = open_descriptor(bytes(raw), NOW)
    except IdentityError:
        return
    assert opened == NORTHLINK  # a PEM body may hold a space where a line ended; the certificate is the same
    assert fingerprint(bytes(raw)) != fingerprint(RAW)


def test_an_anchor_of_an_unknown_version_is_refused() -> None:
    der = bytearray(AUTHORITY.certificate.public_bytes(Encoding.DER))
    der[der.index(b"\xa0\x03\x02\x01\x02") + 4] = 10
    anchor = f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(bytes(der)).decode()}-----END CERTIFICATE-----\n"
    tls = json.loads(RAW)["descriptor"]["tls"] | {"anchors": [anchor]}
    with pytest.raises(DescriptorRefused, match=r"tls\.anchors"):
        open_descriptor(changed(tls=tls), NOW)


def successor(**members: Any) -> Descriptor:
    keys = {"seal": {**NORTHLINK.seal, OTHER.key_id: OTHER.key.public_key()}}
    return dataclasses.replace(NORTHLINK, **({"sequence": 2} | keys | members))


def test_a_newer_descriptor_signed_by_a_pinned_key_succeeds() -> None:
    later = NOW + timedelta(days=300)
    assert open_successor(sign_descriptor(successor(), SEAL), NORTHLINK, later) == successor()


def test_a_successor_needs_a_key_of_its_predecessor() -> None:
    with pytest.raises(DescriptorRefused, match="in force signed"):
        open_successor(sign_descriptor(successor(), OTHER), NORTHLINK, NOW)


@pytest.mark.parametrize("members", [{"sequence": 1}, {"operator": OperatorId("southwind")}])
def test_a_successor_is_newer_and_of_the_same_operator(members: dict[str, Any]) -> None:
    with pytest.raises(DescriptorRefused):
        open_successor(sign_descriptor(successor(**members), SEAL), NORTHLINK, NOW)


def test_j38_a_key_of_two_operators_is_refused() -> None:
    copy = dataclasses.replace(NORTHLINK, operator=OperatorId("southwind"), sequence=9)
    with pytest.raises(DescriptorRefused, match="another operator"):
        require_unshared_keys(copy, [NORTHLINK])
    require_unshared_keys(dataclasses.replace(NORTHLINK, sequence=2), [NORTHLINK])


def test_a_fingerprint_is_short_and_names_the_bytes() -> None:
    assert len(fingerprint(RAW)) == 34
    assert set(map(len, fingerprint(RAW).split("-"))) == {4}
    assert fingerprint(RAW) != fingerprint(RAW + b" ")


def test_a_descriptor_that_fits_no_signed_statement_is_refused_when_made() -> None:
    anchors = tuple(pem(new_authority(f"a{n}").certificate) + "\n" * 3000 for n in range(4))
    with pytest.raises(DescriptorRefused):
        sign_descriptor(dataclasses.replace(NORTHLINK, anchors=anchors), SEAL)
