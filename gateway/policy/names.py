"""Find names of the inventory in text that is about to leave.

Rules:
- Text and names are compared in normal forms: compatibility-composed, case-folded, without characters that nobody
  sees; and once more with percent-encoding undone. `FORMS` lists them; further disguises are further forms.
- A hit is a name as a whole: the characters beside it are not letters or digits.
- Names shorter than four characters are no identifiers and are ignored.
- A name that lies inside a longer name which the reader knows is no hit: `Paris` in its own service `EPL Paris-Lyon`.

A scanner is immutable. Building one for 20,000 names takes some tens of milliseconds, so it is rebuilt when the
inventory has changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from urllib.parse import unquote

from ahocorasick_rs import AhoCorasick, MatchKind

SHORTEST = 4

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)


def normal(text: str) -> str:
    """Return `text` as it is compared: NFKC, case-folded, without invisible characters."""
    if text.isascii():
        return text.lower()
    visible = _INVISIBLE.sub("", text)
    folded = unicodedata.normalize("NFKC", visible).casefold()
    # Folding can undo composition, so compose once more; what NFKC made visible or invisible is settled with it.
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", folded))


def _undo_percent(text: str) -> str | None:
    """Return the text with percent-encoding undone once, or None when there is none."""
    return normal(unquote(text, errors="replace")) if "%" in text else None


FORMS: tuple[Callable[[str], str | None], ...] = (_undo_percent,)
"""Further forms of a normal text; None where the form adds nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """A name as it stands in one form of a text; `names` are all known spellings with that normal form."""

    start: int
    end: int
    names: frozenset[str]


class NameScanner:
    """All names of an inventory as one automaton."""

    __slots__ = ("_automaton", "_spellings")

    def __init__(self, names: Iterable[str]) -> None:
        spellings: dict[str, set[str]] = {}
        for name in names:
            form = normal(name).strip()
            if len(form) >= SHORTEST:
                spellings.setdefault(form, set()).add(name)
        self._spellings = [(form, frozenset(spelt)) for form, spelt in sorted(spellings.items())]
        forms = [form for form, _ in self._spellings]
        self._automaton = AhoCorasick(forms, matchkind=MatchKind.Standard, store_patterns=False)

    def hits(self, text: str, allowed: AbstractSet[str] = frozenset()) -> frozenset[str]:
        """Return the names in `text`, in the inventory's spelling, except those that the reader knows.

        Args:
            text: Anything; only this text is looked at, so join parts with a line break.
            allowed: Names that the reader knows, in the inventory's spelling.
        """
        form = normal(text)
        found = self._unknown(form, allowed)
        for further in FORMS:
            other = further(form)
            if other is not None:
                found |= self._unknown(other, allowed)
        return found

    def _unknown(self, form: str, allowed: AbstractSet[str]) -> frozenset[str]:
        raw = self._automaton.find_matches_as_indexes(form, overlapping=True)
        if not raw:
            return frozenset()
        matches = list(self._whole(form, raw))
        found: set[str] = set()
        covered = 0  # how far a known name that began at or before here reaches
        # Longer ones first where several begin at one place, so that one sweep sees what surrounds a match before it.
        for match in sorted(matches, key=lambda one: (one.start, -one.end)):
            if not match.names.isdisjoint(allowed):
                covered = max(covered, match.end)
            elif match.end > covered:
                found |= match.names
        return frozenset(found)

    def _whole(self, form: str, raw: Iterable[tuple[int, int, int]]) -> Iterator[Match]:
        for index, start, end in raw:
            before = form[start - 1 : start]
            after = form[end : end + 1]
            if not before.isalnum() and not after.isalnum():
                yield Match(start, end, self._spellings[index][1])
