"""What pieces say together: expressions over the codes of a text, one character for each piece.

Rules:
- `SUSPECT` finds every text in which any rule might apply. A text in which it finds nothing is left as it is, so it
  must never be narrower than the rules; a test holds them together.
- A rule marks pieces; which class they belong to follows from the word before them or from the rule.
- Every repetition is bounded, so that time grows with the text and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final

from gateway.policy.text import detectors_words as words
from gateway.policy.text.detectors import Piece
from gateway.policy.text.disguise import folded

_N = "1nMN0o"  # numbers by themselves
_V = f"{_N}DRBHLl?"  # what stands after a word that takes a number
_C = "CUgGjh"  # what a name of a person is made of
_A = f"{_C}wOKckryE?"  # any word
_ORDINARY = re.compile(r".*(?:s|ing|ed|tion|ment|er|al|ly|ity|ence|ance|able|en|ung|ion)")

SUSPECT: Final = re.compile(
    "[xqb?gGTtumzHe+]|[MN](?!p?%)"
    f"|[kKc][fp]{{0,3}}[{_V}Uhy]|E[{_N}]|Z[fw]?N|r[fp]{{0,2}}L{{0,2}}[{_C}]|s[pO]{{0,2}}[{_C}]|j[CU]|a[{_N}B]"
    f"|[{_N}BH](?:[p.]?[{_N}]|[CUhwjOLkKcr]{{1,3}}a|L)|D(?:p?D|L)|[lLv1](?:p?[lLv1]){{3}}|[lL][lLv]1|v[lL]1"
    f"|p[{_A}]p[0o]|Up[UYdB1nMN0o]|\\.[{_A}]\\."
)

SUSPECT_TURNED: Final = re.compile(
    rf"u|[kKc][fp]{{0,3}}[{_V}x]|K[Uhy]|[{_N}]p?e|e[{_A}&]{{1,4}}[{_N}]|E[x{_N}]|[zCU]a?[{_N}]|g[CUh]|[tT]p?[CU]|[{_N}BH][CUgGhwjOLkKcr]{{1,3}}a"
)
"""The same for another order or alphabet of the text."""

Found = tuple[int, int, str]
"""The first piece, the one after the last, and the class."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A text in pieces, as the rules look at it."""

    text: str
    pieces: Sequence[Piece]
    codes: str

    def word(self, at: int) -> str:
        """Return the piece at this place, folded."""
        piece = self.pieces[at]
        return folded(self.text[piece.start : piece.end])


CLOSE: Final = f"{_N}DRBHLlv"  # what belongs to something that must go beside it
_NUMBERED = re.compile(rf"[kKc][fp]{{0,3}}([{_V}](?!%)(?:[&p]{{0,2}}[{_V}](?!%)){{0,30}})")
_NAMED = re.compile(rf"[Kc][fp]{{0,3}}([Uhy](?:p[UYhL{_N}]){{0,8}}|Y(?:p[UYhL{_N}]){{1,8}})")
_PEOPLE = (
    re.compile(rf"([tT]p?L{{0,2}}[{_C}](?:p?[{_C}]){{0,2}})"),
    re.compile(r"(Tw{1,2}|[tT]p?x)"),
    re.compile(rf"r[fp]{{0,2}}(L{{0,2}}[{_C}]{{1,3}})"),
    re.compile(r"(?<!S)([CU]?g[CUhgj]{0,2})"),
    re.compile(r"(Gw?[CU]{0,2})"),
    re.compile(r"(j[CU])"),
    re.compile(rf"mp?(L{{0,2}}[{_C}]{{1,4}})"),
    re.compile(rf"s[pO]{{0,2}}([{_C}]{{1,3}})(?![OCUgGjh])"),
)
_FRENCH = (
    ("place", re.compile(rf"e[fpw]{{0,2}}([CUgGhSj][CUgGhwSj]{{0,3}}p?[{_N}BHR])")),
    ("place", re.compile(rf"([{_N}xqBH]p?ef?[w&S]{{0,3}}[CUgGhSjw]{{1,2}})")),
    ("place", re.compile(rf"(ew{{1,3}}[{_N}])")),
    ("place", re.compile(rf"(z(?:[kf]p?)?[{_N}BHR][lv]?|[CUhj]a[{_N}BHR][lv]?)")),
)
_CIRCUITS = (("circuit", re.compile(rf"([{_A}YS%]{{1,2}}E[x{_N}]|E[x{_N}]|x[E][{_A}YS%]{{1,2}})")),)
_OTHERS = (
    ("number", re.compile(r"Z[fw]?(N)")),
    ("phone", re.compile(rf"(\+p?[{_N}](?:p?[{_N}]){{0,12}})")),
    ("number", re.compile(rf"([{_N}](?:p[{_N}]){{2,60}})")),
    ("address", re.compile(rf"([{_N}](?:\.[{_N}]){{1,8}})")),
    ("host", re.compile(rf"([{_A}](?:\.[{_A}]){{2,8}})")),
    ("", re.compile(rf"([{CLOSE}]p?x|kpx|(?:[UYh]p){{1,3}}(?:dp)?x)")),
    ("", re.compile(rf"(x(?:[p&]?[{CLOSE}]){{1,6}}|x(?:p[UYh]){{1,3}})")),
    ("phone", re.compile(r"([0o+]p?x)")),
    ("place", re.compile(r"([D1n]Lp?[D1n]L|Dp?D)")),
    ("name", re.compile(r"([lLv1](?:p?[lLv1]){3,200}|[lL][lLv]1|v[lL]1)")),
    ("address", re.compile(r"((?:[n01MN]p?){0,6}H(?:p?[Hn01MNx]){1,8}|(?:[n01MN]p?){1,6}H)")),
    ("name", re.compile(rf"((?:[{_A}]p){{2,4}}[0o])")),
    ("circuit", re.compile(r"(U[UYdB]{0,2}x)")),
    ("name", re.compile(r"(U(?:p[UYdB1nMN0o]){0,3}p[NM0o])")),
    *_FRENCH,
    *_CIRCUITS,
)
_GOING = re.compile(r"(?:[kKc][fp]{0,3})?x")
_STREET = re.compile(rf"([{_N}xqBH])([CUgGhwjOLkKcrx]{{1,3}})a")
_RUN = re.compile(rf"[{_N}]{{2,60}}")
_THOUSANDS = re.compile(r"[1nM][Mo]")
_LONELY = re.compile(r"[MN](?!p?%)")
_PLURAL = re.compile(r".{2,44}(?:s|en)")
_USER = re.compile(r"u([fp]{0,3})([wCUhgGjlLBkKcrO?])")


