"""Truncated times at their edges (threats P-21, P-22)."""

from __future__ import annotations

import pytest

from gateway.policy.transforms.times import UNITS, is_time, truncation
from tests.policy_side import TIMES


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("second", "2026-12-31T23:59:59Z"),
        ("minute", "2026-12-31T23:59:00Z"),
        ("hour", "2026-12-31T23:00:00Z"),
        ("day", "2026-12-31T00:00:00Z"),
        ("month", "2026-12-01T00:00:00Z"),
        ("year", "2026-01-01T00:00:00Z"),
    ],
)
@pytest.mark.parametrize("time", ["2026-12-31T23:59:59Z", "2026-12-31T23:59:59.999999Z", "2027-01-01T01:59:59.5+02:00"])
def test_a_time_is_cut_down_in_utc(unit: str, expected: str, time: str) -> None:
    assert truncation(unit)(time) == expected


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("time", TIMES)
def test_truncating_twice_is_truncating_once(unit: str, time: str) -> None:
    once = truncation(unit)(time)
    assert once is None or (is_time(once) and truncation(unit)(once) == once)


@pytest.mark.parametrize("value", [*TIMES[2:3], *TIMES[5:], None, 7, True, [], "", "2026-11-22T10:04:31Z\n"])
def test_what_is_not_a_time_gives_nothing(value: object) -> None:
    assert truncation("year")(value) is None
    assert not is_time(value)


def test_a_moment_before_the_calendar_gives_nothing() -> None:
    assert truncation("year")("0001-01-01T00:00:00+14:00") is None


def test_a_time_is_cut_down_the_same_with_z_and_with_an_offset_of_nothing() -> None:
    for unit in UNITS:
        cut = truncation(unit)
        assert cut("2026-11-22T10:04:31.25Z") == cut("2026-11-22T10:04:31.25+00:00") == cut("2026-11-22T11:04:31+01:00")


@pytest.mark.parametrize("time", ["2026-02-30T10:00:00Z", "2026-00-10T10:00:00Z", "0000-01-01T00:00:00Z"])
def test_a_day_that_no_calendar_has_gives_nothing(time: str) -> None:
    assert all(truncation(unit)(time) is None for unit in UNITS)
