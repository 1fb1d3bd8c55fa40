"""Service problems that are derived: one per service and episode, however many alarms it has.

Rules:
- An episode begins when a service stops running and ends when it runs again; in between it may change how badly.
- Its id is `sp-<service>-<time it began>`, so that the same history always names it alike.
- Its words come from the vocabulary below and name nothing inside.
- Its times never go back: what is reported late counts from the last time already stated.

This module decides nothing about when an episode begins or ends.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple

from gateway.ids import ServiceId
from gateway.inventory.status import Condition, Status
from gateway.inventory.times import compact, instant, rfc3339
from gateway.record.strictjson import Json

ORIGINATING_SYSTEM = "demarc-impact"
_MAX_ID = 256
_OVER = frozenset({"resolved", "closed", "cancelled", "rejected"})


class _Words(NamedTuple):
    reason: str
    priority: int
    description: str


_DURING = " during planned work."
_WORDS = {
    Condition(Status.FAILED, is_planned=False): _Words("serviceFailed", 1, "The service does not work."),
    Condition(Status.DEGRADED, is_planned=False): _Words("serviceDegraded", 4, "The service works with limits."),
    Condition(Status.FAILED, is_planned=True): _Words("plannedWork", 5, "The service does not work" + _DURING),
    Condition(Status.DEGRADED, is_planned=True): _Words("plannedWork", 7, "The service works with limits" + _DURING),
}


def open_episode(service: Json, condition: Condition, at: datetime, operator: str) -> Json:
    """Return the service problem that begins at `at`, for a service that is not running."""
    began = rfc3339(at)
    affected = {name: service[name] for name in ("id", "name") if name in service}
    return {
        "@type": "ServiceProblem",
        "id": _identifier(service["id"], at),
        "category": "serviceProblem",
        **_worded(condition),
        "originatorParty": {"id": operator, "role": "operator", "@referredType": "Organization"},
        "originatingSystem": ORIGINATING_SYSTEM,
        "affectedService": [{**affected, "@referredType": "Service"}],
        "status": "inProgress",
        "creationDate": began,
        "statusChangeDate": began,
        "lastUpdate": began,
    }


def change_episode(episode: Json, condition: Condition, at: datetime) -> Json:
    """Return the episode as it goes on under another condition."""
    return {**episode, **_worded(condition), "lastUpdate": _not_before(episode, at)}


def resolve_episode(episode: Json, at: datetime) -> Json:
    """Return the episode as it ended."""
    ended = _not_before(episode, at)
    return {**episode, "status": "resolved", "statusChangeDate": ended, "resolutionDate": ended, "lastUpdate": ended}


def service_of_episode(problem: Json) -> ServiceId | None:
    """Return the service of a service problem that was derived here, or None for one that came from elsewhere."""
    affected = problem.get("affectedService", ())
    if problem.get("originatingSystem") != ORIGINATING_SYSTEM or len(affected) != 1:
        return None
    return ServiceId(affected[0]["id"])


def is_over(problem: Json) -> bool:
    """Tell whether a service problem has come to its end."""
    return problem["status"] in _OVER


def _worded(condition: Condition) -> Json:
    words = _WORDS[condition]
    return {"reason": words.reason, "priority": words.priority, "description": words.description}


def _identifier(service_id: str, at: datetime) -> str:
    identifier = f"sp-{service_id}-{compact(at)}"
    if len(identifier) <= _MAX_ID:
        return identifier
    return f"sp-{hashlib.sha256(service_id.encode()).hexdigest()}-{compact(at)}"


def _not_before(episode: Json, at: datetime) -> str:
    last = instant(episode.get("lastUpdate")) or instant(episode.get("creationDate"))
    return rfc3339(max(at, last) if last else at)
