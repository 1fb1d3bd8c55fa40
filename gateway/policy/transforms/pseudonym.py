"""Pseudonyms: one audience's own names for things it must recognise but not know.

Rules:
- Stable for one audience, unlinkable between two: every audience has a key of its own.
- Classes are separate: an alarm and a service with the same internal identifier get unrelated tokens.
- A token is 80 bits of keyed BLAKE2b. Without the key it can be neither computed nor tested by trying names.

Standard: RFC 5869 (HKDF-SHA256), RFC 7693 (BLAKE2b, keyed), RFC 4648 section 6 (base32).
This module does not load or store keys.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import KeyMaterialError
from gateway.ids import AudienceId

KEY_BYTES = 32
_TOKEN_BYTES = 10
_PURPOSE = b"demarc/v1/pseudonym\x00"

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "alarm": "alm",
        "change-request": "chg",
        "circuit": "ckt",
        "event": "evt",
        "note": "nte",
        "party": "pty",
        "person": "per",
        "place": "plc",
        "reference": "ref",
        "resource": "res",
        "service": "svc",
        "service-level": "slo",
        "service-problem": "prb",
        "system": "sys",
        "trouble-ticket": "tkt",
    }
)
"""Every class of pseudonyms with the prefix of its tokens. A record's own class is the name of its type."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]

CHARACTERS = "[A-Z2-7]{16}"
"""What follows the prefix and a hyphen, as a regular expression."""


class WrongPseudonymKey(KeyMaterialError):
    """The key for pseudonyms has the wrong length."""

    code = "keys.pseudonym"
    remedy = "Use the pseudonym key that `demarc init` made."


class Pseudonymiser:
    """Makes one audience's tokens; remembers the latest ones, because records come back."""

    __slots__ = ("_begun", "token")

    def __init__(self, key: bytes, remembered: int = 8192) -> None:
        if len(key) != KEY_BYTES:
            raise WrongPseudonymKey(f"{len(key)} bytes instead of {KEY_BYTES}")
        # The class has no NUL character, so no other pair of class and name gives the same bytes.
        self._begun = {
            name: (f"{prefix}-", hashlib.blake2b(name.encode("ascii") + b"\x00", key=key, digest_size=_TOKEN_BYTES))
            for name, prefix in PREFIXES.items()
        }
        self.token = functools.lru_cache(maxsize=remembered)(self._token)
        """Return the token for a class and an internal identifier: `token("alarm", "4711")`."""

    def _token(self, pseudonym_class: str, raw: str) -> str:
        prefix, begun = self._begun[pseudonym_class]
        hashed = begun.copy()
        hashed.update(raw.encode("utf-8"))
        return prefix + _base32(hashed.digest())


def _base32(raw: bytes) -> str:
    """Return ten bytes in base32, two letters at a time; the standard library goes letter by letter."""
    bits = int.from_bytes(raw, "big")
    high, low, pairs = bits >> 40, bits & 0xFFFFFFFFFF, _PAIRS
    return (
        f"{pairs[high >> 30]}{pairs[high >> 20 & 0x3FF]}{pairs[high >> 10 & 0x3FF]}{pairs[high & 0x3FF]}"
        f"{pairs[low >> 30]}{pairs[low >> 20 & 0x3FF]}{pairs[low >> 10 & 0x3FF]}{pairs[low & 0x3FF]}"
    )


def derive_audience_key(master: bytes, audience: AudienceId) -> bytes:
    """Return the key for one audience's pseudonyms; knowing one says nothing about another or the master."""
    if len(master) < KEY_BYTES:
        raise WrongPseudonymKey(f"the master key has {len(master)} bytes, at least {KEY_BYTES} are needed")
    info = _PURPOSE + audience.encode("utf-8")
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)
