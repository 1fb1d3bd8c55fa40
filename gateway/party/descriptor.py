"""A descriptor: how an operator makes itself known, signed by itself.

The document is one strict JSON object, `{"descriptor": {...}, "signature": "<compact JWS>"}`. The JWS carries the same
object as its payload; only that is read, and what stands beside it must be equal. A descriptor is opened in this order:

 (1) size       at most `MAX_BYTES`
 (2) form       strict JSON; exactly the members of `document`, of their types, within their bounds
 (3) keys       Ed25519, of large order, each under one purpose only (threats J-20, J-39)
 (4) signature  by one of its own seal keys; a successor's also by one of its predecessor's
 (5) time       now is within its validity

A self-signature proves that the keys belong together, not whose they are: two officers compare `fingerprint` by voice.
Pure: the caller brings the clock and the key.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime

from gateway.evidence import jws
from gateway.evidence.jws import Jws, Signer, TokenRefused
from gateway.party.document import Descriptor, DescriptorRefused, claims_of, descriptor_of, key_ids
from gateway.record import strictjson
from gateway.record.strictjson import NotStrictJson

__all__ = [
    "MAX_BYTES",
    "TYP",
    "Descriptor",
    "DescriptorRefused",
    "fingerprint",
    "open_descriptor",
    "open_successor",
    "read_descriptor",
    "require_unshared_keys",
    "sign_descriptor",
]

TYP = "demarc-descriptor+jwt"
MAX_BYTES = 32 * 1024
_LIMITS = strictjson.Limits(max_bytes=MAX_BYTES, max_depth=8, max_items=200)


def sign_descriptor(descriptor: Descriptor, seal_key: Signer) -> bytes:
    """Return the signed document of `descriptor`.

    Args:
        descriptor: What to say; of whole seconds.
        seal_key: One of its own seal keys; for a successor, one that its predecessor lists too.

    Raises:
        DescriptorRefused: Nobody would accept it: its form, or that it does not fit into one signed statement.
    """
    claims = claims_of(descriptor)
    if seal_key.key_id not in descriptor_of(claims).seal:
        raise DescriptorRefused("the signing key is not among its seal keys")
    token = jws.sign(claims, TYP, seal_key)
    if len(token) > jws.MAX_TOKEN:
        raise DescriptorRefused(f"{len(token)} characters when signed, {jws.MAX_TOKEN} at most: list fewer anchors")
    return strictjson.dump({"descriptor": claims, "signature": token})


def open_descriptor(raw: bytes, now: datetime) -> Descriptor:
    """Return the descriptor that `raw` holds.

    Args:
        raw: The document as received; its exact bytes are what `fingerprint` names.
        now: Aware UTC.

    Raises:
        DescriptorRefused: One of the checks (1) to (5) failed.

    Trust: It is whole and consistent. Whose it is, the caller learns by comparing fingerprints.
    """
    found, _ = _open(raw)
    _require_valid_at(found, now)
    return found


def read_descriptor(raw: bytes) -> Descriptor:
    """Return what a pinned descriptor says, whether or not it is valid now: checks (1) to (4) of the above.

    Raises:
        DescriptorRefused: The store was altered.
    """
    found, _ = _open(raw)
    return found


def open_successor(raw: bytes, pinned: Descriptor, now: datetime) -> Descriptor:
    """Return a newer descriptor of the peer that `pinned` describes.

    Args:
        raw: The document as received.
        pinned: The descriptor in force; whether it has expired meanwhile does not matter.
        now: Aware UTC.

    Raises:
        DescriptorRefused: It would not open, is another operator's, is not newer, or no pinned seal key signed it.

    Trust: It comes from who holds a seal key of `pinned`; no fingerprint need be compared.
    """
    found, token = _open(raw)
    _require_valid_at(found, now)
    if found.operator != pinned.operator:
        raise DescriptorRefused("it describes another operator")
    if found.sequence <= pinned.sequence:
        raise DescriptorRefused("its sequence is not newer than that of the descriptor in force")
    try:
        jws.verify(token, TYP, pinned.seal)
    except TokenRefused as error:
        raise DescriptorRefused("no seal key of the descriptor in force signed it") from error
    return found


def require_unshared_keys(candidate: Descriptor, others: Iterable[Descriptor]) -> None:
    """Refuse a descriptor that lists a signing key of somebody else (threat J-38).

    Args:
        candidate: About to be enrolled.
        others: Descriptors of all other peers and our own; those of `candidate`'s operator do not count.

    Raises:
        DescriptorRefused: A key is shared; both operators must be asked.
    """
    elsewhere = key_ids(other for other in others if other.operator != candidate.operator)
    if elsewhere & key_ids([candidate]):
        raise DescriptorRefused("it lists a key that another operator has")


def fingerprint(raw: bytes) -> str:
    """Return 140 bits of the document's SHA-256 as seven groups of four letters and digits, to be read aloud."""
    letters = base64.b32encode(hashlib.sha256(raw).digest()).decode("ascii")[:28]
    return "-".join(letters[start : start + 4] for start in range(0, 28, 4))


def _open(raw: bytes) -> tuple[Descriptor, Jws]:
    try:
        document = strictjson.parse_object(raw, _LIMITS)
    except NotStrictJson as error:
        raise DescriptorRefused(f"not strict JSON: {error.reason}") from error
    claims, token = document.get("descriptor"), document.get("signature")
    if document.keys() != {"descriptor", "signature"} or not isinstance(claims, dict) or not isinstance(token, str):
        raise DescriptorRefused("not exactly an object `descriptor` and a text `signature`")
    unverified = descriptor_of(claims)
    try:
        signed = jws.verify(token, TYP, unverified.seal)
    except TokenRefused as error:
        raise DescriptorRefused(f"its signature does not hold: {error}") from error
    verified = descriptor_of(signed)
    if verified != unverified:
        raise DescriptorRefused("what is signed is not what stands beside the signature")
    return verified, Jws(token)


def _require_valid_at(found: Descriptor, now: datetime) -> None:
    if now < found.not_before:
        raise DescriptorRefused("it is not valid yet")
    if now > found.not_after:
        raise DescriptorRefused("it is not valid any more")
