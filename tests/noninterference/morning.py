"""What happens on a morning: alarms, works, tickets, problems and objectives, and how they go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.noninterference.model import BEGIN
from tests.noninterference.stock import Stock
from tests.noninterference.vocabulary import canary, device, sentence


def stamp(at: int, seconds: int = 0) -> str:
    """Return the time at some virtual milliseconds."""
    moment = datetime.fromisoformat(BEGIN) + timedelta(milliseconds=at, seconds=seconds)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class Morning(Stock):
    """Writes events about what is in stock."""

    def happen(self, at: int, *rare: Callable[[int], None]) -> None:
        """Write one event of a morning."""
        usual = (
            self._alarm, self._alarm, self._alarm, self._change_alarm, self._change_alarm, self._work, self._ticket,
            self._ticket, self._change_ticket, self._objective, self._problem,
        )  # fmt: skip
        self.rng.choice((*usual, *rare))(at)

    def follow_up(self, at: int) -> None:
        """Write how an alarm goes on, and how one ends."""
        self._change_alarm(at, ends=False)
        self._change_alarm(at + 100, ends=True)

    def one_of_each(self, at: int) -> None:
        """Write one record of each kind of event that has everything that the schema allows."""
        self._share = 1.0
        for number, event in enumerate((self._alarm, self._work, self._ticket, self._objective, self._problem)):
            event(at + number * 100)
        self._share = 0.0

    # --- events ---

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

    def _change_alarm(self, at: int, *, ends: bool | None = None) -> None:
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
        is_over = self.rng.random() < 0.45 if ends is None else ends
        if is_over:
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

    def _sold(self) -> str:
        return self.rng.choice(list(self.services))

    def _object(self) -> str:
        return self.rng.choice(self.objects[self.rng.choice(("ports", "ports", "circuits", "hidden"))])
