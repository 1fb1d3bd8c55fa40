"""What is shown of one record under some terms: the values part of the reference, sharing no code with the gateway."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from ipaddress import ip_interface, ip_network
from typing import Any

from tests.noninterference.model import Json, Part, Rule, Terms

_CUT = {"second": 19, "minute": 16, "hour": 13, "day": 10, "month": 7, "year": 4}
_REST = "0000-01-01T00:00:00"
_MISSING = object()
TYPE_OF_CLASS = {
    "Alarm": "alarm",
    "ChangeRequest": "change-request",
    "Service": "service",
    "ServiceLevel": "service-level",
    "ServiceProblem": "service-problem",
    "TroubleTicket": "trouble-ticket",
    "Resource": "resource",
    "Dependency": "dependency",
}
_LATE = ("template", "count")


@dataclass(frozen=True)
class Name:
    """An internal identifier under the party's pseudonym: which one it is counts, how it is spelt does not show."""

    kind: str
    raw: str

    @staticmethod
    def plain(value: object) -> Any:
        """Return a name as JSON; anything else has no place in a view."""
        if isinstance(value, Name):
            return {"pseudonym": [value.kind, value.raw]}
        raise TypeError(type(value))


REFERENCES: dict[str, dict[str, str]] = {
    "alarm": {"alarmedObject": "?", "affectedService": "service", "correlatedAlarm": "alarm", "parentAlarm": "alarm"},
    "change-request": {
        "changeRelationship": "change-request", "impactEntity": "?", "problemTicket": "service-problem",
        "sla": "service-level", "targetEntity": "?", "troubleTicket": "trouble-ticket",
    },
    "service": {
        "relatedEntity": "?", "serviceRelationship.service": "service", "supportingResource": "resource",
        "supportingService": "service",
    },
    "service-level": {"relatedEntity": "?", "serviceLevelObjectiveParameter.relatedEntity": "?"},
    "service-problem": {
        "affectedResource": "resource", "affectedService": "service", "firstAlert": "?", "relatedEntity": "?",
        "parentProblem": "service-problem", "rootCauseResource": "resource", "rootCauseService": "service",
        "slaViolation": "service-level", "troubleTicket": "trouble-ticket", "underlyingAlarm": "alarm",
        "underlyingProblem": "service-problem",
    },
    "trouble-ticket": {"relatedEntity": "?", "troubleTicketRelationship": "trouble-ticket"},
}  # fmt: skip
"""What refers to other records, and to which type; `?` is told by the reference itself. Where a reference leads
nowhere that the party knows, nothing below it is shown, constants and lifted services excepted."""

IsKnown = Callable[[str, str], bool]


def shown_of(
    terms: Terms, part: Part, record: Json, own: list[Json], about: Json | None, is_known: IsKnown
) -> Json | None:
    """Return what the terms show of a record that concerns the services `own`, or None for nothing."""
    seen = {"record": record, "object": about or {}, "is_known": is_known}
    if part.when is not None and not holds(part.when, seen):
        return None
    rules = [(rule.path.split("."), rule) for rule in part.rules if rule.op not in _LATE]
    shown = _object(record, rules, terms, own, is_member=False, part=part, seen=seen, here="")
    if not isinstance(shown.get("id"), str | Name):
        return None
    for rule in part.rules:
        if rule.op in _LATE:
            _add_late(shown, rule, terms, own)
    return shown


def holds(test: tuple[Any, ...], seen: Json) -> bool:
    """Tell whether a condition is exactly true; what it cannot read is not true."""
    match test:
        case ("all", *tests):
            return all(holds(one, seen) for one in tests)
        case ("in", path, values):
            return _read(path, seen) in values
        case ("not", path, value):
            found = _read(path, seen)
            return found is not _MISSING and found != value
        case ("is", path):
            return _read(path, seen) is True
    raise ValueError(test)


def _read(path: str, seen: Json) -> Any:
    value: Any = seen
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value


def _object(
    value: Json, rules: list[Any], terms: Terms, own: list[Json], *, is_member: bool, part: Part, seen: Json, here: str
) -> Json:
    shown: Json = {}
    fixed: Json = {}
    for head in dict.fromkeys(steps[0] for steps, _ in rules):
        below = [(steps[1:], rule) for steps, rule in rules if steps[0] == head]
        name = head.removesuffix("[]").split("[")[0]
        place = f"{here}.{name}" if here else name
        if below[0][0]:
            found = _nested(value.get(name), head, below, terms, own, part=part, seen=seen, here=place)
            constants = _constants(below) if not head.endswith("]") else {}
            if found or constants:
                shown[name] = _merged(constants, found or {}) if constants else found
                fixed |= {name: 1} if constants and not found else {}
            continue
        rule = below[0][1]
        output = rule.rename or name
        if rule.op == "constant":
            fixed[output] = rule.args[0]
        elif (told := _leaf(value.get(name, _MISSING), head, rule, terms, own)) is not None:
            shown[output] = told
    if is_member and not shown:
        return {}
    return {**{name: told for name, told in fixed.items() if name not in shown}, **shown}


def _constants(below: list[Any]) -> Json:
    """Return the constants that stand below an object whether or not the record has it."""
    found: Json = {}
    for steps, rule in below:
        if rule.op == "constant" and not any(step.endswith("]") for step in steps):
            inner = found
            for step in steps[:-1]:
                inner = inner.setdefault(step, {})
            inner[rule.rename or steps[-1]] = rule.args[0]
    return found


