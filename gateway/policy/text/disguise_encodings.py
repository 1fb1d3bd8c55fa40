"""What a single word may be another text in: base64, base64url, base32, hexadecimal, each perhaps compressed.

Rules:
- A word is decoded at every offset that its alphabet allows, so that it is found inside a longer one too. One that is
  written as words of a language are is decoded as a whole only, and counts only when all of it is readable.
- Only what comes out as mostly readable counts; a word of ordinary language gives noise.
- Compressed data is opened up to a fixed size. What is inside of it is looked at again, a few layers deep, until a
  word has cost as much as any honest one could: then it reads as `UNREADABLE`, and is treated as a secret.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from typing import Final

SHORTEST: Final = 6
_LONGEST = 65_536
_MOST_READ = 131_072
_MOST_REMEMBERED = 2_000
_MOST_LAYERS = 4
_MOST_KEPT = 50_000
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}")
_BASE32 = re.compile(r"[A-Za-z2-7]{7,}")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{8,}")
_READABLE = re.compile(r"[A-Za-z0-9_.:/@+\u00c0-\u024f-]{4,}")
_NOISE = re.compile(r"[^\x20-\x7e\n\u00a1-\u024f]")
_COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


UNREADABLE: Final = "\x00"
"""What a word reads as that would take too long to read."""


def readings(word: str) -> tuple[str, ...]:
    """Return every readable text that `word` may be an encoding of; empty for nearly all words."""
    found: dict[str, None] = {}
    _read(word, _MOST_LAYERS, found, _MOST_READ)
    return tuple(found)


def _read(word: str, layers: int, found: dict[str, None], left: int) -> int:
    """Add what a word reads as, and all that is inside of that; return how much may still be read."""
    if len(word) < SHORTEST or not layers:
        return left
    is_natural = word.isalpha() and (word.islower() or word.isupper() or word.istitle())
    for raw in _bytes_of(word, 1 if is_natural else 8):
        left -= len(raw)
        if left < 0:
            found[UNREADABLE] = None
            return left
        text = _NOISE.sub("\n", raw.decode(errors="replace"))
        if (_READABLE.fullmatch if is_natural else _READABLE.search)(text) and text not in found:
            found[text] = None
            for part in text.split():
                left = _read(part, layers - 1, found, left)
                if left < 0:
                    return left
    return left


class _Readings(dict[str, tuple[str, ...]]):
    def __missing__(self, word: str) -> tuple[str, ...]:
        found = readings(word)
        if len(word) <= 200 and sum(map(len, found)) <= _MOST_REMEMBERED:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[word] = found
        return found


READINGS: Final = _Readings()
"""The readings of words, worked out once each."""


def readings_in(text: str) -> Iterator[str]:
    """Yield the readings of every word of the text."""
    for found in filter(None, map(READINGS.__getitem__, text.split())):
        yield from found


def _bytes_of(word: str, offsets: int) -> Iterator[bytes]:
    for raw in _encoded(word, offsets):
        yield _opened(raw) if raw.startswith(_COMPRESSED) else raw


def _encoded(word: str, offsets: int) -> Iterator[bytes]:
    for run in _BASE64.findall(word[:_LONGEST]):
        plain = run.replace("-", "+").replace("_", "/")
        for offset in range(min(4, offsets)):
            part = plain[offset:]
            if len(part) >= SHORTEST:
                yield base64.b64decode(part[: len(part) - (len(part) % 4 == 1)] + "===")
    for run in _BASE32.findall(word[:_LONGEST]):
        if not (run.isalpha() and run.islower()):  # too many words of languages would pass
            yield from _base32(run.upper(), offsets)
    for run in _HEXADECIMAL.findall(word[:_LONGEST]):
        for offset in range(min(2, offsets)):
            yield bytes.fromhex(run[offset : len(run) - (len(run) - offset) % 2])


def _base32(run: str, offsets: int) -> Iterator[bytes]:
    for offset in range(offsets):
        part = run[offset:]
        usable = len(part) - (len(part) % 8 in {1, 3, 6})
        if usable >= 7:
            try:
                yield base64.b32decode(part[:usable] + "=" * (-usable % 8))
            except binascii.Error:
                continue  # a last letter that carries bits of nothing is no base32 at this offset


def _opened(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj(47).decompress(raw, _LONGEST)
    except zlib.error:
        return raw
