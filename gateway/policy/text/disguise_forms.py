"""Other forms of one text in which something may be hidden, each knowing where its characters came from.

Rules:
- `decoded` undoes what may stand for a character anywhere in a text: percent-encoding, HTML entities, backslash
  escapes, quoted-printable, and the brackets with which addresses are defanged. It goes on until nothing changes any
  more; what is nested deeper than anybody needs is not decoded at all, so the caller must withhold it.
- `compatible` undoes letters that are drawn differently, one by one.
- `turned` gives the orders and alphabets in which a whole text may be told: rot13, backwards, and both.
- A form's `source` maps a stretch of it back to the text, so that what is found can be taken out there.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.policy.text.disguise import is_overturned, rotated, visible

_MOST_LAYERS = 8
_HINT = re.compile(r"[%&\\=]|[\[({<]\s?(?:[.:@-]|dot|punkt|punto|point|at)\s?[\])}>]|h[xX][xX]p", re.IGNORECASE)
_ESCAPE = re.compile(
    r"(?P<entity>&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z]{2,24}[0-9]{0,2});?)"
    r"|(?P<percent>(?:%[0-9a-fA-F]{2}){1,64})"
    r"|(?P<quoted>(?-i:(?:=[0-9A-F]{2}){1,64}))"
    r"|(?P<broken>=\r?\n)"
    r"|(?P<utf16>(?:\\u[0-9a-fA-F]{4}){1,64})"
    r"|(?P<point>\\u\{[0-9a-fA-F]{1,6}\}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2})"
    r"|(?P<octal>\\[0-3][0-7]{2})"
    r"|(?P<short>(?-i:\\[\"'\\/bfnrt]))"
    r"|(?P<dot>\s?[\[({<]\s?(?:\.|dot|punkt|punto|point)\s?[\])}>]\s?)"
    r"|(?P<at>\s?[\[({<]\s?(?:@|at)\s?[\])}>]\s?)"
    r"|(?P<colon>[\[({<]:[\])}>])"
    r"|(?P<hyphen>[\[({<]-[\])}>])"
    r"|(?P<scheme>\bhxxp(?=s?\b))",
    re.IGNORECASE,
)
_MARK = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)  # those of Latin, left over from NFC
_CONSTANT = {"broken": "", "dot": ".", "at": "@", "colon": ":", "hyphen": "-", "scheme": "http"}
_SHORT = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": "\n"}


@dataclass(frozen=True, slots=True)
class Form:
    """A text made of another one; `places` has the start and end there for each character, None when it is the same."""

    text: str
    places: Sequence[tuple[int, int]] | None = None

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the original that `text[start:end]`, not empty, came from."""
        if self.places is None:
            return start, end
        places = self.places[start:end]
        return min(place[0] for place in places), max(place[1] for place in places)

    def is_escaped(self, at: int) -> bool:
        """Tell whether the character at this place is written by several in the original."""
        return self.places is not None and self.places[at][1] - self.places[at][0] > 1


def has_escapes(text: str) -> bool:
    """Tell whether `decoded` might change the text; a quick look that says yes too often."""
    return _HINT.search(text) is not None


def decoded(text: str) -> Form | None:
    """Return the text with every escape undone, or None when there are too many layers of them."""
    form = Form(text)
    if not has_escapes(text):
        return form
    for _ in range(_MOST_LAYERS):
        further = _without_one_layer(form)
        if further is None:
            return form
        form = further
    return None


def is_compatible(text: str) -> bool:
    """Tell whether `compatible` would leave the text as it is."""
    return unicodedata.is_normalized("NFKC", text) and not _MARK.search(text)


def compatible(form: Form) -> Form:
    """Return the form with plain letters for fullwidth, circled and struck-through ones."""
    if form.text.isascii() or is_compatible(form.text):
        return form
    parts = [_MARK.sub("", unicodedata.normalize("NFKC", character)) for character in form.text]
    places = [place for part, place in zip(parts, _places(form, 0, len(parts)), strict=True) for _ in part]
    return Form("".join(parts), places)


def turned(form: Form) -> tuple[Form, Form, Form]:
    """Return the form in rot13, backwards, and backwards in rot13."""
    places = form.places or [(at, at + 1) for at in range(len(form.text))]
    backwards = places[::-1]
    other = rotated(form.text)
    return Form(other, places), Form(form.text[::-1], backwards), Form(other[::-1], backwards)


def _without_one_layer(form: Form) -> Form | None:
    texts: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for match in _ESCAPE.finditer(form.text):
        plain = _meaning(match)
        if plain == match[0]:
            continue
        start, end = match.span()
        texts += (form.text[at:start], plain)
        places.extend(_places(form, at, start))
        places.extend([form.source(start, end)] * len(plain))
        at = end
    if not at:
        return None
    texts.append(form.text[at:])
    places.extend(_places(form, at, len(form.text)))
    return Form("".join(texts), places)


def _places(form: Form, start: int, end: int) -> Sequence[tuple[int, int]]:
    if form.places is not None:
        return form.places[start:end]
    return [(at, at + 1) for at in range(start, end)]


def _meaning(match: re.Match[str]) -> str:
    kind, escape = match.lastgroup or "", match[0]
    plain = _CONSTANT[kind] if kind in _CONSTANT else _DECODERS[kind](escape)
    return plain if is_overturned(plain) else visible(plain)


def _of_bytes(escape: str) -> str:
    raw = bytes.fromhex(escape.replace(escape[0], ""))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _of_utf16(escape: str) -> str:
    return bytes.fromhex(escape.replace("\\u", "").replace("\\U", "")).decode("utf-16-be", errors="replace")


def _of_point(escape: str) -> str:
    number = int(escape[2:].strip("{}"), 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else "\ufffd"


_DECODERS: Mapping[str, Callable[[str], str]] = {
    "entity": html.unescape,
    "percent": _of_bytes,
    "quoted": _of_bytes,
    "utf16": _of_utf16,
    "point": _of_point,
    "octal": lambda escape: chr(int(escape[1:], 8)),
    "short": lambda escape: _SHORT.get(escape[1].lower(), escape[1]),
}
