"""The code of a word of letters by itself: which list it is in, how it is written, what else it may be.

`detectors` explains the codes. Words in several lists count as the first that has them, see `detectors_words.ROLES`.
"""

from __future__ import annotations

import re

from gateway.policy.text import detectors_words as words
from gateway.policy.text.disguise import folded, rotated
from gateway.policy.text.disguise_encodings import READINGS

_AS_TURNED = frozenset({"NF", "SA", "FN"})  # "AS", before the number of an autonomous system
_TURNED_TITLES = {rotated(word) for word in words.TITLES} | {rotated("rue"), "rue"[::-1], rotated("rue")[::-1]}
_TURNED = {
    turned
    for word in ("epl", *words.USERS, *words.KEYWORD_LABELS, *words.FIRST_NAMES, *words.STREETS, *words.TITLES)
    if len(word) > 2 or word in words.TITLES
    for turned in (rotated(word), word[::-1], rotated(word)[::-1])
}
_HEXADECIMAL = re.compile(r"(?!face|fade|cafe|deed|dead|beef|bead)[a-f]{4}")
_STREET = re.compile(r".{3,40}(?:strasse|str|gasse|allee|gatan|vagen|straat|gracht|plein|kade|weg|platz|damm|ring|vej)")
_STREET_TURNED = re.compile(r".{3,40}(?:strasse|gasse|gatan|vagen|straat|gracht)")
_NUMBERED = words.KEYWORD_LABELS.keys() | {"access", "aggregation", "core", "distribution", "edge", "leaf", "spine"}
_WRITTEN = re.compile(r"[A-Za-z0-9 ._:/@+-]{5,65536}")


def code_of_word(core: str, followed_by: str) -> str:
    """Return the code of a word of letters.

    Args:
        core: The word, at least one letter.
        followed_by: The character after it, which may make it a header; empty when there is none.
    """
    form = folded(core)
    if len(core) == 1:
        return "t" if core == "M" and followed_by == "." else _letter(core, form)
    if followed_by == ":" and form in words.HEADERS:
        return "m"
    if followed_by == "." and form in words.ABBREVIATED_TITLES:
        return "t"
    if core in _AS_TURNED:
        return "?"
    return _known(core, form) or _suspected(core, form) or _by_case(core, form)


def _letter(core: str, form: str) -> str:
    if core.isupper():
        return "L"
    return "v" if form in "aeiouywz" else "l"


def _known(core: str, form: str) -> str:
    """Return the code of a word that is in a list, or empty."""
    if form == "as":
        return "k" if core.isupper() else "Z"
    keyword = _keyword(core, form)
    if keyword:
        is_shouted = core.isupper() and keyword not in words.ALWAYS_NAMING
        return ("c" if is_shouted else "K") if keyword in words.NAMING_KEYWORDS else "k"
    lists = (*words.CAPITAL_ROLES, *words.ROLES) if core[0].isupper() else words.ROLES
    return next((code for code, listed in lists if form in listed), "") or _first_name(core, form)


def _keyword(core: str, form: str) -> str:
    """Return the word before numbers that this is or ends with, as `line-card` does; empty when there is none."""
    head, _, tail = form.rpartition("-")
    if form in words.KEYWORD_LABELS and (head or core[0].isupper() or form not in words.AMBIGUOUS):
        return form
    return tail if head and tail in words.KEYWORD_LABELS else ""


def _first_name(core: str, form: str) -> str:
    first = form.split("-", 1)[0].removesuffix("'s").removesuffix("’s")
    if first in words.FIRST_NAMES and not core.islower():
        return "g"
    if first in words.FIRST_NAMES_IN_ANY_CASE:
        return "G"
    return "j" if first in words.WEAK_FIRST_NAMES and core[0].isupper() else ""


def _suspected(core: str, form: str) -> str:
    """Return the code of a word that may be something else in disguise, or empty."""
    if _HEXADECIMAL.fullmatch(core):
        return "H"
    if core[-1] in "lOI" and _is_numbered(core, form):
        return "x"
    if len(core) > 5 and READINGS[core]:
        return "x" if any(map(_WRITTEN.fullmatch, READINGS[core])) else "b"
    if form in _TURNED and (len(form) > 3 or core.isupper() or form in _TURNED_TITLES):
        return "?"
    other = folded(rotated(core))
    return "?" if any(map(_STREET_TURNED.fullmatch, (other, form[::-1], other[::-1]))) else ""


def _is_numbered(core: str, form: str) -> bool:
    """Tell whether this is a kind of equipment with letters for digits: `routerl`, meant as `router1`."""
    endings = (digits for digits in (1, 2) if not core[-digits:].strip("lOI"))
    return any(len(form) > 3 + digits and form[:-digits] in _NUMBERED for digits in endings)


def _by_case(core: str, form: str) -> str:
    if _STREET.fullmatch(form):
        return "z"
    if form in words.ABBREVIATIONS:
        return "Y" if core.isupper() and len(core) == 3 else "w"
    if "-" in core:
        return _compound(core)
    if core.islower():
        return "w"
    return "U" if core.isupper() else "C"


def _compound(core: str) -> str:
    last = folded(core.rpartition("-")[2])
    if len(last) < 3 and last not in words.SHORT_ENDINGS and not core.isupper():
        return "y"
    first = folded(core.partition("-")[0])
    if 1 < len(first) < 4 and core.islower() and core.isascii() and first not in words.SHORT_BEGINNINGS:
        return "x"  # the kind of a device before its role
    return "h" if sum(part[:1].isupper() for part in core.split("-")) > 1 else "w"
