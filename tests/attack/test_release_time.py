"""D-61: what is held back is told when its time has come by the journal, never earlier; what hides, at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.inside.pass_time import Timekeeper, line_of
from gateway.ports import NewLine
from gateway.record import strictjson
from tests.inside_side import NORTHLINK, NOW, alarm, opened, policy, resource, service


def held(release: str = "{embargo: 1h, cadence: none}", fields: str = "perceivedSeverity: keep", **more: str) -> str:
    text = policy(fields, **more).replace("records:", f"release: {release}\nrecords:")
    return text.replace("    fields:", '    when: record.perceivedSeverity != "minor"\n    fields:')


class Clock:
    """The clock of a house, whose timekeeper and discloser look at it as often as a test lets it pass."""

    def __init__(self, house) -> None:
        self.house = house
        self.timekeeper = Timekeeper(house.store, lambda: house.now)

    def at(self, **since: float) -> None:
        """Let it be some time after the beginning."""
        self.house.now = NOW + timedelta(**since)
        self.timekeeper.run_once()
        self.house.disclose()


@pytest.fixture
def house(tmp_path):
    with opened(tmp_path) as found:
        found.take(service("line"), resource())
        yield found


@pytest.fixture
def clock(house):
    return Clock(house)


def severities(house) -> list[str]:
    return [data.get("perceivedSeverity", event) for _, event, data in house.told()]


def begin(house, clock, text: str) -> None:
    house.publisher.publish(text, "test.yaml")
    clock.at()
    house.take(alarm())
    house.disclose()


def test_nothing_is_told_before_the_embargo_is_over(house, clock):
    begin(house, clock, held())
    clock.at(minutes=59, seconds=59)
    assert house.lines() == []
    clock.at(hours=1)
    assert severities(house) == ["critical"]


def test_each_version_waits_for_itself_and_only_the_newest_that_is_due_is_told(house, clock):
    begin(house, clock, held())
    clock.at(minutes=10)
    house.take(alarm(perceivedSeverity="major"))
    clock.at(minutes=20)
    house.take(alarm(perceivedSeverity="warning"))
    clock.at(minutes=60)
    assert severities(house) == ["critical"]
    clock.at(minutes=80)  # two are due by now: the older one is not told any more
    assert severities(house) == ["critical", "warning"]


def test_on_a_cadence_changes_are_told_on_the_beat_and_the_last_one_only(house, clock):
    begin(house, clock, held("{embargo: 0s, cadence: 15m}"))
    assert severities(house) == ["critical"]  # noon is a beat
    clock.at(minutes=1)
    house.take(alarm(perceivedSeverity="major"), alarm(perceivedSeverity="warning"))
    clock.at(minutes=14, seconds=59)
    assert severities(house) == ["critical"]
    clock.at(minutes=15)
    assert severities(house) == ["critical", "warning"]


def test_what_shows_nothing_any_more_is_withdrawn_at_once_and_nothing_older_comes_after_it(house, clock):
    begin(house, clock, held())
    clock.at(hours=1)
    house.take(alarm(perceivedSeverity="major"), alarm(perceivedSeverity="minor"))
    house.disclose()
    assert severities(house) == ["critical", "withdrawn"]
    clock.at(hours=5)
    assert severities(house) == ["critical", "withdrawn"]


def test_what_was_hidden_again_during_the_embargo_is_never_told(house, clock):
    begin(house, clock, held())
    house.take(alarm(perceivedSeverity="minor"))
    clock.at(hours=5)
    assert house.lines() == []


def test_a_service_that_left_takes_what_waits_along(house, clock):
    begin(house, clock, held())
    house.take(service("line", party="acme"))
    clock.at(hours=5)
    assert house.lines() == []


def test_a_service_that_leaves_is_no_matter_for_the_embargo(house, clock):
    begin(house, clock, held())
    clock.at(hours=1)
    house.take(service("line", party="acme"))
    house.disclose()
    assert severities(house) == ["critical", "withdrawn"]


def test_a_policy_that_hides_the_record_takes_what_waits_along(house, clock):
    begin(house, clock, held())
    house.publisher.publish(held(fields="serviceAffecting: keep").replace("minor", "critical"), "test.yaml")
    clock.at(hours=5)
    assert house.lines() == []


def test_a_review_during_the_embargo_shows_only_what_was_told(house, clock):
    begin(house, clock, held())
    clock.at(hours=1)
    house.take(alarm(perceivedSeverity="major", probableCause="secret"))
    house.publisher.publish(held(fields="perceivedSeverity: keep\n      probableCause: keep"), "test.yaml")
    house.disclose()
    assert [data.get("probableCause") for _, _, data in house.told()] == [None, "fanFailure"]
    assert severities(house) == ["critical", "critical"]
    clock.at(hours=2)
    assert severities(house) == ["critical", "critical", "major"]


def test_a_longer_embargo_holds_back_what_waits_already(house, clock):
    begin(house, clock, held())
    house.publisher.publish(held("{embargo: 3h, cadence: none}"), "test.yaml")
    clock.at(hours=2)
    assert house.lines() == []
    clock.at(hours=3)
    assert severities(house) == ["critical"]


def test_without_an_embargo_any_more_all_is_told_at_once(house, clock):
    begin(house, clock, held())
    house.publisher.publish(policy(), "test.yaml")
    house.disclose()
    assert severities(house) == ["critical"]
    with house.store.read() as work:
        assert work.held_back.of_audience(NORTHLINK) == []


def test_an_embargo_that_begins_leaves_what_was_told_and_holds_the_next_version(house, clock):
    begin(house, clock, policy())
    house.publisher.publish(held(), "test.yaml")
    house.take(alarm(perceivedSeverity="major"))
    clock.at(minutes=30)
    assert severities(house) == ["critical"]
    clock.at(minutes=60)
    assert severities(house) == ["critical", "major"]


def test_records_from_before_the_embargo_are_told_with_the_first_policy_and_newer_ones_wait(house, clock):
    house.take(alarm("old"))
    house.now = NOW + timedelta(hours=2)
    house.take(alarm("new"))
    house.publisher.publish(held(), "test.yaml")
    house.disclose()
    assert len(house.lines()) == 1
    clock.at(hours=3)
    assert len(house.lines()) == 2


def test_derived_records_wait_too(house, clock):
    text = held(record="service-problem", fields="reason: keep").replace("state: keep", "status: keep")
    house.publisher.publish(text.replace('record.perceivedSeverity != "minor"', "record.priority < 9"), "test.yaml")
    clock.at()
    house.take(alarm())
    clock.at(minutes=59)
    assert house.lines() == []
    house.take(alarm(state="cleared", perceivedSeverity="cleared"))
    clock.at(minutes=60)
    assert [(event, data["status"]) for _, event, data in house.told()] == [("raised", "inProgress")]
    clock.at(minutes=119)
    assert [data["status"] for _, _, data in house.told()] == ["inProgress", "resolved"]


def test_an_alarm_that_a_new_dependency_brings_waits_from_then_on(house, clock):
    begin(house, clock, held())
    house.take(resource("fibre"), alarm("cut", alarmedObject={"id": "fibre"}))
    clock.at(hours=2)
    assert len(house.lines()) == 1
    house.take(resource(resourceRelationship=[{"relationshipType": "dependsOn", "id": "fibre"}]))
    clock.at(hours=2, minutes=59)
    assert len(house.lines()) == 1
    clock.at(hours=3)
    assert len(house.lines()) == 2


# --- what the inventory makes of a record ------------------------------------------------------------------------

LIFTED = "alarmedObject: {lift: service, show: [id, name]}"


def names(house) -> list[str]:
    return [data.get("alarmedObject", {}).get("name", event) for _, event, data in house.told()]


def again(text: str, number: int = 1) -> str:
    return text.replace("name: test", f"name: again-{number}")


def rename(house, name: str, **more) -> None:
    house.take(service("line", name=name, **more))
    house.disclose()


def test_publishing_once_more_does_not_tell_a_name_before_its_time(house, clock):
    text = held(fields=LIFTED)
    begin(house, clock, text)
    clock.at(hours=1)
    assert names(house) == ["Line 1"]
    clock.at(hours=1, minutes=10)
    rename(house, "Line 2")
    for number, minutes in enumerate((15, 69)):
        house.publisher.publish(again(text, number), "test.yaml")
        clock.at(hours=1, minutes=minutes)
        assert names(house) == ["Line 1"]
    clock.at(hours=2, minutes=10)
    assert names(house) == ["Line 1", "Line 2"]


def test_a_wider_policy_shows_the_service_as_it_was_told_so_far(house, clock):
    begin(house, clock, held())
    clock.at(hours=1)
    rename(house, "Line 2")
    house.publisher.publish(held(fields=f"perceivedSeverity: keep\n      {LIFTED}"), "test.yaml")
    clock.at(hours=1, minutes=59)
    assert names(house)[1:] == ["Line 1"]
    clock.at(hours=2)
    assert names(house)[1:] == ["Line 1", "Line 2"], "what nobody looked at is looked at when the rules change"


def test_what_is_released_is_told_as_it_stood_when_it_was_taken(house, clock):
    begin(house, clock, held(fields=LIFTED))
    clock.at(minutes=30)
    rename(house, "Line 2")
    clock.at(minutes=60)
    assert names(house) == ["Line 1"]
    clock.at(minutes=90)
    assert names(house) == ["Line 1", "Line 2"]


def test_a_day_on_which_an_agreement_changes_nothing_tells_no_name_before_its_time(house, clock):
    text = held("{embargo: 3d, cadence: none}", LIFTED)
    text = text.replace("release:", "agreement: {valid: {from: 2026-11-20, until: 2027-11-23}}\nrelease:")
    begin(house, clock, text)
    clock.at(days=3)
    assert names(house) == ["Line 1"]
    rename(house, "Line 2")
    with house.store.write() as work:
        work.journal.append([line_of({"audience": NORTHLINK, "policy": 1, "day": "2026-11-26"})], house.now)
    house.disclose()
    assert names(house) == ["Line 1"]
    clock.at(days=6)
    assert names(house) == ["Line 1", "Line 2"]


def test_an_object_that_hides_the_record_hides_it_at_the_next_review_whatever_waits(house, clock):
    begin(house, clock, held())
    clock.at(hours=1)
    house.take(resource(administrativeState="locked"))
    house.disclose()
    narrower = held().replace('!= "minor"', '!= "minor" && object.administrativeState != "locked"')
    house.publisher.publish(narrower, "test.yaml")
    house.disclose()
    assert [event for _, event, _ in house.told()] == ["raised", "withdrawn"]
    clock.at(hours=9)
    assert len(house.lines()) == 2


def test_a_service_that_is_somebody_else_s_now_is_not_told_as_it_was(house, clock):
    house.take(service("other", name="Other line"))
    begin(house, clock, held(fields="affectedService: {lift: service, show: [name]}"))
    house.take(service("other", name="Other line", party="acme"))
    clock.at(hours=1)
    assert [data["affectedService"] for _, _, data in house.told()] == [[{"name": "Line 1"}]]


def test_what_an_older_version_let_wait_is_told_as_things_are_now(house, clock):
    begin(house, clock, held(fields=LIFTED))
    with house.store.write() as work:
        for one in work.held_back.of_audience(NORTHLINK):
            work.held_back.put([replace(one, body=strictjson.dump(alarm()))])
    rename(house, "Line 2")
    clock.at(hours=1)
    assert names(house) == ["Line 2"]


# --- the clock -------------------------------------------------------------------------------------------------------


def test_a_clock_that_goes_back_releases_nothing(house, clock):
    begin(house, clock, held())
    clock.at(hours=-5)
    clock.at(minutes=59)
    assert house.lines() == []


def test_what_is_taken_while_the_clock_stands_back_is_not_due_earlier_for_it(house, clock):
    """The journal's own time never goes back, so a version counts from the latest time that any line before it had."""
    begin(house, clock, held())
    house.now = NOW - timedelta(hours=10)
    house.take(alarm("later"))
    house.disclose()
    clock.at(hours=-5)
    clock.at(minutes=59)
    assert house.lines() == []
    clock.at(minutes=60)
    assert len(house.lines()) == 2


