"""The one JWS profile: what we sign we verify, and nothing else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwcrypto import jwk
from jwcrypto import jws as other_jws

from gateway.evidence import jws
from gateway.evidence.jws import KeyRefused, Signer, TokenRefused, import_jwk, public_jwk, sign, thumbprint, verify

TYP = "demarc-test+jwt"
ALICE, BOB = (Signer.of(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in (1, 2))
KEYS = {ALICE.key_id: ALICE.key.public_key()}
CLAIMS = {"iss": "urn:demarc:operator:aurora", "size": 3, "name": "Öst"}


def test_what_is_signed_is_what_is_verified():
    assert verify(sign(CLAIMS, TYP, ALICE), TYP, KEYS) == CLAIMS


def test_signing_twice_gives_the_same_characters():
    assert sign(CLAIMS, TYP, ALICE) == sign(CLAIMS, TYP, ALICE)


def test_an_independent_library_verifies_our_tokens():
    token = other_jws.JWS()
    token.deserialize(sign(CLAIMS, TYP, ALICE))
    token.verify(jwk.JWK(**public_jwk(ALICE.key.public_key())), alg="EdDSA")
    assert token.jose_header == {"typ": TYP, "alg": "EdDSA", "kid": ALICE.key_id}


@pytest.mark.parametrize(
    ("typ", "keys"),
    [
        ("demarc-other+jwt", KEYS),
        (TYP.upper(), KEYS),
        (TYP, {}),
        (TYP, {BOB.key_id: BOB.key.public_key()}),
        (TYP, {ALICE.key_id: BOB.key.public_key()}),
        (TYP, {BOB.key_id: ALICE.key.public_key()}),
    ],
)
def test_another_type_or_key_will_not_do(typ, keys):
    with pytest.raises(TokenRefused):
        verify(sign(CLAIMS, TYP, ALICE), typ, keys)


def test_a_key_is_named_by_its_rfc_7638_thumbprint():
    assert thumbprint(ALICE.key.public_key()) == jwk.JWK(**public_jwk(ALICE.key.public_key())).thumbprint()


def test_a_public_key_survives_being_written_as_jwk():
    key_id, key = import_jwk(public_jwk(ALICE.key.public_key()))
    assert (key_id, key) == (ALICE.key_id, ALICE.key.public_key())


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "EC"},
        {"crv": "X25519"},
        {"crv": "Ed448"},
        {"d": "A" * 43},
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"x": 7},
        {"x": None},
        {"x": ""},
        {"x": "AA"},
        {"x": public_jwk(ALICE.key.public_key())["x"] + "="},
        {"x": public_jwk(ALICE.key.public_key())["x"][:-1] + "!"},
        {"x": "é" * 43},
        {"x": jws.encode(bytes(33))},
    ],
)
def test_a_jwk_of_any_other_form_is_refused(change):
    with pytest.raises(KeyRefused):
        import_jwk(public_jwk(ALICE.key.public_key()) | change)


@pytest.mark.parametrize("missing", ["kty", "crv", "x"])
def test_a_jwk_with_a_member_missing_is_refused(missing):
    whole = public_jwk(ALICE.key.public_key())
    with pytest.raises(KeyRefused):
        import_jwk({name: value for name, value in whole.items() if name != missing})
