"""What a world is: an operator's inside over virtual time as a list of steps, and the terms each party was promised.

Everything here is plain data that the generator writes, the relations change, the reference `low` reads and the
execution carries out. Nothing here knows the gateway.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["record", "policy", "junk", "tick", "restart", "fault", "noise", "outage", "foreign"]
BEGIN = "2026-11-23T09:00:00Z"
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the terms: what happens to the value at `path`, as `op` with `args`."""

    path: str
    op: str
    args: tuple[Any, ...] = ()
    rename: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of records of one type; `when` is a condition as nested tuples, None for always."""

    record_type: str
    rules: tuple[Rule, ...]
    when: tuple[Any, ...] | None = None
    members: tuple[tuple[str, tuple[Any, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What one party may know: the disclosure agreement as values."""

    role: Literal["operator", "customer"]
    party: str
    parts: tuple[Part, ...]
    valid: tuple[str, str] | None = None
    services: tuple[str, ...] | None = None
    technologies: tuple[str, ...] | None = None
    embargo: int = 0
    cadence: int | None = None
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    note: str = ""

    @property
    def waits(self) -> bool:
        """Whether changes are told later than they happen."""
        return bool(self.embargo) or self.cadence is not None

    def part(self, record_type: str) -> Part | None:
        """Return the part for a type."""
        return next((part for part in self.parts if part.record_type == record_type), None)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens; `key` names it in both worlds of a pair, `at` is virtual milliseconds since the begin."""

    key: str
    at: int
    kind: Kind
    body: Any = None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happens inside, in order, and how the gateway is set up where no agreement speaks of it."""

    steps: tuple[Step, ...]
    settings: Json = field(default_factory=dict)

    def with_steps(self, steps: list[Step]) -> World:
        """Return the world with other steps, in the order of their times."""
        return replace(self, steps=tuple(sorted(steps, key=lambda step: step.at)))

    def records(self) -> list[Step]:
        """Return the steps that hand in a record."""
        return [step for step in self.steps if step.kind == "record"]


@dataclass(frozen=True, slots=True)
class Observer:
    """Who looks: an operator that is pushed to, or a customer that asks."""

    role: Literal["operator", "customer"]
    party: str

    @property
    def buying_role(self) -> str:
        """Return the role in which services name it."""
        return "partner" if self.role == "operator" else "customer"


NORTHLINK = Observer("operator", "northlink")
ACME = Observer("customer", "acme")
OPERATORS = ("northlink", "southwind")
CUSTOMERS = ("acme", "bolt")


def is_policy_of(step: Step, who: Observer) -> bool:
    """Tell whether a step puts terms of this party in force."""
    return step.kind == "policy" and (step.body.role, step.body.party) == (who.role, who.party)
