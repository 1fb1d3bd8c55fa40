"""Check that the acts are all there and as they were filed: the chain of digests, and the signature under each act.

An officer who notes the head that is printed (`NUMBER:DIGEST`) can ask later whether it is still part of the chain; a
store that was restored from an older backup does not have it (threat P-17).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.errors import StorageError
from gateway.policy.approval.officers import Officer, SignatureRefused, require_signed
from gateway.ports import InsideWork, Store
from gateway.ports.acts import BEGINNING, Act, chained

_AT_A_TIME = 500


class ActsAltered(StorageError):
    """The chain of acts does not hold."""

    code = "storage.acts-altered"
    remedy = "Keep the store as evidence, restore a backup, and find out who wrote to it."
    retryable = False


@dataclass(frozen=True, slots=True)
class Verified:
    """How many acts hold together, and how many signatures verify."""

    count: int
    signatures: int


def verify(store: Store[InsideWork], expect: str | None = None) -> Verified:
    """Check every act from the first one on, in bounded memory.

    Args:
        store: Of the inside.
        expect: `NUMBER:DIGEST` of an act that must be among them.

    Raises:
        ActsAltered: An act is missing, altered, or not signed by whom it names; or the expected one is not there.
    """
    signatures, count, former = 0, 0, BEGINNING
    found = expect is None
    officers: dict[str, Officer] = {}
    with store.read() as work:
        for act in _every(work):
            count += 1
            if act.number != count or act.former != former or chained(act) != act.digest:
                raise ActsAltered(f"act {count} does not follow the one before")
            former = act.digest
            if act.kind == "officer.added":
                officers[act.body["name"]] = _enrolled(act)
            signatures += _verify_signature(act, officers)
            found = found or f"{act.number}:{act.digest.hex()}" == expect
    if not found:
        raise ActsAltered(f"{expect} is not among the {count} acts: the store is another one, or older")
    return Verified(count, signatures)


def _every(work: InsideWork) -> Iterator[Act]:
    last = 0
    while acts := work.office.acts.after(last, _AT_A_TIME):
        yield from acts
        last = acts[-1].number


def _enrolled(act: Act) -> Officer:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(act.body["key"]))
    return Officer(act.body["name"], act.body["person"], key, act.at)


def _verify_signature(act: Act, officers: dict[str, Officer]) -> int:
    """Check the signature of an act that has an officer; return how many were checked."""
    if act.officer is None:
        return 0
    about = {name: value for name, value in act.body.items() if name != "signature"}
    try:
        require_signed(act.body["signature"], officers[act.officer], act.kind, **about)
    except (KeyError, SignatureRefused) as error:
        raise ActsAltered(f"act {act.number} is not signed by {act.officer}") from error
    return 1
