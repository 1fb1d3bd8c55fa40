"""Random records and contexts for a policy, from a seed: mostly valid, some wild, many at an edge of some rule.

A maker is prepared once for a policy and a record type, because most records are made for the same one: it knows the
values that each place can have, and gives more often what the policy looks at.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.ids import RecordTypeName
from gateway.policy.filter.context import Context
from gateway.policy.language.document import Bucket, DisclosurePolicy, Map, Prefix, Round, Transform
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, Node
from tests.policy_side import INTERCONNECT, SERVICES, TOKEN
from tests.policy_vocabulary import (
    CITIES,
    COUNTRIES,
    EDGE_NUMBERS,
    ODD,
    SELECTED,
    random_address,
    random_integer,
    random_number,
    random_text,
    random_time,
)

IDENTIFIERS = ("a-1", "svc-geneva", "svc-paris-lyon", "rt1.par.aurora", "x", "i\u0301d", "")
CLASSES = ("Alarm", "ChangeRequest", "Service", "ServiceLevel", "ServiceLevelObjective", "ServiceProblem")
MORE_CLASSES = (*CLASSES, "TroubleTicket", "Resource", "Dependency", "alarm", "Other", "")
_DECIDING = frozenset({"id", "name", "@referredType", "city", "country"})
_VALUES_OF_ONE_PLACE = 12

Pool: TypeAlias = Sequence[Any]
Plan: TypeAlias = "_Object | _Array | Pool"


@dataclass(frozen=True, slots=True)
class _Object:
    """Names with the plan of each and how often it is there."""

    members: tuple[tuple[str, Any, float], ...]


@dataclass(frozen=True, slots=True)
class _Array:
    """An array whose members all follow one plan."""

    items: Any
    longest: int


class Maker:
    """Makes records of one type for one policy."""

    def __init__(self, dice: random.Random, document: DisclosurePolicy, record_type: str) -> None:
        self._dice = dice
        section = document.section(record_type)
        rules = section.fields if section else ()
        self._rules: dict[str, list[Transform]] = {}
        for rule in rules:
            path = str(FieldPath.parse(rule.path).unselected())
            self._rules.setdefault(path, []).append(rule.transform)
        self._touched = {part for path in self._rules for part in _parts(path)}
        members = Catalogue.of(RecordTypeName(record_type)).members
        self._plan = self._object(members, depth=0)

    def record(self, wild: float = 0.0) -> dict[str, Any]:
        """Return a record; `wild` is the share of its values that are replaced by something odd."""
        made: dict[str, Any] = {}
        for name, plan, share in self._plan.members:
            if self._dice.random() < share:
                made[name] = self._wild(plan, wild) if wild else self._made(plan)
        if made.get("id") in (None, "") and self._dice.random() < 0.8:
            made["id"] = "a-1"
        return made

    # --- preparing

    def _node(self, path: str, node: Node, depth: int) -> Any:
        if isinstance(node, Leaf):
            return self._pool(path, node)
        if isinstance(node, Array):
            return _Array(self._node(str(node.items.path), node.items, depth), 4 if depth < 2 else 3)
        return self._object(node.members, depth + 1)

    def _object(self, members: Mapping[str, Node], depth: int) -> _Object:
        """Plan an object: what rules look at and what may decide about it, and a little of the rest."""
        asked = {name for name, node in members.items() if name in _DECIDING or str(node.path) in self._touched}
        rest = [name for name in members if name not in asked]
        found = []
        for name in (*asked, *self._dice.sample(rest, min(len(rest), 4))):
            how_often = (1.0 if depth == 0 and name == "id" else 0.9) if name in asked else 0.2
            found.append((name, self._node(str(members[name].path), members[name], depth), how_often))
        return _Object(tuple(found))

    def _pool(self, path: str, leaf: Leaf) -> list[Any]:
        """Return the values of one place: some that its rules tell apart, the others at random."""
        dice, name = self._dice, leaf.path.steps[-1].name
        special: dict[str, Pool] = {
            "id": IDENTIFIERS,
            "@referredType": MORE_CLASSES,
            "city": CITIES,
            "country": COUNTRIES,
            "author": ("noc", "NOC", "jane"),
        }
        if path.endswith("].name") and "haracteristic" in path:
            return [*SELECTED, *SELECTED, "BANDWIDTH", "other"]
        if leaf.enum:
            return [*leaf.enum, "other"]
        if name in special and leaf.kind == "string":
            known: list[Any] = [dice.choice(special[name]) for _ in range(8)]
        else:
            makers: dict[str, Callable[[], Any]] = {
                "string": lambda: random_text(dice),
                "date-time": lambda: random_time(dice),
                "integer": lambda: random_integer(dice),
                "number": lambda: random_number(dice),
                "boolean": lambda: dice.random() < 0.5,
                "any": lambda: dice.choice([random_text(dice), random_number(dice), True, False, 1, 1.0]),
            }
            known = [makers[leaf.kind]() for _ in range(_VALUES_OF_ONE_PLACE)]
        for transform in self._rules.get(path, ()):
            known += _edges_of(dice, transform)
        return known

    # --- making

    def _made(self, plan: Any) -> Any:
        chance = self._dice.random
        if type(plan) is _Object:
            return {name: self._made(inner) for name, inner, share in plan.members if chance() < share}
        if type(plan) is _Array:
            return [self._made(plan.items) for _ in range(int(chance() * (plan.longest + 1)))]
        return plan[int(chance() * len(plan))]

    def _wild(self, plan: Any, wild: float) -> Any:
        chance = self._dice.random
        if chance() < wild:
            return ODD[int(chance() * len(ODD))]
        if type(plan) is _Object:
            made = {name: self._wild(inner, wild) for name, inner, share in plan.members if chance() < share}
            return made if chance() > wild else {f"x-{int(chance() * 100)}": ODD[int(chance() * len(ODD))], **made}
        if type(plan) is _Array:
            return [self._wild(plan.items, wild) for _ in range(int(chance() * (plan.longest + 1)))]
        return plan[int(chance() * len(plan))]


def _parts(path: str) -> list[str]:
    """Return a path and everything around it; of an array, both the array and its members."""
    steps = FieldPath.parse(path).steps
    found = [str(FieldPath(steps[:end])) for end in range(1, len(steps) + 1)]
    return [*found, *(one.removesuffix("[]") for one in found), path + "[]"]


def _edges_of(dice: random.Random, transform: Transform) -> list[Any]:
    match transform:
        case Map(entries):
            return [key for key, _ in entries] * 2
        case Prefix():
            return [random_address(dice) for _ in range(2 * _VALUES_OF_ONE_PLACE)]
        case Bucket(bounds):
            near = [math.nextafter(bound, way) for bound in bounds for way in (math.inf, -math.inf)]
            return [*bounds, *near, *(bound - 1 for bound in bounds)]
        case Round(step):
            half = step / 2
            return [times * half for times in (1, -1, 3, -5, 7)] + [step, step * 3, *dice.sample(EDGE_NUMBERS, 5)]
        case _:
            return []


def random_context(dice: random.Random, services: Maker | None = None) -> Context:
    """Return a context with some services, some of them odd, an object or none, and answers that depend on the key.

    Some of the services come from the maker `services`, when there is one.
    """
    odd: list[Any] = [{"id": 3, "name": "x"}, {"id": "", "name": "x"}, {"name": "nameless"}, {"id": "svc-z", "name": 4}]
    pool = [*SERVICES, *odd]
    if services is not None:
        pool += [{**services.record(dice.choice([0, 0.1])), "id": f"svc-{number}"} for number in range(3)]
    chosen = dice.sample(pool, dice.randrange(len(pool)))
    about = dice.choice([None, INTERCONNECT, {**INTERCONNECT, "interconnect": False}, {"interconnect": "yes"}])
    salt = str(dice.randrange(2**32))
    return Context(
        chosen,
        about,
        TOKEN,
        lambda record_type, identifier: _chance(salt, record_type, identifier) % 4 != 0,
        lambda text: _scrubbed(text, _chance(salt, "scrub", text)),
    )


def _chance(*key: str) -> int:
    return zlib.crc32("\x00".join(key).encode())


def _scrubbed(text: str, chance: int) -> str | None:
    """Return a text that is not the one given: a stand-in for the scrubber, which has tests of its own."""
    if chance % 5 == 0:
        return None if chance % 2 else ""
    return f"clean {text[::-1]}"
