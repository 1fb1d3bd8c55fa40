"""An act in words that other commands take: ids of drafts, beginnings of digests of policies, ids of keys."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.cli.policy.files import short
from gateway.evidence.jws import thumbprint

if TYPE_CHECKING:
    from gateway.ports.acts import Act

_ID, _DIGEST = 16, 12
_SIGNED = frozenset({"signature", "policy", "diff", "base"})
"""What a signature covers beside the draft; `acts --verify` checks it, and nobody reads it."""


def about(act: Act) -> str:
    """Return what an act is about."""
    return ", ".join(_said(act.body, is_of_draft="draft" in act.body))


def _said(body: dict[str, Any], *, is_of_draft: bool) -> Iterator[str]:
    for name, value in body.items():
        if name == "signature" or (is_of_draft and name in _SIGNED):
            continue
        match name:
            case "draft":
                yield f"draft {value[:_ID]}"
            case "parts":
                yield from (f"{short(audience)} {policy[:_DIGEST]}" for audience, policy in value)
            case "audience":
                yield short(value)
            case "key":
                yield f"key {thumbprint(Ed25519PublicKey.from_public_bytes(base64.b64decode(value)))}"
            case "entries":
                yield f"entries {value[0]} to {value[1] - 1}" if value[1] > value[0] else "no entries"
            case "digest":
                yield f"digest {value[:_DIGEST]}"
            case _:
                yield f"{name} {value}"
