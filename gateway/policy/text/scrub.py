"""Free text without what identifies: addresses, equipment, circuits, places, people, and every name of the inventory.

Rules:
- What is plain prose stays as it is, byte for byte. A word that prose does not need goes, whether or not anybody knows
  what it is; class tokens such as `[address]` stand in its place and say nothing of what or how long it was.
- A name in any disguise that can be located is taken out there. Text that cannot be read safely is withheld as a
  whole: shown in another order than it is stored, escaped too deeply, or never coming to rest.
- `scrub` is idempotent: it goes on until it finds nothing more, and a text in which it finds nothing it returns.
- Names that the reader knows stay, see `names`.

It does not understand language. What is told in ordinary words, such as `the building beside the station`, stays.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import itemgetter

from gateway.policy.text.detectors import TOKEN, Piece, codes_of, pieces_in
from gateway.policy.text.detectors_labels import label_of
from gateway.policy.text.detectors_rules import SUSPECT_TURNED, Found, Sight, findings, findings_turned
from gateway.policy.text.disguise import is_overturned, visible
from gateway.policy.text.disguise_encodings import READINGS, UNREADABLE
from gateway.policy.text.disguise_forms import Form, compatible, decoded, turned
from gateway.policy.text.names import NameScanner
from gateway.policy.text.scrub_quick import UNSURE, quick

_MOST_ROUNDS = 8
_MOST_NAMED = 256  # how much of something long is looked at to name its class
_BETWEEN = re.compile(r"[\s.,:;/_|·–—-]{0,4}")
_CLINGING = re.compile(r"\s{0,2}[.:/_-]\s{1,2}|\s{1,2}[.:/_-]")
_STRETCH = re.compile(r"\S+")
_SYMBOLS = str.maketrans("@$!|€", "asilc")

Span = tuple[int, int, str]
"""Start and end in the text, and the class."""


class Scrubber:
    """The scrubber over the names of one inventory. Immutable, and cheap to make; one for each scanner."""

    __slots__ = ("_scanner",)

    def __init__(self, scanner: NameScanner) -> None:
        self._scanner = scanner

    def scrub(self, text: str, allowed: frozenset[str] = frozenset()) -> str | None:
        """Return `text` without what identifies, or None when it cannot be made clean. Never raises.

        Args:
            text: Free text of any kind.
            allowed: Names that the reader knows, in the inventory's spelling; they stay.
        """
        for _ in range(_MOST_ROUNDS):
            cleaned = quick(text, self._scanner, allowed)
            if cleaned is not UNSURE:
                return cleaned
            if is_overturned(text):
                return None
            text = visible(text)
            form = decoded(text)
            if form is None or is_overturned(form.text):
                return None
            spans = _merged(text, self._spans(text, form, allowed))
            if not spans:
                return text
            text = _replaced(text, spans)
        return None

    def _spans(self, text: str, form: Form, allowed: frozenset[str]) -> list[Span]:
        """Return everything in the text that must go."""
        known = _Known((match.start, match.end) for match in self._scanner.known(text, allowed))
        # As it is written too: `=60` may be an escaped sign, or sixty.
        forms = [compatible(form)] if form.text == text else [compatible(form), compatible(Form(text))]
        spans = [span for one in forms for span in (*self._names(one, allowed, known), *self._words(one, text, known))]
        return _without_tokens(text, spans)

    def _names(self, form: Form, allowed: frozenset[str], known: _Known) -> Iterator[Span]:
        for match in self._scanner.unknown(form.text, allowed):
            yield *form.source(match.start, match.end), "name"
        symbols = form.text.translate(_SYMBOLS)
        for view in (*([Form(symbols, form.places)] if symbols != form.text else ()), *turned(form)):
            if not self._scanner.may_hit(view.text):
                continue
            for match in self._scanner.unknown(view.text, is_form=True):
                start, end = view.source(match.start, match.end)
                if not known.cover(start, end):
                    yield start, end, "name"

    def _words(self, form: Form, text: str, known: _Known) -> Iterator[Span]:
        sight = _sight(form, [self._settled(form, piece, known) for piece in pieces_in(form.text)])
        stretches = [match.span() for match in _STRETCH.finditer(text)] if form.places is not None else []
        for found in (*findings(sight), *_clinging(sight), *_needlessly_escaped(form, sight)):
            first, after = sight.pieces[found[0]].start, sight.pieces[found[1] - 1].end
            start, end = form.source(first, after)
            if form.places is not None and any(form.is_escaped(at) for at in range(first, after)):
                start, end = _widened(stretches, start, end)  # so that no half of an escape stays
            yield start, end, found[2] or label_of(text[start : min(end, start + _MOST_NAMED)])
        for view in turned(form):
            if SUSPECT_TURNED.search(codes_of(view.text)):
                other = _sight(view, pieces_in(view.text))
                for first, after, label in findings_turned(other):
                    yield *view.source(other.pieces[first].start, other.pieces[after - 1].end), label

    def _settled(self, form: Form, piece: Piece, known: _Known) -> Piece:
        """Return the piece with the code that it has here: a name that the reader knows is a word."""
        if known.cover(*form.source(piece.start, piece.end)):
            return Piece(piece.start, piece.end, "w")
        if piece.code == "b":
            word = form.text[piece.start : piece.end]
            found = READINGS[word]
            is_name = UNREADABLE in found or any(map(self._scanner.hits, found))
            return Piece(piece.start, piece.end, "x" if is_name else "w")
        return Piece(piece.start, piece.end, "w") if piece.code == "?" else piece


def _sight(form: Form, pieces: Sequence[Piece]) -> Sight:
    return Sight(form.text, pieces, "".join(piece.code for piece in pieces))


def _without_tokens(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans that do not touch a class token, which says nothing whatever letters it has."""
    tokens = [match.span() for match in TOKEN.finditer(text)]
    ends = [end for _, end in tokens]
    return [span for span in spans if (at := bisect_right(ends, span[0])) == len(tokens) or tokens[at][0] >= span[1]]


