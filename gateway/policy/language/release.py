"""When a change may be told: after the embargo, and on the beat of the cadence.

Pure: the caller brings the time at which the journal took the change. Beats count from midnight UTC; the checker sees
to it that a cadence divides the day. What hides something is not held back; that is the caller's to know.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.policy.language.document import Release

_DAY = timedelta(days=1)


def due_at(release: Release, received_at: datetime) -> datetime:
    """Return the first moment at which a change may be told.

    Args:
        release: Of the policy in force.
        received_at: When the journal took the change; timezone-aware.

    Returns:
        An aware time in UTC, never before `received_at`. One that lies on a beat already is not moved.
    """
    free = received_at.astimezone(UTC) + release.embargo
    if release.cadence is None:
        return free
    midnight = free.replace(hour=0, minute=0, second=0, microsecond=0)
    beats = -((midnight - free) // release.cadence)
    return midnight + beats * release.cadence


def has_other_beats(new: Release, old: Release) -> bool:
    """Tell whether `new` tells apart what `old` lets be told as one: only a multiple has no beat of its own.

    Then the audience learns what was in between, however much later it is told.
    """
    return old.cadence is not None and (new.cadence is None or bool(new.cadence % old.cadence))


def is_beat(cadence: timedelta) -> bool:
    """Tell whether a cadence fits the day a whole number of times."""
    return timedelta(0) < cadence <= _DAY and not _DAY % cadence