def findings(sight: Sight) -> Iterator[Found]:
    """Yield what the rules mark in a text."""
    for match in _GOING.finditer(sight.codes):
        label = _label_after(sight, match.start()) if match[0] != "x" else ""
        yield match.end() - 1, match.end(), label
    for rule in (_numbered, _named, _people, _streets, _numbers, _lonely, _users):
        yield from rule(sight)
    for label, expression in _OTHERS:
        for match in expression.finditer(sight.codes):
            yield *match.span(1), label


def findings_turned(sight: Sight) -> Iterator[Found]:
    """Yield what the rules mark in another order or alphabet of a text, where most words are no words.

    Short keywords are left out there unless they are written in capitals: by chance too many words have their letters.
    """
    sight = Sight(sight.text, sight.pieces, "".join(map(_code_turned, sight.codes, sight.pieces, repeat(sight.text))))
    for rule in (_numbered, _named, _people_turned, _streets, _users):
        yield from rule(sight)
    for label, expression in (*_FRENCH, *_CIRCUITS):
        for match in expression.finditer(sight.codes):
            yield *match.span(1), label
    for match in _GOING.finditer(sight.codes):
        if len(match[0]) > 1:
            yield match.end() - 1, match.end(), _label_after(sight, match.start())


def _code_turned(code: str, piece: Piece, text: str) -> str:
    word = text[piece.start : piece.end]
    if code in "kK" and len(word) < 4 and not word.isupper():
        return "w"
    return "w" if code == "x" and not any(map(str.isdigit, word)) else code


def _label_after(sight: Sight, at: int) -> str:
    word = sight.word(at)
    return words.KEYWORD_LABELS.get(word) or words.KEYWORD_LABELS.get(word.rpartition("-")[2], "number")


def _numbered(sight: Sight) -> Iterator[Found]:
    for match in _NUMBERED.finditer(sight.codes):
        label = _label_after(sight, match.start())
        for at in range(*match.span(1)):
            if sight.codes[at] not in "&p":
                yield at, at + 1, label


def _named(sight: Sight) -> Iterator[Found]:
    for match in _NAMED.finditer(sight.codes):
        if sight.codes[match.start()] == "c" and match[1] == "U" and len(sight.word(match.start(1))) > 5:
            continue  # where everything is in capitals, only something short is a name
        yield *match.span(1), _label_after(sight, match.start())


def _people(sight: Sight) -> Iterator[Found]:
    for expression in _PEOPLE:
        for match in expression.finditer(sight.codes):
            yield *match.span(1), "person"


def _people_turned(sight: Sight) -> Iterator[Found]:
    for match in re.finditer(r"g[CUh]{1,2}|[tT]p?[CU]{1,2}", sight.codes):
        yield *match.span(), "person"


def _streets(sight: Sight) -> Iterator[Found]:
    for match in _STREET.finditer(sight.codes):
        if not any(sight.word(at) in words.NO_STREET_NAMES for at in range(*match.span(2))):
            yield *match.span(), "place"


def _numbers(sight: Sight) -> Iterator[Found]:
    """Yield rows of numbers, unless they are one in groups of thousands or two short ones."""
    for match in _RUN.finditer(sight.codes):
        run = match[0]
        is_short = len(run) == 2 and not set(run) & {"N", "0", "o"}
        if not is_short and not _THOUSANDS.fullmatch(run):
            yield *match.span(), "phone" if set(run) & {"0", "o"} else "number"


def _lonely(sight: Sight) -> Iterator[Found]:
    """Yield numbers of three and four digits that count nothing: `4312` may be `ae12`."""
    for match in _LONELY.finditer(sight.codes):
        at = match.start()
        if sight.word(at).isdecimal() and not _is_counting(sight, at):
            yield at, at + 1, "number"


def _is_counting(sight: Sight, at: int) -> bool:
    """Tell whether a unit or a word in the plural follows at once, or after an abbreviation: `1200 CRC errors`."""
    after = at + 1
    if _is_next(sight, after) and sight.codes[after] in "YU":
        after += 1
    word = sight.word(after) if _is_next(sight, after) else ""
    return word in words.UNITS or (_PLURAL.fullmatch(word) is not None and word not in words.NO_PLURALS)


def _is_next(sight: Sight, at: int) -> bool:
    """Tell whether there is such a piece, one blank after the one before."""
    return at < len(sight.pieces) and sight.text[sight.pieces[at - 1].end : sight.pieces[at].start] == " "


def _users(sight: Sight) -> Iterator[Found]:
    for match in _USER.finditer(sight.codes):
        word = sight.word(match.start(2))
        if word in words.AFTER_USER or (not match[1] and _ORDINARY.fullmatch(word)):
            continue
        yield *match.span(2), "person"
