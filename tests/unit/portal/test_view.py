"""What the page says, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.portal.view import SHOWN_AT_MOST, StatusView, status_view
from gateway.portal.wording import Level, duration, instant, moment
from tests.customer_side import NOW, change, problem, service


def view(services: Any = (), problems: Any = (), changes: Any = ()) -> StatusView:
    return status_view(services, problems, changes, None, NOW)


RUNNING = change(
    "c", ["s1"], status="inProgress", plannedStartTime="2026-11-23T08:00:00Z", plannedEndTime="2026-11-23T12:00:00Z"
)


@pytest.mark.parametrize(
    ("page", "level", "headline"),
    [
        (view(), Level.UNKNOWN, "Nothing to show yet"),
        (view([service("s1", "a")]), Level.UP, "Your service runs"),
        (view([service("s1", "a"), service("s2", "b")]), Level.UP, "All services run"),
        (view([service("s1", "a", "failed")]), Level.DOWN, "Your service is affected"),
        (view([service("s1", "a", "limited"), service("s2", "b")]), Level.DEGRADED, "1 of 2 services is affected"),
        (
            view([service("s1", "a", "failed"), service("s2", "b", "degraded")]),
            Level.DOWN,
            "All 2 services are affected",
        ),
        (view([service("s1", "a", "failed")], changes=[RUNNING]), Level.PLANNED, "Your service is affected"),
        (view([service("s1", "a", "unknown")]), Level.UNKNOWN, "No problem is known"),
        (view([service("s1", "a", "pending")]), Level.WAITING, "Not in service yet"),
        (view([service("s1", "a", "running")], [problem("p", ["s9"])]), Level.DEGRADED, "There is a problem"),
        (view([service("s1", "a", "failed", state="terminated")]), Level.UNKNOWN, "Nothing to show yet"),
        (view([{"id": "s1"}], [problem("p", ["s1"])]), Level.DEGRADED, "Your service is affected"),
    ],
)
def test_the_big_answer_comes_first(page, level, headline):
    assert (page.level, page.headline) == (level, headline)


def test_a_service_without_a_status_is_never_called_running():
    (line,) = view([{"id": "s1", "name": "a"}]).services
    assert line.word == "No status given"


def test_an_affected_service_says_since_when_and_until_when():
    (line,) = view([service("s1", "a", "failed")], [problem("p", ["s1"])], [RUNNING]).services
    assert line.since is not None
    assert line.next_change is not None
    assert (line.word, line.since.machine, line.next_change.machine) == (
        "Planned work",
        "2026-11-23T08:00:00Z",
        "2026-11-23T12:00:00Z",
    )


def test_a_running_service_runs_since_its_last_problem_ended():
    ended = problem("p", ["s1"], status="resolved", resolutionDate="2026-11-22T10:00:00Z")
    (line,) = view([service("s1", "a")], [ended]).services
    assert line.since is not None
    assert line.since.machine == "2026-11-22T10:00:00Z"


def test_a_service_without_a_past_is_only_said_to_be_in_service():
    (line,) = view([service("s1", "a")]).services
    assert line.since_word == "in service since"


def test_problems_move_from_open_to_recent_to_gone():
    page = view(
        problems=[
            problem("a", []),
            problem(
                "b", [], status="closed", resolutionDate="2026-11-22T10:00:00Z", creationDate="2026-11-22T09:00:00Z"
            ),
            problem("c", [], status="closed", resolutionDate="2026-11-01T10:00:00Z"),
            problem("d", [], status="cancelled"),
            problem("e", [], status="resolved", statusChangeDate="2026-11-23T10:00:00Z", name="E"),
        ]
    )
    assert len(page.problems) == 1
    assert [(each.title[:1], each.lasted) for each in page.recent] == [("E", "10 min"), ("E", "1 h")]


def test_planned_work_is_shown_until_it_is_over():
    page = view(
        changes=[
            change("late", [], description="later"),
            change("done", [], status="completed"),
            change("void", [], status="cancelled"),
            change("past", [], plannedEndTime="2026-11-20T00:00:00Z"),
            change("soon", [], description="sooner", plannedStartTime="2026-11-24T00:00:00Z"),
            RUNNING | {"plannedEndTime": "2026-11-23T09:00:00Z", "description": "overrunning"},
        ]
    )
    assert [each.title for each in page.work] == ["overrunning", "sooner", "later"]


def test_the_affected_come_first_and_the_list_has_an_end():
    services = [service(f"s{n:04}", f"n{n:04}") for n in range(SHOWN_AT_MOST + 5)] + [service("z", "zz", "failed")]
    page = view(services)
    assert page.services[0].name == "zz"
    assert (len(page.services), page.more_services) == (SHOWN_AT_MOST, 6)


JUNK: list[Any] = [None, 7, "", "x", [], [None], [{}], [{"id": 3}], {}, {"id": []}, True, "9999-12-31T23:59:59-23:59"]


@pytest.mark.parametrize("junk", JUNK)
def test_untidy_records_never_break_the_page(junk):
    for make in (service("a", "b", "failed"), problem("a", ["a"]), change("a", ["a"])):
        for name in make:
            if name != "id":
                untidy = {**make, name: junk}
                view([untidy], [untidy], [untidy])
    view([{"id": "a"}], [{"id": "a"}], [{"id": "a"}])


def test_times_are_utc_and_say_as_much_as_needed():
    assert instant("2026-11-23T11:00:00+02:00") == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert [instant(text) for text in ("2026-11-23T11:00:00", "soon", None, "<b>")] == [None] * 4
    for at, human in (
        (NOW, "today, 10:15 UTC"),
        (NOW + timedelta(days=1), "Tue 24 Nov, 10:15 UTC"),
        (NOW + timedelta(days=365), "Tue 23 Nov 2027, 10:15 UTC"),
    ):
        shown = moment(at, NOW)
        assert shown is not None
        assert shown.human == human


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "less than a minute"),
        (5, "5 min"),
        (60, "1 h"),
        (125, "2 h 5 min"),
        (1440, "1 d"),
        (1500, "1 d 1 h"),
        (-9, "less than a minute"),
    ],
)
def test_durations_have_two_units(minutes, text):
    assert duration(timedelta(minutes=minutes)) == text
