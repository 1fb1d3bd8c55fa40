from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.ids import RecordTypeName
from gateway.inventory.assess import Assessor
from gateway.inventory.inventory import Inventory
from gateway.record.validation import findings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(clock):
    return f"2026-11-23T{clock}:00Z"


def service(identifier, *supporting, party="acme", **more):
    return {
        "@type": "Service",
        "id": identifier,
        "name": f"Line {identifier}",
        "state": "active",
        "relatedParty": [{"id": party, "role": "customer"}],
        "supportingResource": [{"id": found} for found in supporting],
        **more,
    }


def resource(identifier, *below):
    relations = [{"id": other, "relationshipType": "dependsOn"} for other in below]
    return {"@type": "Resource", "id": identifier, "name": identifier, "resourceRelationship": relations}


def alarm(identifier, about, severity="critical", *, raised="10:00", changed=None, cleared=None):
    record = {
        "@type": "Alarm",
        "id": identifier,
        "alarmType": "communicationsAlarm",
        "perceivedSeverity": severity,
        "probableCause": "lossOfSignal",
        "alarmedObject": {"id": about},
        "state": "cleared" if cleared else "raised",
        "alarmRaisedTime": at(raised),
    }
    if changed:
        record["alarmChangedTime"] = at(changed)
    if cleared:
        record["alarmClearedTime"] = at(cleared)
    return record


def change(status, *targets, when="09:00"):
    return {
        "@type": "ChangeRequest",
        "id": "chg-1",
        "status": status,
        "statusChangeDate": at(when),
        "requestType": "maintenance",
        "plannedStartTime": at("09:00"),
        "plannedEndTime": at("11:00"),
        "targetEntity": [{"id": target} for target in targets],
    }


class Desk:
    """An assessor over two services on one fibre and a third elsewhere, and everything it said to keep."""

    def __init__(self):
        self.inventory = Inventory()
        self.assessor = Assessor(self.inventory, operator="aurora")
        self.kept = {}
        for record in (
            resource("fibre-1"),
            resource("circuit-1", "fibre-1"),
            service("svc-a", "circuit-1"),
            service("svc-b", "circuit-1", party="beta"),
            service("svc-c", "circuit-9"),
        ):
            self.give(record)

    def give(self, record, received_at=NOW):
        types = {
            "ServiceProblem": "service-problem",
            "ChangeRequest": "change-request",
            "TroubleTicket": "trouble-ticket",
        }
        name = RecordTypeName(types.get(record["@type"], record["@type"].lower()))
        concerns = self.assessor.assess(name, record, received_at)
        for concern in concerns:
            assert findings(concern.record_type, concern.record) == ()
            self.kept[concern.record_type, concern.record_id] = concern.record
        return concerns

    def status(self, service_id):
        return self.inventory.service(service_id)["operatingStatus"]

    def problems(self):
        return [record for (kind, _), record in self.kept.items() if kind == "service-problem"]


@pytest.fixture
def desk():
    return Desk()


def kinds(concerns):
    return [(concern.record_type, concern.record_id) for concern in concerns]


def test_a_critical_alarm_fails_every_service_above_it_and_opens_one_problem_each(desk):
    concerns = desk.give(alarm("a1", "fibre-1"))
    assert kinds(concerns) == [
        ("alarm", "a1"),
        ("service", "svc-a"),
        ("service-problem", "sp-svc-a-20261123T100000Z"),
        ("service", "svc-b"),
        ("service-problem", "sp-svc-b-20261123T100000Z"),
    ]
    assert concerns[0].services == ("svc-a", "svc-b")
    assert concerns[0].about == resource("fibre-1")
    assert [desk.status(name) for name in ("svc-a", "svc-b", "svc-c")] == ["failed", "failed", "running"]


def test_the_problem_says_what_it_may_say_and_no_more(desk):
    problem = desk.give(alarm("a1", "fibre-1"))[2].record
    assert problem == {
        "@type": "ServiceProblem",
        "id": "sp-svc-a-20261123T100000Z",
        "category": "serviceProblem",
        "reason": "serviceFailed",
        "priority": 1,
        "description": "The service does not work.",
        "originatorParty": {"id": "aurora", "role": "operator", "@referredType": "Organization"},
        "originatingSystem": "demarc-impact",
        "affectedService": [{"id": "svc-a", "name": "Line svc-a", "@referredType": "Service"}],
        "status": "inProgress",
        "creationDate": "2026-11-23T10:00:00Z",
        "statusChangeDate": "2026-11-23T10:00:00Z",
        "lastUpdate": "2026-11-23T10:00:00Z",
    }


def test_a_storm_of_alarms_is_one_episode(desk):
    desk.give(alarm("a0", "fibre-1"))
    for number in range(1, 30):
        assert kinds(desk.give(alarm(f"a{number}", "circuit-1", "major", raised="10:01"))) == [("alarm", f"a{number}")]
    for number in range(30):
        desk.give(alarm(f"a{number}", "fibre-1" if number == 0 else "circuit-1", cleared=f"10:{10 + number}"))
    assert desk.status("svc-a") == "running"
    assert [problem["status"] for problem in desk.problems()] == ["resolved", "resolved"]
    assert {problem["resolutionDate"] for problem in desk.problems()} == {at("10:39")}


