"""Places as metro, country or region, never as they are (threat P-21)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.transforms.order import distinct
from gateway.policy.transforms.places import LEVELS, placing

PARIS = {"id": "site-7", "name": "Paris exchange", "city": "Paris", "country": "FR", "latitude": 48.85}


@pytest.mark.parametrize(
    ("to", "expected"),
    [("metro", {"city": "Paris", "country": "FR"}), ("country", {"country": "FR"}), ("region", {"name": "EMEA"})],
)
def test_a_place_becomes_coarser(to: str, expected: dict[str, str]) -> None:
    assert placing(to)(PARIS) == expected


@pytest.mark.parametrize("country", [None, "", "fr", "FRA", "F", "ＦＲ", "FR\n", 33, ["FR"], "Paris exchange"])
def test_what_is_no_country_is_left_out(country: Any) -> None:
    place = {**PARIS, "country": country}
    assert placing("metro")(place) == {"city": "Paris"}
    assert placing("country")(place) is placing("region")(place) is None


@pytest.mark.parametrize("country", ["XX", "ZZ", "AQ", "EU"])
def test_a_country_in_no_region_gives_nothing_and_not_the_country(country: str) -> None:
    assert placing("region")({**PARIS, "country": country}) is None


@pytest.mark.parametrize("to", LEVELS)
@pytest.mark.parametrize("value", [None, "Paris", 7, [], [PARIS], {}, {"name": "Paris exchange"}, {"city": 7}])
def test_what_is_no_place_gives_nothing(to: str, value: Any) -> None:
    assert placing(to)(value) is None


def test_places_that_have_become_one_are_told_once_and_in_an_order_of_their_own() -> None:
    lyon = {**PARIS, "city": "Lyon", "id": "site-8"}
    places = [PARIS, {**PARIS, "id": "site-9"}, lyon, {"name": "hidden"}]
    for order in (places, places[::-1]):
        assert distinct(map(placing("metro"), order)) == [
            {"city": "Lyon", "country": "FR"},
            {"city": "Paris", "country": "FR"},
        ]
        assert distinct(map(placing("region"), order)) == [{"name": "EMEA"}]
