"""Which parts of the policy language an output shows at work, so that a comparison cannot be vacuous."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.policy.language.document import Count, DisclosurePolicy, FieldRule, Generalise, Template
from gateway.policy.language.references import target_of
from gateway.record.paths import FieldPath
from gateway.record.strictjson import Json
from tests.random_policies import place_of

_PLACES = ("metro", "country", "region")
_OTHERWISE, _SAID, _OF_SERVICES = "template: otherwise", "template", "template naming services"
_KEPT, _LEFT_OUT = "items: members kept", "items: members left out"
_FOLLOWED, _NOT_FOLLOWED = "reference followed", "reference not followed"

LANGUAGE = (
    *("keep", "constant", "map", "truncate", "round", "bucket", "prefix", "mask", "pseudonym", "scrub", "lift"),
    *(f"generalise: {place}" for place in _PLACES),
    *("generalise: hierarchy", "count: service", "count: members", _SAID, _OF_SERVICES, _OTHERWISE),
    *("rename", "selector", "array of arrays", _KEPT, _LEFT_OUT, _FOLLOWED, _NOT_FOLLOWED),
)
"""Every part that must have been seen."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one rule discloses, and what it shows at work when something is there."""

    names: tuple[str, ...]
    shows: tuple[str, ...]
    otherwise: str | None = None


class Watch:
    """Looks at the outputs of one policy's first section."""

    def __init__(self, document: DisclosurePolicy) -> None:
        section = document.sections[0]
        self._places = [_place(section.record_type, rule) for rule in section.fields]
        outermost = [rule.path for rule in section.members if "." not in rule.path and "[" not in rule.path]
        self._members = [(path, _name_of(section.fields, path)) for path in outermost]
        around = (FieldPath(FieldPath.parse(rule.path).steps[:1]) for rule in section.fields)
        self._references = {path.steps[0].name for path in around if target_of(section.record_type, path) is not None}

    def seen(self, shown: Json, record: Json) -> list[str]:
        """Return the parts of the language that `shown` shows at work, each once."""
        seen: set[str] = set()
        for place in self._places:
            if not seen.issuperset(place.shows):
                found = next(found_at(shown, place.names), None)
                if found is not None:
                    seen.update((_OTHERWISE,) if found == place.otherwise else place.shows)
        for path, name in self._members:
            before, after = record.get(path), shown.get(name)
            if after:
                seen.add(_KEPT)
            if isinstance(before, list) and len(before) > len(after or ()):
                seen.add(_LEFT_OUT)
        for name in self._references:
            if isinstance(record.get(name), dict | list) and name not in shown:
                seen.add(_NOT_FOLLOWED)
        return list(seen)


def _name_of(rules: tuple[FieldRule, ...], path: str) -> str:
    renamed = [rule.rename for rule in rules if rule.path == path and rule.rename]
    return renamed[0] if renamed else path


def _place(record_type: str, rule: FieldRule) -> _Place:
    names, shows = place_of(rule), [type(rule.transform).__name__.lower()]
    path = FieldPath.parse(rule.path)
    otherwise = None
    match rule.transform:
        case Generalise(to):
            shows = [f"generalise: {to if to in _PLACES else 'hierarchy'}"]
        case Count(of):
            shows = [f"count: {'service' if of == 'service' else 'members'}"]
        case Template(text, otherwise):
            shows += [_OF_SERVICES] if "{service." in text else []
    around = [FieldPath(path.steps[:end]) for end in range(1, len(path.steps))]
    shows += ["rename"] if rule.rename else []
    shows += ["selector"] if path.has_selector else []
    shows += ["array of arrays"] if sum(step.is_each for step in path.steps) > 1 else []
    if shows[0] not in ("constant", "lift") and any(target_of(record_type, one) is not None for one in around):
        shows.append(_FOLLOWED)
    return _Place(names, tuple(shows), otherwise)


def found_at(value: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield what stands in a disclosed record at these names, through arrays; a selector means members of its name."""
    if isinstance(value, list) and names:
        for member in value:
            yield from found_at(member, names)
    elif not names:
        yield value
    elif isinstance(value, dict):
        name, _, selector = names[0].partition("[name=")
        inner = value.get(name)
        if selector and isinstance(inner, list):
            inner = [member for member in inner if member.get("name") == selector.removesuffix("]")]
        if inner is not None:
            yield from found_at(inner, names[1:])
