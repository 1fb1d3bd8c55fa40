"""The order of what is disclosed in arrays: by their own bytes, which shows nothing of any hidden order."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from gateway.record.strictjson import Json


def canonical(value: object) -> bytes:
    """Return the bytes by which members of a disclosed array are ordered."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def distinct(members: Iterable[Json | None]) -> list[Json]:
    """Return the members in canonical order, each once, without those that are None."""
    by_bytes = {canonical(member): member for member in members if member is not None}
    return [by_bytes[key] for key in sorted(by_bytes)]
