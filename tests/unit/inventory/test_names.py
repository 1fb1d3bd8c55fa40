from __future__ import annotations

import pytest

from gateway.ids import RecordTypeName
from gateway.inventory.names import is_identifying, names_of, names_of_party, own_names


@pytest.mark.parametrize(
    "text",
    [
        "cr1.nl1",
        "acme",
        "FBR-NL-BE-001",
        "198.18.0.1",
        "2001:db8::1",
        "10048151623",
        "Amsterdam PoP 1",
        "  cr1.nl1 ",
        "Ünal",
    ],
)
def test_these_identify(text):
    assert is_identifying(text)


@pytest.mark.parametrize(
    "text", ["NL", "nl1", "  a ", "", "router", "ACTIVE", "Port", "2026", "100000", "١٢٣٤", "----"]
)
def test_these_do_not(text):
    assert not is_identifying(text)


def test_a_resource_gives_its_labels_place_serial_number_relations_and_addresses():
    resource = {
        "id": "cr1.nl1",
        "name": "cr1.nl1.aurora.example",
        "serialNumber": "SN0A1B2C3D",
        "place": {"id": "pop-nl1", "name": "Aurora PoP Amsterdam", "city": "Amsterdam", "country": "NL"},
        "resourceRelationship": [{"id": "rack-17b", "name": "Rack 17b", "relationshipType": "containedIn"}],
        "resourceCharacteristic": [
            {"name": "Management-Address", "value": "198.18.0.1"},
            {"name": "capacity", "value": "100G-LR4"},
            {"name": "rack", "value": 1234567},
        ],
        "relatedParty": [
            {"id": "fieldco", "name": "Field Company", "role": "maintainer"},
            {"id": "aurora", "name": "Aurora Networks", "role": "operator"},
        ],
    }
    assert names_of(RecordTypeName("resource"), resource) == {
        "cr1.nl1",
        "cr1.nl1.aurora.example",
        "SN0A1B2C3D",
        "pop-nl1",
        "Aurora PoP Amsterdam",
        "rack-17b",
        "Rack 17b",
        "198.18.0.1",
        "fieldco",
        "Field Company",
    }


def test_a_service_gives_its_parties_and_what_supports_it():
    service = {
        "id": "svc-1",
        "name": "Acme EVPL",
        "place": [{"id": "acme-hq-1"}, {"city": "Paris"}],
        "supportingResource": [{"id": "cr1.nl1:xe-0/0/1"}],
        "relatedParty": [{"id": "acme", "name": "Acme Industries", "role": "customer"}],
    }
    assert names_of(RecordTypeName("service"), service) == {
        "svc-1", "Acme EVPL", "acme-hq-1", "cr1.nl1:xe-0/0/1", "acme", "Acme Industries",
    }  # fmt: skip
    assert own_names(service) == {"svc-1", "Acme EVPL"}
    assert names_of_party(service, "acme") == {"acme", "Acme Industries"}
    assert names_of_party(service, "northlink") == frozenset()


def test_a_dependency_gives_the_ends_it_names():
    dependency = {"id": "dep-1", "dependent": {"id": "svc-1"}, "requires": {"all": ["AUR-1", "x"]}}
    assert names_of(RecordTypeName("dependency"), dependency) == {"dep-1", "svc-1", "AUR-1"}
