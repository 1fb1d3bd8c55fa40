"""Find names of the inventory in text that is about to leave.

Rules:
- Names are looked for in a text without case, accents, look-alike letters, separators and leetspeak (`squashed`), and
  again in what `FORMS` make of the text: escapes undone, other orders and alphabets, words decoded.
- A hit is a name as a whole: the characters beside it are no letters or digits of the same script.
- Names shorter than four characters are no identifiers and are ignored.
- A name of a place that lies inside a longer name which the reader knows is no hit: `Paris` in its own service
  `EPL Paris-Lyon`. Any other name in there is one.

A scanner is immutable. Building one for 20,000 names takes some tens of milliseconds, so it is rebuilt when the
inventory has changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from gateway.policy.text.disguise import DASHES, places_of_squashed, rotated, squashed, visible
from gateway.policy.text.disguise_encodings import UNREADABLE, readings_in
from gateway.policy.text.disguise_forms import decoded, has_escapes
from gateway.policy.text.spellings import spellings

SHORTEST = 4
_SHORTEST_BRIDGED = 5  # a name of fewer letters is not looked for across blanks: `the in` is no `Thein`
_MOST_KEPT = 10_000
_LONGEST_KEPT = 200
_SHORTEST_BRIDGED_LINES = 7
_DASH = re.compile(f"[{DASHES}]")
_BLANKS = re.compile(r"\s+")
_GAP = re.compile(r"[^\W_](?=([\W_]*))")
_ALL_WORDS = re.compile(r"[^\W\d_]+(?:[\s'’&,.-]+(?:[^\W\d_]+|\d{1,4}))*")
_SYMBOLS = str.maketrans("@$!|€", "asilc")
_SYMBOL = re.compile(r"[@$!|€]")
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=65_536)
def normal(text: str) -> str:
    """Return `text` as names are compared when nobody hides them: NFKC, case, white space, dashes and the unseen."""
    return _plainly(text).strip()


def _plainly(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        text = visible(unicodedata.normalize("NFKC", visible(text)).casefold())
        text = _DASH.sub("-", visible(unicodedata.normalize("NFKC", text)))
    return _BLANKS.sub(" ", text).lower()


def _escapes(text: str) -> Iterator[str]:
    if has_escapes(text):
        form = decoded(text)
        yield form.text if form is not None else ""


def _orders(text: str) -> Iterator[str]:
    # A name of words alone is in the automaton in its other orders already, see `_turned_keys`.
    if _DIGIT.search(text):
        other = rotated(text)
        yield f"{other}\n{text[::-1]}\n{other[::-1]}"


def _symbols(text: str) -> Iterator[str]:
    if _SYMBOL.search(text):
        yield text.translate(_SYMBOLS)


NOT_READ = "(a word that cannot be read)"
"""Stands for whatever name may be in a word that would take too long to decode."""

FORMS: tuple[Callable[[str], Iterator[str]], ...] = (_escapes, _orders, _symbols, readings_in)
"""What else a text may say, each from the text as it is; nothing where a form adds nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """A name in a text: `names` are the inventory's spellings; `is_plain` when the text has one of them as it is."""

    start: int
    end: int
    names: frozenset[str]
    is_plain: bool


