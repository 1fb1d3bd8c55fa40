"""D-34: a reference stands exactly where the record that it leads to is disclosed, and goes when that goes."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.transforms.pseudonym import Pseudonymiser, derive_audience_key
from tests.inside_side import NORTHLINK, alarm, opened, policy, resource, service

POLICY = policy("correlatedAlarm[].id: {pseudonym: alarm}").replace(
    "    fields:", '    when: record.perceivedSeverity in ["critical", "major"]\n    fields:'
)


@pytest.fixture
def house(tmp_path):
    with opened(tmp_path) as found:
        found.publisher.publish(POLICY, "test.yaml")
        found.take(service(), resource(), resource("rt9.zrh"))
        found.disclose()
        yield found


def child(identifier: str = "child", *parents: str, **more: Any) -> dict[str, Any]:
    return alarm(identifier, correlatedAlarm=[{"id": parent} for parent in parents], **more)


def seen(house) -> list[tuple[str, str, list[str]]]:
    """Return event, own id and referred ids of every entry, under the names that the test gave them."""
    pseudonym = {token(house, name): name for name in ("parent", "child", "hidden", "other", *map(str, range(9)))}
    return [
        (
            entry.event,
            pseudonym[entry.subject],
            [pseudonym[one["id"]] for one in entry.data.get("correlatedAlarm", ())],
        )
        for entry in house.entries()
    ]


def token(house, name: str) -> str:
    return Pseudonymiser(derive_audience_key(b"m" * 32, NORTHLINK)).token("alarm", name)


def test_a_reference_to_a_record_that_was_never_told_is_not_shown(house):
    house.take(alarm("hidden", alarmedObject={"id": "rt9.zrh"}), child("child", "hidden", "missing"))
    house.disclose()
    assert seen(house) == [("raised", "child", [])]


def test_a_reference_to_a_record_that_was_told_is_shown_with_its_pseudonym(house):
    house.take(alarm("parent"), child("child", "parent"))
    house.disclose()
    assert seen(house) == [("raised", "parent", []), ("raised", "child", ["parent"])]


def test_a_reference_appears_when_its_target_does(house):
    house.take(child("child", "parent"), alarm("parent"))
    house.disclose()
    assert seen(house) == [("raised", "child", []), ("raised", "parent", []), ("changed", "child", ["parent"])]


def test_a_reference_goes_when_its_target_is_withdrawn(house):
    house.take(alarm("parent"), child("child", "parent"), alarm("parent", perceivedSeverity="minor"))
    house.disclose()
    assert seen(house)[2:] == [("withdrawn", "parent", []), ("changed", "child", [])]


def test_a_reference_goes_when_its_target_moves_to_somebody_elses_equipment(house):
    house.take(alarm("parent"), child("child", "parent"), alarm("parent", alarmedObject={"id": "rt9.zrh"}))
    house.disclose()
    assert seen(house)[2:] == [("withdrawn", "parent", []), ("changed", "child", [])]


def test_two_records_that_refer_to_each_other_come_to_rest(house):
    house.take(child("child", "parent"), child("parent", "child"))
    house.disclose()
    assert seen(house) == [
        ("raised", "child", []),
        ("raised", "parent", ["child"]),
        ("changed", "child", ["parent"]),
    ]


def test_a_review_shows_references_at_once_and_not_in_two_entries(house, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("late")) as late:
        late.take(service(), resource(), child("child", "parent"), child("parent", "child"), child("other", "hidden"))
        late.publisher.publish(POLICY, "test.yaml")
        late.disclose()
        assert sorted(seen(late)) == [
            ("raised", "child", ["parent"]),
            ("raised", "other", []),
            ("raised", "parent", ["child"]),
        ]


def test_a_reference_to_a_record_that_the_second_barrier_stopped_is_not_shown(house):
    house.publisher.publish(POLICY.replace("state: keep", "state: keep\n      specificProblem: keep"), "test.yaml")
    house.take(alarm("parent", specificProblem="loss at rt9.zrh"), child("child", "parent"))
    house.disclose()
    assert [source for source, reason, *_ in house.quarantine()] == ["egress:" + NORTHLINK]
    assert seen(house) == [("raised", "child", [])]


def test_a_policy_that_hides_the_target_takes_the_references_with_it(house):
    house.take(alarm("parent", perceivedSeverity="major"), child("child", "parent"))
    house.disclose()
    house.publisher.publish(POLICY.replace('["critical", "major"]', '["critical"]'), "test.yaml")
    house.disclose()
    assert sorted(seen(house)[2:]) == [("changed", "child", []), ("withdrawn", "parent", [])]


def test_what_refers_is_told_in_an_order_that_says_nothing_of_internal_identifiers(house):
    house.take(*(child(str(number), "parent") for number in range(9)), alarm("parent"))
    house.disclose()
    again = [entry.subject for entry in house.entries()[10:]]
    assert again == sorted(again)
    assert len(again) == 9


def test_a_record_that_refers_to_itself_shows_it_at_once(house):
    house.take(child("child", "child"))
    house.disclose()
    assert seen(house) == [("raised", "child", ["child"])]


def test_references_whose_targets_the_second_barrier_stops_come_to_rest_without_them(house):
    named = POLICY.replace("      correlated", "      correlatedAlarm[].name: keep\n      correlated")
    house.publisher.publish(named, "test.yaml")
    to = {one: [{"id": one, "name": "near rt9.zrh"}] for one in ("child", "parent")}
    house.take(alarm("parent", correlatedAlarm=to["child"]), alarm("child", correlatedAlarm=to["parent"]))
    house.publisher.publish(POLICY.replace("record.p", "record.id != '' && record.p"), "test.yaml")
    house.publisher.publish(named, "test.yaml")
    house.disclose()
    assert {(event, name) for event, name, _ in seen(house)} >= {("raised", "child"), ("raised", "parent")}
