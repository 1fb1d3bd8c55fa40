"""What active alarms and planned works make of an object: tallies, and a service's operating status from them.

Rules:
- An alarm is active unless its `state` or its `perceivedSeverity` is `cleared`.
- Only critical and major alarms count: one critical alarm on anything a service depends on makes it `failed`, one
  major alarm `degraded`; otherwise it is `running`. Redundancy is not considered here.
- A planned work counts while its change request is `inProgress`. It changes how a failure is explained, not whether
  the service works.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gateway.record.strictjson import Json


class Weight(StrEnum):
    """What counts against an object."""

    CRITICAL = "critical"
    MAJOR = "major"
    PLANNED = "planned"


class Status(StrEnum):
    """The operating status of a service as far as it is derived, in TMF638's words."""

    RUNNING = "running"
    DEGRADED = "degraded"
    FAILED = "failed"


class Condition(NamedTuple):
    """What is derived about a service: how it works, and whether work on it is going on."""

    status: Status
    is_planned: bool


@dataclass(slots=True)
class Tally:
    """How many things of each weight count against an object or a service now."""

    critical: int = 0
    major: int = 0
    planned: int = 0

    def count(self, weight: Weight, by: int) -> None:
        """Count `by` more (or, if negative, fewer) of `weight`."""
        if weight is Weight.CRITICAL:
            self.critical += by
        elif weight is Weight.MAJOR:
            self.major += by
        else:
            self.planned += by

    def add(self, other: Tally) -> None:
        """Count everything in `other` too."""
        self.critical += other.critical
        self.major += other.major
        self.planned += other.planned

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing counts."""
        return not (self.critical or self.major or self.planned)

    @property
    def condition(self) -> Condition:
        """Return what this tally makes of a service."""
        status = Status.FAILED if self.critical else Status.DEGRADED if self.major else Status.RUNNING
        return Condition(status, self.planned > 0)


WORKING = Tally().condition


def is_active(alarm: Json) -> bool:
    """Tell whether an alarm stands."""
    return alarm.get("state") != "cleared" and alarm.get("perceivedSeverity") != "cleared"


def weight_of_alarm(alarm: Json) -> Weight | None:
    """Return what an alarm weighs, or None when it is over or does not count."""
    severity = alarm.get("perceivedSeverity")
    if not is_active(alarm) or severity not in (Weight.CRITICAL, Weight.MAJOR):
        return None
    return Weight(severity)


def weight_of_change(change: Json) -> Weight | None:
    """Return what a change request weighs: planned work, or None while none is going on."""
    return Weight.PLANNED if change.get("status") == "inProgress" else None
