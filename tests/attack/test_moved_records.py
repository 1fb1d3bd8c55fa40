"""What stops concerning an audience is withdrawn at once, what begins to is told at once: not at the next review."""

from __future__ import annotations

from typing import Any

import pytest

from tests.inside_side import ACME, NORTHLINK, alarm, opened, policy, resource, service

TICKETS = "severity: keep\n  alarm:\n    fields:\n      id: {pseudonym: alarm}\n      state: keep"


@pytest.fixture
def house(tmp_path):
    with opened(tmp_path) as found:
        for audience in ("operator: northlink", "customer: acme"):
            text = policy("severity: keep", audience, "trouble-ticket").replace("state: keep", "status: keep")
            found.publisher.publish(text + policy(audience=audience).partition("records:\n")[2], "test.yaml")
        other = service("line-2", "acme", "Line 2", supportingResource=[{"id": "rt2.par"}])
        other["relatedParty"] = [{"id": "acme", "role": "customer"}]
        found.take(resource(), resource("rt2.par"), service("line-1"), other)
        found.disclose()
        yield found


def ticket(*about: str, **more: Any) -> dict[str, Any]:
    return {
        "@type": "TroubleTicket",
        "id": "ticket-1",
        "description": "hidden",
        "severity": "high",
        "ticketType": "incident",
        "status": "inProgress",
        "relatedEntity": [{"id": one} for one in about],
        **more,
    }


def dependency(dependent: str, *required: str) -> dict[str, Any]:
    needing = {"id": dependent, "@referredType": "Resource"}
    return {"@type": "Dependency", "id": "dep-1", "dependent": needing, "requires": {"all": list(required)}}


def events(house, audience=NORTHLINK) -> list[tuple[str, str]]:
    return [(kind, event) for kind, event, _ in house.told(audience)]


def test_a_ticket_that_moves_to_another_service_is_withdrawn_from_the_first_party_and_told_to_the_second(house):
    house.take(ticket("line-1"), ticket("line-2"))
    house.disclose()
    assert events(house) == [("trouble-ticket", "raised"), ("trouble-ticket", "withdrawn")]
    assert events(house, ACME) == [("trouble-ticket", "raised")]


def test_a_ticket_that_names_no_service_any_more_is_withdrawn(house):
    house.take(ticket("line-1"), ticket())
    house.disclose()
    assert [event for _, event in events(house)] == ["raised", "withdrawn"]


def test_an_alarm_that_stood_before_the_service_was_known_is_told_with_the_service(house):
    house.take(resource("rt3.par"), alarm("early", alarmedObject={"id": "rt3.par"}))
    house.disclose()
    assert events(house) == []
    house.take(service("line-3", supportingResource=[{"id": "rt3.par"}]))
    house.disclose()
    assert events(house) == [("alarm", "raised")]


def test_a_new_dependency_tells_the_alarms_that_stand_below_it(house):
    house.take(resource("fibre-9"), alarm("cut", alarmedObject={"id": "fibre-9"}))
    house.take(dependency("rt1.par", "fibre-9"))
    house.disclose()
    assert (events(house), events(house, ACME)) == ([("alarm", "raised")], [])


def test_a_dependency_that_ends_withdraws_the_alarms_that_stood_below_it(house):
    house.take(resource("fibre-9"), dependency("rt1.par", "fibre-9"), alarm("cut", alarmedObject={"id": "fibre-9"}))
    house.take(dependency("rt1.par", "rt1.par"))
    house.disclose()
    assert events(house) == [("alarm", "raised"), ("alarm", "withdrawn")]


def test_a_dependency_that_moves_to_another_party_moves_what_stands_below_it(house):
    house.take(resource("fibre-9"), dependency("rt1.par", "fibre-9"), alarm("cut", alarmedObject={"id": "fibre-9"}))
    house.take(dependency("rt2.par", "fibre-9"))
    house.disclose()
    assert events(house) == [("alarm", "raised"), ("alarm", "withdrawn")]
    assert events(house, ACME) == [("alarm", "raised")]