class NameScanner:
    """All names of an inventory as one automaton.

    Args:
        names: In any order; the spelling is what `hits` returns.
        places: Those of them that are names of places, and so may stand within a name that the reader knows. None
            where the caller cannot tell: then every name may.
    """

    __slots__ = (
        "_automaton",
        "_harmless",
        "_keys",
        "_names",
        "_numbers_in",
        "_of_words",
        "_places",
        "_spellings",
        "_strict",
        "_strict_names",
        "_turned_from",
    )

    def __init__(self, names: Iterable[str], places: AbstractSet[str] | None = None) -> None:
        straight: dict[str, set[str]] = {}
        turned: dict[str, set[str]] = {}
        strict: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}  # by each other spelling, whose names it may be
        known = dict.fromkeys(names)
        for name in known:
            for spelling in spellings(name):
                if len(normal(spelling)) < SHORTEST:
                    continue
                if spelling != name:
                    self._names.setdefault(spelling, set()).add(name)
                key = squashed(spelling)
                if len(key) < SHORTEST:
                    strict.setdefault(normal(spelling), set()).add(spelling)
                    continue
                straight.setdefault(key, set()).add(spelling)
                for form in _turned_keys(spelling, key):
                    turned.setdefault(form, set()).add(spelling)
        for spelling, meant in self._names.items():
            if spelling in known:
                meant.add(spelling)
        self._harmless: set[str] = set()  # texts that say nothing whoever reads them: most are said again and again
        self._numbers_in: dict[str, int] = {}
        self._places = places
        self._keys = [*straight, *turned]
        self._spellings = [frozenset(spelt) for spelt in (*straight.values(), *turned.values())]
        self._turned_from = len(straight)
        self._of_words = frozenset(
            index for index, spelt in enumerate(self._spellings) if any(len(name.split()) > 1 for name in spelt)
        )
        self._automaton = _automaton(self._keys)
        self._strict_names = [(form, frozenset(spelt)) for form, spelt in sorted(strict.items())]
        self._strict = _automaton(form for form, _ in self._strict_names) if strict else None

    def hits(self, text: str, allowed: AbstractSet[str] = frozenset()) -> frozenset[str]:
        """Return the names in `text`, in the inventory's spelling, except those that the reader knows.

        Args:
            text: Anything; parts that are joined with a line break are also seen as what they are together.
            allowed: Names that the reader knows, in the inventory's spelling.

        Returns:
            Them, and `NOT_READ` where a word may be the disguise of any.
        """
        if text in self._harmless:
            return frozenset()
        is_harmless = not self.may_hit(text)
        found = {name for match in self.unknown(text, allowed) for name in match.names}
        for form in FORMS:
            for other in form(text):
                if other == UNREADABLE:
                    is_harmless = False
                    found.add(NOT_READ)
                is_harmless = is_harmless and not self.may_hit(other)
                found.update(name for match in self.unknown(other, allowed, is_form=True) for name in match.names)
        if is_harmless and len(text) <= _LONGEST_KEPT:
            if len(self._harmless) >= _MOST_KEPT:
                self._harmless.clear()
            self._harmless.add(text)
        return frozenset(found)

    def may_hit(self, text: str) -> bool:
        """Tell whether a closer look is needed; False only when `matches` finds nothing in the text and its orders."""
        if self._strict is not None and self._strict.find_matches_as_indexes(normal(text), overlapping=True):
            return True
        return bool(self._automaton.find_matches_as_indexes(squashed(text), overlapping=True))

    def are_all_within(self, words: Sequence[str], text: str, allowed: AbstractSet[str]) -> bool:
        """Tell a caller that takes whole words out of a text whether no name is left to anybody else.

        Args:
            words: Some of the words of the text, without white space; empty ones count for nothing.
            text: The whole of it.
            allowed: Names that the reader knows.

        Returns:
            False where a name might stand across the edge of a word or in another one, or be one that may stay.
        """
        if self._strict is not None and self.may_hit(text):
            return False
        raw = self._automaton.find_matches_as_indexes(squashed(text), overlapping=True)
        if not raw:
            return True
        for index, _, _ in raw:
            if index in self._of_words or (allowed and not self._meant(self._spellings[index]).isdisjoint(allowed)):
                return False
        # What is found in a word is found in the text too: equal numbers mean that all of it stands in these words.
        remembered = 0
        for word in words:
            remembered += self._numbers_in.get(word, 0)
        return remembered == len(raw) or sum(map(self._number_in, words)) == len(raw)

    def _number_in(self, word: str) -> int:
        """Return how many names are found in a word; those with any are few, and come again."""
        number = len(self._automaton.find_matches_as_indexes(squashed(word), overlapping=True))
        if number and len(word) <= _LONGEST_KEPT:
            if len(self._numbers_in) >= _MOST_KEPT:
                self._numbers_in.clear()
            self._numbers_in[word] = number
        return number

    def unknown(self, text: str, allowed: AbstractSet[str] = frozenset(), *, is_form: bool = False) -> list[Match]:
        """Return what in `text` the reader must not see, in the order of the text.

        Args:
            text: What to look at.
            allowed: Names that the reader knows.
            is_form: Whether this is another form of a text: then names that are turned in it are none of the text's.
        """
        found: list[Match] = []
        covered = 0  # how far a known name that began at or before here reaches
        for match in self.matches(text, is_form=is_form):
            if match.is_plain and not match.names.isdisjoint(allowed):
                covered = max(covered, match.end)
            elif match.end > covered or not self._may_stand_within(match.names):
                found.append(match)
        return found

    def known(self, text: str, allowed: AbstractSet[str]) -> list[Match]:
        """Return where names stand that the reader knows, as they are."""
        if not allowed:
            return []
        return [match for match in self.matches(text) if match.is_plain and not match.names.isdisjoint(allowed)]

    def _may_stand_within(self, names: frozenset[str]) -> bool:
        return self._places is None or names <= self._places

    def matches(self, text: str, *, is_form: bool = False) -> list[Match]:
        """Return every name in this very text, longer ones first where several begin at one place; see `unknown`."""
        found = []
        raw = self._automaton.find_matches_as_indexes(squashed(text), overlapping=True)
        if raw:
            places = places_of_squashed(text)
            last = self._turned_from if is_form else len(self._keys)
            stretches = {(places[start], places[end - 1] + 1, index) for index, start, end in raw if index < last}
            found = [match for one in stretches if (match := self._verified(text, *one)) is not None]
        if self._strict is not None:
            found += self._short_ones(text)
        return sorted(found, key=lambda one: (one.start, -one.end))

    def _verified(self, text: str, start: int, end: int, index: int) -> Match | None:
        if not _stands_alone(text, start, end):
            return None
        names = self._spellings[index]
        part = text[start:end]
        said = normal(part)
        plain = frozenset(name for name in names if normal(name) == said)
        if plain:
            return Match(start, end, self._meant(plain), is_plain=True)
        disguised = frozenset(name for name in names if _is_spelt_by(part, name, len(self._keys[index])))
        return Match(start, end, self._meant(disguised), is_plain=False) if disguised else None

    def _meant(self, spelt: Iterable[str]) -> frozenset[str]:
        """Return the names, in the inventory's spelling, that are written so."""
        return frozenset(name for spelling in spelt for name in self._names.get(spelling, (spelling,)))

    def _short_ones(self, text: str) -> Iterator[Match]:
        """Yield names with few letters and digits, such as `10::1`; these are looked for as they are only."""
        if self._strict is None or not self._strict.find_matches_as_indexes(normal(text), overlapping=True):
            return
        form, places = _normal_with_places(text)
        is_located = form.strip() == normal(text)
        form = form if is_located else normal(text)  # some characters are something else beside each other
        for index, start, end in self._strict.find_matches_as_indexes(form, overlapping=True):
            if _stands_alone(form, start, end):
                stretch = (places[start], places[end - 1] + 1) if is_located else (0, len(text))
                yield Match(*stretch, self._meant(self._strict_names[index][1]), is_plain=True)


