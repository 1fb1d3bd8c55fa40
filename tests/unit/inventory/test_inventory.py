from __future__ import annotations

import pytest

from gateway.ids import RecordTypeName
from gateway.inventory.inventory import Inventory

SERVICE, RESOURCE, DEPENDENCY = (RecordTypeName(name) for name in ("service", "resource", "dependency"))


def service(identifier, *parties, **more):
    related = [{"id": party, "name": f"The {party}", "role": role} for party, role in parties]
    return {"@type": "Service", "id": identifier, "state": "active", "relatedParty": related, **more}


def resource(identifier, *below, **more):
    relations = [{"id": other, "relationshipType": "dependsOn"} for other in below]
    return {"@type": "Resource", "id": identifier, "name": identifier, "resourceRelationship": relations, **more}


def requires(identifier, dependent, *required):
    return {"id": identifier, "dependent": {"id": dependent}, "requires": {"all": list(required)}}


def inventory_of(*records):
    inventory = Inventory()
    for record_type, record in records:
        inventory.apply(record_type, record)
    return inventory


def test_the_services_above_a_resource_are_found_through_resources_and_services():
    inventory = inventory_of(
        (RESOURCE, resource("circuit-1", "port-1")),
        (RESOURCE, resource("port-1", "card-1")),
        (SERVICE, service("svc-b", supportingService=[{"id": "svc-a"}])),
        (SERVICE, service("svc-a")),
        (DEPENDENCY, requires("dep-1", "svc-a", "circuit-1")),
        (DEPENDENCY, requires("dep-2", "svc-not-known", "circuit-1")),
    )
    assert inventory.services_depending_on("card-1") == ("svc-a", "svc-b")
    assert inventory.services_depending_on("svc-b") == ("svc-b",)
    assert inventory.services_depending_on("nothing") == ()


def test_what_was_remembered_is_forgotten_when_a_dependency_changes():
    inventory = inventory_of((SERVICE, service("svc-a")), (DEPENDENCY, requires("dep-1", "svc-a", "circuit-1")))
    assert inventory.services_depending_on("circuit-1") == ("svc-a",)
    inventory.apply(DEPENDENCY, requires("dep-1", "svc-a", "circuit-2"))
    assert inventory.services_depending_on("circuit-1") == ()
    assert inventory.services_depending_on("circuit-2") == ("svc-a",)
    inventory.apply(SERVICE, service("svc-c", supportingResource=[{"id": "circuit-2"}]))
    assert inventory.services_depending_on("circuit-2") == ("svc-a", "svc-c")


def test_only_customers_and_partners_are_audiences():
    inventory = inventory_of((SERVICE, service("svc-a", ("zeta", "customer"), ("beta", "partner"), ("us", "provider"))))
    assert inventory.audiences_of("svc-a") == ("beta", "zeta")
    assert inventory.audiences_of("svc-unknown") == ()
    assert inventory.services_of("zeta") == ("svc-a",)
    assert inventory.services_of("us") == ()


def test_a_party_that_is_no_longer_named_has_the_service_no_more():
    inventory = inventory_of((SERVICE, service("svc-a", ("acme", "customer"))))
    change = inventory.apply(SERVICE, service("svc-a", ("beta", "customer")))
    assert change.former == service("svc-a", ("acme", "customer"))
    assert inventory.services_of("acme") == ()
    assert inventory.services_of("beta") == ("svc-a",)


def test_records_are_held_as_they_came_last():
    inventory = inventory_of((RESOURCE, resource("port-1", "card-1")), (RESOURCE, resource("port-1", "card-2")))
    assert inventory.resource("port-1") == resource("port-1", "card-2")
    assert inventory.service("port-1") is None


def test_versions_grow_with_what_they_are_about():
    inventory = inventory_of((SERVICE, service("svc-a", ("acme", "customer"))))
    before = (inventory.version, inventory.names_version)
    inventory.apply(SERVICE, service("svc-a", ("acme", "customer")))
    inventory.apply(SERVICE, service("svc-a", ("acme", "customer"), operatingStatus="failed"))
    assert (inventory.version, inventory.names_version) == before
    inventory.apply(SERVICE, service("svc-a", ("acme", "customer"), description="now described"))
    assert (inventory.version, inventory.names_version) == (before[0] + 1, before[1])
    inventory.apply(SERVICE, service("svc-a", ("acme", "customer"), name="Acme line 7"))
    assert (inventory.version, inventory.names_version) == (before[0] + 2, before[1] + 1)


def test_names_are_those_of_the_records_held_now_and_of_all_that_were_ever_held():
    inventory = inventory_of(
        (RESOURCE, resource("port-1", "card-1")), (DEPENDENCY, requires("dep-1", "svc-a", "circuit-1"))
    )
    assert inventory.names() == {"port-1", "card-1", "dep-1", "svc-a", "circuit-1"}
    inventory.apply(RESOURCE, resource("port-1", "card-2"))
    assert inventory.names() == {"port-1", "card-1", "card-2", "dep-1", "svc-a", "circuit-1"}
    assert list(inventory.names_since(5)) == ["card-2"]


def test_names_that_an_earlier_run_kept_are_taken_up():
    inventory = Inventory()
    inventory.remember_names({"old-router": False, "Old Street": True})
    assert (inventory.names(), set(inventory.places())) == ({"old-router", "Old Street"}, {"Old Street"})


def test_a_places_name_is_one_until_it_stands_for_something_else():
    at = {"place": {"id": "pop-1", "name": "Docklands", "city": "London"}}
    inventory = inventory_of((RESOURCE, resource("port-1", **at)))
    assert set(inventory.places()) == {"pop-1", "Docklands"}
    inventory.apply(RESOURCE, resource("pop-1"))
    assert (set(inventory.places()), list(inventory.demoted)) == ({"Docklands"}, ["pop-1"])
    inventory.apply(RESOURCE, resource("port-2", place={"id": "pop-1"}))
    assert set(inventory.places()) == {"Docklands"}


def test_a_change_says_which_services_depend_on_something_else_and_on_what():
    inventory = inventory_of(
        (SERVICE, service("svc-a", ("acme", "customer"), supportingResource=[{"id": "port-1"}])),
        (RESOURCE, resource("port-1", "card-1")),
        (RESOURCE, resource("card-1", "site-1")),
    )
    moved = inventory.apply(RESOURCE, resource("port-1", "card-2"))
    assert (moved.services, moved.objects) == ({"svc-a"}, {"card-1", "site-1", "card-2"})
    same = inventory.apply(RESOURCE, resource("port-1", "card-2", category="port"))
    assert (same.services, same.objects) == (frozenset(), frozenset())
    fresh = inventory.apply(SERVICE, service("svc-b", supportingResource=[{"id": "card-2"}]))
    assert (fresh.services, fresh.objects) == ({"svc-b"}, {"svc-b", "card-2"})


def test_a_party_knows_its_own_services_and_itself_and_no_other_party():
    inventory = inventory_of(
        (SERVICE, service("svc-a", ("acme", "customer"), ("northlink", "partner"), name="Line A")),
        (SERVICE, service("svc-b", ("beta", "customer"), name="Line B")),
    )
    assert inventory.names_known_to("acme") == {"acme", "The acme", "svc-a", "Line A"}
    assert inventory.names_known_to("nobody-here") == {"nobody-here"}


def test_what_is_no_part_of_an_inventory_is_the_callers_mistake():
    with pytest.raises(ValueError, match="do not belong"):
        Inventory().apply(RecordTypeName("alarm"), {"id": "a"})
