"""Rounded numbers and buckets at their edges (threats P-21, P-22, D-41)."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.transforms.numbers import LARGEST, bucketing, rounding

NUMBERS = st.integers(-LARGEST, LARGEST) | st.floats(-float(LARGEST), float(LARGEST))
STEPS = st.integers(1, 10**6) | st.decimals("0.001", "1000", places=3).map(float)
BOUNDS = st.lists(st.integers(-(10**6), 10**6), min_size=1, unique=True).map(sorted)
NO_NUMBERS: tuple[Any, ...] = (None, True, False, "7", "", [], {}, math.inf, -math.inf, math.nan, LARGEST + 1, 1e300)


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [
        (10, 0, 0),
        (10, 4, 0),
        (10, 5, 10),
        (10, -5, -10),
        (10, -4, 0),
        (10, 14.999999999999998, 10),
        (10, 15.0, 20),
        (5, 7.25, 5),
        (0.1, 0.15, 0.2),
        (0.1, 0.25, 0.3),
        (0.1, 1.005, 1.0),
        (0.01, 1.005, 1.01),
        (0.25, -1.125, -1.25),
        (1, LARGEST, LARGEST),
        (2, 1, 2),
    ],
)
def test_a_number_becomes_the_nearest_multiple_and_a_half_goes_away_from_zero(
    step: float, value: float, expected: float
) -> None:
    assert rounding(step, is_integer=False)(value) == expected


@given(NUMBERS, STEPS)
def test_rounding_is_near_repeatable_and_of_the_steps_kind(value: float, step: float) -> None:
    rounded = rounding(step, is_integer=False)(value)
    assert rounded is not None
    assert type(rounded) is type(step)
    if abs(rounded) <= LARGEST:
        assert rounding(step, is_integer=False)(rounded) == rounded
    assert abs(rounded - value) <= step * 0.5 + abs(value) * 1e-15


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_values_of_one_step_cannot_be_told_apart(value: int, step: int) -> None:
    """P-22: everything nearer than half a step to a multiple gives that multiple and nothing else."""
    multiple = value - value % step
    near = {rounding(step, is_integer=True)(multiple + off) for off in range(-min(step - 1, 40) // 2 + 1, 1)}
    assert near <= {multiple}


def test_what_rounds_to_zero_does_not_tell_its_sign() -> None:
    for value in (-0.04, -0.0, 0.0, 0.04):
        assert orjson.dumps(rounding(0.1, is_integer=False)(value)) == b"0.0"
        assert orjson.dumps(rounding(10, is_integer=False)(value)) == b"0"


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_or_not_exact_gives_nothing(value: Any) -> None:
    assert rounding(10, is_integer=False)(value) is None


@pytest.mark.parametrize("value", [7.0, 7.5, True])
def test_the_place_of_an_integer_takes_integers_only(value: Any) -> None:
    assert rounding(1, is_integer=True)(value) is None
    assert bucketing([0, 5], is_integer=True)(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-1, None),
        (-0.5, None),
        (0, 0),
        (9.99, 0),
        (10, 10),
        (99, 10),
        (100, 100),
        (1e300, 100),
        (10**400, 100),
        (-math.inf, None),
    ],
)
def test_a_number_becomes_the_greatest_bound_that_does_not_exceed_it(value: float, expected: int | None) -> None:
    assert bucketing([0, 10, 100], is_integer=False)(value) == expected


@given(NUMBERS, BOUNDS)
def test_a_bucket_is_one_of_the_bounds_and_says_no_more(value: float, bounds: list[int]) -> None:
    bucket = bucketing(bounds, is_integer=False)
    found = bucket(value)
    assert found == max((bound for bound in bounds if bound <= value), default=None)
    if found is not None:
        assert bucket(found) == found


@pytest.mark.parametrize("value", [None, True, False, "7", [], {}, math.nan])
def test_what_is_no_number_has_no_bucket(value: Any) -> None:
    assert bucketing([-(10**6), 0], is_integer=False)(value) is None


def test_a_whole_step_and_the_same_step_with_a_point_are_two_things() -> None:
    for _ in range(2):
        assert orjson.dumps([rounding(step, is_integer=False)(12.5) for step in (10, 10.0)]) == b"[10,10.0]"
