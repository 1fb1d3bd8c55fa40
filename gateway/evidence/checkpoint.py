"""What the origin signs: "this stream has this many entries and this root"."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.evidence import jws
from gateway.evidence.jws import Jws, Signer, TokenRefused
from gateway.ids import AudienceId, KeyId, RootHash, StreamName
from gateway.record.strictjson import Json

TYP = "demarc-checkpoint+jwt"
_CLAIMS = {"iss": str, "aud": str, "stream": str, "size": int, "root": str, "iat": int}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The claims of a checkpoint.

    `issued_at` is whole seconds since the epoch; `size` counts entries; `root` is the RFC 9162 root over them.
    """

    issuer: AudienceId
    audience: AudienceId
    stream: StreamName
    size: int
    root: RootHash
    issued_at: int


def issue(checkpoint: Checkpoint, signer: Signer) -> Jws:
    """Return the checkpoint signed with the origin's `seal` key."""
    return jws.sign(claims_of(checkpoint), TYP, signer)


def open_checkpoint(token: str, seal_keys: Mapping[KeyId, Ed25519PublicKey]) -> Checkpoint:
    """Return the claims of a checkpoint that one of `seal_keys` signed.

    Raises:
        TokenRefused: It is not genuine, or its claims have not exactly the form of a checkpoint.

    Trust: Authentic. Who the issuer, audience and stream ought to be is checked by `gateway.evidence.stream`.
    """
    return checkpoint_of(jws.verify(token, TYP, seal_keys), _CLAIMS)


def claims_of(checkpoint: Checkpoint) -> Json:
    """Return the six claims in the order of the design."""
    return {
        "iss": checkpoint.issuer,
        "aud": checkpoint.audience,
        "stream": checkpoint.stream,
        "size": checkpoint.size,
        "root": jws.encode(checkpoint.root),
        "iat": checkpoint.issued_at,
    }


def checkpoint_of(claims: Json, form: Mapping[str, type]) -> Checkpoint:
    """Return the six common claims, after checking that `claims` has exactly the members and types of `form`."""
    if set(claims) != set(form) or any(type(claims[name]) is not kind for name, kind in form.items()):
        raise TokenRefused("the claims have not the agreed names and types")
    root = jws.decode(claims["root"])
    if len(root) != 32 or claims["size"] < 0 or claims["iat"] < 0:
        raise TokenRefused("the root is not 32 bytes, or a number is negative")
    return Checkpoint(
        AudienceId(claims["iss"]),
        AudienceId(claims["aud"]),
        StreamName(claims["stream"]),
        claims["size"],
        RootHash(root),
        claims["iat"],
    )


def digest(token: Jws) -> str:
    """Return what a receipt binds: base64url SHA-256 of the checkpoint's exact characters."""
    return jws.encode(hashlib.sha256(token.encode("ascii")).digest())
