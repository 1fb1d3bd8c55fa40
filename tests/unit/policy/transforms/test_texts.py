"""Masked texts: their ends, and never their length (threats D-45, P-21)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.transforms.texts import MARKER, masking

ENDS = st.integers(0, 8).flatmap(lambda first: st.tuples(st.just(first), st.integers(0, 8 - first)))


@pytest.mark.parametrize(
    ("first", "last", "value", "expected"),
    [
        (0, 4, "CKT-00417-LYS", "****-LYS"),
        (4, 0, "CKT-00417-LYS", "CKT-****"),
        (2, 2, "12345678", "12****78"),
        (2, 2, "1234567", "****"),
        (0, 0, "CKT", "****"),
        (0, 0, "CKT-00417-LYS", "****"),
        (0, 1, "12345", "****5"),
        (1, 1, "", "****"),
    ],
)
def test_the_ends_stay_and_the_rest_becomes_four_asterisks(first: int, last: int, value: str, expected: str) -> None:
    assert masking(first, last)(value) == expected


@given(ENDS, st.text(max_size=40), st.text(max_size=40))
def test_texts_with_equal_ends_cannot_be_told_apart(ends: tuple[int, int], one: str, other: str) -> None:
    """D-45: what is between the ends shows neither itself nor how long it is."""
    mask = masking(*ends)
    first, last = "a" * ends[0], "z" * ends[1]
    assert mask(f"{first}....{one}{last}") == mask(f"{first}....{other}{last}") == f"{first}{MARKER}{last}"


@given(ENDS, st.text(max_size=40))
def test_at_least_four_characters_are_always_hidden(ends: tuple[int, int], text: str) -> None:
    said = masking(*ends)(text)
    assert said is not None
    assert len(said) - len(MARKER) <= max(0, len(text) - 4)


@pytest.mark.parametrize("value", [None, 4711, True, [], {}, ["CKT-00417-LYS"]])
def test_what_is_no_text_gives_nothing(value: Any) -> None:
    assert masking(0, 4)(value) is None
