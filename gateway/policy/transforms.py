"""What is done to single values on their way out. Pure and total: a value that does not fit gives None.

Nothing here returns its input by way of an error: what cannot be transformed is absent (threat P-21).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import orjson

from gateway.record.strictjson import Json

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)

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
    if type(value) is not str or not _TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def is_time(value: object) -> bool:
    """Tell whether `value` is an RFC 3339 date-time."""
    return moment(value) is not None


def truncation(unit: str) -> Callable[[object], str | None]:
    """Return the function that cuts a time down to `unit`, in UTC; None for what is not a time."""
    kept, rest = UNITS[unit]

    def truncate(value: object) -> str | None:
        parsed = moment(value)
        if parsed is None:
            return None
        try:
            return parsed.astimezone(UTC).isoformat()[:kept] + rest
        except OverflowError:
            return None  # The first and last day of the calendar have no UTC equivalent in every time zone.

    return truncate


def canonical(value: object) -> bytes:
    """Return the bytes by which members of a disclosed array are ordered."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def lifting(show: Sequence[str], pseudonym_class: str | None) -> Callable[..., list[Json]]:
    """Return the function that turns affected services into what the audience calls them.

    Args:
        show: Which of `id` and `name` to show.
        pseudonym_class: The class of the identifiers' pseudonyms, or None where the audience knows them as they are.

    The result is ordered by the identifier as disclosed, shown or not. A service without a usable identifier, or with
    nothing to show, is left out.
    """
    shows_id, shows_name = "id" in show, "name" in show

    def lift(services: Sequence[Any], pseudonym: Callable[[str, str], str]) -> list[Json]:
        lifted: list[tuple[str, str, Json]] = []
        for service in services:
            raw = service.get("id")
            if type(raw) is not str or not raw:
                continue
            public = raw if pseudonym_class is None else pseudonym(pseudonym_class, raw)
            name = service.get("name")
            named = shows_name and type(name) is str
            out: Json = {}
            if shows_id:
                out["id"] = public
            if named:
                out["name"] = name
            if out:
                lifted.append((public, name if named else "", out))
        lifted.sort(key=lambda found: found[:2])
        return [out for _, _, out in lifted]

    return lift
