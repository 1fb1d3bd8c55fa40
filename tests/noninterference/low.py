"""What one party may know of a world: the reference, written from the policy language and the agreement.

It is the disclosure agreement in executable form and shares no code with the gateway. `low` gives, beat by beat, every
change of what the party is shown; two worlds with the same `low` must look the same to that party, byte for byte.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.noninterference.low_values import TYPE_OF_CLASS, IsKnown, Name, shown_of
from tests.noninterference.model import BEGIN, Json, Observer, Part, Step, Terms, World, is_policy_of

_SHOWN = ("alarm", "change-request", "service", "service-level", "service-problem", "trouble-ticket")
_NEEDS = {"containedIn", "dependsOn", "requires", "reliesOn", "supportedBy"}
_NEEDED = {"contains", "supports", "requiredBy"}
_WORDS = {
    ("failed", False): ("serviceFailed", 1, "The service does not work."),
    ("degraded", False): ("serviceDegraded", 4, "The service works with limits."),
    ("failed", True): ("plannedWork", 5, "The service does not work during planned work."),
    ("degraded", True): ("plannedWork", 7, "The service works with limits during planned work."),
}
_ENDED = {"completed", "cancelled", "rejected", "failed"}
_RUNNING = ("running", False)

Change = tuple[str, str, str]
Told = list[tuple[int, list[Change]]]
"""By the beat at which it may be told: type, internal id, and what is shown as JSON, or nothing."""


@dataclass
class Reading:
    """The world as far as it has happened, seen for one party."""

    who: Observer
    begin: datetime = field(default_factory=lambda: datetime.fromisoformat(BEGIN))
    terms: Terms | None = None
    kinds: dict[str, dict[str, Json]] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    conditions: dict[str, tuple[str, bool]] = field(default_factory=dict)
    episodes: dict[str, Json] = field(default_factory=dict)
    shown: dict[tuple[str, str], str] = field(default_factory=dict)
    remembered: dict[Any, tuple[Any, str | None, dict[tuple[str, str], bool]]] = field(default_factory=dict)
    reach: dict[str, frozenset[str]] = field(default_factory=dict)

    age: int = 0
    mine: dict[str, Json] = field(default_factory=dict)
    concerned: dict[tuple[str, str], tuple[tuple[int, int], list[Json]]] = field(default_factory=dict)

    def of_type(self, record_type: str) -> dict[str, Json]:
        """Return the records of a type by id."""
        return self.kinds.setdefault(record_type, {})

    def hold(self, record_type: str, record: Json) -> None:
        """Take a record in place of its former version."""
        key = (record_type, record["id"])
        self.of_type(record_type)[record["id"]] = record
        self.versions[key] = self.versions.get(key, 0) + 1
        if record_type in ("service", "resource", "dependency"):
            self.reach.clear()
            self.age += 1

    def services(self) -> dict[str, Json]:
        """Return the party's own services."""
        mine = (self.who.party, self.who.buying_role)
        return {
            identifier: record
            for identifier, record in self.of_type("service").items()
            if any((one["id"], one.get("role")) == mine for one in record.get("relatedParty", ()))
        }

    # --- what a step means ---

    def take(self, step: Step) -> None:
        """Take one step of the world."""
        now = self.begin + timedelta(milliseconds=step.at)
        if is_policy_of(step, self.who):
            self.terms = step.body
            self.remembered.clear()
        elif step.kind == "record":
            self._take_record(dict(step.body), now)

    def _take_record(self, record: Json, now: datetime) -> None:
        record_type = TYPE_OF_CLASS[record["@type"]]
        key = (record_type, record["id"])
        former = self.of_type(record_type).get(key[1])
        if former is not None and _is_stale(record_type, record, former):
            return
        if record_type == "service" and "operatingStatus" not in record:
            record["operatingStatus"] = "?"
        self.hold(record_type, record)
        if record_type == "service-problem":
            self._note_episode(record)
            return
        at = now
        if record_type == "alarm":
            at = _time_of_alarm(record, former, now)
        elif record_type == "change-request":
            at = _instant(record.get("statusChangeDate")) or _instant(record.get("lastUpdateDate")) or now
        self._derive(at)

    def _derive(self, at: datetime) -> None:
        """Work out how every service stands, and what that makes of the problems."""
        self.mine = self.services()
        for identifier, record in sorted(self.of_type("service").items()):
            after, before = self._condition(identifier), self.conditions.get(identifier, _RUNNING)
            if after != before:
                self.conditions[identifier] = after
                self._episode(record, after, at)
            if record.get("operatingStatus", "?") == "?" or after[0] != before[0]:
                self.hold("service", {**record, "operatingStatus": after[0]})

    def _condition(self, service: str) -> tuple[str, bool]:
        needs = self._requirements(service)
        standing = [
            one["perceivedSeverity"]
            for one in self.of_type("alarm").values()
            if one["alarmedObject"]["id"] in needs and one["state"] != "cleared"
        ]
        status = "failed" if "critical" in standing else "degraded" if "major" in standing else "running"
        planned = any(
            one["status"] == "inProgress" and any(each["id"] in needs for each in one["targetEntity"])
            for one in self.of_type("change-request").values()
        )
        return (status, planned)

    def _requirements(self, thing: str) -> frozenset[str]:
        if not self.reach:
            self._edges: dict[str, set[str]] = {}
            for record_type in ("service", "resource", "dependency"):
                for identifier, record in self.of_type(record_type).items():
                    for one, other in _edges(record_type, identifier, record):
                        self._edges.setdefault(one, set()).add(other)
        if thing not in self.reach:
            found, open_ = {thing}, [thing]
            while open_:
                new = self._edges.get(open_.pop(), set()) - found
                found |= new
                open_ += new
            self.reach[thing] = frozenset(found)
        return self.reach[thing]

    def _episode(self, service: Json, after: tuple[str, bool], at: datetime) -> None:
        episode = self.episodes.get(service["id"])
        if after[0] == "running":
            if episode is not None:
                ended = _not_before(episode, at)
                times = {"statusChangeDate": ended, "resolutionDate": ended, "lastUpdate": ended}
                self.hold("service-problem", {**episode, "status": "resolved", **times})
                del self.episodes[service["id"]]
            return
        reason, priority, text = _WORDS[after]
        words = {"reason": reason, "priority": priority, "description": text}
        if episode is None:
            began = _written(at)
            named = {name: service[name] for name in ("id", "name") if name in service}
            episode = {
                "@type": "ServiceProblem",
                "id": f"sp-{service['id']}-{began}",
                "category": "serviceProblem",
                "originatorParty": {"id": "aurora", "role": "operator", "@referredType": "Organization"},
                "originatingSystem": "demarc-impact",
                "affectedService": [{**named, "@referredType": "Service"}],
                "status": "inProgress",
                **dict.fromkeys(("creationDate", "statusChangeDate", "lastUpdate"), began),
            }
        else:
            words["lastUpdate"] = _not_before(episode, at)
        self.episodes[service["id"]] = {**episode, **words}
        self.hold("service-problem", self.episodes[service["id"]])

    def _note_episode(self, record: Json) -> None:
        """A problem that came from outside is nobody's episode here; worlds never imitate ours."""

    # --- what is shown of it ---

    def changes(self, day: str) -> list[Change]:
        """Return what the party may be shown now and was not before, in an order of its own."""
        self.mine = self.services()
        shown = {(kind, identifier): record for kind in _SHOWN for identifier, record in self.of_type(kind).items()}
        known = {key for key, record in shown.items() if self._shown(key, record, day, None) is not None}
        view = {key: self._shown(key, shown[key], day, known) or "" for key in known}
        changed = [(*key, text) for key, text in view.items() if self.shown.get(key) != text]
        gone = [(*key, "gone") for key in self.shown if key not in view]
        self.shown = view
        return sorted(changed + gone)

    def _shown(self, key: tuple[str, str], record: Json, day: str, known: set[tuple[str, str]] | None) -> str | None:
        """Return what is shown of a record; without `known` only whether it is anything, references aside."""
        terms = self.terms
        part = terms.part(key[0]) if terms else None
        if terms is None or part is None:
            return None
        if terms.valid and not terms.valid[0] <= day <= terms.valid[1]:
            return None
        own = self._own(key, record)
        if terms.services is not None:
            own = [one for one in own if one["id"] in terms.services]
        if terms.technologies is not None:
            own = [one for one in own if one.get("serviceType") in terms.technologies]
        if not own:
            return None
        about = self._about(key[0], record)
        state = (self.versions[key], [(one["id"], self.versions["service", one["id"]]) for one in own], id(about))
        place = (*key, known is None)
        held = self.remembered.get(place)
        if held is None or held[0] != state or any(answer != (one in (known or ())) for one, answer in held[2].items()):
            asked: dict[tuple[str, str], bool] = {}

            def is_known(record_type: str, identifier: str) -> bool:
                return asked.setdefault((record_type, identifier), (record_type, identifier) in (known or ()))

            held = (state, _projected(terms, part, record, own, about, is_known), asked)
            self.remembered[place] = held
        return held[1]

    def _own(self, key: tuple[str, str], record: Json) -> list[Json]:
        """Return the party's own services that a record concerns, as they are now."""
        now = (self.versions[key], self.age)
        held = self.concerned.get(key)
        if held is None or held[0] != now:
            held = (now, [self.mine[one] for one in sorted(self._concerned(key[0], record)) if one in self.mine])
            self.concerned[key] = held
        return held[1]

    def _about(self, record_type: str, record: Json) -> Json | None:
        if record_type != "alarm":
            return None
        alarmed = record["alarmedObject"]["id"]
        return self.of_type("resource").get(alarmed) or self.of_type("service").get(alarmed)

    def _concerned(self, record_type: str, record: Json) -> set[str]:
        """Return the services that a record is about, by the table of the agreement."""
        services = self.of_type("service")
        if record_type == "service":
            return {record["id"]}
        if record_type == "service-problem":
            return {one["id"] for one in record.get("affectedService", ()) if "id" in one} & services.keys()
        if record_type in ("trouble-ticket", "service-level"):
            related = {one["id"] for one in record.get("relatedEntity", ()) if "id" in one}
            return (related & services.keys()) | self._depending(related - services.keys())
        if record_type == "alarm":
            return self._depending({record["alarmedObject"]["id"]})
        named = [*record.get("targetEntity", ()), *record.get("impactEntity", ())]
        return self._depending({one["id"] for one in named if "id" in one})

    def _depending(self, things: set[str]) -> set[str]:
        if not things:
            return set()
        return {one for one in self.mine if not self._requirements(one).isdisjoint(things)}


