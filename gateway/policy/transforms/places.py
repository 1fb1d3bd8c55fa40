"""Places made coarser: the city and country, the country alone, or the region of the world.

A place of which that much is not known gives None, never the place as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from gateway.policy.transforms.regions import region_of
from gateway.record.strictjson import Json

COUNTRY: Final = "[A-Z]{2}"
_is_country = re.compile(COUNTRY).fullmatch


def _metro(place: Json) -> Json | None:
    city, known = place.get("city"), _country(place) or {}
    return {"city": city, **known} if type(city) is str else known or None


def _country(place: Json) -> Json | None:
    country = place.get("country")
    return {"country": country} if type(country) is str and _is_country(country) else None


def _region(place: Json) -> Json | None:
    known = _country(place)
    region = region_of(known["country"]) if known else None
    return {"name": region} if region is not None else None


_LEVELS: Mapping[str, Callable[[Json], Json | None]] = MappingProxyType(
    {"metro": _metro, "country": _country, "region": _region}
)
LEVELS = tuple(_LEVELS)
"""What a place can be generalised to, from fine to coarse."""


def placing(to: str) -> Callable[[Any], Json | None]:
    """Return the function that gives a place as one of `LEVELS`."""
    coarser = _LEVELS[to]

    def generalise(value: Any) -> Json | None:
        return coarser(value) if type(value) is dict else None

    return generalise
