"""What the egress check stopped: decided by an officer, about these very bytes, and by the journal."""

from __future__ import annotations

import pytest

from gateway.inside.quarantine import NothingWithheld, NotOverrulable, QuarantineDesk
from gateway.policy.approval.officers import UnknownOfficer
from gateway.ports import NewLine
from tests.inside_side import NORTHLINK, alarm, opened, policy, resource, service
from tests.officers import ANNA, CAROL

SECRET = "down since rt7.zrh failed"
KEPT = policy("specificProblem: keep")


@pytest.fixture
def stopped(house):
    """Return an operator with one disclosure stopped for a name."""
    house.publisher.publish(KEPT, "test.yaml")
    house.take(service("line"), resource(), resource("rt7.zrh"), alarm(specificProblem=SECRET))
    house.disclose()
    assert house.lines() == []
    return house


@pytest.fixture
def desk(stopped):
    return QuarantineDesk(stopped.store, lambda: stopped.now)


def problems(house) -> list[str]:
    return [data.get("specificProblem", "") for _, _, data in house.told()]


def number_of(desk) -> int:
    (one,) = desk.waiting()
    return one.number


def test_what_was_stopped_is_listed_with_reason_and_place_and_shown_whole(stopped, desk):
    (one,) = desk.waiting()
    assert (one.audience, one.record_type, one.record_id) == (NORTHLINK, "alarm", "alarm-1")
    assert (one.reason, one.pointer) == ("name", "/specificProblem")
    assert SECRET.encode() in desk.show(one.number).body


def test_it_is_logged_once_as_a_warning_and_quarantined_once(stopped, desk, caplog):
    stopped.publisher.publish(KEPT.replace("name: test", "name: again"), "test.yaml")
    with caplog.at_level("WARNING"):
        stopped.disclose()
    assert len(stopped.quarantine()) == len(desk.waiting()) == 1
    assert caplog.records == []
    stopped.take(alarm(specificProblem=SECRET + " again"))
    with caplog.at_level("WARNING"):
        stopped.disclose()
    assert "rt7" not in caplog.text
    assert "a disclosure was stopped (name at /specificProblem)" in caplog.text


def test_what_an_officer_releases_is_told_as_it_was_stopped(stopped, desk):
    body = desk.show(number_of(desk)).body
    desk.release(number_of(desk), ANNA, "agreed by telephone")
    assert stopped.lines() == []  # the journal decides, not the desk
    stopped.disclose()
    assert problems(stopped) == [SECRET]
    assert body in stopped.lines()[0]
    assert desk.waiting() == []


def test_a_release_is_for_one_version_only(stopped, desk):
    desk.release(number_of(desk), ANNA, "agreed")
    stopped.take(alarm(specificProblem=SECRET, state="updated"))
    stopped.disclose()
    assert problems(stopped) == [SECRET]
    assert len(desk.waiting()) == 1


def test_a_release_of_what_is_not_told_any_more_tells_nothing(stopped, desk):
    number = number_of(desk)
    stopped.take(alarm(specificProblem="something else near rt7.zrh"))
    desk.release(number, ANNA, "agreed")
    stopped.disclose()
    assert stopped.lines() == []


def test_a_released_record_is_not_told_when_the_policy_hides_it_by_then(stopped, desk):
    number = number_of(desk)
    stopped.publisher.publish(KEPT.replace("    fields:", "    when: object.interconnect\n    fields:"), "test.yaml")
    desk.release(number, ANNA, "agreed")
    stopped.disclose()
    assert stopped.lines() == []


def test_what_an_officer_discards_is_never_told_and_asked_about_no_more(stopped, desk):
    desk.discard(number_of(desk), ANNA, "it names a router")
    stopped.disclose()
    stopped.publisher.publish(KEPT.replace("name: test", "name: again"), "test.yaml")
    stopped.disclose()
    assert (stopped.lines(), desk.waiting()) == ([], [])
    stopped.take(alarm(specificProblem="the line is down"))
    stopped.disclose()
    assert problems(stopped) == ["the line is down"]


@pytest.mark.parametrize("reason", ["contract", "no-contract", "unclean", "too-large"])
def test_what_is_no_matter_of_judgement_cannot_be_released(stopped, desk, reason):
    """P-13: what policy and ceiling let nobody keep, a text that was not scrubbed, one officer cannot let pass."""
    number = number_of(desk)
    with stopped.store.write() as work:
        (one,) = work.withheld.every()
        work.withheld.put({one.key: type(one)(*one.key, one.digest, reason, "", one.body, one.noticed_at)})
    with pytest.raises(NotOverrulable):
        desk.release(number_of(desk), ANNA, "please")
    with pytest.raises(NothingWithheld):
        desk.release(number + 100, ANNA, "please")
    assert [body for body in stopped.journalled() if "decision" in body] == []


def test_only_an_enrolled_officer_decides_and_the_act_is_filed(stopped, desk):
    with pytest.raises(UnknownOfficer):
        desk.release(number_of(desk), CAROL, "please")
    desk.discard(number_of(desk), ANNA, "it names a router")
    with stopped.store.read() as work:
        act = work.office.acts.last()
    assert (act.kind, act.officer, act.body["reason"]) == ("quarantine.discard", "anna", "it names a router")
    stopped.disclose()
    with pytest.raises(NothingWithheld):
        desk.discard(act.number, ANNA, "again")


def test_a_stopped_disclosure_is_told_by_itself_once_the_name_is_the_audiences_own(stopped, desk):
    stopped.take(service("other", name="rt7.zrh"))
    stopped.disclose()
    assert problems(stopped) == [SECRET]
    assert desk.waiting() == []


def test_decisions_are_replayed_in_whatever_batches(stopped, desk, tmp_path_factory):
    desk.release(number_of(desk), ANNA, "agreed")
    stopped.disclose()
    stopped.take(alarm(specificProblem="and now rt7.zrh again"))
    stopped.disclose()
    desk.discard(number_of(desk), ANNA, "no")
    stopped.take(alarm(specificProblem="fine"))
    stopped.disclose()
    with stopped.store.read() as work:
        lines = work.journal.after(0, 100)
    with opened(tmp_path_factory.mktemp("replay")) as other:
        for line in lines:
            key = b"%d" % line.position
            with other.store.write() as work:
                work.journal.append([NewLine(line.kind, "replay", key, key, line.body)], line.received_at)
        other.disclose()
        assert other.lines() == stopped.lines()
        assert len(other.lines()) == 2
