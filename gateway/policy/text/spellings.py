"""Other ways in which people and machines write one and the same name.

Rules:
- A letter with a mark is written as two letters where only ASCII is to be had, `Müller` as `Mueller`; and the other
  way round.
- An address is written in full, in short, with and without leading zeros, and as a name for reverse look-ups.

Standard: RFC 5952 and RFC 4291 section 2.2 for IPv6; RFC 1035 section 3.5 and RFC 3596 section 2.5 for reverse names.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

_IN_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "å": "aa", "Å": "Aa"}
    | {"ø": "oe", "Ø": "Oe", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th", "ð": "dh", "Ð": "Dh"}
)
_TWO_LETTERS = re.compile(r"(?<=[^\W\d_])([aou])e(?=[^\W\d_aeiou])", re.IGNORECASE)
_ADDRESS = re.compile(r"[0-9a-fA-F.:]{3,39}(?:/\d{1,3})?")


def spellings(name: str) -> Iterator[str]:
    """Yield `name`, and how else it is written."""
    yield name
    if _ADDRESS.fullmatch(name):
        yield from _of_address(name)
    elif not name.isascii():
        other = name.translate(_IN_TWO_LETTERS)
        if other != name:
            yield other
    else:
        other = _TWO_LETTERS.sub(r"\1", name)
        if other != name:
            yield other


def _of_address(name: str) -> Iterator[str]:
    text, slash, bits = name.partition("/")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return
    if isinstance(address, ipaddress.IPv4Address):
        written = [".".join(f"{octet:03d}" for octet in address.packed)]
    else:
        groups = [address.exploded[at : at + 4] for at in range(0, 39, 5)]
        written = [address.exploded, address.compressed, ":".join(group.lstrip("0") or "0" for group in groups)]
    yield from {form + slash + bits for form in written} - {name}
    if not slash:
        yield address.reverse_pointer
