"""Times cut down to a unit, in UTC.

Standard: RFC 3339 section 5.6, in capitals and with an offset; leap seconds are not times here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_matches = _TIME.fullmatch
_read = datetime.fromisoformat

UNITS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "second": (19, "Z"),
        "minute": (16, ":00Z"),
        "hour": (13, ":00:00Z"),
        "day": (10, "T00:00:00Z"),
        "month": (7, "-01T00:00:00Z"),
        "year": (4, "-01-01T00:00:00Z"),
    }
)
"""Each unit: how many characters of `2026-11-23T10:04:05` stay, and what stands in for the others."""


def moment(value: object) -> datetime | None:
    """Return the moment that an RFC 3339 date-time names, or None when it is not one."""
    if type(value) is not str or not _matches(value):
        return None
    try:
        return _read(value)
    except ValueError:
        return None


def is_time(value: object) -> bool:
    """Tell whether `value` is an RFC 3339 date-time."""
    return moment(value) is not None


@functools.cache
def truncation(unit: str) -> Callable[[object], str | None]:
    """Return the function that cuts a time down to `unit`, in UTC; None for what is not a time."""
    kept, rest = UNITS[unit]

    def truncate(value: object) -> str | None:
        if type(value) is not str or not _matches(value):
            return None
        try:
            parsed = _read(value)
            if value[-1] == "Z":
                return value[:kept] + rest  # It is in UTC as it stands.
            return parsed.astimezone(UTC).isoformat()[:kept] + rest
        except (ValueError, OverflowError):
            return None  # No day of the calendar, or none in UTC: the first and last day have no equivalent there.

    return truncate
