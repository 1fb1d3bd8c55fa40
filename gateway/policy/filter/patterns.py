"""Regular expressions of a contract, in the part of the language that ECMA-262, Python and Rust read alike.

They are unanchored here, so that one can stand inside another; `whole` makes the anchored form that a schema carries.
None of them looks ahead or back, and none repeats what repeats, so that no engine takes long over them.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.policy.transforms.pseudonym import CHARACTERS, PREFIXES
from gateway.policy.transforms.texts import MARKER
from gateway.policy.transforms.times import UNITS

ANYTHING = r"[\s\S]*"
_SYNTAX = frozenset("\\^$.*+?()[]{}|/")
_SHAPE_OF_TIME = "0000-00-00T00:00:00"
_OCTET = "(?:0|[1-9][0-9]{0,2})"


def whole(pattern: str) -> str:
    """Return the pattern that the whole text must follow."""
    return f"^{pattern}$" if "|" not in pattern else f"^(?:{pattern})$"


def literal(text: str) -> str:
    """Return the pattern of exactly this text."""
    return "".join(f"\\{character}" if character in _SYNTAX else character for character in text)


def either(patterns: Iterable[str]) -> str:
    """Return the pattern of any one of these."""
    return f"(?:{'|'.join(patterns)})"


def token(pseudonym_class: str) -> str:
    """Return the pattern of the pseudonyms of a class."""
    return f"{PREFIXES[pseudonym_class]}-{CHARACTERS}"


def truncated(unit: str) -> str:
    """Return the pattern of times cut down to a unit."""
    kept, rest = UNITS[unit]
    return _SHAPE_OF_TIME[:kept].replace("0", "[0-9]") + rest


def masked(first: int, last: int) -> str:
    """Return the pattern of texts of which the ends are shown, or none of it."""
    ends = rf"[\s\S]{{{first}}}", rf"[\s\S]{{{last}}}"
    return literal(MARKER) if not first + last else either([literal(MARKER), ends[0] + literal(MARKER) + ends[1]])


def network(ipv4: int, ipv6: int) -> str:
    """Return the pattern of networks of at most these lengths."""
    four = rf"{_OCTET}(?:\.{_OCTET}){{3}}\/{up_to(ipv4)}"
    six = rf"[0-9a-f:]{{2,39}}\/{up_to(ipv6)}"
    return either([four, six])


def up_to(largest: int) -> str:
    """Return the pattern of the integers from 0 to `largest`, without leading zeros."""
    tens, ones = divmod(largest, 10)
    decades = [f"{ten or ''}[0-9]" for ten in range(tens)]
    return either([*decades, f"{tens or ''}[0-{ones}]"])
