"""What the audience signs: "up to here I hold the same log as you, durably".

A receipt says nothing about whether a record was accepted or acted upon; those are business answers of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.errors import PeerError
from gateway.evidence import checkpoint as cp
from gateway.evidence import jws
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.jws import Jws, Signer
from gateway.ids import KeyId

TYP = "demarc-receipt+jwt"
_CLAIMS = {"iss": str, "aud": str, "stream": str, "size": int, "root": str, "iat": int, "cp": str}


class ReceiptMismatch(PeerError):
    """The receipt does not acknowledge what was sent."""

    code = "peer.receipt-mismatch"
    remedy = "Ask the other operator to compare its stream with ours; nothing counts as delivered until a receipt fits."


@dataclass(frozen=True, slots=True)
class Receipt:
    """The claims of a receipt: the checkpoint's, seen from the audience, and the digest of the checkpoint itself."""

    held: Checkpoint
    checkpoint_digest: str


def issue(checkpoint: Checkpoint, token: Jws, issued_at: int, signer: Signer) -> Jws:
    """Return the audience's receipt for `checkpoint`, whose signed form is `token`."""
    mirrored = Checkpoint(
        checkpoint.audience, checkpoint.issuer, checkpoint.stream, checkpoint.size, checkpoint.root, issued_at
    )
    return jws.sign({**cp.claims_of(mirrored), "cp": cp.digest(token)}, TYP, signer)


def open_receipt(token: str, receipt_keys: Mapping[KeyId, Ed25519PublicKey]) -> Receipt:
    """Return the claims of a receipt that one of `receipt_keys` signed, or raise `TokenRefused`."""
    claims = jws.verify(token, TYP, receipt_keys)
    return Receipt(cp.checkpoint_of(claims, _CLAIMS), str(claims["cp"]))


def require_acknowledges(receipt: Receipt, checkpoint: Checkpoint, token: Jws) -> None:
    """Check that `receipt` is the audience's word for exactly this checkpoint.

    Raises:
        ReceiptMismatch: Another issuer, audience, stream, size, root or checkpoint. What was sent stays open.
    """
    held = receipt.held
    told = (held.issuer, held.audience, held.stream, held.size, held.root, receipt.checkpoint_digest)
    sent = (
        checkpoint.audience,
        checkpoint.issuer,
        checkpoint.stream,
        checkpoint.size,
        checkpoint.root,
        cp.digest(token),
    )
    if told != sent:
        names = ("iss", "aud", "stream", "size", "root", "cp")
        differing = [name for name, one, other in zip(names, told, sent, strict=True) if one != other]
        raise ReceiptMismatch(f"the receipt for {checkpoint.stream} differs in {', '.join(differing)}")
