"""The code of one piece of a text by itself; `detectors` cuts the pieces and explains the codes."""

from __future__ import annotations

import re
import unicodedata

from gateway.policy.text.detectors_shapes import is_word, number_code
from gateway.policy.text.detectors_words_alone import code_of_word
from gateway.policy.text.disguise import folded
from gateway.policy.text.disguise_forms import decoded, has_escapes

_LONGEST = 256
_ABBREVIATED = re.compile(
    r"(?![^.]{1,3}\.[OlI]{1,3})[^\W\d_]{1,2}(?:\.[^\W\d_]{1,2}){1,2}|[^\W\d_]{1,3}\.-[^\W\d_]{1,20}|p\.ex|i\.d\.R"
)
_PAIRED = re.compile(r"[A-Z]{1,3}&[A-Z]{1,3}|(?![OlI]/[OlI])[^\W\d_]/[^\W\d_]")
_PLURAL = re.compile(r"(.{2,45}?)\((?:s|es|e|en|n|r|in|nen|innen|x|ies)\)?")
_RATE = re.compile(r"(?:[kmgt]?b(?:it|yte)?|km|m|pkts?|packets)/(?:s|h|sec)", re.IGNORECASE)


def code_of(core: str, followed_by: str) -> str:
    """Return the code of a piece, empty when it may still be several.

    Args:
        core: Some text without white space and without punctuation around it.
        followed_by: The character after it, empty when there is none.
    """
    plain = core if core.isascii() else _plain(core)
    if len(core) > _LONGEST or not plain:
        return "x"
    if any(map(str.isdigit, plain)):
        return number_code(plain) or ""
    if is_word(plain):
        return code_of_word(plain, followed_by)
    return _code_of_letters(plain) if any(map(str.isalnum, plain)) else "p"


def is_escaped(token: str) -> bool:
    """Tell whether something in this stands for another character."""
    if not has_escapes(token):
        return False
    form = decoded(token)
    return form is None or form.text != token


def _plain(core: str) -> str:
    """Return the piece in plain letters and digits, without marks; empty when something in it is no writing at all."""
    form = unicodedata.normalize("NFKC", core)
    if any(map(_is_no_writing, form)):
        return ""
    return (
        "".join(str(unicodedata.digit(c, c)) for c in form if unicodedata.category(c) not in {"Mn", "Me", "Mc"}) or form
    )


def _is_no_writing(character: str) -> bool:
    """Tell of private and unassigned characters, Braille, and pictures of letters."""
    category = unicodedata.category(character)
    is_picture = category == "So" and folded(character).isalnum()
    return category in {"Co", "Cn"} or "\u2800" <= character <= "\u28ff" or is_picture


def _code_of_letters(core: str) -> str:
    """Return the code of something like `e.g`, `AT&T`, `w/o`, `Mb/s`, `link(s)`, `SFP+`; empty for anything else."""
    if _ABBREVIATED.fullmatch(core) or _PAIRED.fullmatch(core):
        return "w"
    if _RATE.fullmatch(core):
        return "%"
    plural = _PLURAL.fullmatch(core)
    if plural and is_word(plural[1]):
        return code_of_word(plural[1], "")
    bare = core.strip("+#/-")
    return "C" if bare != core and not core.startswith("/") and is_word(bare) else ""
