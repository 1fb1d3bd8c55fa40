"""What a single word looks like: a number, a time, a measure, a word of a language, or nothing that prose needs.

Rules:
- Whatever has digits is refused unless it is of a form that ordinary sentences need: small numbers, times, dates,
  measures, and a few terms of the field such as `IPv6` or `100GE`. So an identifier need not be recognised to go.
- Letters are a word when they are of one script and written as words are: `aGVsbG8` is none.

Each form has a code of one character; `detectors` says what they mean. Every expression here is applied to one word of
bounded length and repeats nothing without bound.
"""

from __future__ import annotations

import re
import unicodedata

from gateway.policy.text.names import script_of

LONGEST_WORD = 45

_MONTH = (
    "(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|mar(?:ch)?|m[aä]r[zs]?|apr(?:il)?|may|mai|jun[ei]?|juin|jul[yi]?|juillet"
    "|aug(?:ust)?|ao[uû]t|sept?(?:ember)?|oct(?:ober)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?|dez(?:ember)?"
    "|ene|abr|ago|dic|set|out|fev|gen|mag|giu|lug|ott)"
)
_YEAR = r"(?:19|20)\d\d"
_CLOCK = r"(?:[01]?\d|2[0-4])(?:[:h][0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?|[ap]m|h|z)"
_ZONE = r"(?:z|h|hrs|am|pm|uhr|utc|gmt|cet|cest|[a-z]{1,3}t|[+-]\d{2}:?\d{2})"
_TIME = rf"{_CLOCK}{_ZONE}?"
_DAY = (
    rf"(?:{_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.][0-3]?\d|{_YEAR}-(?:0[1-9]|1[0-2])"
    rf"|[0-3]?\d(?P<s>[-/.])[0-3]?\d(?P=s){_YEAR}"
    rf"|[0-3]?\d[-./]{_MONTH}(?:[-./](?:{_YEAR}|\d\d))?|[0-3]\d{_MONTH}(?:{_YEAR}|\d\d)"
    rf"|{_MONTH}[-./][0-3]?\d(?:[-/.,]{_YEAR})?|{_MONTH}[-/.]?{_YEAR})"
)
_BYTES_AND_BITS = r"[kmgt]|[kmgt]?bit(?:/s|s)?|[kmgt]?b(?:yte)?s?|[kmgt]bps|[kmg]?hz|x|ge|gbe|gige"
_PHYSICS = r"km|m|cm|mm|nm|[uµμ]m|ft|mi|miles?|[mk]?v(?:dc|ac)?|[mk]?w|kwh|m?a|k?va|db[mi]?(?:/km)?|°[cf]?|k|ru"
_SPANS = r"[mnuµμ]s|s|secs?|mins?|h|hrs?|std|d"
_ORDINALS = r"st|nd|rd|th|er|e|eme|ème|[ºª]|te"
_MONEY = r"€|\$|£|eur|usd|chf"
_UNIT = rf"(?:%|‰|{_BYTES_AND_BITS}|{_PHYSICS}|{_SPANS}|{_MONEY})"
_COUNTED = (
    r"(?:hours?|minutes?|min|seconds?|days?|weeks?|months?|years?|way|fold|step|stage|fib(?:er|re)s?|pairs?|met(?:er|re)s?"
    r"|miles?|km|bit|gig|gbit|mbit|port|phase|pole|wire|point|tier|level"
    r"|stunden|st[uü]ndigen?|tage|t[aä]gigen?|minuten|min[uü]tigen?|wochen|monate|jahre|fach|malig|prozentig|adrig)"
)
_SIGN = r"[-+±~≈<>≤≥−]{0,2}"
_NUMBER = r"\d{1,4}(?:[.,]\d{1,3})?"
_TERMS = (
    r"l[1-7]|l[23]vpn|ipv[46]|bgp4|[ghxy]\.\d{2,4}(?:\.\d)?|802\.\d{1,2}[a-z]{0,3}|x\.25|h[12]|[12]st|[et][1-4]|[pq][1-5]"
    r"|(?:oc|stm|ds|sts|vc|odu|otu)-?\d{1,3}[a-z]?|(?:1|10|25|40|50|100|200|400|800)g(?:e|be|base-?[a-z]{1,3}\d{0,2})?"
    r"|[2-6]g|24x7|7x24|24/7|7/24|24/365|24x7x365|cat-?[5-8][a-z]?|sev-?[1-5]|prio-?[1-5]|tier-?[1-4]|layer-?[1-7]"
    r"|level-?[1-4]|phase-?\d|(?:qsfp|sfp)(?:28|56|-?dd)?|cfp[248]?|rj-?45|\d{1,2}x\d{1,3}(?:ge?|gbe|g)?|covid-19|3gpp"
    r"|b2b|p2p|p2mp|mp2mp|n\+1|1\+1|1:1|1:n|2n|mp3|i18n|wi-?fi6"
)
_FORMS = re.compile(
    rf"(?P<d>{_YEAR}(?:[-/]{_YEAR})?|{_TIME}(?:[-–]{_TIME})?|{_DAY}(?:t{_TIME})?"
    rf"|[+-]\d{{2}}:\d{{2}}|(?:utc|gmt)[+-]\d{{1,2}}(?::\d\d)?"
    rf"|\d{{1,4}}(?:{_ORDINALS})|\d(?:[.,]\d)?e-\d{{1,2}}|{_SIGN}{_NUMBER}(?:[-–]{_NUMBER})?{_UNIT}|[$€£¥]{_NUMBER}[kmb]?"
    rf"|\d{{1,3}}(?:,\d{{3}}){{1,2}}(?:\.\d\d)?|\d{{1,3}}['’]\d{{3}}"
    rf"|\d{{1,3}}-{_COUNTED}|(?:mid|early|late|end|mitte|anfang|ende|fin|debut)-{_YEAR})"
    rf"|(?P<B>{_TERMS})"
    rf"|(?P<R>\d{{1,3}}[-–]\d{{1,3}})"
    rf"|(?P<D>{_SIGN}\d{{1,3}}[.,]\d{{1,3}})"
    r"|(?P<plus>\+\d{1,3})"
    r"|(?P<n>[-±~≈<>≤≥−#]?\d{1,4})",
    re.IGNORECASE,
)
_HEX = re.compile(r"\d{1,3}[a-f]", re.IGNORECASE)
_ENDS_LIKE_A_NAME = re.compile(r".{0,40}\d[a-z]{1,4}(?<![kmdcnM])[A-Z]")  # `14tE` is no 14th, it is `Et41`
_BY_LENGTH = {1: "1", 2: "n", 3: "M", 4: "N"}

