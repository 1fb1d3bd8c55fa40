"""What once was a name inside is searched for after it has gone; of its own, an audience may go on knowing it."""

from __future__ import annotations

import pytest

from tests.inside_side import alarm, opened, policy, resource, service

KEPT = policy("specificProblem: keep")


@pytest.fixture
def house(tmp_path):
    with opened(tmp_path) as found:
        found.publisher.publish(KEPT, "test.yaml")
        found.take(service("line", name="Blue Line"), resource(), resource("rt7.zrh"))
        found.disclose()
        yield found


def texts(house) -> list[str]:
    return [data["specificProblem"] for _, _, data in house.told()]


@pytest.mark.parametrize("is_restarted", [False, True], ids=["running", "restarted"])
def test_a_renamed_device_is_still_searched_for_by_its_former_name(house, is_restarted):
    house.take(resource("rt7.zrh", name="gold-eagle.zrh"), resource("rt7.zrh", name="iron-hawk.zrh"))
    house.disclose()
    if is_restarted:
        house.discloser = house.new_discloser()
    house.take(alarm(specificProblem="power lost at gold-eagle.zrh"))
    house.disclose()
    assert texts(house) == []
    assert [reason for _, reason, *_ in house.quarantine()] == ["name"]


@pytest.mark.parametrize("is_restarted", [False, True], ids=["running", "restarted"])
def test_the_former_name_of_its_own_service_does_not_stop_what_an_audience_is_told(house, is_restarted):
    house.take(service("line", name="Blue Line West"))
    house.disclose()
    if is_restarted:
        house.discloser = house.new_discloser()
    house.take(alarm(specificProblem="Blue Line West is down"), alarm("b", specificProblem="Blue Line is down"))
    house.disclose()
    assert texts(house) == ["Blue Line West is down", "Blue Line is down"]


@pytest.mark.parametrize("is_restarted", [False, True], ids=["running", "restarted"])
def test_the_name_that_a_service_had_while_it_was_another_partys_is_hidden_from_the_next(house, is_restarted):
    house.take(service("other", "acme", "Acme Vault Link"), service("other", "northlink", "Green Line"))
    house.disclose()
    if is_restarted:
        house.discloser = house.new_discloser()
    house.take(alarm(specificProblem="Green Line, once Acme Vault Link"))
    house.disclose()
    assert texts(house) == []


def test_who_gives_a_service_up_knows_its_names_no_more(house):
    house.take(service("other", name="Green Line"), service("other", "acme", "Acme Vault Link"))
    house.take(alarm(specificProblem="Green Line is down"))
    house.disclose()
    assert texts(house) == []


def test_a_name_that_comes_with_a_line_is_searched_for_in_that_very_line(house):
    house.publisher.publish(policy("description: keep", record="service"), "test.yaml")
    house.take(service("line", description="over silver-fox.lon", supportingResource=[{"id": "silver-fox.lon"}]))
    house.disclose()
    assert [reason for _, reason, *_ in house.quarantine()] == ["name"]


def test_scrubbed_text_is_scrubbed_of_the_names_known_at_its_own_line(house):
    """However many lines are read at once: the second text has a name that came between the two."""
    house.publisher.publish(policy("specificProblem: scrub"), "test.yaml")
    house.discloser = house.new_discloser(batch_lines=500)
    house.take(
        alarm("a", specificProblem="Yellowstone is down"),
        resource("Yellowstone"),
        alarm("b", specificProblem="Yellowstone is down"),
    )
    house.disclose()
    first, second = texts(house)
    assert "Yellowstone" in first
    assert "Yellowstone" not in second
