"""A ceiling as values: levels by label, for free text, and for single paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.ids import RecordTypeName
from gateway.policy.language.document import FieldRule, Scrub
from gateway.policy.language.levels import Level
from gateway.record.paths import Sensitivity

FREE_TEXT: Final[Sensitivity] = "topology"
"""The label of free text: how a network is built can stand in it."""


@dataclass(frozen=True, slots=True)
class Caps:
    """A level for each kind of audience."""

    operators: Level
    customers: Level


@dataclass(frozen=True, slots=True)
class Exemption:
    """The levels for one path; None leaves them to the label."""

    record_type: RecordTypeName
    path: str
    operators: Level | None = None
    customers: Level | None = None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that policies may do; `readable` is what conditions may read whatever its level is."""

    name: str
    labels: Mapping[str, Caps]
    free_text: Caps
    exemptions: tuple[Exemption, ...] = ()
    readable: frozenset[tuple[str, str]] = frozenset()

    def allowed(
        self, record_type: str, path: str, label: Sensitivity, rule: FieldRule | None, *, to_operator: bool
    ) -> Level:
        """Return the highest level that a rule at a path may have, for one kind of audience; None for a condition."""
        column = "operators" if to_operator else "customers"
        for exemption in self.exemptions:
            level: Level | None = getattr(exemption, column)
            if (exemption.record_type, exemption.path) == (record_type, path) and level is not None:
                return level
        cap: Level = getattr(self.labels[label], column)
        if rule and isinstance(rule.transform, Scrub) and label == FREE_TEXT and cap > Level.DROP:
            scrubbed: Level = getattr(self.free_text, column)
            return max(cap, scrubbed)
        return cap