_LETTERS = re.compile(r"[^\W\d_]{1,45}(?:['’´`‐‑·-][^\W\d_]{1,45}){0,3}(?:['’])?")
_JOINT = re.compile(r"['’´`‐‑·-]")
_CASES = re.compile(
    r"[a-z]{1,45}|[A-Z][a-z]{0,45}|[A-Z]{1,45}s?|[A-Z]{2,5}[a-z]{1,4}"  # word, Word, WORD, VLANs, VMware
    r"|[A-Z]?[a-z]{1,11}[A-Z][a-z]{1,11}|[a-z][A-Z]{1,4}|[A-Za-z]{2,4}"  # FortiGate, iOS, PoP
)
# Letters that are meant as hexadecimal digits, as the digits 0 and 1, or as nothing at all.
_NO_WORD = re.compile(
    r"(?:[a-fA-F]{4}-){2}[a-fA-F]{4}|(?:[a-fA-F]{2}-){5}[a-fA-F]{2}"
    r"|[a-fA-F]{8,45}|O{2,45}|[oOlI]{4,45}|.{0,44}[a-z][OI][OlI]{0,3}|.{1,200}-(?=I{0,3}[Ol])[OlI]{1,4}|.{0,45}?([^\W\d_])\1{3}.{0,45}"
    r"|.{1,42}(?:OOO|lll).{0,42}"
    r"|(?i:(?!queu).{0,41}[aeiou]{4}.{0,41})"
    r"|[B-DF-HJ-NP-TV-Z]{7,45}|(?=.{0,1}[AEIOU]?[B-DF-HJ-NP-TV-Z]{7})[A-Z]{8,45}|[b-df-hj-np-tv-xz]{6,45}"
)
_MEASURES = frozenset({"µs", "μs", "µm", "μm", "kω", "mω", "ω"})


def number_code(core: str) -> str | None:
    """Return the code of a word with digits, or None when prose needs no such word."""
    found = _FORMS.fullmatch(core) if len(core) <= LONGEST_WORD else None
    if found is None or _ENDS_LIKE_A_NAME.fullmatch(core):
        return None
    kind = found.lastgroup or ""
    if kind == "n":
        return _integer_code(core)
    if kind == "d" and _HEX.fullmatch(core):
        return "H"
    return "+" if kind == "plus" else kind


def _integer_code(core: str) -> str | None:
    digits = core.lstrip("-±~≈<>≤≥−#")
    if core.startswith("#") and len(digits) > 1:
        return None  # a ticket, where `#1` is a rank
    if digits.startswith("0") and len(digits) > 1:
        return "o" if len(digits) == 3 else "0"
    return _BY_LENGTH[len(digits)]


def is_word(core: str) -> bool:
    """Tell whether letters are written as a word is: one script, one way of writing, not too long."""
    if not _LETTERS.fullmatch(core) or _NO_WORD.fullmatch(core):
        return core.lower() in _MEASURES
    parts = [part for part in _JOINT.split(core) if part]
    if sum(len(part) == 1 for part in parts) > 2 or (len(parts) > 2 and all(p.isupper() for p in parts)):
        return False
    if core.isascii():
        return all(map(_CASES.fullmatch, parts))
    return core.lower() in _MEASURES or all(map(_is_of_one_script, parts))


def _is_of_one_script(part: str) -> bool:
    scripts = {script_of(character) for character in part if character != "ー"}
    if len(scripts) > 1:
        return not scripts - {"CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH"}
    if scripts == {"LATIN"}:
        return _CASES.fullmatch(_without_marks(part)) is not None
    return True


def _without_marks(part: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", part) if unicodedata.category(c) != "Mn")
    # Letters without a decomposition (ø, ł, ß) count as some letter of their case.
    return "".join(c if c.isascii() else "x" if c.islower() else "X" for c in bare)
