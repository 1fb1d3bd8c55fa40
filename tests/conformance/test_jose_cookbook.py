"""The JOSE cookbook: RFC 8037's Ed25519 example is right, and no other algorithm of the cookbook gets in."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence import jws
from gateway.evidence.jws import KeyRefused, TokenRefused, import_jwk, verify
from tests.conftest import VECTORS

FOLDER = VECTORS / "jose-cookbook"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published vectors are not here (DEMARC_VECTORS)")


@pytest.fixture
def example():
    """Return the Ed25519 example of RFC 8037, appendix A."""
    return json.loads((FOLDER / "curve25519" / "jws.json").read_text())


@pytest.fixture
def keys(example):
    """Return its public key by its thumbprint."""
    return dict([import_jwk({name: example["input"]["key"][name] for name in ("kty", "crv", "x")})])


def test_the_thumbprint_is_that_of_rfc_8037(keys):
    assert list(keys) == ["kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"]  # appendix A.3


def test_the_published_signature_is_what_the_key_signs(example, keys):
    private = Ed25519PrivateKey.from_private_bytes(jws.decode(example["input"]["key"]["d"]))
    signature = jws.decode(example["signing"]["sig"])
    assert private.sign(example["signing"]["sig-input"].encode()) == signature
    next(iter(keys.values())).verify(signature, example["signing"]["sig-input"].encode())


def test_the_published_token_is_refused_for_its_form_alone(example, keys):
    """It has neither typ nor kid, and no JSON object as payload."""
    with pytest.raises(TokenRefused, match="header"):
        verify(example["output"]["compact"], "JWT", keys)


def test_a_private_key_is_not_enrolled(example):
    with pytest.raises(KeyRefused):
        import_jwk(example["input"]["key"])


def tokens() -> Iterator[object]:
    """Yield every serialised output of the cookbook's signatures, encryptions included."""
    for file in sorted(FOLDER.rglob("*.json")):
        output = json.loads(file.read_text()).get("output", {})
        for form, value in output.items():
            text = value if isinstance(value, str) else json.dumps(value)
            yield pytest.param(text, id=f"{file.stem}-{form}")


@pytest.mark.parametrize("token", list(tokens()))
def test_no_token_of_the_cookbook_is_taken(token, keys):
    key = next(iter(keys.values()))
    by_any_name = {**keys, "bilbo.baggins@hobbiton.example": key, "018c0ae5-4d9b-471b-bfd6-eef314bc7037": key}
    for typ in ("JWT", "JOSE", ""):
        with pytest.raises(TokenRefused):
            verify(token, typ, by_any_name)


def public_keys() -> Iterator[object]:
    """Yield every key of the cookbook that is not Ed25519."""
    for file in sorted((FOLDER / "jwk").glob("*.json")):
        yield pytest.param(json.loads(file.read_text()), id=file.stem)


@pytest.mark.parametrize("key", list(public_keys()))
def test_a_key_of_another_kind_is_not_enrolled(key):
    with pytest.raises(KeyRefused):
        import_jwk(key)
