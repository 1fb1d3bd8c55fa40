from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from gateway.inventory.assess import Assessor
from gateway.inventory.inventory import Inventory
from gateway.record.schemas import type_of
from gateway.record.validation import findings
from gateway.sources.sites import UnknownTopology, plan_of
from gateway.sources.topology import Buyer, records_of_topology


@pytest.fixture(scope="module")
def records():
    return list(records_of_topology())


@pytest.fixture(scope="module")
def inventory(records):
    filled = Inventory()
    Assessor(filled).load((type_of(record), record) for record in records)
    return filled


def of_kind(records, kind):
    return [record for record in records if record.get("category") == kind]


def test_every_record_is_valid_and_told_once(records):
    assert {found for record in records for found in findings(type_of(record), record)} == set()
    assert len({(record["@type"], record["id"]) for record in records}) == len(records)


def test_geant_becomes_sites_fibres_routers_cards_ports_and_circuits(records):
    kinds = Counter(record.get("category", record["@type"]) for record in records)
    services = kinds.pop("CustomerFacingService")
    access_ports = sum(record.get("interconnect") is not None for record in records)
    assert kinds == {
        "site": 37,
        "fibre": 58,
        "router": 37 * 2,
        "linecard": 37 * 2 * 2,
        "port": 58 * 4 + access_ports,
        "circuit": 58 * 2,
        "Dependency": services,
    }


def test_the_same_arguments_give_the_same_records(records):
    assert list(records_of_topology()) == records


def test_nothing_that_is_required_is_missing(records):
    held = {record["id"] for record in records}
    for record in records:
        named = [relation["id"] for relation in record.get("resourceRelationship", ())]
        named += [found["id"] for found in record.get("supportingResource", ())]
        named += record.get("requires", {}).get("all", ())
        assert set(named) <= held


def test_a_fault_anywhere_below_a_service_reaches_it(records, inventory):
    dependency = next(record for record in records if record["@type"] == "Dependency")
    service_id = dependency["dependent"]["id"]
    below = inventory.requirements_of(service_id)
    kinds = {inventory.resource(found)["category"] for found in below - {service_id}}
    assert kinds == {"circuit", "port", "linecard", "router", "site", "fibre"}
    assert all(service_id in inventory.services_depending_on(found) for found in below)


def test_one_fibre_carries_services_of_the_partner_and_of_a_customer(inventory):
    served = {
        party for found in inventory.services_depending_on("FBR-HU-SK-001") for party in inventory.audiences_of(found)
    }
    assert {"northlink", "acme"} <= served


def test_a_circuit_is_one_plane_of_its_route_and_the_other_is_not_touched_by_its_ports(inventory):
    assert "AUR-NL-BE-100G-0001" in inventory.requirements_of("AUR-NL-BE-100G-0001")
    assert not {"cr2.nl1", "cr2.be1"} & inventory.requirements_of("AUR-NL-BE-100G-0001")
    assert {"cr1.nl1", "cr1.be1", "FBR-NL-BE-001"} < inventory.requirements_of("AUR-NL-BE-100G-0001")


def test_equipment_names_are_identifying_and_site_codes_and_cities_are_not(records, inventory):
    names = inventory.names()
    for kind in ("site", "fibre", "router", "linecard", "port", "circuit"):
        assert {record["id"] for record in of_kind(records, kind)} <= names
    assert {record["serialNumber"] for record in of_kind(records, "router")} <= names
    assert "198.18.0.1" in names
    assert not {"NL", "nl", "Amsterdam"} & names


def test_what_a_service_shows_of_itself_names_no_equipment(records, inventory):
    hidden = {record["id"] for record in records if record["@type"] == "Resource"}
    for record in of_kind(records, "CustomerFacingService"):
        shown = f"{record['id']} {record['name']} {record['place']} {record['serviceCharacteristic']}"
        assert not [name for name in hidden if name in shown]


def test_buyers_and_operator_are_as_asked():
    mine = list(
        records_of_topology(operator="zephyr", audiences=[Buyer("beta", "Beta", "customer")], services_per_buyer=3)
    )
    assert sum(record["@type"] == "Service" for record in mine) == 3
    assert any(record["id"].startswith("ZEP-") for record in mine)
    assert not any("aurora" in str(record).lower() for record in mine)


@pytest.mark.parametrize("key", ["topozoo/Nowhere", "../../secret", "", "topozoo", "/etc/passwd"])
def test_a_topology_that_is_not_there_is_refused(key):
    with pytest.raises(UnknownTopology):
        plan_of(key)


@pytest.mark.parametrize("key", ["topozoo/Abilene", "sndlib/polska"])
def test_other_topologies_work_too(key):
    records = list(records_of_topology(key))
    assert {found for record in records for found in findings(type_of(record), record)} == set()
    assert len({(record["@type"], record["id"]) for record in records}) == len(records)


def test_the_shortest_path_is_the_shortest():
    plan = plan_of("topozoo/Geant2012")
    assert plan.shortest_path("nl", "nl") == ()
    (direct,) = plan.shortest_path("nl", "be")
    assert set(direct.ends) == {"nl", "be"}
    way = plan.shortest_path("is", "tr")
    assert way == plan.shortest_path("is", "tr")
    for here, there in pairwise(way):
        assert set(here.ends) & set(there.ends)
