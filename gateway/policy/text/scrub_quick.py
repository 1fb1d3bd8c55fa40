"""The quick way through free text: nothing to take out, or only words that go whatever stands around them.

Rules:
- It decides only where word by word is enough. It gives way (`UNSURE`) wherever several words might say something
  together, a name might go over the edge of a word, or an escape might be in it; then `scrub` looks closely.
- What it returns, it would return unchanged: no rule applies to it any more, and no name is in it.
- What it knows of a word, and of texts that differ in digits only, is worked out once and remembered. What it returns
  is the same as if it were not.
"""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple, TypeAlias

from gateway.policy.text.detectors import TOKEN, WHATEVER_THE_DIGITS, code_of_usual, pieces_of_word, usual_form
from gateway.policy.text.detectors_labels import label_of
from gateway.policy.text.detectors_rules import CLOSE, SUSPECT
from gateway.policy.text.disguise_forms import is_compatible
from gateway.policy.text.names import NameScanner

UNSURE: Final = None

_MOST_KEPT = 50_000
_LONGEST_KEPT = 64
_MOST_SHAPES = 10_000
_LONGEST_SHAPE = 512
_SHAPE = bytes(range(256)).translate(bytes.maketrans(b"123456789", b"000000000"))
_DIGIT = re.compile("[0-9]")
_NEAR = f"{CLOSE}UYhHEtTzeq0o+.x"
_BESIDE = re.compile(rf"x(?:[p&]|[{_NEAR}]|(?<=[{_NEAR}p&]x)|(?<=U[dBY]x)|[^a]{{0,3}}a)")


_Word: TypeAlias = tuple[str, str, str]
"""Its codes; the word without what must go, where something must; and itself, if nothing of it then stays."""


class _Words(dict[str, _Word]):
    """What stands between white space."""

    def __missing__(self, word: str) -> _Word:
        usual = usual_form(word)
        if usual:
            code, label = code_of_usual(usual)
            if label:
                return code, f"[{label}]{word[usual.end() :]}", word  # not kept: hardly one of them comes again
            found = code, "", ""
        else:
            found = _read(word)
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[word] = found
        return found


def _read(word: str) -> _Word:
    pieces = pieces_of_word(word)
    codes = "".join(piece.code for piece in pieces)
    if "x" not in codes:
        return codes, "", ""
    parts: list[str] = []
    at = 0
    for piece in pieces:
        if piece.code == "x":
            parts += (word[at : piece.start], f"[{label_of(word[piece.start : piece.end])}]")
            at = piece.end
    cleaned = "".join((*parts, word[at:]))
    return codes, cleaned, "" if any(map(str.isalnum, TOKEN.sub("", cleaned))) else word


_WORD_OF = _Words().__getitem__


class _Verdicts(dict[str, bool]):
    """Whether word by word is enough, by the codes of a text."""

    def __missing__(self, codes: str) -> bool:
        is_enough = not SUSPECT.search(codes.replace("x", "i")) and not _BESIDE.search(codes)
        if len(codes) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[codes] = is_enough
        return is_enough


_IS_ENOUGH = _Verdicts().__getitem__


class _Gone(NamedTuple):
    """A word with something that must go: where it stands, and which of the looked at it is, or what stays of it."""

    place: slice
    looked_at: int | None
    stays: str


class _Pattern(NamedTuple):
    """What texts have in common that differ in digits only: most are made by machines, from a few patterns.

    Attributes:
        places: The words to look at: those that other digits can make something else. All others are the same.
        codes: What these words are. Where they are something else, the pattern says nothing.
        goes: The words with something that must go.
    """

    places: tuple[slice, ...]
    codes: list[str]
    goes: tuple[_Gone, ...]


_CLEAN: Final = _Pattern((), [], ())
"""A text with nothing in it that goes; says nothing of others."""

_PATTERNS: dict[bytes, _Pattern] = {}


def quick(text: str, scanner: NameScanner, allowed: AbstractSet[str]) -> str | None:
    """Return the clean text, or `UNSURE`."""
    shape = text.encode(errors="surrogatepass").translate(_SHAPE)
    pattern = _PATTERNS.get(shape, _CLEAN)
    words = [_WORD_OF(text[place]) for place in pattern.places]
    if pattern is _CLEAN or [word[0] for word in words] != pattern.codes:
        made = _made_pattern(text, shape)
        if made is UNSURE:
            return UNSURE
        pattern = made
        words = [_WORD_OF(text[place]) for place in pattern.places]
    if not pattern.goes:
        return UNSURE if scanner.may_hit(text) else text
    gone: list[str] = []
    parts: list[str] = []
    end = 0
    for place, looked_at, stays in pattern.goes:
        if looked_at is None:
            gone.append(text[place])
        else:
            _, stays, word = words[looked_at]  # noqa: PLW2901
            gone.append(word)
        parts += (text[end : place.start], stays)
        end = place.stop
    # Nothing new can be found in the words that stay: what stands between them divides them as before.
    return "".join((*parts, text[end:])) if scanner.are_all_within(gone, text, allowed) else UNSURE


def _made_pattern(text: str, shape: bytes) -> _Pattern | None:
    words = text.split()
    by_word = [_WORD_OF(word)[0] for word in words]
    codes = "".join(by_word)
    if not _IS_ENOUGH(codes):
        return UNSURE
    if " ".join(words) != text:  # only then do the places below fit
        return UNSURE if "x" in codes else _CLEAN
    if "x" in codes and not is_compatible(text):
        return UNSURE
    pattern = _pattern_of(words, by_word)
    if len(shape) <= _LONGEST_SHAPE:
        if len(_PATTERNS) >= _MOST_SHAPES:
            _PATTERNS.clear()
        _PATTERNS[shape] = pattern
    return pattern


def _pattern_of(words: list[str], by_word: list[str]) -> _Pattern:
    places: list[slice] = []
    looked_at: list[str] = []
    goes: list[_Gone] = []
    for word, codes, end in zip(words, by_word, _ends(words), strict=False):
        place, usual = slice(end - len(word), end), usual_form(word)
        if usual and usual.lastgroup in WHATEVER_THE_DIGITS:
            if codes == "x":
                goes.append(_Gone(place, None, _WORD_OF(word)[1]))
        elif "x" in codes or _DIGIT.search(word):
            if "x" in codes:
                goes.append(_Gone(place, len(places), ""))
            places.append(place)
            looked_at.append(codes)
    return _Pattern(tuple(places), looked_at, tuple(goes))


def _ends(words: list[str]) -> Iterator[int]:
    """Yield where words end between which there is one blank."""
    return map(operator.add, itertools.accumulate(map(len, words)), itertools.count())