class _Known:
    """Where names stand in a text that the reader knows."""

    def __init__(self, places: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(places)
        self._starts = [start for start, _ in ordered]
        self._reaches = list(accumulate((end for _, end in ordered), max))

    def cover(self, start: int, end: int) -> bool:
        """Tell whether this place lies within one of them."""
        before = bisect_right(self._starts, start)
        return before > 0 and end <= self._reaches[before - 1]


def _widened(stretches: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Return the place with everything around it up to white space, which divides the stretches."""
    first = bisect_right(stretches, start, key=itemgetter(0)) - 1
    last = bisect_right(stretches, end - 1, key=itemgetter(0)) - 1
    return min(start, stretches[first][0]), max(end, stretches[last][1])


def _needlessly_escaped(form: Form, sight: Sight) -> Iterator[Found]:
    """Yield pieces with an escaped letter or digit that nobody has to escape."""
    if form.places is None:
        return
    for at, piece in enumerate(sight.pieces):
        inside = range(piece.start, piece.end)
        if any(form.is_escaped(i) and form.text[i].isascii() and form.text[i].isalnum() for i in inside):
            yield at, at + 1, ""


def _clinging(sight: Sight) -> Iterator[Found]:
    """Yield short pieces that a separator ties to one that must go: the `10` of `10 .0.0.1`."""
    for at, code in enumerate(sight.codes):
        if code != "x":
            continue
        for other in (at - 1, at + 1):
            if 0 <= other < len(sight.codes) and sight.codes[other] in "1nMN0DHlLvB":
                left, right = sight.pieces[min(at, other)], sight.pieces[max(at, other)]
                if _CLINGING.fullmatch(sight.text, left.end, right.start):
                    yield other, other + 1, ""


def _merged(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans in order, those joined that overlap, or that belong together by their class."""
    merged: list[Span] = []
    for start, end, label in sorted(spans, key=lambda span: (span[0], -span[1])):
        if merged:
            first, last, former = merged[-1]
            if start < last or (label == former and _BETWEEN.fullmatch(text, last, start)):
                merged[-1] = (first, max(last, end), former)
                continue
        merged.append((start, end, label))
    return merged


def _replaced(text: str, spans: Sequence[Span]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, label in spans:
        parts += (text[at:start], f"[{label}]")
        at = end
    return "".join((*parts, text[at:]))
