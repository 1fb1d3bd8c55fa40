"""Draw a world: an operator over a public topology, what it sells to whom, and a morning of events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from gateway.sources.sites import Plan
from tests.noninterference.dress import CLASSES, dress
from tests.noninterference.low_values import REFERENCES
from tests.noninterference.model import ACME, BEGIN, MINUTE, NORTHLINK, Json, Observer, Step, Terms, World
from tests.noninterference.promises import AUTHORS, REFERRED, draw_terms, limited
from tests.noninterference.vocabulary import canary, device, plan, sentence

OTHERS = (Observer("operator", "southwind"), Observer("customer", "bolt"))
BEATS = 8
_SHARE = 0.12
_WHOLE = 0.06
"""How much of what the schema allows a record has, and how many have all of it."""
_KINDS = ("evpl", "epl", "ip-transit", "wavelength")


def stamp(at: int, seconds: int = 0) -> str:
    """Return the time at some virtual milliseconds."""
    moment = datetime.fromisoformat(BEGIN) + timedelta(milliseconds=at, seconds=seconds)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class Author:
    """Writes one world, step by step."""

    def __init__(self, seed: int, beats: int = BEATS) -> None:
        self._beats = beats
        self._share = 0.0
        self.rng = Random(seed)
        self.steps: list[Step] = []
        self.objects: dict[str, list[str]] = {"ports": [], "circuits": [], "hidden": []}
        self.services: dict[str, Json] = {}
        self.standing: dict[str, Json] = {}

    def write(self) -> World:
        """Return the world."""
        self._stock()
        for number, who in enumerate(self._shuffled([NORTHLINK, ACME, *OTHERS])):
            self._add(f"terms-{who.party}", 2 * MINUTE + 1000 + number * 100, "policy", self._terms(who))
        events: list[Callable[[int], None]] = [
            self._alarm, self._alarm, self._alarm, self._change_alarm, self._change_alarm, self._work, self._ticket,
            self._ticket, self._change_ticket, self._objective, self._problem, self._rename, self._junk,
        ]  # fmt: skip
        for beat in range(2, 2 + self._beats):
            for number in range(self.rng.randrange(3, 14)):
                self.rng.choice(events)(beat * MINUTE + 5_000 + number * 3_000)
        self._rare()
        self.one_of_each((2 + self._beats // 2) * MINUTE + 57_000)
        for beat in range(1, 3 + self._beats):
            self._add(f"tick-{beat}", beat * MINUTE + 59_000, "tick")
        settings = {"batch_lines": 500, "log_level": "WARNING", "dice": 1, "other_keys": 0}
        return World((), settings).with_steps(self.steps)

    def one_of_each(self, at: int) -> None:
        """Write one record of each kind of event that has everything that the schema allows."""
        self._share = 1.0
        for number, event in enumerate((self._alarm, self._work, self._ticket, self._objective, self._problem)):
            event(at + number * 100)
        self._share = 0.0

    # --- the stock ---

    def _stock(self) -> None:
        rng = self.rng
        drawn = plan(rng.randrange(8))
        codes = rng.sample(sorted(drawn.sites), min(5, len(drawn.sites)))
        at = MINUTE
        for code in codes:
            at = self._site(drawn, code, at)
        for _ in range(5):
            ends = rng.sample(self.objects["ports"], 2)
            relations = [{"relationshipType": "dependsOn", "id": end} for end in ends]
            fibre = self._resource(device(rng), "fibre", at, [])
            relations.append({"relationshipType": "reliesOn", "id": fibre})
            self.objects["circuits"].append(self._resource(device(rng), "circuit", at, relations))
            at += 100
        self.objects["hidden"] = [self._resource(device(rng), "router", at + n, []) for n in range(4)]
        for party, role, count in (
            ("northlink", "partner", 3),
            ("acme", "customer", 3),
            ("southwind", "partner", 2),
            ("bolt", "customer", 2),
        ):
            for number in range(count):
                at += 100
                self._service(party, role, number, at)

    def _site(self, drawn: Plan, code: str, at: int) -> int:
        rng, site = self.rng, drawn.sites[code]
        name = device(rng)
        place = {"id": f"pop-{name}", "name": f"PoP {site.city} {canary(rng)}", "city": site.city}
        if site.country:
            place["country"] = site.country
        pop = self._resource(f"pop-{name}", "site", at, [], place=place)
        router = self._resource(name, "router", at + 10, [{"relationshipType": "containedIn", "id": pop}])
        for number in range(2):
            port = self._resource(
                f"{name}:{number}",
                "port",
                at + 20 + number,
                [{"relationshipType": "containedIn", "id": router}],
                interconnect=True,
            )
            self.objects["ports"].append(port)
        return at + 100

    def _resource(self, identifier: str, kind: str, at: int, relations: list[Json], **more: object) -> str:
        core = {
            "@type": "Resource",
            "id": identifier,
            "name": identifier,
            "category": kind,
            "resourceType": kind,
            **more,
        }
        if relations:
            core["resourceRelationship"] = relations
        self._record("resource", core, at)
        return identifier

    def _service(self, party: str, role: str, number: int, at: int) -> None:
        rng = self.rng
        identifier = f"svc-{canary(rng)}" if rng.random() < 0.5 else f"svc-{100_000 + len(self.services)}"
        port, circuit = rng.choice(self.objects["ports"]), rng.choice(self.objects["circuits"])
        core = {
            "@type": "Service",
            "id": identifier,
            "name": f"Line {number} {canary(rng)}",
            "state": "active",
            "serviceType": rng.choice(_KINDS),
            "relatedParty": [
                {"id": party, "name": f"{party.title()} Ltd", "role": role, "@referredType": "Organization"}
            ],
            "supportingResource": [{"id": port}],
        }
        if rng.random() < 0.5:
            core["supportingResource"].append({"id": circuit})
        else:
            needs = {"all": [circuit]}
            dependency = {
                "@type": "Dependency",
                "id": f"dep-{canary(rng)}",
                "dependent": {"id": identifier, "@referredType": "Service"},
                "requires": needs,
            }
            self._record("dependency", dependency, at + 1)
        if party == "bolt" and self.services:
            core["supportingService"] = [{"id": next(iter(self.services))}]
        self.services[identifier] = self._record("service", core, at)

    # --- the morning ---

    def _object(self) -> str:
        return self.rng.choice(self.objects[self.rng.choice(("ports", "ports", "circuits", "hidden"))])

    def _alarm(self, at: int) -> None:
        core = {
            "@type": "Alarm",
            "id": f"alarm-{canary(self.rng)}",
            "alarmType": self.rng.choice(("communicationsAlarm", "equipmentAlarm")),
            "perceivedSeverity": self.rng.choice(("critical", "major", "minor", "warning")),
            "probableCause": self.rng.choice(("lossOfSignal", "fanFailure")),
            "alarmedObject": {"id": self._object()},
            "state": "raised",
            "alarmRaisedTime": stamp(at, -self.rng.randrange(0, 2)),
        }
        self.standing[core["id"]] = self._record("alarm", core, at)

    def _change_alarm(self, at: int) -> None:
        alarms = [one for one in self.standing.values() if one["@type"] == "Alarm" and one["state"] != "cleared"]
        if not alarms:
            return self._alarm(at)
        former = self.rng.choice(alarms)
        core = {
            **former,
            "state": "updated",
            "alarmChangedTime": stamp(at),
            "perceivedSeverity": self.rng.choice(("critical", "major", "minor")),
        }
        if self.rng.random() < 0.45:
            core = {**former, "state": "cleared", "alarmClearedTime": stamp(at)}
        self.standing[core["id"]] = self._record("alarm", core, at, dressed=False)
        return None

    def _work(self, at: int) -> None:
        works = [one for one in self.standing.values() if one["@type"] == "ChangeRequest"]
        if works and not self._share and self.rng.random() < 0.6:
            former = self.rng.choice(works)
            core = {
                **former,
                "status": self.rng.choice(("inProgress", "completed", "cancelled")),
                "statusChangeDate": stamp(at),
            }
            self.standing[core["id"]] = self._record("change-request", core, at, dressed=False)
            return
        core = {
            "@type": "ChangeRequest",
            "id": f"chg-{canary(self.rng)}",
            "requestType": "maintenance",
            "status": self.rng.choice(("scheduled", "approved", "acknowledged", "rejected")),
            "plannedStartTime": stamp(at, 3600),
            "plannedEndTime": stamp(at, 7200),
            "requestDate": stamp(at, -60),
            "statusChangeDate": stamp(at),
            "lastUpdateDate": stamp(at),
            "actualStartTime": stamp(at, -30),
            "actualEndTime": stamp(at, -20),
            "targetEntity": [
                {"id": self._object(), "@referredType": "Resource"} for _ in range(self.rng.randrange(1, 3))
            ],
        }
        if self._share or self.rng.random() < 0.3:
            entity = {"id": self._object(), "@referredType": "Resource", "action": "modify", "role": "other"}
            core["impactEntity"] = [entity]
        self.standing[core["id"]] = self._record("change-request", core, at)

    def _ticket(self, at: int) -> None:
        core = {
            "@type": "TroubleTicket",
            "id": f"tt-{canary(self.rng)}",
            "description": sentence(self.rng, 300),
            "severity": self.rng.choice(("minor", "major")),
            "ticketType": "incident",
            "status": self.rng.choice(("acknowledged", "inProgress", "pending")),
            "creationDate": stamp(at, -30),
            "lastUpdate": stamp(at),
            "relatedEntity": [{"id": self._sold(), "@referredType": "Service"}],
        }
        self.standing[core["id"]] = self._record("trouble-ticket", core, at)

    def _change_ticket(self, at: int) -> None:
        tickets = [one for one in self.standing.values() if one["@type"] == "TroubleTicket"]
        if not tickets:
            return self._ticket(at)
        former = self.rng.choice(tickets)
        core = {**former, "status": self.rng.choice(("inProgress", "pending", "resolved")), "lastUpdate": stamp(at)}
        if self.rng.random() < 0.3:
            core["relatedEntity"] = [{"id": self._sold(), "@referredType": "Service"}]
        self.standing[core["id"]] = self._record("trouble-ticket", core, at, dressed=False)
        return None

    def _objective(self, at: int) -> None:
        core = {
            "@type": "ServiceLevel",
            "id": f"slo-{canary(self.rng)}",
            "relatedEntity": [{"id": self._sold(), "@referredType": "Service"}],
            "conformanceComparator": ">=",
            "conformanceTarget": self.rng.choice(("99.9", "99.95")),
            "serviceLevelObjectiveParameter": {"name": "availability"},
        }
        self._record("service-level", core, at)

    def _problem(self, at: int) -> None:
        core = {
            "@type": "ServiceProblem",
            "id": f"prb-{canary(self.rng)}",
            "category": "serviceProvider.declared",
            "priority": self.rng.randrange(1, 9),
            "description": sentence(self.rng, 200),
            "reason": "fault",
            "status": self.rng.choice(("acknowledged", "inProgress", "resolved", "rejected")),
            "creationDate": stamp(at, -90),
            "affectedService": [{"id": self._sold()}],
        }
        if self._share or self.rng.random() < 0.5:
            core["originatingSystem"] = device(self.rng)
        self.standing[core["id"]] = self._record("service-problem", core, at)

    def _rename(self, at: int) -> None:
        former = self.services[self._sold()]
        core = {**former, "name": f"Line {canary(self.rng)}", "description": sentence(self.rng, 100)}
        self.services[core["id"]] = self._record("service", core, at, dressed=False)

    def _junk(self, at: int) -> None:
        self._add(
            f"junk-{len(self.steps)}",
            at,
            "junk",
            {"@type": "Alarm", "id": device(self.rng), "note": sentence(self.rng, 90)},
        )

    def _rare(self) -> None:
        """Add what happens once in a while: restarts, other parties' trouble, changed terms, what partners push."""
        rng = self.rng
        for kind, likely in (("restart", 0.6), ("outage", 0.6), ("noise", 0.9), ("foreign", 0.7), ("fault", 0.4)):
            if rng.random() < likely:
                at = rng.randrange(3, 1 + self._beats) * MINUTE + rng.randrange(50_000)
                self._add(f"{kind}-0", at, kind, rng.randrange(1, 10))
        for who in (*OTHERS, rng.choice((NORTHLINK, ACME))):
            if rng.random() < 0.5:
                at = rng.randrange(4, max(5, self._beats)) * MINUTE + rng.randrange(50_000)
                self._add(f"later-{who.party}", at, "policy", self._terms(who))

    def _references(self, record_type: str) -> Json:
        """Return references to other records that there are: of the observer's and of others."""
        found: Json = {}
        for name, target in REFERENCES.get(record_type, {}).items():
            ids = (
                [one["id"] for one in self.standing.values() if target in CLASSES and CLASSES[target] == one["@type"]]
                if name in REFERRED
                else []
            )
            if ids and self.rng.random() < 0.4:
                chosen = self.rng.sample(ids, min(len(ids), 2))
                more = {"relationshipType": "causes"} if name.endswith("Relationship") else {}
                found[name] = [{"id": one, "@referredType": CLASSES[target], **more} for one in chosen]
        return found

    def _notes(self, record_type: str) -> Json:
        """Return notes of different people, some of whom the terms let speak."""
        if record_type not in ("change-request", "service-problem", "trouble-ticket") or self.rng.random() < 0.6:
            return {}
        count = self.rng.randrange(1, 4)
        return {"note": [{"author": self.rng.choice(AUTHORS), "text": sentence(self.rng, 120)} for _ in range(count)]}

    def _terms(self, who: Observer) -> Terms:
        sold = [one["id"] for one in self.services.values() if one["relatedParty"][0]["id"] == who.party]
        return limited(draw_terms(who, self.rng), sold, self.rng)

    # --- small things ---

    def _sold(self) -> str:
        return self.rng.choice(list(self.services))

    def _shuffled(self, things: list[Observer]) -> list[Observer]:
        return self.rng.sample(things, len(things))

    def _record(self, record_type: str, core: Json, at: int, *, dressed: bool = True) -> Json:
        more = self._references(record_type) | self._notes(record_type)
        share = self._share or (1.0 if self.rng.random() < _WHOLE else _SHARE)
        record = dress(record_type, {**core, **more}, self.rng, share) if dressed else core
        self._add(f"{record_type}:{core['id']}:{len(self.steps)}", at, "record", record)
        return record

    def _add(self, key: str, at: int, kind: str, body: object = None) -> None:
        self.steps.append(Step(key, at, kind, body))  # type: ignore[arg-type]


def draw_world(seed: int, beats: int = BEATS) -> World:
    """Return the world of this number and length, always alike."""
    return Author(seed, beats).write()
