"""The one JWS profile of Demarc: compact, Ed25519, small payloads.

In this order; nothing in the payload is looked at before (5):

 (1) size       at most `MAX_TOKEN` characters
 (2) shape      three non-empty base64url parts, each in its only encoding
 (3) header     exactly `alg`, `typ` and `kid`; `alg` is EdDSA, `typ` is the expected one
 (4) key        `kid` names one of the keys the caller passed: this peer's, of this purpose
 (5) signature  RFC 8037
 (6) payload    one strict JSON object

A caller passes only the keys that may have signed, so "valid, but somebody else's" cannot be written. The payload stays
small: entries are bound by the Merkle root, never carried in a token.

Standard: RFC 7515 section 7.1, RFC 8037 section 3.1, RFC 7638.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NewType

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.errors import IdentityError
from gateway.ids import KeyId
from gateway.record import strictjson
from gateway.record.strictjson import Json

MAX_TOKEN = 8192
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_JWS = jwt.PyJWS(algorithms=["EdDSA"])
_FIELD = 2**255 - 19
_ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER_Y = frozenset({0, 1, _FIELD - 1, _ORDER_8_Y, _FIELD - _ORDER_8_Y})

Jws = NewType("Jws", str)


class TokenRefused(IdentityError):
    """The signed statement is not one that this gateway accepts."""

    code = "identity.token-refused"
    remedy = "Sign with the registered key of the right purpose, as compact JWS with EdDSA and the agreed type."


class KeyRefused(IdentityError):
    """The public key is not one that this gateway enrols."""

    code = "identity.key-refused"
    remedy = "Generate a fresh Ed25519 key; each purpose has its own."


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key together with the name under which its public part is known."""

    key: Ed25519PrivateKey
    key_id: KeyId

    @classmethod
    def of(cls, key: Ed25519PrivateKey) -> Signer:
        """Return a signer whose `key_id` is the thumbprint of its public key."""
        return cls(key, thumbprint(key.public_key()))


def sign(payload: Json, typ: str, signer: Signer) -> Jws:
    """Return `payload` as a compact JWS of type `typ`."""
    token = _JWS.encode(strictjson.dump(payload), signer.key, "EdDSA", headers={"typ": typ, "kid": signer.key_id})
    return Jws(token)


def verify(token: str, typ: str, keys: Mapping[KeyId, Ed25519PublicKey]) -> Json:
    """Return the payload of `token` if one of `keys` signed it as a `typ`.

    Args:
        token: Compact serialisation.
        typ: The only type that will do here; a receipt never passes for a checkpoint.
        keys: The keys of one party and one purpose, by thumbprint.

    Raises:
        TokenRefused: Any of the checks above failed.

    Trust: The payload is authentic. Whether its claims fit this occasion is the caller's to decide.
    """
    header = _header(token)
    if header != {"alg": "EdDSA", "typ": typ, "kid": header.get("kid")}:
        raise TokenRefused(f"the header is not exactly alg EdDSA, typ {typ} and a kid")
    key = keys.get(KeyId(header["kid"])) if isinstance(header.get("kid"), str) else None
    if key is None:
        raise TokenRefused("the kid names no key that may sign this")
    try:
        payload: bytes = _JWS.decode(token, key, algorithms=["EdDSA"])
        return strictjson.parse_object(payload)
    except jwt.PyJWTError as error:
        raise TokenRefused(f"the signature does not verify: {type(error).__name__}") from error
    except strictjson.NotStrictJson as error:
        raise TokenRefused("the payload is not a strict JSON object") from error


def _header(token: str) -> Json:
    if len(token) > MAX_TOKEN:
        raise TokenRefused(f"longer than {MAX_TOKEN} characters")
    parts = _COMPACT.fullmatch(token)
    if parts is None:
        raise TokenRefused("not three base64url parts")
    raw_header, _, _ = (decode(part) for part in parts.groups())
    try:
        return strictjson.parse_object(raw_header)
    except strictjson.NotStrictJson as error:
        raise TokenRefused("the header is not a strict JSON object") from error


def encode(raw: bytes) -> str:
    """Return base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(part: str) -> bytes:
    """Return the bytes behind base64url without padding.

    Raises:
        TokenRefused: Not base64url, or not the only spelling of these bytes (J-21).
    """
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise TokenRefused("a part is not base64url") from error
    if encode(raw) != part:
        raise TokenRefused("a part is base64url with stray bits")
    return raw


def public_jwk(key: Ed25519PublicKey) -> Json:
    """Return the public key as a JWK (RFC 8037 section 2)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_bytes_raw())}


def thumbprint(key: Ed25519PublicKey) -> KeyId:
    """Return the RFC 7638 thumbprint, base64url of SHA-256."""
    x = encode(key.public_bytes_raw())
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'  # members in lexicographic order, RFC 7638 section 3.2
    return KeyId(encode(hashlib.sha256(canonical.encode()).digest()))


def import_jwk(jwk: Json) -> tuple[KeyId, Ed25519PublicKey]:
    """Return a key from outside, after refusing the ones that verify anything (J-20).

    Raises:
        KeyRefused: Not exactly an Ed25519 public JWK, a non-canonical encoding, or a point of small order.
    """
    if set(jwk) != {"kty", "crv", "x"} or jwk["kty"] != "OKP" or jwk["crv"] != "Ed25519":
        raise KeyRefused("not exactly kty OKP, crv Ed25519 and x")
    if not isinstance(jwk["x"], str):
        raise KeyRefused("x is not a string")
    try:
        raw = decode(jwk["x"])
    except TokenRefused as error:
        raise KeyRefused("x is not canonical base64url") from error
    if len(raw) != 32 or _is_weak(raw):
        raise KeyRefused("x is not a canonical point of large order")
    key = Ed25519PublicKey.from_public_bytes(raw)
    return thumbprint(key), key


def _is_weak(raw: bytes) -> bool:
    """Tell whether the encoded point is non-canonical or of order 1, 2, 4 or 8.

    Standard: RFC 8032 section 5.1 for the field; `_SMALL_ORDER_Y` is recomputed from the curve by a test.
    """
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    return y >= _FIELD or y in _SMALL_ORDER_Y
