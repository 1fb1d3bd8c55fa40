"""Affected services in the place of what they stand on, and how many there are."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.transforms.services import count_services, lifting
from tests.policy_side import SERVICES


def test_the_order_of_lifted_services_is_that_of_the_disclosed_identifiers() -> None:
    backwards = {"svc-paris-lyon": "svc-A", "svc-geneva": "svc-B"}
    lift = lifting(["name"], "service")
    for services in (SERVICES, SERVICES[::-1]):
        assert lift(services, lambda _, raw: backwards[raw]) == [
            {"name": "EPL Paris-Lyon"},
            {"name": "IP transit Geneva"},
        ]


@pytest.mark.parametrize("unusable", [{"name": "x"}, {"id": ""}, {"id": 4}, {"id": None}])
def test_a_service_without_an_identifier_is_neither_shown_nor_counted(unusable: dict[str, Any]) -> None:
    assert count_services([*SERVICES, unusable]) == 2
    assert count_services([unusable]) is count_services([]) is None
    assert lifting(["id", "name"], None)([unusable], lambda _, raw: raw) == []
