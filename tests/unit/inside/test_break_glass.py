"""Breaking the glass: two officers, a reason, an end of its own, and a report of what was told only because of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.inside.break_glass import BreakGlassRefused
from gateway.inside.desk import ReasonRefused
from gateway.inside.filed import NoSuchDraft
from gateway.inside.report import report
from tests.inside_side import NORTHLINK, alarm, policy, resource, service
from tests.officers import ANNA, BORIS

NARROW = policy("perceivedSeverity: keep")
WIDE = NARROW + "      probableCause: keep\n"


@pytest.fixture
def told(house):
    """Return an operator that tells northlink the severity of an alarm."""
    house.take(service(), resource(), alarm())
    house.publisher.publish(NARROW)
    house.disclose()
    return house


def break_glass(house, text=WIDE, lasts=timedelta(hours=2), reason="joint incident 4711"):
    glass = house.life.break_glass()
    draft = glass.propose(text, "wide.yaml", lasts, reason, ANNA).draft
    glass.open(draft.id, BORIS)
    house.disclose()
    return draft.id


def end(house, after=timedelta(hours=2)):
    house.now += after
    house.life.due_taker().run_once()
    house.disclose()
    house.life.due_taker().run_once()


def names(house):
    """Return which attributes the newest entry shows."""
    return set(house.told()[-1][2])


def test_it_widens_at_once_and_ends_by_itself(told):
    break_glass(told)
    assert names(told) == {"perceivedSeverity", "probableCause", "state"}
    end(told)
    assert names(told) == {"perceivedSeverity", "state"}
    assert [event for _, event, _ in told.told()] == ["raised", "changed", "changed"]


def test_it_does_not_end_before_its_time(told):
    break_glass(told)
    end(told, timedelta(hours=2) - timedelta(microseconds=1))
    assert "probableCause" in names(told)


def test_it_ends_after_a_restart_too(told):
    break_glass(told)
    told.discloser = told.new_discloser()
    end(told)
    assert "probableCause" not in names(told)


def test_it_ends_once(told):
    break_glass(told)
    end(told)
    before = told.lines()
    for hours in (-5, 10):
        end(told, timedelta(hours=hours))
    assert told.lines() == before


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(seconds=-1), timedelta(hours=24, microseconds=1)])
def test_it_lasts_at_most_a_day(told, lasts):
    with pytest.raises(BreakGlassRefused):
        break_glass(told, lasts=lasts)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "bell \x07"])
def test_it_needs_a_reason(told, reason):
    with pytest.raises(ReasonRefused):
        break_glass(told, reason=reason)


def test_a_glass_that_is_broken_is_not_broken_again(told):
    break_glass(told)
    with pytest.raises(BreakGlassRefused):
        break_glass(told, WIDE + "      alarmType: keep\n")


def test_an_audience_without_a_regular_policy_has_no_glass(told):
    with pytest.raises(BreakGlassRefused):
        break_glass(told, policy(audience="customer: acme"))


def test_a_regular_publication_mends_it_at_once(told):
    break_glass(told)
    told.publisher.publish(policy("state: keep").replace("      state: keep\n", "", 1))
    told.disclose()
    assert names(told) == {"state"}
    end(told)
    assert names(told) == {"state"}
    with told.store.read() as work:
        assert work.office.dues.of(NORTHLINK) == []


def test_the_report_says_who_why_what_and_which_entries(told):
    draft = break_glass(told)
    told.take(alarm("alarm-2"))
    told.disclose()
    assert told.life.due_taker().run_once() == 0
    end(told)
    told.take(alarm("alarm-3"))
    told.disclose()
    found = report(told.store, told.life.language, told.life.operator, draft)
    assert (found.draft.author, found.seconds, found.draft.message) == ("anna", ("boris",), "joint incident 4711")
    [part] = found.parts
    assert part.entries == (1, 5)
    assert (part.cause, part.ended_at) == ("revert", told.now)
    assert part.widened
    assert [(one.index, one.names) for one in part.only] == [(1, ("probableCause",)), (2, ("probableCause",))]


def test_a_record_that_was_shown_only_then_is_reported_whole(told):
    draft = break_glass(told, NARROW + policy(record="service", fields="serviceType: keep").split("records:\n")[1])
    end(told)
    [part] = report(told.store, told.life.language, told.life.operator, draft).parts
    assert [(one.record_type, one.names) for one in part.only] == [("service", ())]


def test_what_was_told_more_finely_only_then_is_reported(house):
    regular = policy("alarmRaisedTime: {truncate: minute}")
    house.take(service(), resource(), alarm(alarmRaisedTime="2026-11-23T10:00:42Z"))
    house.publisher.publish(regular)
    house.disclose()
    draft = break_glass(house, regular.replace("minute", "second"))
    house.take(alarm(alarmRaisedTime="2026-11-23T10:00:42Z", state="cleared"))
    house.disclose()
    end(house)
    [part] = report(house.store, house.life.language, house.life.operator, draft).parts
    # The state changed meanwhile as well, and is told as ever.
    assert [(one.index, one.names, one.otherwise) for one in part.only] == [
        (1, (), ("alarmRaisedTime",)),
        (2, (), ("alarmRaisedTime",)),
    ]


def test_a_sentence_that_repeats_what_was_told_more_finely_is_reported_too(house):
    regular = policy(
        "alarmRaisedTime: {truncate: minute}\n      specificProblem: {template: 'since {alarmRaisedTime}'}"
    )
    house.take(service(), resource(), alarm(alarmRaisedTime="2026-11-23T10:00:42Z"))
    house.publisher.publish(regular)
    house.disclose()
    draft = break_glass(house, regular.replace("minute", "second"))
    end(house)
    [part] = report(house.store, house.life.language, house.life.operator, draft).parts
    assert [one.otherwise for one in part.only] == [("alarmRaisedTime", "specificProblem")]


def test_a_glass_that_is_still_broken_has_a_report_too(told):
    draft = break_glass(told)
    [part] = report(told.store, told.life.language, told.life.operator, draft).parts
    assert (part.ended_at, part.entries) == (None, (1, 2))


def test_an_ordinary_draft_has_no_report(told):
    draft = told.publisher.submit(WIDE)
    with pytest.raises(NoSuchDraft):
        report(told.store, told.life.language, told.life.operator, draft)