def low(world: World, who: Observer) -> Told:
    """Return every change of what `who` may be shown, by the beat at which it may be told."""
    reading = Reading(who)
    told: Told = []
    waiting: list[Change] = []
    for step in world.steps:
        if step.kind in ("record", "policy"):
            reading.take(step)
            waiting += reading.changes("2026-11-23")
        elif step.kind == "tick":
            if waiting:
                told.append((step.at, waiting))
            waiting = []
    return told


def at_the_end(told: Told) -> dict[tuple[str, str], str]:
    """Return what of all that was told still stands at the end."""
    view = {(kind, identifier): text for _, changes in told for kind, identifier, text in changes}
    return {key: text for key, text in view.items() if text != "gone"}


def final_view(world: World, who: Observer) -> dict[tuple[str, str], str]:
    """Return what `who` may be shown at the end."""
    return at_the_end(low(world, who))


def _projected(
    terms: Terms, part: Part, record: Json, own: list[Json], about: Json | None, is_known: IsKnown
) -> str | None:
    shown = shown_of(terms, part, record, own, about, is_known)
    return None if shown is None else json.dumps(shown, sort_keys=True, default=Name.plain)


def _edges(record_type: str, identifier: str, record: Json) -> list[tuple[str, str]]:
    if record_type == "dependency":
        return [(record["dependent"]["id"], one) for one in record["requires"]["all"]]
    if record_type == "service":
        named = [*record.get("supportingResource", ()), *record.get("supportingService", ())]
        return [(identifier, one["id"]) for one in named]
    if record_type != "resource":
        return []
    related = [(one["relationshipType"], one["id"]) for one in record.get("resourceRelationship", ())]
    needs = [(identifier, other) for kind, other in related if kind in _NEEDS]
    return needs + [(other, identifier) for kind, other in related if kind in _NEEDED]


