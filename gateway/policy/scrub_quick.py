"""The quick way through free text: nothing to take out, or only words that go whatever stands around them.

Rules:
- It decides only where word by word is enough. It gives way (`UNSURE`) wherever several words might say something
  together, a name might go over the edge of a word, or an escape might be in it; then `scrub` looks closely.
- What it returns, it would return unchanged: no rule applies to it any more, and no name is in it.
- What it knows of a word is worked out once and remembered; the same word gives the same always.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Final

from gateway.policy.detectors import codes_of_words, pieces_of_word, usual_form
from gateway.policy.detectors_labels import label_of
from gateway.policy.detectors_rules import CLOSE, SUSPECT
from gateway.policy.disguise_forms import is_compatible
from gateway.policy.names import NameScanner

UNSURE: Final = None

_MOST_KEPT = 50_000
_LONGEST_KEPT = 64
_NEAR = f"{CLOSE}UYhHEtTzeq0o+.x"
_BESIDE = re.compile(rf"x(?:[p&]|[{_NEAR}]|(?<=[{_NEAR}p&]x)|(?<=U[dBY]x)|[^a]{{0,3}}a)")


class _Cleaned(dict[str, str]):
    """What stands between white space, and has something that must go, without it."""

    def __missing__(self, word: str) -> str:
        usual = usual_form(word)
        cleaned = f"[{usual.lastgroup}]{word[usual.end() :]}" if usual else _without_what_must_go(word)
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[word] = cleaned
        return cleaned


def _without_what_must_go(word: str) -> str:
    parts: list[str] = []
    at = 0
    for piece in pieces_of_word(word):
        if piece.code == "x":
            parts += (word[at : piece.start], f"[{label_of(word[piece.start : piece.end])}]")
            at = piece.end
    return "".join((*parts, word[at:]))


_CLEANED_OF = _Cleaned().__getitem__


class _Verdicts(dict[str, str]):
    """Whether word by word is enough, by the codes of a text: `clean`, `words` or `unsure`.

    Most descriptions are made from a few patterns, so the same codes come again and again.
    """

    def __missing__(self, codes: str) -> str:
        is_unsure = SUSPECT.search(codes.replace("x", "i")) or _BESIDE.search(codes)
        verdict = "unsure" if is_unsure else "words" if "x" in codes else "clean"
        if len(codes) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[codes] = verdict
        return verdict


_VERDICT_OF = _Verdicts().__getitem__


def quick(text: str, scanner: NameScanner, allowed: AbstractSet[str]) -> str | None:
    """Return the clean text, or `UNSURE`."""
    words = text.split()
    by_word = codes_of_words(words)
    verdict = _VERDICT_OF("".join(by_word))
    if verdict == "clean":
        return UNSURE if scanner.may_hit(text) else text
    if verdict == "unsure" or text.count(" ") + 1 != len(words) or not (text.isascii() or is_compatible(text)):
        return UNSURE
    has_names = scanner.hits_within_words(text, allowed)
    if has_names is None:
        return UNSURE
    for at, code in enumerate(by_word):
        if "x" in code:
            words[at] = _CLEANED_OF(words[at])
    cleaned = " ".join(words)
    # Nothing new can be found in the words that stay: what stands between them divides them as before.
    return UNSURE if has_names and scanner.may_hit(cleaned) else cleaned