def _merged(one: Json, other: Json) -> Json:
    merged = dict(one)
    for name, value in other.items():
        merged[name] = _merged(merged[name], value) if isinstance(merged.get(name), dict) else value
    return merged


def _leads_somewhere(value: Json, below: list[Any], terms: Terms, more: Json) -> bool:
    """Tell whether what stands here is no reference, or one to a record that the party knows, and by the same name."""
    kind = more["part"].record_type
    target = REFERENCES.get(kind, {}).get(more["here"])
    if target == "?":
        target = TYPE_OF_CLASS.get(value.get("@referredType", ""))
    elif target is None:
        return more["here"] not in REFERENCES.get(kind, {})
    section = terms.part(target) if target else None
    if section is None or target is None or not isinstance(value.get("id"), str):
        return False
    said = next((rule for steps, rule in below if steps == ["id"] and rule.op in ("keep", "pseudonym")), None)
    own = next(rule for rule in section.rules if rule.path == "id")
    if said is not None and (said.op, said.args) != (own.op, own.args):
        return False
    return bool(more["seen"]["is_known"](target, value["id"]))


def _nested(value: Any, head: str, below: list[Any], terms: Terms, own: list[Json], **more: Any) -> Any:
    if not head.endswith("]"):
        found = value if isinstance(value, dict) else {}
        if not _leads_somewhere(found, below, terms, more):
            below = [(steps, rule) for steps, rule in below if rule.op in ("constant", "lift")]
        return _object(found, below, terms, own, is_member=False, **more)
    if not isinstance(value, list):
        return None
    tests = [test for path, test in more["part"].members if path == more["here"]]
    members = []
    for member in value:
        if not isinstance(member, dict) or not _leads_somewhere(member, below, terms, more):
            continue
        if not all(holds(test, {**more["seen"], "item": member}) for test in tests):
            continue
        shown = _object(member, below, terms, own, is_member=True, **more)
        if shown:
            members.append(shown)
    return sorted(members, key=lambda one: json.dumps(one, sort_keys=True, default=Name.plain)) or None


def _leaf(value: Any, head: str, rule: Rule, terms: Terms, own: list[Json]) -> Any:
    if rule.op == "lift":
        return _lifted(rule, terms, own)
    if value is _MISSING:
        return None
    if head.endswith("[]"):
        found = [told for one in value if (told := transformed(one, rule, terms)) is not None]
        return found or None
    return transformed(value, rule, terms)


def _lifted(rule: Rule, terms: Terms, own: list[Json]) -> Any:
    """Return the party's services as it knows them: under the identifiers of its service section, else pseudonyms."""
    services = terms.part("service")
    keeps = services is not None and any(one.path == "id" and one.op == "keep" for one in services.rules)
    lifted = []
    for one in own:
        told = {name: one[name] for name in rule.args if name in one}
        if "id" in told and not keeps:
            told["id"] = Name("service", told["id"])
        lifted.append(told)
    return lifted or None


def transformed(value: Any, rule: Rule, terms: Terms) -> Any:  # noqa: PLR0911 - one return for each rule
    """Return what one rule makes of a single value, None for nothing."""
    match rule.op:
        case "keep" | "scrub":
            return value
        case "truncate":
            moment = datetime.fromisoformat(value).astimezone(UTC).isoformat()
            return moment[: _CUT[rule.args[0]]] + _REST[_CUT[rule.args[0]] :] + "Z"
        case "pseudonym":
            return Name(rule.args[0], value) if value else None
        case "map":
            table, otherwise = rule.args
            return dict(table).get(value, otherwise)
        case "round":
            step = Decimal(str(rule.args[0]))
            rounded = (Decimal(str(value)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
            return int(rounded) if isinstance(rule.args[0], int) else float(rounded)
        case "bucket":
            return max((bound for bound in rule.args if bound <= value), default=None)
        case "mask":
            first, last = rule.args
            return f"{value[:first]}****{value[len(value) - last :]}" if len(value) >= first + last + 4 else "****"
        case "generalise":
            return next((group for group, words in terms.groups if value == group or value in words), None)
        case "prefix":
            return _network(value, *rule.args)
    raise ValueError(rule.op)


def _network(text: str, ipv4: int, ipv6: int) -> str | None:
    try:
        found = ip_interface(text).network
    except ValueError:
        return None
    longest = ipv4 if found.version == 4 else ipv6
    return str(ip_network((found.network_address, min(found.prefixlen, longest)), strict=False))


def _add_late(shown: Json, rule: Rule, terms: Terms, own: list[Json]) -> None:
    *around, last = rule.path.split(".")
    if around:
        raise ValueError("worlds have templates and counts at the top only")
    if rule.op == "count":
        of = rule.args[0]
        told = len(own) if of == "service" else len(shown.get(of, ()))
        if told:
            shown[rule.rename or last] = told
        return
    text, otherwise = rule.args
    filled = _filled(text, shown)
    if filled is not None or otherwise is not None:
        shown[rule.rename or last] = filled if filled is not None else otherwise


def _filled(text: str, shown: Json) -> str | None:
    for name, value in shown.items():
        if "{" + name + "}" in text:
            text = text.replace(
                "{" + name + "}", value if isinstance(value, str) else json.dumps(value, default=Name.plain)
            )
    return None if "{" in text else text