def _is_stale(record_type: str, record: Json, former: Json) -> bool:
    if record_type == "alarm":
        names, over = ("alarmRaisedTime", "alarmChangedTime", "alarmClearedTime"), "cleared"
        ended = [one["state"] == over or one["perceivedSeverity"] == over for one in (record, former)]
    elif record_type == "change-request":
        names = ("requestDate", "statusChangeDate", "lastUpdateDate", "actualStartTime", "actualEndTime")
        ended = [one["status"] in _ENDED for one in (record, former)]
    else:
        return False
    new, old = (max(filter(None, (_instant(one.get(n)) for n in names)), default=None) for one in (record, former))
    if new is None or old is None or new > old:
        return False
    return new < old or (ended[1] and not ended[0])


def _time_of_alarm(alarm: Json, former: Json | None, now: datetime) -> datetime:
    if alarm["state"] == "cleared":
        return _instant(alarm.get("alarmClearedTime")) or now
    raised = _instant(alarm.get("alarmRaisedTime")) or now
    if former is None or former["state"] == "cleared":
        return raised
    return _instant(alarm.get("alarmChangedTime")) or raised


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _not_before(episode: Json, at: datetime) -> str:
    last = _instant(episode.get("lastUpdate"))
    return _written(max(at, last) if last else at)