def test_a_problem_follows_how_bad_it_is(desk):
    desk.give(alarm("a1", "circuit-1", "major"))
    assert (desk.status("svc-a"), desk.problems()[0]["reason"]) == ("degraded", "serviceDegraded")
    desk.give(alarm("a1", "circuit-1", "critical", changed="10:05"))
    problem = desk.problems()[0]
    assert (desk.status("svc-a"), problem["reason"], problem["priority"]) == ("failed", "serviceFailed", 1)
    assert (problem["creationDate"], problem["lastUpdate"]) == (at("10:00"), at("10:05"))


@pytest.mark.parametrize("severity", ["minor", "warning", "indeterminate", "cleared"])
def test_lesser_alarms_leave_services_running(desk, severity):
    assert kinds(desk.give(alarm("a1", "circuit-1", severity))) == [("alarm", "a1")]
    assert desk.status("svc-a") == "running"


def test_an_alarm_handed_in_twice_changes_nothing_the_second_time(desk):
    desk.give(alarm("a1", "fibre-1"))
    assert kinds(desk.give(alarm("a1", "fibre-1"))) == [("alarm", "a1")]
    desk.give(alarm("a1", "fibre-1", cleared="10:30"))
    assert kinds(desk.give(alarm("a1", "fibre-1", cleared="10:30"))) == [("alarm", "a1")]
    assert desk.status("svc-a") == "running"


def test_an_older_update_is_ignored(desk):
    desk.give(alarm("a1", "fibre-1", cleared="10:30"))
    assert desk.give(alarm("a1", "fibre-1")) == []
    assert desk.status("svc-a") == "running"
    assert desk.problems() == []


def test_an_end_at_the_very_time_of_the_beginning_is_the_newer_one(desk):
    desk.give(alarm("a1", "fibre-1", cleared="10:00"))
    assert desk.give(alarm("a1", "fibre-1", raised="10:00")) == []


def test_an_alarm_that_comes_back_is_a_new_episode(desk):
    desk.give(alarm("a1", "circuit-9"))
    desk.give(alarm("a1", "circuit-9", cleared="10:30"))
    desk.give(alarm("a1", "circuit-9", raised="10:45"))
    assert [(problem["id"], problem["status"]) for problem in desk.problems()] == [
        ("sp-svc-c-20261123T100000Z", "resolved"),
        ("sp-svc-c-20261123T104500Z", "inProgress"),
    ]


def test_a_late_end_does_not_turn_time_back(desk):
    desk.give(alarm("a1", "circuit-9", raised="10:20"))
    desk.give(alarm("a2", "circuit-9", raised="10:25", changed="10:26"))
    desk.give(alarm("a2", "circuit-9", raised="10:25", cleared="10:40"))
    desk.give(alarm("a1", "circuit-9", raised="10:10", cleared="10:15"))
    assert desk.status("svc-c") == "failed"  # that end is older than the alarm that stands
    desk.give(alarm("a1", "circuit-9", raised="10:10", cleared="10:20"))
    problem = desk.problems()[0]
    assert (problem["creationDate"], problem["resolutionDate"]) == (at("10:20"), at("10:20"))


def test_an_end_without_a_time_ended_when_it_was_received(desk):
    desk.give(alarm("a1", "circuit-9"))
    ended = alarm("a1", "circuit-9") | {"state": "cleared"}
    desk.give(ended, received_at=NOW)
    assert desk.problems()[0]["resolutionDate"] == "2026-11-23T12:00:00Z"


def test_an_alarm_may_be_about_a_service_or_move_to_another_object(desk):
    concern = desk.give(alarm("a1", "svc-a"))[0]
    assert concern.about == desk.kept["service", "svc-a"] | {"operatingStatus": "running"}
    desk.give(alarm("a1", "circuit-9", changed="10:10"))
    assert (desk.status("svc-a"), desk.status("svc-c")) == ("running", "failed")


def test_an_alarm_on_something_unknown_concerns_nobody(desk):
    (concern,) = desk.give(alarm("a1", "what-is-this"))
    assert (concern.services, concern.about) == ((), None)


def test_a_service_without_a_status_gets_the_derived_one_and_a_stated_one_stands(desk):
    desk.give(alarm("a1", "circuit-9"))
    (concern,) = desk.give(service("svc-c", "circuit-9", description="again"))
    assert concern.record["operatingStatus"] == "failed"
    (concern,) = desk.give(service("svc-c", "circuit-9", operatingStatus="stopped"))
    assert (concern.record["operatingStatus"], desk.status("svc-c")) == ("stopped", "stopped")
    desk.give(alarm("a1", "circuit-9", cleared="10:30"))
    assert desk.status("svc-c") == "running"


