"""Read and write the points in time that records carry.

Rules:
- Everything inside is aware UTC; a text without an offset is no point in time.
- What cannot be read (a leap second, a year that UTC cannot hold) is absent, never an error: the caller then falls
  back on the time of receipt.

This module never asks what time it is.
"""

from __future__ import annotations

from datetime import UTC, datetime


def instant(value: object) -> datetime | None:
    """Return the UTC time that an RFC 3339 text names, or None when it names none."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.upper())
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def rfc3339(moment: datetime) -> str:
    """Return `moment` as records write it: UTC, `Z`, microseconds only when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def compact(moment: datetime) -> str:
    """Return `moment` as a part of an identifier: `20261123T094500Z`, with a fraction only when there is one."""
    utc = moment.astimezone(UTC)
    return utc.strftime("%Y%m%dT%H%M%S") + (f".{utc.microsecond:06d}Z" if utc.microsecond else "Z")
