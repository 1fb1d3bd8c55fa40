"""A case: one pair of worlds, who looks at them, and what it tries; everything follows from one number."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from random import Random

from tests.noninterference.change import Change
from tests.noninterference.dress import leaves_in
from tests.noninterference.generate import draw_world
from tests.noninterference.low import at_the_end, low
from tests.noninterference.model import ACME, NORTHLINK, Observer, Step, World
from tests.noninterference.probes import Clues
from tests.noninterference.relations import RELATIONS, related
from tests.noninterference.vocabulary import CANARY

_IDENTITIES = re.compile(r'\\*"pseudonym\\*": \[[^]]*\]|\["[a-z-]+", "(?:[^"\\]|\\.)*", ')
"""In what a party may know as text: which record it is. That shows as a pseudonym, so its spelling is hidden."""
SHORT = 4
"""How many beats a world has that is drawn for a certain purpose."""
_STEPS, _MORE = (1, 3, 7, 9), (3, 1, 2, 0)
_ODD = (
    "id",
    "href",
    "@type",
    "name",
    "serialNumber",
    "internal_id",
    "position",
    "version",
    "__class__",
    "relatedParty.id",
    "note.text",
)


@dataclass(frozen=True)
class Case:
    """Two worlds that differ in hidden things only, unless `is_discarded`."""

    seed: int
    who: Observer
    relations: tuple[str, ...]
    change: Change
    first: World
    told: tuple[str, str]
    visible: tuple[int, int]
    clues: Clues

    @property
    def second(self) -> World:
        """Return the world that the relations made."""
        return self.change.world

    @property
    def is_discarded(self) -> bool:
        """Whether the two disagree on what may be known, so that nothing follows from comparing them."""
        return self.told[0] != self.told[1]

    @functools.cached_property
    def differing(self) -> int:
        """Return how many hidden atoms (leaves, or whole steps) differ."""
        return len(atoms(self.first) ^ atoms(self.second))


def atoms(world: World) -> set[tuple[str, ...]]:
    """Return a world as a set of atoms: every leaf of every record, every other step, and where each stands."""
    found: set[tuple[str, ...]] = set()
    for step in world.steps:
        found.add(("at", step.key, str(step.at)))
        if step.kind == "record":
            found |= {("leaf", step.key, leaf, value) for leaf, value in leaves_in(step.body)}
        else:
            found.add(("step", step.key, repr(step.body)))
    return found | {("setting", name, repr(value)) for name, value in world.settings.items()}


@functools.lru_cache(maxsize=64)
def case(seed: int, hint: tuple[str, ...] = (), role: str = "") -> Case:
    """Return the case of this number; `hint` and `role` choose relations and observer instead of the number."""
    rng = Random(seed * 7919 + 13)
    who = NORTHLINK if (seed % 2 == 0 if not role else role == "operator") else ACME
    chosen = hint or _in_turn(seed // 2)
    first = draw_world(seed, SHORT) if hint or role else draw_world(seed)
    change = related(first, who, chosen, rng)
    ones, others = low(first, who), low(change.world, who)
    told = (json.dumps(ones, sort_keys=True), json.dumps(others, sort_keys=True))
    clues = _clues(first, change.world, told[0], rng)
    return Case(seed, who, chosen, change, first, told, (len(at_the_end(ones)), len(at_the_end(others))), clues)


def _in_turn(number: int) -> tuple[str, ...]:
    """Return one to four relations, so that each occurs as often as any other, alone and after different ones."""
    names = list(RELATIONS)
    decade = number // len(names)
    step, more = _STEPS[decade % len(_STEPS)], _MORE[(number + decade) % len(_MORE)]
    return tuple(names[(number + step * place) % len(names)] for place in range(1 + more))


def hidden_canaries(world: World, told: str) -> frozenset[str]:
    """Return the canaries of a world that the observer may not see."""
    known = set(CANARY.findall(_IDENTITIES.sub("", told)))
    return frozenset(found for step in world.steps for found in _canaries(step) if found not in known)


def _canaries(step: Step) -> list[str]:
    if step.kind in ("record", "junk"):
        return CANARY.findall(json.dumps(step.body, ensure_ascii=False))
    return []


def _clues(first: World, second: World, told: str, rng: Random) -> Clues:
    """Return what probes are to be made of: hidden names, values and identifiers of both worlds."""
    names: dict[str, None] = dict.fromkeys(_ODD)
    values: dict[str, None] = {}
    ids: dict[str, None] = {}
    for world in (first, second):
        for step in world.records():
            ids[step.body["id"]] = None
            for leaf, value in leaves_in(step.body):
                names[leaf] = None
                names[leaf.rpartition(".")[2]] = None
                if value.startswith('"') and len(value) < 120:
                    values[json.loads(value)] = None
    hidden = [value for value in values if value not in told] or ["nothing"]
    chosen = tuple(rng.sample(hidden, min(len(hidden), 300)))
    return Clues(tuple(rng.sample(list(names), min(len(names), 300))), chosen, tuple(ids))
