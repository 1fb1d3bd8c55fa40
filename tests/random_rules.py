"""Random rules for single places: every transform that fits what stands there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from gateway.policy.language.document import (
    Bucket,
    Constant,
    Generalise,
    Hierarchy,
    Keep,
    Lift,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Transform,
    Truncate,
)
from gateway.record.paths import Array, Leaf, Node, Object
from tests.policy_vocabulary import MORE_TEXTS, TEXTS, WORDS

UNITS = ("second", "minute", "hour", "day", "month", "year")
CLASSES = ("place", "party", "reference", "circuit", "person")
INTEGER_STEPS = (1, 2, 3, 5, 7, 10, 100, 1000, 2**53)
STEPS = (*INTEGER_STEPS, 0.5, 0.1, 0.01, 0.25, 2.5, 1e-6, 10.0, 1e-300, 0.3, 1e15)
INTEGER_BOUNDS = (-100, -7, -1, 0, 1, 2, 3, 5, 10, 100, 2**31, -(2**53), 2**53)
BOUNDS = (*INTEGER_BOUNDS, -0.5, 0.1, 0.3, 2.675, 99.999, 1e6)
_CONSTANTS: dict[str, Any] = {"string": "said", "date-time": "2026-01-01T00:00:00Z", "integer": 7, "number": 1.5}


def random_hierarchies(dice: random.Random) -> tuple[Hierarchy, ...]:
    """Return one or two hierarchies whose words records use."""
    made = []
    for name in dice.sample(["technology", "kind", "site-class"], dice.randrange(1, 3)):
        words = dice.sample(WORDS, len(WORDS))
        cut = dice.randrange(1, len(words))
        made.append(Hierarchy(name, (("group one", tuple(words[:cut])), ("ring", tuple(words[cut : cut + 3])))))
    return tuple(group for group in made if all(words for _, words in group.groups))


def fitting(dice: random.Random, leaf: Leaf, hierarchies: Sequence[Hierarchy]) -> list[Transform]:
    """Return transforms that fit a single value, each with random arguments, counts and templates aside."""
    last = leaf.path.steps[-1]
    known: list[Transform] = [] if last.is_each else [Constant(_constant(dice, leaf))]
    if last.name in ("href", "@schemaLocation"):
        return known
    known.append(Keep())
    match leaf.kind:
        case "date-time":
            known += [Truncate(dice.choice(UNITS)), Truncate(dice.choice(UNITS))]
        case "integer":
            known += [Round(dice.choice(INTEGER_STEPS)), Bucket(_bounds(dice, INTEGER_BOUNDS))]
        case "number":
            known += [Round(dice.choice(STEPS)), Bucket(_bounds(dice, BOUNDS))]
        case "string":
            known += [_map(dice, leaf), *(Generalise(hierarchy.name) for hierarchy in hierarchies[:1])]
            known += [] if leaf.enum else _of_free_text(dice)
    return known


def _of_free_text(dice: random.Random) -> list[Transform]:
    first = dice.randrange(6)
    prefix = Prefix(dice.choice([0, 8, 16, 23, 24, 32]), dice.choice([0, 32, 48, 56, 64, 128]))
    return [prefix, Mask(first, dice.randrange(9 - first)), Pseudonym(dice.choice(CLASSES)), Scrub()]


def random_whole(dice: random.Random, path: str, node: Node) -> Transform | None:
    """Return a transform for an object or an array of objects as a whole, or None where none fits."""
    inner = node.items if isinstance(node, Array) else node
    if "[]" in path or not isinstance(inner, Object):
        return None
    if {"city", "country"} <= inner.members.keys() and dice.random() < 0.7:
        return Generalise(dice.choice(["metro", "country", "region"]))
    return Lift("service", dice.choice([("id",), ("name",), ("name", "id"), ("id", "role", "@referredType")]))


def _constant(dice: random.Random, leaf: Leaf) -> Any:
    return dice.choice(leaf.enum) if leaf.enum else _CONSTANTS.get(leaf.kind, True)


def _bounds(dice: random.Random, of: Sequence[int | float]) -> tuple[int | float, ...]:
    return tuple(sorted(dice.sample(of, dice.randrange(2, 6))))


def _map(dice: random.Random, leaf: Leaf) -> Map:
    words = leaf.enum or (*TEXTS[1:], *MORE_TEXTS[:3], *WORDS)
    keys = dice.sample(words, dice.randrange(1, min(len(words), 5) + 1))
    said = leaf.enum or ("one", "two", "three")
    return Map(tuple((key, dice.choice(said)) for key in keys), dice.choice([None, dice.choice(said)]))
