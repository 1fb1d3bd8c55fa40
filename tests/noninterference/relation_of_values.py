"""R1 and R3: the same records with other hidden contents, and with attributes that no schema has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.noninterference.change import Change
from tests.noninterference.dress import document_of, draw_at, draw_near, dress, leaves, leaves_in
from tests.noninterference.low_values import transformed
from tests.noninterference.model import Json
from tests.noninterference.promises import SUBSTITUTED
from tests.noninterference.surroundings import DECIDING, is_hidden, type_of
from tests.noninterference.vocabulary import canary, device, sentence

_STRANGE = ("internalNote", "x-node", "nam", "Name", "vendorExtension", "hostName", "__proto__", "costCentre", "@link")
FREE = {
    "alarm": ("perceivedSeverity", "alarmType", "probableCause"),
    "trouble-ticket": ("status", "severity"),
    "service-problem": ("status",),
    "service": ("serviceType",),
}
"""What decides something of a record, but may be drawn again where the whole record is hidden."""


# --- R1 values ------------------------------------------------------------------------------------------------


def values(change: Change) -> None:
    """Draw every leaf again that shows nothing: other lengths, types, languages."""
    steps = []
    never_shown = change.unseen
    for step in change.world.steps:
        if step.kind == "record":
            hidden = is_hidden(step, change.around, change.concerning)
            unseen = (type_of(step.body), step.body["id"]) in never_shown
            body = redrawn(change, type_of(step.body), step.body, "", hidden=hidden or unseen)
            body = _thinned(change, body, hidden=hidden or unseen)
            if hidden:
                body |= {
                    name: draw_at(type_of(body), name, change.rng)
                    for name in FREE.get(type_of(body), ())
                    if name in body
                }
                body = dress(type_of(body), body, change.rng, 0.1)
            before, after = set(leaves_in(step.body)), set(leaves_in(body))
            change.touch(body, {leaf for leaf, _ in before ^ after})
            step = replace(step, body=body)  # noqa: PLW2901
        steps.append(step)
    change.world = change.world.with_steps(steps)


def redrawn(change: Change, kind: str, value: Any, path: str, *, hidden: bool) -> Any:
    if isinstance(value, dict):
        return {
            name: redrawn(change, kind, member, f"{path}.{name}" if path else name, hidden=hidden)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [redrawn(change, kind, member, path, hidden=hidden) for member in value]
    around = change.around
    if around.is_read(kind, path) or change.rng.random() < 0.1:
        return value
    if not _is_known(kind, path):
        return value
    rules = [] if hidden else around.rules_at(kind, path)
    for _ in range(1 if not rules else 4):
        drawn = draw_near(kind, path, value, change.rng) if rules else draw_at(kind, path, change.rng)
        if all(_looks_alike(value, drawn, rule, terms) for terms, rule in rules):
            return drawn
    return value


def _thinned(change: Change, body: Json, *, hidden: bool) -> Json:
    """Return the record without some of the attributes that show nothing, whether they are there or not."""
    kind = type_of(body)
    required = set(document_of(kind)["required"])

    def may_go(name: str) -> bool:
        if (
            name in required
            or any(leaf.split(".")[0] == name for leaf in DECIDING[kind])
            or change.around.is_read(kind, name)
        ):
            return False
        parts = (terms.part(kind) for terms in change.around.promised)
        rules = [
            rule
            for part in parts
            if part and not hidden
            for rule in part.rules
            if rule.path.split(".")[0].removesuffix("[]") == name
        ]
        return all(rule.op in ("lift", "constant", "template", "count") and "[" not in rule.path for rule in rules)

    thinned = {name: value for name, value in body.items() if not may_go(name) or change.rng.random() < 0.75}
    for name in SUBSTITUTED.get(kind, ()):
        if name not in thinned and may_go(name) and change.rng.random() < 0.5:
            thinned[name] = draw_at(kind, name, change.rng)
    return thinned


def _is_known(kind: str, path: str) -> bool:
    return path in leaves(kind)


def _looks_alike(one: Any, other: Any, rule: Any, terms: Any) -> bool:
    if rule.op in ("lift", "constant", "template", "count"):
        return True
    if rule.op in ("keep", "scrub", "pseudonym"):
        return False
    return bool(transformed(one, rule, terms) == transformed(other, rule, terms))


# --- R3 names -------------------------------------------------------------------------------------------------


def names(change: Change) -> None:
    """Add attributes that no schema has, at any depth, and call characteristics otherwise."""
    for step in change.world.records():
        if change.rng.random() < 0.5:
            body = _named(change, step.body, type_of(step.body), "")
            if body != step.body:
                change.put(step.key, body)
                change.touch(body, {leaf for leaf, _ in leaves_in(step.body)})


def _named(change: Change, value: Any, kind: str, path: str) -> Any:
    rng = change.rng
    if isinstance(value, list):
        return [_named(change, member, kind, path) for member in value]
    if not isinstance(value, dict):
        return value
    found = {name: _named(change, member, kind, f"{path}.{name}" if path else name) for name, member in value.items()}
    free = path.endswith("haracteristic") and not change.around.rules_at(kind, f"{path}.value")
    if free and "name" in found and kind not in ("resource", "service"):
        found["name"] = device(rng)
    if rng.random() < 0.4:
        name = rng.choice((*_STRANGE, f"x{canary(rng)}"))
        found.setdefault(
            name, rng.choice((sentence(rng, 60), 7, True, {"deep": {"er": canary(rng)}}, [canary(rng), None]))
        )
    return dict(rng.sample(list(found.items()), len(found)))