def test_a_new_service_on_something_broken_is_broken_from_its_receipt(desk):
    desk.give(alarm("a1", "fibre-1"))
    assert kinds(desk.give(service("svc-d", "circuit-1"))) == [
        ("service", "svc-d"),
        ("service-problem", "sp-svc-d-20261123T120000Z"),
    ]
    assert desk.kept["service", "svc-d"]["operatingStatus"] == "failed"


def test_a_changed_dependence_moves_the_failure(desk):
    desk.give(alarm("a1", "fibre-1"))
    assert kinds(desk.give(resource("circuit-1", "fibre-2"))) == [
        ("resource", "circuit-1"),
        ("service", "svc-a"),
        ("service-problem", "sp-svc-a-20261123T100000Z"),
        ("service", "svc-b"),
        ("service-problem", "sp-svc-b-20261123T100000Z"),
    ]
    assert {problem["status"] for problem in desk.problems()} == {"resolved"}
    desk.give(resource("circuit-1", "fibre-1"))
    assert desk.status("svc-a") == "failed"


def test_planned_work_explains_a_failure_and_leaves_it_a_failure(desk):
    (concern,) = desk.give(change("inProgress", "fibre-1"))
    assert concern.services == ("svc-a", "svc-b")
    desk.give(alarm("a1", "circuit-1", raised="09:30"))
    problem = desk.problems()[0]
    assert (desk.status("svc-a"), problem["reason"], problem["priority"]) == ("failed", "plannedWork", 5)
    desk.give(change("completed", "fibre-1", when="11:00"))
    problem = desk.problems()[0]
    assert (problem["reason"], problem["lastUpdate"]) == ("serviceFailed", at("11:00"))
    assert desk.give(change("inProgress", "fibre-1", when="10:59")) == []


def test_planned_work_alone_changes_no_service(desk):
    assert kinds(desk.give(change("inProgress", "fibre-1"))) == [("change-request", "chg-1")]
    assert kinds(desk.give(change("completed", "fibre-1", when="11:00"))) == [("change-request", "chg-1")]
    assert desk.problems() == []


def test_a_change_concerns_targets_and_impacted(desk):
    record = change("approved", "fibre-1") | {"impactEntity": [{"id": "svc-c"}]}
    assert desk.give(record)[0].services == ("svc-a", "svc-b", "svc-c")


def test_a_ticket_concerns_its_service_and_not_those_built_on_it(desk):
    desk.give(service("svc-top", supportingService=[{"id": "svc-c"}]))
    ticket = {"@type": "TroubleTicket", "id": "t1", "relatedEntity": [{"id": "svc-c"}, {"id": "fibre-1"}, {"id": "?"}]}
    concern = desk.assessor.assess(RecordTypeName("trouble-ticket"), ticket, NOW)[0]
    assert concern.services == ("svc-a", "svc-b", "svc-c")


def test_a_problem_from_elsewhere_concerns_its_known_services(desk):
    record = {"id": "p1", "status": "inProgress", "affectedService": [{"id": "svc-c"}, {"id": "svc-?"}]}
    assert desk.assessor.assess(RecordTypeName("service-problem"), record, NOW)[0].services == ("svc-c",)


def test_what_is_edited_in_a_derived_problem_stays_and_closing_it_ends_the_episode(desk):
    desk.give(alarm("a1", "circuit-9"))
    edited = desk.problems()[0] | {"name": "Known to our desk"}
    desk.give(edited)
    desk.give(alarm("a2", "circuit-9", "major"))
    desk.give(alarm("a1", "circuit-9", cleared="10:20"))
    assert desk.problems()[0]["name"] == "Known to our desk"
    assert desk.problems()[0]["reason"] == "serviceDegraded"
    desk.give(desk.problems()[0] | {"status": "closed"})
    assert kinds(desk.give(alarm("a2", "circuit-9", "major", cleared="10:30"))) == [
        ("alarm", "a2"),
        ("service", "svc-c"),
    ]


def test_parties_that_a_service_leaves_or_comes_to_are_named(desk):
    (concern,) = desk.give(service("svc-a", "circuit-1", party="gamma"))
    assert concern.moved_parties == ("acme", "gamma")
    (concern,) = desk.give(service("svc-new", "circuit-1", party="gamma"))
    assert concern.moved_parties == ()


def test_an_assessor_rebuilt_from_what_was_kept_goes_on_as_the_first_would(desk):
    desk.give(alarm("a1", "fibre-1"))
    desk.give(alarm("a2", "circuit-9", "major"))
    desk.give(change("inProgress", "circuit-9"))
    again = Desk()
    again.inventory = Inventory()
    again.assessor = Assessor(again.inventory, operator="aurora")
    again.assessor.load([(kind, record) for (kind, _), record in desk.kept.items()])
    for record in (
        alarm("a1", "fibre-1", cleared="10:30"),
        alarm("a2", "circuit-9", "major"),
        change("completed", "circuit-9", when="10:00"),
        service("svc-c", "circuit-8"),
    ):
        assert again.give(record) == desk.give(record)