def test_a_line_that_says_a_time_which_has_not_come_releases_nothing(house, clock):
    begin(house, clock, held())
    with house.store.write() as work:
        work.journal.append([line_of({"audience": NORTHLINK, "due": "2027-01-01T00:00:00+00:00"})], house.now)
    house.disclose()
    assert house.lines() == []


def test_the_same_time_is_journalled_once_however_often_the_clock_is_looked_at(house, clock):
    begin(house, clock, held())
    house.now = NOW + timedelta(hours=1)
    assert [clock.timekeeper.run_once() for _ in range(3)] == [1, 0, 0]
    house.disclose()
    assert clock.timekeeper.run_once() == 0


def test_a_restart_during_the_embargo_changes_nothing(house, clock):
    begin(house, clock, held())
    house.discloser = house.new_discloser()
    clock.at(minutes=59)
    house.discloser = house.new_discloser()
    assert house.lines() == []
    clock.at(hours=1)
    assert severities(house) == ["critical"]


@pytest.mark.parametrize("batch_lines", [1, 2, 500])
def test_how_the_journal_is_cut_into_batches_changes_no_entry(house, clock, batch_lines, tmp_path_factory):
    house.discloser = house.new_discloser(batch_lines)
    begin(house, clock, held("{embargo: 10m, cadence: 1h}"))
    for minute in range(1, 400, 7):
        severity = ["critical", "major", "warning", "critical", "minor"][minute * minute % 5]
        house.take(alarm(f"alarm-{minute % 3}", perceivedSeverity=severity, alarmDetails=str(minute)))
        clock.at(minutes=minute)
    live = house.lines()
    assert len(live) > 5
    with opened(tmp_path_factory.mktemp("replay")) as other:
        with house.store.read() as work:
            lines = work.journal.after(0, 1000)
        replay(other, lines)
        assert other.lines() == live


def replay(house, lines) -> None:
    """Put the same lines into another journal, and only then work through them."""
    for line in lines:
        with house.store.write() as work:
            key = b"%d" % line.position
            work.journal.append([NewLine(line.kind, "replay", key, key, line.body)], line.received_at)
    house.disclose()
