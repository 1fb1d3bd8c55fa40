"""A service is in scope when every restriction holds of it, and what it does not say is not in scope."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.ids import AudienceId
from gateway.policy.language.document import Agreement, DisclosurePolicy, Hierarchy, Scope
from gateway.policy.language.scope import in_scope

TECHNOLOGY = Hierarchy("technology", (("ethernet", ("epl", "evpl")), ("ip", ("ip-transit",))))
OURS = {"city": "Paris", "country": "FR", "role": "site"}
CUSTOMERS = {"city": "Lyon", "country": "FR", "role": "customer-site"}
ALL = Scope(("s",), ("EMEA",), ("FR",), ("ethernet",))
SERVICE: dict[str, Any] = {"id": "s", "serviceType": "epl", "place": [OURS, CUSTOMERS]}


def covers(scope: Scope, service: Any) -> bool:
    document = DisclosurePolicy(
        "test", AudienceId("urn:demarc:operator:a"), (), Agreement(scope=scope), hierarchies=(TECHNOLOGY,)
    )
    return in_scope(document, service)


def test_without_restrictions_every_service_is_in_scope() -> None:
    assert covers(Scope(), {})
    assert covers(ALL, SERVICE)


@pytest.mark.parametrize(
    "service",
    [
        {**SERVICE, "id": "t"},
        {**SERVICE, "id": None},
        {**SERVICE, "id": ["s"]},
        {**SERVICE, "serviceType": "wave"},
        {**SERVICE, "serviceType": None},
        {**SERVICE, "place": [OURS]},
        {**SERVICE, "place": [CUSTOMERS]},
        {**SERVICE, "place": OURS},
        {**SERVICE, "place": None},
        {**SERVICE, "place": [[OURS], "Paris", None]},
        {},
    ],
)
def test_each_restriction_counts_and_what_is_missing_is_not_in_scope(service: Any) -> None:
    assert not covers(ALL, service)


@pytest.mark.parametrize(
    ("listed", "place", "is_in"),
    [
        ("Paris", {"city": "PARIS"}, True),
        ("paris", {"city": "Paris"}, True),
        ("Straße", {"city": "STRASSE"}, True),
        ("Paris", {"city": "Parisot"}, False),
        ("FR", {"country": "FR"}, True),
        ("FR", {"country": "fr"}, False),
        ("EMEA", {"country": "FR"}, True),
        ("EMEA", {"country": "US"}, False),
        ("EMEA", {"country": "XX"}, False),
        ("NORAM", {"country": "CA"}, True),
        ("AMER", {"country": "CA"}, True),
        ("AMER", {"country": "BR"}, True),
        ("AMER", {"country": "FR"}, False),
        ("EMEA", {"city": "Paris"}, False),
        ("EMEA", {"country": ["FR"]}, False),
        ("Paris", {"city": None, "country": None}, False),
        ("Paris", {}, False),
        ("Paris", {"city": "", "country": ""}, False),
    ],
)
def test_a_place_is_a_city_a_country_or_in_a_region(listed: str, place: dict[str, Any], is_in: bool) -> None:
    assert covers(Scope(locations=(listed,)), {"place": [place]}) is is_in
    customers = [{**place, "role": "endCustomer"}]
    assert covers(Scope(customer_locations=(listed,)), {"place": customers}) is is_in
    assert not covers(Scope(locations=(listed,)), {"place": customers})
    assert not covers(Scope(customer_locations=(listed,)), {"place": [place]})


@pytest.mark.parametrize("role", ["customer", "customer-site", "customerSite", "endCustomer"])
def test_the_roles_of_a_customers_place_are_known(role: str) -> None:
    assert covers(Scope(customer_locations=("FR",)), {"place": [{"country": "FR", "role": role}]})
    assert not covers(Scope(customer_locations=("FR",)), {"place": [{"country": "FR", "role": role.upper()}]})


@pytest.mark.parametrize(
    ("listed", "service", "is_in"),
    [
        ("epl", {"serviceType": "epl"}, True),
        ("epl", {"category": "epl"}, True),
        ("ethernet", {"serviceType": "evpl"}, True),
        ("ethernet", {"serviceType": "ethernet"}, True),
        ("ethernet", {"serviceType": "wave", "category": "epl"}, True),
        ("ethernet", {"serviceType": "ip-transit"}, False),
        ("epl", {"serviceType": "ethernet"}, False),
        ("epl", {"serviceType": "EPL"}, False),
        ("epl", {"serviceType": ["epl"]}, False),
        ("epl", {}, False),
    ],
)
def test_a_technology_is_a_type_a_category_or_the_group_of_one(listed: str, service: Any, is_in: bool) -> None:
    assert covers(Scope(technologies=(listed,)), service) is is_in
