"""A change is told after its embargo, and on a beat; never before it was taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.language.document import Release
from gateway.policy.language.release import due_at, is_beat

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BEATS = [timedelta(seconds=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=6), timedelta(days=1)]


@pytest.mark.parametrize(
    ("release", "received", "due"),
    [
        (Release(), NOON, NOON),
        (Release(5 * MINUTE), NOON, NOON + 5 * MINUTE),
        (Release(cadence=15 * MINUTE), NOON, NOON),
        (Release(cadence=15 * MINUTE), NOON + timedelta(microseconds=1), NOON + 15 * MINUTE),
        (Release(cadence=15 * MINUTE), NOON - timedelta(microseconds=1), NOON),
        (Release(3 * MINUTE, 15 * MINUTE), NOON + 12 * MINUTE, NOON + 15 * MINUTE),
        (Release(3 * MINUTE, 15 * MINUTE), NOON + 13 * MINUTE, NOON + 30 * MINUTE),
        (Release(cadence=timedelta(days=1)), NOON, datetime(2026, 11, 24, tzinfo=UTC)),
        (Release(timedelta(days=30), 15 * MINUTE), NOON, datetime(2026, 12, 23, 12, tzinfo=UTC)),
    ],
)
def test_a_change_is_due_after_the_embargo_and_on_the_beat(release: Release, received: datetime, due: datetime) -> None:
    assert due_at(release, received) == due
    elsewhere = received.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert due_at(release, elsewhere) == due
    assert due_at(release, elsewhere).tzinfo == UTC


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from(BEATS),
)
def test_the_first_beat_is_never_before_the_embargo_ends(
    received: datetime, embargo: timedelta, cadence: timedelta
) -> None:
    due = due_at(Release(embargo, cadence), received)
    assert received + embargo <= due < received + embargo + cadence
    assert (due - datetime(1970, 1, 1, tzinfo=UTC)) % cadence == timedelta(0)


def test_a_cadence_divides_the_day() -> None:
    assert all(is_beat(beat) for beat in BEATS)
    assert not any(is_beat(beat) for beat in [timedelta(0), -MINUTE, 7 * MINUTE, timedelta(hours=5), timedelta(days=2)])
