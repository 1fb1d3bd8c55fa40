"""Disclosed records as the status page needs them: every attribute may be missing, and none is trusted to be tidy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from gateway.portal.wording import (
    LEVEL_OF_OPERATING_STATUS,
    LEVEL_OF_STATE,
    WORD_OF_CHANGE,
    WORD_OF_PROBLEM,
    Level,
    instant,
)
from gateway.record.strictjson import Json

_OVER = frozenset({"resolved", "closed"})
_VOID = frozenset({"cancelled", "rejected"})
_RUNNING_CHANGE = frozenset({"inProgress", "fallbackExecution"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A service problem."""

    id: str
    title: str
    text: str
    status: str
    services: tuple[str, ...]
    began: datetime | None
    updated: datetime | None
    ended: datetime | None

    @property
    def word(self) -> str:
        """How its status is called on the page."""
        return WORD_OF_PROBLEM.get(self.status, "Over" if self.ended else "Open")

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self.status not in _OVER | _VOID and self.ended is None

    def ended_within(self, span: timedelta, now: datetime) -> bool:
        """Tell whether it was a real problem and ended within `span` before `now`."""
        return self.ended is not None and self.status not in _VOID and now - span <= self.ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change request: planned work."""

    id: str
    title: str
    status: str
    impact: str
    services: tuple[str, ...]
    begins: datetime | None
    ends: datetime | None

    @property
    def word(self) -> str:
        """How its status is called on the page."""
        return WORD_OF_CHANGE.get(self.status, "Announced")

    @property
    def is_running(self) -> bool:
        """Whether the work is going on, as the operator says (not as the plan said)."""
        return self.status in _RUNNING_CHANGE

    def is_coming(self, now: datetime) -> bool:
        """Tell whether it is going on or still ahead."""
        if self.is_running:
            return True
        return self.status not in {"cancelled", "rejected", "failed", "completed", "postImplementationReview"} and (
            self.ends is None or self.ends > now
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that the customer buys."""

    id: str
    name: str
    kind: str
    level: Level
    started: datetime | None
    has_ended: bool

    def seen_with(self, problems: Sequence[Problem], works: Sequence[Change]) -> Service:
        """Return the service with what open problems and work in progress say about it."""
        level = self.level
        if level is Level.UNKNOWN and any(self.id in each.services for each in problems):
            level = Level.DEGRADED
        if level in (Level.DOWN, Level.DEGRADED) and self._running_work(works):
            level = Level.PLANNED
        return replace(self, level=level)

    def since(self, problems: Sequence[Problem], works: Sequence[Change], now: datetime) -> datetime | None:
        """Return since when it is as it is, as far as the records tell; None when they do not."""
        mine = [each for each in problems if self.id in each.services]
        if self.level in (Level.DOWN, Level.DEGRADED, Level.PLANNED):
            begun = [each.began for each in mine if each.is_open and each.began]
            begun += [each.begins for each in self._running_work(works) if each.begins and each.begins <= now]
            return min(begun, default=None)
        if self.level is Level.UP:
            return max((each.ended for each in mine if each.ended), default=self.started)
        return None

    def _running_work(self, works: Sequence[Change]) -> list[Change]:
        return [each for each in works if each.is_running and self.id in each.services]


def read_service(record: Json) -> Service:
    """Return a disclosed service."""
    state = _text(record, "state")
    level = LEVEL_OF_STATE.get(state) or LEVEL_OF_OPERATING_STATUS.get(_text(record, "operatingStatus"), Level.UNKNOWN)
    return Service(
        id=_text(record, "id"),
        name=_text(record, "name") or _text(record, "id"),
        kind=_text(record, "serviceType") or _text(record, "description"),
        level=level,
        started=instant(record.get("startDate")),
        has_ended=state == "terminated",
    )


def read_problem(record: Json) -> Problem:
    """Return a disclosed service problem."""
    status = _text(record, "status")
    ended = instant(record.get("resolutionDate"))
    if ended is None and status in _OVER:
        ended = instant(record.get("statusChangeDate")) or instant(record.get("lastUpdate"))
    title = _text(record, "name") or _text(record, "description") or "Problem"
    text = _text(record, "description")
    return Problem(
        id=_text(record, "id"),
        title=title,
        text="" if text == title else text,
        status=status,
        services=_ids(record.get("affectedService")),
        began=instant(record.get("creationDate")),
        updated=instant(record.get("lastUpdate")) or instant(record.get("statusChangeDate")),
        ended=ended if status in _OVER or status == "" else None,
    )


def read_change(record: Json) -> Change:
    """Return a disclosed change request."""
    return Change(
        id=_text(record, "id"),
        title=_text(record, "description") or _text(record, "requestType") or "Planned work",
        status=_text(record, "status"),
        impact=_text(record, "impact"),
        services=_ids(record.get("impactEntity")) + _ids(record.get("targetEntity")),
        begins=instant(record.get("actualStartTime")) or instant(record.get("plannedStartTime")),
        ends=instant(record.get("plannedEndTime")),
    )


def _text(record: Json, name: str) -> str:
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""


def _ids(references: Any) -> tuple[str, ...]:
    """Return the ids of an array of references, each once, in its order."""
    if not isinstance(references, list):
        return ()
    found = [_text(each, "id") for each in references if isinstance(each, dict)]
    return tuple(dict.fromkeys(each for each in found if each))
