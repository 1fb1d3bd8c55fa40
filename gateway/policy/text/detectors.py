"""Cut a text into pieces, and give each a code of one character: what it is by itself.

    x  must go        q  look behind an escape    ?  a word that says something backwards or in rot13
    w  word    C  Word    U  WORD    Y  known ABBR.    h  Word-Word      l L v  single letter, capital, vowel
    1 n M N  number of one to four digits    0 o  with leading zero, o of three    D  decimal    R  range    +  +44
    d  time, date, measure    B  term such as `L2`    H  pair of hexadecimal digits
    k K c  word before a number, a name, a shouted name    f  "number", "is"    &  "and", "to"    %  unit    Z  "as"
    T t  title    r  role    m  header or role with a colon    s  greeting    u  "user"    O  organisation
    g G j  first name, one in any case, one that is a word too    a e z  street    S  "San"    b  maybe encoded
    .  "dot"    E  "EPL"    y  word-x    p  punctuation    i  a class token of our own

What several pieces say together is for `detectors_rules`. Nothing here knows the inventory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.policy.text.detectors_alone import code_of, is_escaped
from gateway.policy.text.detectors_words import SHORT_OF_A_PAIR
from gateway.policy.text.disguise import folded, is_overturned, visible

LABELS: Final = (
    "address", "circuit", "code", "host", "interface", "link", "mail", "name", "number", "person", "phone", "place",
)  # fmt: skip
TOKEN: Final = re.compile(rf"\[(?:{'|'.join(LABELS)})\]")

_MOST_KEPT = 100_000
_LONGEST_KEPT = 64
_EDGE = "()[]{}<>\"'«»„“”‘’‚‹›`´*_~…,;:!?.|•·‣◦▪–—―¡¿†‡§©®™°^-"
_USUAL = re.compile(
    r"(?P<D>-?\d{1,3}\.\d{1,3})|(?P<d>(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)"
    r"|(?P<address>(?:\d{1,3}\.){3}\d{1,3})|(?P<number>[A-Za-z]{2,12}-?\d{5,12})",
    re.ASCII,
)
WHATEVER_THE_DIGITS: Final = frozenset({"D", "address", "number"})
"""The usual forms that a word has with any other digits too."""

_PARTS = re.compile(r"[,;:!?()\[\]{}\"“”„«»—–…|<>*=~+/&]|\.{2,3}|--")
_COMPRESSED = re.compile(r"(?<![^\W_])::(?=[0-9a-fA-F]{1,4}(?![^\W_]))|(?<=[0-9a-fA-F])::")
_PATH = re.compile(r"[^\W_]\\[^\W_]")
_TIGHT = frozenset(":=+/&~")
_UNDIVIDED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff5f-\uffdf"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]+"
)


class Piece(NamedTuple):
    """A word of a text without the punctuation around it."""

    start: int
    end: int
    code: str


_PIECES: dict[str, tuple[Piece, ...]] = {}
"""The pieces of what stands between white space, worked out once each; emptied when there are too many."""


class _Codes(dict[str, str]):
    """The codes of the same."""

    def __missing__(self, token: str) -> str:
        usual = usual_form(token)
        codes = code_of_usual(usual)[0] if usual else "".join(piece.code for piece in pieces_of_word(token))
        if len(token) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[token] = codes
        return codes


_CODE_OF = _Codes().__getitem__


def usual_form(token: str) -> re.Match[str] | None:
    """Return a match when this is one of the few forms that are new in nearly every text, the label as its group."""
    return _USUAL.fullmatch(token.rstrip(",.;:"))


def code_of_usual(usual: re.Match[str]) -> tuple[str, str]:
    """Return the code of a word that `usual_form` knows, and its class where it must go."""
    group = usual.lastgroup or ""
    return (group, "") if len(group) == 1 else ("x", group)


def codes_of(text: str) -> str:
    """Return the codes of all pieces of a text, quickly."""
    return "".join(map(_CODE_OF, text.split()))


def pieces_in(text: str) -> list[Piece]:
    """Return all pieces of a text; their codes are `codes_of(text)`."""
    return [
        Piece(token.start() + piece.start, token.start() + piece.end, piece.code)
        for token in re.finditer(r"\S+", text)
        for piece in pieces_of_word(token[0])
    ]


def pieces_of_word(token: str) -> tuple[Piece, ...]:
    """Return the pieces of what stands between white space, remembered."""
    found = _PIECES.get(token)
    if found is None:
        found = tuple(pieces_of(token))
        if len(token) <= _LONGEST_KEPT:
            if len(_PIECES) >= _MOST_KEPT:
                _PIECES.clear()
            _PIECES[token] = found
    return found


def pieces_of(token: str) -> Iterator[Piece]:
    """Yield the pieces of what stands between white space."""
    usual = usual_form(token)
    if usual:
        yield Piece(0, usual.end(), code_of_usual(usual)[0])
        return
    if _PATH.search(token):
        yield Piece(0, len(token), "x")
        return
    if visible(token) != token or is_overturned(token) or is_escaped(token):
        yield Piece(0, len(token), "q")
        return
    at = 0
    for own in TOKEN.finditer(token):
        yield from _of_scripts(token, at, own.start())
        yield Piece(own.start(), own.end(), "i")
        at = own.end()
    yield from _of_scripts(token, at, len(token))
    if token.endswith("="):  # the next line may go on with this word
        yield Piece(len(token) - 1, len(token), "q")


def _of_scripts(token: str, start: int, end: int) -> Iterator[Piece]:
    """Yield pieces, cut where a script begins or ends that is written without spaces."""
    if token.isascii():
        yield from _run(token, start, end)
        return
    at = start
    for run in _UNDIVIDED.finditer(token, start, end):
        yield from _run(token, at, run.start())
        yield Piece(run.start(), run.end(), "w")
        at = run.end()
    yield from _run(token, at, end)


def _run(token: str, start: int, end: int) -> Iterator[Piece]:
    if start == end:
        return
    first, last = _core(token, start, end)
    if first == last:
        if last - start == len(token):  # beside a class token or a run of another script it separates nothing
            yield Piece(start, end, "p")
    elif _COMPRESSED.search(token, start, end):
        yield Piece(start, end, "x")  # the colons are a part of it
    elif token.startswith(".", start) and first == start + 1 and token[first].isalnum():
        yield Piece(start, last, "x")  # prose begins no word with a dot, the rest of an address does
    else:
        code = code_of(token[first:last], followed_by=token[last : last + 1])
        parts = [Piece(first, last, code)] if code else list(_parts(token, first, last))
        yield from parts or [Piece(first, last, "x")]


def _core(token: str, start: int, end: int) -> tuple[int, int]:
    """Return where the piece begins and ends without punctuation; a minus stays with its number."""
    part = token[start:end]
    first = end - len(part.lstrip(_EDGE))
    last = start + len(part.rstrip(_EDGE))
    if first >= last:
        return end, end
    return (first - 1 if token[first].isdigit() and first > start and token[first - 1] == "-" else first), last


def _parts(token: str, first: int, last: int) -> Iterator[Piece]:
    """Yield the parts of something like `up/down` or `link(s)`; nothing when it is not made of plain parts."""
    if not _PARTS.search(token, first, last):
        return
    spans, separators, at = [], set(), first
    for match in _PARTS.finditer(token, first, last):
        spans.append((at, match.start()))
        separators.add(match[0])
        at = match.end()
    spans = [span for span in (*spans, (at, last)) if span[0] < span[1]]
    texts = [token[start:end] for start, end in spans]
    numeric = sum(any(map(str.isdigit, text)) for text in texts)
    is_tight = not separators.isdisjoint(_TIGHT)
    if not 2 <= len(spans) <= 4 or numeric > (not is_tight) or token[first] in "/@\\":
        return
    if separators & {"/", "|"} and (token[last - 1] in "/|" or not all(map(_is_of_a_pair, texts))):
        return
    codes = [code_of(text, followed_by="") for text in texts]
    if all(code and code not in "xq" for code in codes) and sum(len(text) == 1 for text in texts) < 3:
        yield from (Piece(start, end, code or "x") for (start, end), code in zip(spans, codes, strict=True))


def _is_of_a_pair(part: str) -> bool:
    """Tell whether this beside a slash is a word rather than a piece of one."""
    return len(part) > 2 or (len(part) == 2 and part.isupper()) or folded(part) in SHORT_OF_A_PAIR
