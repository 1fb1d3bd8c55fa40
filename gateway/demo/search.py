"""Look for names in bytes that have left, as somebody would who wants to find them.

Rules:
- Letter case does not matter.
- A name of eight or more characters counts wherever it stands, also inside a longer word.
- A shorter one counts where it stands by itself, not inside a longer word: `acme` turns up by chance in the random
  characters of signatures and pseudonyms, about once in a million.
- Signed tokens are base64url: what they say is decoded and searched too.

Knows nothing of policies, contracts or the egress check: it is the proof that does not rest on them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable

ANYWHERE_FROM = 8
_TOKEN = re.compile(rb"[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{8,})+")


def names_in(raw: bytes, names: Iterable[str]) -> frozenset[str]:
    """Return those of `names` that are in `raw`, or in what the signed tokens in it say."""
    heap = raw.lower() + b"\n" + b"\n".join(_told_by_tokens(raw)).lower()
    return frozenset(name for name in names if _is_in(heap, name.lower().encode()))


def _is_in(heap: bytes, name: bytes) -> bool:
    if name not in heap:  # much faster than the expression below, and nearly always true
        return False
    if len(name) >= ANYWHERE_FROM:
        return True
    return re.search(rb"(?<![a-z0-9])" + re.escape(name) + rb"(?![a-z0-9])", heap) is not None


def _told_by_tokens(raw: bytes) -> Iterable[bytes]:
    for token in _TOKEN.findall(raw):
        for part in token.split(b"."):
            try:
                yield base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
            except binascii.Error:
                continue