def test_a_port_that_is_moved_to_another_router_moves_its_routers_alarms(house):
    def port(router: str) -> dict[str, Any]:
        return resource("port-1", resourceRelationship=[{"relationshipType": "containedIn", "id": router}])

    house.take(resource("rt8.par"), port("rt1.par"), service("line-3", supportingResource=[{"id": "port-1"}]))
    house.take(service("line-1", supportingResource=[{"id": "rt8.par"}]), alarm("fan"))
    house.disclose()
    assert events(house) == [("alarm", "raised")]
    house.take(port("rt2.par"))
    house.disclose()
    assert events(house) == [("alarm", "raised"), ("alarm", "withdrawn")]


def test_an_alarm_that_moves_to_other_equipment_is_withdrawn(house):
    house.take(alarm(), alarm(alarmedObject={"id": "rt2.par"}))
    house.disclose()
    assert events(house) == [("alarm", "raised"), ("alarm", "withdrawn")]
    assert events(house, ACME) == [("alarm", "raised")]


def test_a_service_that_leaves_takes_its_records_along_without_a_review(house):
    house.take(alarm(), ticket("line-1"), service("line-1", "bolt"))
    house.disclose()
    raised, withdrawn = events(house)[:2], sorted(events(house)[2:])
    assert raised == [("alarm", "raised"), ("trouble-ticket", "raised")]
    assert withdrawn == [("alarm", "withdrawn"), ("trouble-ticket", "withdrawn")]


def conditional(house, when: str) -> None:
    house.publisher.publish(policy().replace("    fields:", f"    when: {when}\n    fields:"), "test.yaml")


def test_an_alarm_is_told_and_withdrawn_as_its_object_changes(house):
    conditional(house, "object.interconnect")
    house.take(alarm(), resource(interconnect=True), resource(interconnect=True, name="rt1.x"), resource(name="rt1.y"))
    house.disclose()
    assert events(house) == [("alarm", "raised"), ("alarm", "withdrawn")]


def test_a_service_that_comes_into_scope_or_leaves_it_takes_its_records_along(house):
    scoped = policy().replace("records:", "agreement: {scope: {services: related, locations: [Paris]}}\nrecords:")
    house.publisher.publish(scoped, "test.yaml")
    house.take(alarm())
    house.disclose()
    assert events(house) == []
    house.take(service("line-1", place=[{"id": "pop", "role": "site", "city": "Paris"}]), service("line-1", place=[]))
    house.disclose()
    assert events(house) == [("alarm", "raised"), ("alarm", "withdrawn")]


def test_what_is_lifted_from_a_service_follows_the_service(house):
    house.publisher.publish(policy("alarmedObject: {lift: service, show: [id, name]}"), "test.yaml")
    house.take(
        alarm(), service("line-1", name="Line 1 renamed"), service("line-1", name="Line 1 renamed", state="inactive")
    )
    house.disclose()
    assert [data["alarmedObject"]["name"] for _, _, data in house.told()] == ["Line 1", "Line 1 renamed"]


def test_after_every_line_a_review_has_nothing_to_say(house):
    """What is told line by line is what would be told by somebody who looks at everything."""
    conditional(house, "object.interconnect || record.perceivedSeverity == 'critical'")
    house.take(resource("fibre-9"), dependency("rt1.par", "fibre-9"), alarm("cut", alarmedObject={"id": "fibre-9"}))
    house.take(ticket("line-1"), alarm(perceivedSeverity="minor"), resource(interconnect=True), ticket("rt2.par"))
    house.take(dependency("rt2.par", "fibre-9"), service("line-1", supportingResource=[{"id": "rt2.par"}]))
    house.disclose()
    assert len(house.lines()) > 4
    for audience in (NORTHLINK, ACME):
        told = house.lines(audience)
        with house.store.read() as work:
            active = next(one for one in work.policies.active() if one.audience == audience)
        house.publisher.publish(active.text, "again.yaml")
        house.disclose()
        assert house.lines(audience) == told


def test_a_service_that_leaves_its_party_and_its_equipment_in_one_record_leaves_nothing_behind(house):
    house.take(alarm(), service("line-1", "bolt", supportingResource=[{"id": "rt2.par"}]))
    house.disclose()
    assert events(house) == [("alarm", "raised"), ("alarm", "withdrawn")]
