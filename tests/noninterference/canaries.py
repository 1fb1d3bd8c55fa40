"""The second net: no hidden text may leave in any disguise, also where both worlds wrongly agree.

It has its own way of undoing disguises, so that a fault in the gateway's is not repeated here.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from tests.noninterference.vocabulary import CANARY

_RUN = re.compile(rb"[A-Za-z0-9+/_=-]{16,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
_BASE32 = re.compile(rb"[A-Z2-7]{16,}")
_SEPARATORS = re.compile(r"[\W_]+")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_DEEPEST = 3


class Net:
    """Looks for some canaries in whatever leaves."""

    def __init__(self, hidden: frozenset[str]) -> None:
        self._hidden = hidden
        self._backwards = {word[::-1]: word for word in hidden}

    def escaped(self, raws: list[bytes]) -> list[str]:
        """Return the hidden canaries that occur in these bytes, in any form, with the place in the list."""
        found: dict[str, None] = {}
        known: set[bytes] = set()
        for number, raw in enumerate(raws):
            for piece in set(raw.splitlines()) - known:
                known.add(piece)
                for word in self._in(piece, 0):
                    found[f"{word} in observation {number}"] = None
        return list(found)

    def _in(self, raw: bytes, depth: int) -> Iterator[str]:
        text = normal(raw)
        # Canaries have a form of their own, so one search finds all that could be one.
        for form in (text, _SEPARATORS.sub("", text)):
            yield from (word for word in _windows(form) if word in self._hidden)
            yield from (self._backwards[word] for word in _windows(form, backwards=True) if word in self._backwards)
        if depth < _DEEPEST:
            for inner in _unpacked(raw):
                yield from self._in(inner, depth + 1)


_REVERSED = re.compile(r"(?=([2-9]{2}[bcdfghjkmnpqrstvwxz]{4}[2-9]{2}[bcdfghjkmnpqrstvwxz]{2}q[bcdfghjkmnpqrstvwxz]))")
_OVERLAPPING = re.compile(f"(?=({CANARY.pattern}))")


def _windows(text: str, *, backwards: bool = False) -> list[str]:
    return (_REVERSED if backwards else _OVERLAPPING).findall(text)


def normal(raw: bytes) -> str:
    """Return bytes as text without percent, HTML and JSON escapes, compatibility forms and invisible characters."""
    text = raw.decode("utf-8", "replace")
    for _ in range(_DEEPEST):
        undone = unquote_to_bytes(text).decode("utf-8", "replace") if "%" in text else text
        undone = html.unescape(undone) if "&" in undone else undone
        undone = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), undone) if "\\u" in undone else undone
        if undone == text:
            break
        text = undone
    if text.isascii():
        return text.lower()
    visible = "".join(
        one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) not in ("Cf", "Mn")
    )
    return visible.casefold()


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """Yield what base64, hexadecimal digits and gzip in these bytes stand for."""
    for run in _RUN.findall(raw):
        padded = run.rstrip(b"=") + b"=" * (-len(run.rstrip(b"=")) % 4)
        try:
            yield base64.b64decode(padded.replace(b"-", b"+").replace(b"_", b"/"), validate=True)
        except (binascii.Error, ValueError):
            continue
    for run in _BASE32.findall(raw):
        yield base64.b32decode(run[: len(run) // 8 * 8])
    for run in _HEX.findall(raw):
        yield binascii.unhexlify(run)
    at = raw.find(b"\x1f\x8b\x08")
    if at >= 0:
        try:
            yield gzip.decompress(raw[at:])
        except (OSError, EOFError):
            return