def _normal_with_places(text: str) -> tuple[str, list[int]]:
    """Return the text as `normal` does, character by character, and where each character of it stands."""
    form, places = "", []
    for at, character in enumerate(text):
        said = " " if character.isspace() and visible(character) else _plainly(character)
        if said != " " or not form.endswith(" "):
            form += said
            places.extend([at] * len(said))
    return form, places


def _automaton(forms: Iterable[str]) -> AhoCorasick:
    return AhoCorasick(list(forms), matchkind=MatchKind.Standard, store_patterns=False)


def _turned_keys(name: str, key: str) -> Iterator[str]:
    """Yield what a name made of words is in other orders; other names show themselves by digits, see `_orders`."""
    if _ALL_WORDS.fullmatch(name.strip()):
        other = squashed(rotated(name))
        yield from (key[::-1], other, other[::-1])


def _is_spelt_by(part: str, name: str, length: int) -> bool:
    """Tell whether a stretch with the letters of `name`, though not as it is, is meant to say it."""
    if not any(character.isalpha() for character in name):
        # Digits alone are a number unless they are divided as the name is: 10001 packets are no 10.0.0.1.
        return _gaps(name) <= _gaps(part)
    if "\n" in part and "\n" not in name and length < _SHORTEST_BRIDGED_LINES:
        return False
    if re.search(r"\s", part) and not re.search(r"\s", name) and length < _SHORTEST_BRIDGED:
        return max(map(len, part.split())) == 1
    return True


def _gaps(text: str) -> frozenset[int]:
    """Return after how many letters and digits something else stands, the last one aside."""
    found = [at for at, match in enumerate(_GAP.finditer(text)) if match[1]]
    return frozenset(found[:-1] if text and not text[-1].isalnum() else found)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (start and _are_one_word(text[start - 1], text[start])) and not (
        end < len(text) and _are_one_word(text[end - 1], text[end])
    )


@lru_cache(maxsize=4096)
def _are_one_word(left: str, right: str) -> bool:
    if left.isascii() and right.isascii():
        return left.isalnum() and right.isalnum()
    return left.isalnum() and right.isalnum() and script_of(left) == script_of(right) not in _UNDIVIDED


_UNDIVIDED = frozenset({"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "HANGUL", "OTHER"})


@lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """Return the first word of a letter's Unicode name, LATIN for digits too; OTHER for forms of other characters."""
    if character.isascii():
        return "LATIN"
    if unicodedata.normalize("NFKC", character) != character:
        return "OTHER"
    return unicodedata.name(character, "OTHER").split(" ", 1)[0].split("-", 1)[0]
