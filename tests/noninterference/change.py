"""The second world of a pair while it comes about, and which leaves a relation has changed on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.noninterference.dress import leaves_in
from tests.noninterference.model import Json, Observer, Step, World
from tests.noninterference.surroundings import (
    Key,
    Surroundings,
    concerning_keys,
    is_hidden,
    shown_keys,
    surroundings,
    type_of,
)
from tests.noninterference.vocabulary import canary


@dataclass
class Change:
    """The second world as it comes about."""

    world: World
    who: Observer
    rng: Random
    touched: dict[str, set[Key]] = field(default_factory=dict)
    relation: str = ""
    around: Surroundings = field(init=False)
    concerning: frozenset[Key] = frozenset()

    def begin(self, relation: str) -> None:
        """Look at the world again before a relation changes it."""
        self.relation = relation
        self.around = surroundings(self.world, self.who)
        self.concerning = concerning_keys(self.world, self.around)

    @property
    def unseen(self) -> frozenset[Key]:
        """Return type and id of the records about the observer's services that the terms never show."""
        events = frozenset(key for key in self.concerning if key[0] not in ("resource", "dependency", "service"))
        return events - shown_keys(self.world, self.who)

    @property
    def last(self) -> int:
        """Return when the last beat of the world is."""
        return max(step.at for step in self.world.steps if step.kind == "tick")

    @property
    def hidden(self) -> list[Step]:
        """Return the records that do not matter to the observer."""
        return [step for step in self.world.steps if is_hidden(step, self.around, self.concerning)]

    def touch(self, record: Json, leaves: set[str] | None = None) -> None:
        """Remember which leaves of which type the relation changed; None stands for all that the record has."""
        kind = type_of(record)
        found = leaves if leaves is not None else {leaf for leaf, _ in leaves_in(record)}
        self.touched.setdefault(self.relation, set()).update((kind, leaf) for leaf in found)

    def put(self, key: str, body: Any, at: int | None = None) -> None:
        """Replace the body of a step."""
        for number, step in enumerate(steps := list(self.world.steps)):
            if step.key == key:
                if step.kind == "record":
                    self.touch(body, {leaf for leaf, _ in set(leaves_in(step.body)) ^ set(leaves_in(body))})
                steps[number] = replace(step, body=body, at=step.at if at is None else at)
        self.world = self.world.with_steps(steps)

    def add(self, kind: Any, at: int, body: Any) -> None:
        """Insert a step."""
        if kind == "record":
            self.touch(body)
        self.world = self.world.with_steps(
            [*self.world.steps, Step(f"{self.relation}-{canary(self.rng)}", at, kind, body)]
        )

    def keep_only(self, wanted: Callable[[Step], bool]) -> None:
        """Leave out all other steps."""
        for step in self.world.records():
            if not wanted(step):
                self.touch(step.body)
        self.world = self.world.with_steps([step for step in self.world.steps if wanted(step)])
