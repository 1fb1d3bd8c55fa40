"""The incremental assessor agrees with a slow and readable recomputation from all records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ids import RecordTypeName
from gateway.inventory.assess import Assessor
from gateway.inventory.inventory import Inventory
from gateway.inventory.times import rfc3339

START = datetime(2026, 11, 23, tzinfo=UTC)
RESOURCES = [f"res-{number}" for number in range(4)]
SERVICES = [f"svc-{number}" for number in range(3)]
OBJECTS = st.sampled_from(RESOURCES + SERVICES)
MOMENTS = st.integers(0, 4).map(lambda minutes: START + timedelta(minutes=minutes))


@st.composite
def services(draw):
    supporting = draw(st.lists(st.sampled_from(RESOURCES), max_size=2))
    below = draw(st.lists(st.sampled_from(SERVICES), max_size=1))
    return "service", {
        "id": draw(st.sampled_from(SERVICES)),
        "supportingResource": [{"id": found} for found in supporting],
        "supportingService": [{"id": found} for found in below],
    }


@st.composite
def resources(draw):
    kinds = st.sampled_from(["dependsOn", "containedIn", "contains", "connectsTo"])
    relations = draw(st.lists(st.tuples(st.sampled_from(RESOURCES), kinds), max_size=2))
    return "resource", {
        "id": draw(st.sampled_from(RESOURCES)),
        "resourceRelationship": [{"id": other, "relationshipType": kind} for other, kind in relations],
    }


@st.composite
def dependencies(draw):
    return "dependency", {
        "id": f"dep-{draw(st.integers(0, 2))}",
        "dependent": {"id": draw(OBJECTS)},
        "requires": {"all": draw(st.lists(OBJECTS, min_size=1, max_size=2))},
    }


@st.composite
def alarms(draw):
    raised = draw(MOMENTS)
    record = {
        "id": f"alarm-{draw(st.integers(0, 2))}",
        "alarmedObject": {"id": draw(OBJECTS)},
        "perceivedSeverity": draw(st.sampled_from(["critical", "major", "minor"])),
        "state": draw(st.sampled_from(["raised", "updated", "cleared"])),
        "alarmRaisedTime": rfc3339(raised),
    }
    later = rfc3339(raised + timedelta(minutes=draw(st.integers(0, 3))))
    if record["state"] == "cleared":
        record["alarmClearedTime"] = later
    elif draw(st.booleans()):
        record["alarmChangedTime"] = later
    return "alarm", record


@st.composite
def changes(draw):
    return "change-request", {
        "id": f"change-{draw(st.integers(0, 1))}",
        "status": draw(st.sampled_from(["scheduled", "inProgress", "completed"])),
        "statusChangeDate": rfc3339(draw(MOMENTS)),
        "targetEntity": [{"id": draw(OBJECTS)}],
    }


HISTORIES = st.lists(
    st.one_of(services(), resources(), dependencies(), alarms(), alarms(), changes()), min_size=8, max_size=30
)


class Oracle:
    """Everything that was said, and its meaning worked out anew each time it is asked for."""

    def __init__(self):
        self.latest = {}

    def tell(self, kind, record):
        former = self.latest.get((kind, record["id"]))
        if kind in ("alarm", "change-request") and former and rank(kind, record) < rank(kind, former):
            return
        self.latest[kind, record["id"]] = record

    def of(self, kind):
        return [record for (found, _), record in self.latest.items() if found == kind]

    def needs(self):
        pairs = set()
        for record in self.of("service"):
            pairs |= {(record["id"], low["id"]) for low in record["supportingResource"] + record["supportingService"]}
        for record in self.of("resource"):
            for relation in record["resourceRelationship"]:
                if relation["relationshipType"] in ("dependsOn", "containedIn"):
                    pairs.add((record["id"], relation["id"]))
                elif relation["relationshipType"] == "contains":
                    pairs.add((relation["id"], record["id"]))
        for record in self.of("dependency"):
            pairs |= {(record["dependent"]["id"], required) for required in record["requires"]["all"]}
        return pairs

    def stands_on(self, service_id):
        pairs, reached = self.needs(), {service_id}
        while more := {low for high, low in pairs if high in reached} - reached:
            reached |= more
        return reached

    def condition(self, service_id):
        below = self.stands_on(service_id)
        active = {
            a["perceivedSeverity"]
            for a in self.of("alarm")
            if a["state"] != "cleared" and a["alarmedObject"]["id"] in below
        }
        works = [
            c for c in self.of("change-request") if c["status"] == "inProgress" and c["targetEntity"][0]["id"] in below
        ]
        status = "failed" if "critical" in active else "degraded" if "major" in active else "running"
        return status, bool(works)

    def conditions(self):
        return {record["id"]: self.condition(record["id"]) for record in self.of("service")}


def rank(kind, record):
    """Return what sorts versions of one alarm or change: the latest time in it, then whether it is the end."""
    times = [record[name] for name in record if name.endswith(("Time", "Date"))]
    ended = record["state"] == "cleared" if kind == "alarm" else record["status"] == "completed"
    return max(times), ended


def reason(condition):
    status, is_planned = condition
    return "plannedWork" if is_planned else "serviceFailed" if status == "failed" else "serviceDegraded"


def assess_all(assessor, history):
    for position, (kind, record) in enumerate(history):
        received_at = START + timedelta(hours=1, minutes=position)
        yield kind, record, assessor.assess(RecordTypeName(kind), dict(record), received_at)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HISTORIES)
def test_the_assessor_and_a_recomputation_from_all_records_agree(history):
    inventory, oracle = Inventory(), Oracle()
    shown, open_problems = {}, {}
    for kind, record, concerns in assess_all(Assessor(inventory), history):
        before = oracle.conditions()
        oracle.tell(kind, record)
        now = oracle.conditions()
        for concern in concerns:
            if concern.record_type == "service":
                shown[concern.record_id] = concern.record["operatingStatus"]
            elif concern.record_type == "service-problem":
                (service_id,) = concern.services
                open_problems[service_id] = concern.record
        changed = {name for name in now if now[name] != before.get(name, ("running", False))}
        told = {concern.services[0] for concern in concerns if concern.record_type == "service-problem"}
        quiet = {name for name in changed if {now[name][0], before.get(name, ("running",))[0]} == {"running"}}
        assert told == changed - quiet
        assert shown == {name: status for name, (status, _) in now.items()}
        standing = {
            name: problem["reason"] for name, problem in open_problems.items() if problem["status"] == "inProgress"
        }
        assert standing == {name: reason(now[name]) for name in now if now[name][0] != "running"}
        for object_id in RESOURCES + SERVICES:
            above = tuple(sorted(name for name in now if object_id in oracle.stands_on(name)))
            assert inventory.services_depending_on(object_id) == above


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HISTORIES, st.integers(1, 20), st.randoms(use_true_random=False))
def test_an_assessor_rebuilt_at_any_moment_goes_on_as_the_first(history, moment, chance):
    first, second = Assessor(Inventory()), Assessor(Inventory())
    kept = {}
    for _, _, concerns in assess_all(first, history[:moment]):
        kept.update({(concern.record_type, concern.record_id): concern.record for concern in concerns})
    records = [(kind, record) for (kind, _), record in kept.items()]
    chance.shuffle(records)
    second.load(records)
    rest = history[moment:]
    assert [c for _, _, c in assess_all(first, rest)] == [c for _, _, c in assess_all(second, rest)]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(services(), resources(), dependencies()), max_size=10), st.lists(alarms(), max_size=8), st.data()
)
def test_the_order_in_which_alarms_arrive_decides_no_status(relations, standing, data):
    """Versions with the same time have no order, so each is given its own."""
    spread = []
    for position, (kind, record) in enumerate(standing):
        unique = rfc3339(START + timedelta(hours=1, seconds=position))
        field = "alarmClearedTime" if record["state"] == "cleared" else "alarmChangedTime"
        spread.append((kind, record | {field: unique}))
    statuses = []
    for order in (spread, data.draw(st.permutations(spread))):
        inventory = Inventory()
        list(assess_all(Assessor(inventory), [*relations, *order, *order]))
        found = [inventory.service(name) for name in SERVICES]
        statuses.append([record and record["operatingStatus"] for record in found])
    assert statuses[0] == statuses[1]
