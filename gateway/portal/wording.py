"""The words and times of the page, so that one thing is called the same everywhere on it.

Times are UTC and stand in `<time datetime>`; a text that is no point in time becomes nothing, never itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Level(StrEnum):
    """How a service does, from the customer's seat; the value is the name of its colour class."""

    DOWN = "down"
    DEGRADED = "degraded"
    PLANNED = "planned"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    UP = "up"


LEVEL_OF_OPERATING_STATUS = {
    "running": Level.UP,
    "degraded": Level.DEGRADED,
    "limited": Level.DEGRADED,
    "failed": Level.DOWN,
    "stopped": Level.DOWN,
    "stopping": Level.DOWN,
    "pending": Level.WAITING,
    "configured": Level.WAITING,
    "starting": Level.WAITING,
}
LEVEL_OF_STATE = {
    "feasibilityChecked": Level.WAITING,
    "designed": Level.WAITING,
    "reserved": Level.WAITING,
    "inactive": Level.WAITING,
    "suspended": Level.WAITING,
}
WORD_OF_LEVEL = {
    Level.DOWN: "Not working",
    Level.DEGRADED: "Impaired",
    Level.PLANNED: "Planned work",
    Level.UNKNOWN: "No status given",
    Level.WAITING: "Not in service",
    Level.UP: "Running",
}
WORD_OF_PROBLEM = {
    "acknowledged": "Seen by us",
    "pending": "Waiting",
    "held": "On hold",
    "inProgress": "Being worked on",
    "resolved": "Resolved",
    "closed": "Closed",
}
WORD_OF_CHANGE = {
    "approved": "Approved",
    "scheduled": "Scheduled",
    "inProgress": "In progress",
    "fallbackExecution": "Being rolled back",
    "postImplementationReview": "Being reviewed",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One point in time, as machines and as people read it."""

    machine: str
    human: str


def instant(value: object) -> datetime | None:
    """Return the UTC time that an RFC 3339 text names, or None when it names none."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def moment(at: datetime | None, now: datetime) -> Moment | None:
    """Return how the page writes a time; today's without the day, another year's with the year."""
    if at is None:
        return None
    clock = f"{at.hour:02}:{at.minute:02} UTC"
    day = f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}"
    if at.date() == now.date():
        human = f"today, {clock}"
    elif at.year == now.year:
        human = f"{day}, {clock}"
    else:
        human = f"{day} {at.year}, {clock}"
    return Moment(at.strftime("%Y-%m-%dT%H:%M:%SZ"), human)


def duration(length: timedelta) -> str:
    """Return a length of time in its two largest units: `2 h 5 min`."""
    minutes = max(0, int(length.total_seconds()) // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min" if rest else "less than a minute"
