"""The version of an alarm or change request that counts now, and which version is newer.

Rules:
- A version's time is the latest that it names (raised, changed, cleared; for a change request its update times).
- A version older than the held one is stale. At the same time an end is newer than anything else, because a system
  that stamps both alike raised first; otherwise the later arrival wins. Without any time the later arrival wins.
- Only what is needed to compare and to count is held, not the record: alarms come in storms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.inventory.status import Weight, is_active, weight_of_alarm, weight_of_change
from gateway.inventory.times import instant
from gateway.record.strictjson import Json

_ALARM_TIMES = ("alarmRaisedTime", "alarmChangedTime", "alarmClearedTime")
_CHANGE_TIMES = ("requestDate", "statusChangeDate", "lastUpdateDate", "actualStartTime", "actualEndTime")
_ENDED_CHANGE = ("completed", "cancelled", "rejected", "failed")


@dataclass(frozen=True, slots=True)
class Held:
    """One alarm or change request as it counts now."""

    objects: tuple[str, ...]
    weight: Weight | None
    time: datetime | None
    has_ended: bool

    def is_older_than(self, held: Held | None) -> bool:
        """Tell whether this version must not replace `held`."""
        if held is None or held.time is None or self.time is None:
            return False
        if self.time == held.time:
            return held.has_ended and not self.has_ended
        return self.time < held.time


def held_alarm(alarm: Json) -> Held:
    """Return what is to be held of an alarm."""
    alarmed = alarm.get("alarmedObject", {}).get("id")
    objects = () if alarmed is None else (alarmed,)
    return Held(objects, weight_of_alarm(alarm), _latest(alarm, _ALARM_TIMES), not is_active(alarm))


def held_change(change: Json) -> Held:
    """Return what is to be held of a change request: its targets, each once."""
    targets = tuple(dict.fromkeys(identifiers(change, "targetEntity")))
    has_ended = change.get("status") in _ENDED_CHANGE
    return Held(targets, weight_of_change(change), _latest(change, _CHANGE_TIMES), has_ended)


def identifiers(record: Json, attribute: str) -> list[str]:
    """Return the `id` of every element of the array `attribute`."""
    return [element["id"] for element in record.get(attribute, ()) if "id" in element]


def time_of_alarm(alarm: Json, held: Held | None, received_at: datetime) -> datetime:
    """Return when that happened which an alarm's version reports.

    Its end is `alarmClearedTime`; its beginning, and everything about an alarm that was not standing before, is
    `alarmRaisedTime`; a later change is `alarmChangedTime`. What the alarm does not say is `received_at`.
    """
    if not is_active(alarm):
        return instant(alarm.get("alarmClearedTime")) or received_at
    raised = instant(alarm.get("alarmRaisedTime")) or received_at
    if held is None or held.has_ended:
        return raised
    return instant(alarm.get("alarmChangedTime")) or raised


def time_of_change(change: Json, received_at: datetime) -> datetime:
    """Return when a change request took the status that it reports."""
    for attribute in ("statusChangeDate", "lastUpdateDate"):
        named = instant(change.get(attribute))
        if named:
            return named
    return received_at


def _latest(record: Json, attributes: tuple[str, ...]) -> datetime | None:
    return max((named for name in attributes if (named := instant(record.get(name)))), default=None)
