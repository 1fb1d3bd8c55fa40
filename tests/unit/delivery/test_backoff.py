"""When to try again: later each time, never too late, never all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from gateway.delivery.backoff import Backoff, next_attempt_at

FAILED = datetime(2026, 11, 23, 12, tzinfo=UTC)
BACKOFF = Backoff(base=timedelta(seconds=1), cap=timedelta(minutes=1))


def pause(attempt, jitter=0.0, asked=None, backoff=BACKOFF):
    return next_attempt_at(attempt, FAILED, backoff, jitter, asked) - FAILED


def test_each_failure_doubles_the_pause_up_to_the_cap():
    assert [pause(attempt) / timedelta(seconds=1) for attempt in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize("attempt", [1, 5, 100, 10**9])
@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999999])
def test_a_pause_lies_between_half_and_the_whole(attempt, jitter):
    whole = min(BACKOFF.base * 2 ** min(attempt - 1, 30), BACKOFF.cap)
    assert whole / 2 <= pause(attempt, jitter) < whole


def test_more_failures_never_wait_less():
    pauses = [pause(attempt, 0.3) for attempt in range(1, 50)]
    assert all(one <= other for one, other in pairwise(pauses))


def test_a_peer_that_asks_for_more_time_gets_it():
    assert pause(1, asked=timedelta(seconds=20)) == timedelta(seconds=20)


def test_a_peer_that_asks_for_less_does_not_get_more_tries():
    assert pause(5, asked=timedelta()) == pause(5)


def test_r12_a_peer_that_asks_for_a_week_waits_no_longer_than_the_cap():
    assert pause(1, asked=timedelta(days=7)) == BACKOFF.cap


def test_the_default_schedule_ends_below_five_minutes():
    assert pause(10**6, 0.999, backoff=Backoff()) < timedelta(minutes=5)
