"""The audience's own affected services, in the place of what they stand on. A service without an identifier is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gateway.record.strictjson import Json


def usable(services: Sequence[Any]) -> list[Json]:
    """Return the services that have an identifier."""
    return [service for service in services if type(service.get("id")) is str and service["id"]]


def count_services(services: Sequence[Any]) -> int | None:
    """Return how many services there are; None when there is none."""
    return len(usable(services)) or None


SAID_OF_EACH: Mapping[str, str] = MappingProxyType({"@referredType": "Service", "role": "affected"})
"""What is said of every lifted service alike, where TM Forum's `RelatedEntity` demands it."""


def lifting(show: Sequence[str], pseudonym_class: str | None) -> Callable[..., list[Json]]:
    """Return the function that turns affected services into what the audience calls them.

    Args:
        show: Which of `id` and `name` to show, and of what is said of each alike.
        pseudonym_class: The class of the identifiers' pseudonyms, or None where the audience knows them as they are.

    The result is ordered by the identifier as disclosed, shown or not. A service without a usable identifier, or with
    nothing to show, is left out.
    """
    shows_id, shows_name = "id" in show, "name" in show
    said = {name: words for name, words in SAID_OF_EACH.items() if name in show}

    def lift(services: Sequence[Any], pseudonym: Callable[[str, str], str]) -> list[Json]:
        lifted: list[tuple[str, str, Json]] = []
        for service in usable(services):
            raw: str = service["id"]
            name: Any = service.get("name")
            public = raw if pseudonym_class is None else pseudonym(pseudonym_class, raw)
            named = shows_name and type(name) is str
            out: Json = {}
            if shows_id:
                out["id"] = public
            if named:
                out["name"] = name
            if out:
                lifted.append((public, name if named else "", out | said))
        lifted.sort(key=lambda found: found[:2])
        return [out for _, _, out in lifted]

    return lift
