"""What each of the three knows now: aurora from its inside, northlink from what it received, acme from its API.

Reading only. What northlink shows comes from northlink's own store, what acme shows over TLS from aurora's listener; no
view looks at anything that its owner would not have.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from gateway.demo import customer
from gateway.demo.stage import Stage
from gateway.ids import AudienceId, RecordTypeName, StreamName, audience_of_operator, stream_between
from gateway.inside.disclose import CURSOR
from gateway.inventory.status import is_active
from gateway.record.strictjson import Json

_ALARM, _SERVICE = RecordTypeName("alarm"), RecordTypeName("service")
_CHANGE, _PROBLEM = RecordTypeName("change-request"), RecordTypeName("service-problem")
_RANKS = ("critical", "major", "minor", "warning", "indeterminate")
_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Inner:
    """What aurora knows; `standing` are active alarms, the worst first."""

    resources: int
    services: Sequence[Json]
    alarms: int
    standing: Sequence[Json]
    changes: Sequence[Json]

    @property
    def severities(self) -> dict[str, int]:
        """How many alarms stand, by severity, the worst first."""
        counted = Counter(alarm["perceivedSeverity"] for alarm in self.standing)
        return {rank: counted[rank] for rank in _RANKS if counted[rank]}


@dataclass(frozen=True, slots=True)
class Outer:
    """What somebody outside has been told; `entries` and `receipted` are 0 for who pulls and gets no stream."""

    services: Sequence[Json]
    problems: Sequence[Json]
    alarms: Sequence[Json] = ()
    changes: Sequence[Json] = ()
    entries: int = 0
    receipted: int = 0


def not_running(services: Sequence[Json]) -> list[Json]:
    """Return the services that are not running."""
    return [service for service in services if service.get("operatingStatus") != "running"]


def standing(records: Sequence[Json]) -> list[Json]:
    """Return the problems that are open, or the alarms that stand."""
    return [one for one in records if one.get("status") not in ("resolved", "closed") and is_active(one)]


def stream_to_partner(stage: Stage) -> StreamName:
    """Return the name of the stream from aurora to northlink."""
    settings = stage.aurora_outside.settings
    return stream_between(settings.operator_id, _partner(stage))


def of_aurora(stage: Stage) -> Inner:
    """Return what aurora knows."""
    found: defaultdict[str, list[Json]] = defaultdict(list)
    with stage.aurora_inside.store.read() as work:
        for kind in (_SERVICE, _ALARM, _CHANGE, RecordTypeName("resource")):
            found[kind] = [orjson.loads(body) for body in work.latest.every(kind)]
    alarms = found[_ALARM]
    active = sorted(filter(is_active, alarms), key=_worst_first)
    return Inner(len(found["resource"]), found[_SERVICE], len(alarms), active, found[_CHANGE])


def of_northlink(stage: Stage) -> Outer:
    """Return what northlink has received, as its inside reads it."""
    found: defaultdict[str, list[Json]] = defaultdict(list)
    with stage.northlink_inside.store.read() as work:
        for record in sorted(work.foreign.newest(_EVERY), key=lambda one: one.index):
            found[record.record_type].append(orjson.loads(record.data))
    stream = stream_to_partner(stage)
    with stage.northlink_outside.store.read() as theirs:
        state = theirs.streams.state(stream)
    with stage.aurora_outside.store.read() as ours:
        receipted = ours.deliveries.get(stream).acknowledged
    services = sorted(found[_SERVICE], key=_id)
    size = state.size if state else 0
    return Outer(services, found[_PROBLEM], found[_ALARM], found[_CHANGE], size, receipted)


def of_acme(stage: Stage) -> Outer:
    """Return what acme gets when it asks."""
    return Outer(stage.acme.records(customer.SERVICES), stage.acme.records(customer.PROBLEMS))


def is_settled(stage: Stage) -> bool:
    """Tell whether all that aurora was told has gone as far as it goes: sealed, sent, receipted, imported."""
    with stage.aurora_inside.store.read() as work:
        if work.cursors.get(CURSOR) < work.journal.end():
            return False
        sealed = {state.parties.stream: state.size for state in work.streams.states()}
    stream = stream_to_partner(stage)
    with stage.aurora_outside.store.read() as there:
        out = {state.parties.stream: state.size for state in there.streams.states()}
        acknowledged = there.deliveries.get(stream).acknowledged
    with stage.northlink_inside.store.read() as here:
        imported = here.streams.state(stream)
    size = sealed.get(stream, 0)
    return sealed == out and acknowledged == size and (imported.size if imported else 0) == size


def _partner(stage: Stage) -> AudienceId:
    return audience_of_operator(stage.northlink_outside.settings.operator_id)


def _worst_first(alarm: Json) -> tuple[int, str, str]:
    return _RANKS.index(alarm["perceivedSeverity"]), alarm["alarmRaisedTime"], alarm["alarmedObject"]["id"]


def _id(record: Json) -> str:
    identifier: str = record["id"]
    return identifier
