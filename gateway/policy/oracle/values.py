"""What a policy does to single values and places, written to be read; a part of the oracle in `reference`.

A value that is absent, or that does not fit its kind, gives ABSENT, and so does one that cannot be transformed. No
way through here returns a value that it did not recognise.

This module shares nothing with the compiler and its transforms; the table of regions and the hierarchies of the policy
are data to both.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from gateway.policy.filter.context import Context
from gateway.policy.language.document import (
    Bucket,
    DisclosurePolicy,
    Generalise,
    Keep,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Transform,
    Truncate,
)
from gateway.policy.transforms.regions import region_of
from gateway.record.paths import Leaf
from gateway.record.strictjson import Json

ABSENT = object()
"""There is nothing to disclose; never null, which would tell that there was a value."""

_RFC3339 = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})T(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})(\.\d+)?"
    r"(Z|(?P<sign>[+-])(?P<offset_hours>\d{2}):(?P<offset_minutes>\d{2}))",
    re.ASCII,
)
_COUNTRY = re.compile(r"[A-Z]{2}")
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_LOWEST = {"year": 1, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
_LARGEST = 2**53
_HALF = Fraction(1, 2)
_FEWEST_HIDDEN = 4
_MAPPED_BITS = 96
_CARRIED = tuple(
    (bytes.fromhex(head), bits)
    for head, bits in (
        ("2002", 16),  # RFC 3056
        ("2001 0000", 32),  # RFC 4380, the server's
        ("0064 ff9b 0001", 48),  # RFC 8215, at the earliest
        ("0064 ff9b 0000 0000 0000 0000", 96),  # RFC 6052
        ("0000 0000 0000 0000 ffff 0000", 96),  # RFC 7915
        ("0000 0000 0000 0000 0000 0000", 96),  # RFC 4291
    )
)
"""How addresses begin that carry an IPv4 address, and after how many bits that begins."""


def transformed(value: Any, transform: Transform, leaf: Leaf, document: DisclosurePolicy, context: Context) -> Any:
    """Return what is disclosed in the place of `value`, which stands where `leaf` says, or ABSENT."""
    match transform:
        case Keep():
            return value if _fits(value, leaf) else ABSENT
        case Truncate(unit):
            return _truncated(value, unit)
        case Round() | Bucket() if _is_number(value) and _fits(value, leaf):
            return _of_number(value, transform)
        case Map() | Generalise() | Prefix() | Mask() | Pseudonym() | Scrub() if isinstance(value, str):
            return _of_text(value, transform, document, context)
    return ABSENT


def _of_number(value: int | float, transform: Round | Bucket) -> Any:
    if isinstance(transform, Round):
        return _rounded(value, transform.step)
    return max((bound for bound in transform.bounds if bound <= value), default=ABSENT)


def _of_text(value: str, transform: Transform, document: DisclosurePolicy, context: Context) -> Any:
    """Transform a text. Here None stands for nothing: no function of the context and no table has it as a value."""
    found: Any = None
    match transform:
        case Map(entries, otherwise):
            found = dict(entries).get(value, otherwise)
        case Generalise(to):
            hierarchy = document.hierarchy(to)
            found = hierarchy.group_of(value) if hierarchy else None
        case Prefix(ipv4, ipv6):
            found = _network(value, ipv4, ipv6)
        case Mask(first, last):
            found = _masked(value, first, last)
        case Pseudonym(pseudonym_class) if value != "":
            found = context.pseudonym(pseudonym_class, value)
        case Scrub():
            found = context.scrub(value) or None
    return ABSENT if found is None else found


def place(value: Any, to: str) -> Any:
    """Return the place `value` as its metro, country or region, or ABSENT."""
    if not isinstance(value, dict):
        return ABSENT
    city, country = value.get("city"), value.get("country")
    known: Json = {}
    if isinstance(country, str) and _COUNTRY.fullmatch(country):
        known["country"] = country
    if to == "region":
        region = region_of(known["country"]) if known else None
        return ABSENT if region is None else {"name": region}
    if to == "metro" and isinstance(city, str):
        known["city"] = city
    return known or ABSENT


def _fits(value: Any, leaf: Leaf) -> bool:
    """Tell whether `value` is of the leaf's kind and, where there is a list of words, one of them."""
    is_number = _is_number(value)
    fits = {
        "string": isinstance(value, str),
        "date-time": _moment(value) is not None,
        "integer": is_number and isinstance(value, int),
        "number": is_number,
        "boolean": isinstance(value, bool),
        "any": isinstance(value, str | bool) or is_number,
    }[leaf.kind]
    return fits and (not leaf.enum or value in leaf.enum)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rounded(value: Any, step: int | float) -> Any:
    """Return the nearest multiple of `step`, halves away from zero, counted exactly in what the digits say."""
    if not abs(value) <= _LARGEST:
        return ABSENT
    number, unit = Fraction(repr(value)), Fraction(repr(step))
    steps = int(abs(number) / unit + _HALF)
    nearest = (steps if number > 0 else -steps) * unit
    return int(nearest) if isinstance(step, int) else float(nearest)


def _network(value: str, ipv4: int, ipv6: int) -> str | None:
    """Return the network of at most the given length around an address or prefix, or None for any other text."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None
    # A supernet is made of numbers alone: the name of an interface in `fe80::1%eth0` does not get through.
    if network.version == 6:
        inner = network.network_address.ipv4_mapped
        if inner is None:
            longest = min(ipv6, _carried_at(network.network_address.packed) + ipv4)
            return str(network.supernet(new_prefix=min(longest, network.prefixlen)))
        network = ipaddress.IPv4Network((inner, network.prefixlen - _MAPPED_BITS))
    return str(network.supernet(new_prefix=min(ipv4, network.prefixlen)))


def _carried_at(address: bytes) -> int:
    """Return after how many bits of an IPv6 address an IPv4 address stands in it; all of them if none does."""
    for head, bits in _CARRIED:
        if address.startswith(head):
            return bits
    # ISATAP says `5efe` in the second half, whatever the flags before it.
    return 96 if bytes([address[8] & 0xFC, *address[9:12]]) == b"\x00\x00\x5e\xfe" else 128


def _masked(value: str, first: int, last: int) -> str:
    """Return the ends of a text; of a short one, whose ends would be most of it, nothing but the asterisks."""
    if len(value) < first + last + _FEWEST_HIDDEN:
        return "****"
    return value[:first] + "****" + value[len(value) - last :]


def _moment(value: Any) -> tuple[datetime, timedelta] | None:
    """Return a local time and its distance from UTC, or None when `value` is not an RFC 3339 date-time."""
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    offset = timedelta()
    if match["sign"]:
        hours, minutes = int(match["offset_hours"]), int(match["offset_minutes"])
        if hours > 23 or minutes > 59:
            return None
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if match["sign"] == "-" else 1)
    try:
        return datetime(*(int(match[unit]) for unit in _UNITS)), offset  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def _truncated(value: Any, unit: str) -> Any:
    moment = _moment(value)
    if moment is None:
        return ABSENT
    try:
        utc = moment[0] - moment[1]
    except OverflowError:
        return ABSENT  # In UTC it lies outside the calendar.
    cut = {part: _LOWEST[part] for part in _UNITS[_UNITS.index(unit) + 1 :]}
    part = {name: cut.get(name, getattr(utc, name)) for name in _UNITS}
    return "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z".format(**part)
