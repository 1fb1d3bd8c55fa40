"""Two inside worlds that agree on what a party may know look alike to that party, byte for byte."""

from __future__ import annotations

import functools

import pytest

from tests.noninterference.figures import figures
from tests.noninterference.pairs import Pair, Twins

COMPARISONS = 100_000
_BATCH = 20
_MOST_PAIRS = 200


@functools.cache
def _compared(both: Twins) -> tuple[Pair, ...]:
    """Compare pairs until there are enough comparisons."""
    pairs: list[Pair] = []
    while sum(pair.comparisons for pair in pairs) < COMPARISONS and len(pairs) < _MOST_PAIRS:
        pairs += both.look_at_all(range(len(pairs), len(pairs) + _BATCH))
    return tuple(pairs)


@pytest.mark.timeout(1200)
def test_a_hundred_thousand_comparisons_show_no_difference(both: Twins, capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(_compared(both))
    with capsys.disabled():
        print(f"\n{found.text()}")  # noqa: T201
    assert found.comparisons >= COMPARISONS
    # All cells are demanded of the long form; this short one has too few pairs to come by each of them.
    complaints = found.complaints(wants_all_cells=False)
    assert not complaints, "\n".join(complaints)


def test_every_observation_of_a_pair_is_compared(both: Twins) -> None:
    pair = both.look(1)
    assert len(pair.first.marks) == len(pair.first.labels) == pair.comparisons > 500
    assert {label.split()[0] for label in pair.first.labels} >= {
        "list",
        "query",
        "get",
        "page",
        "sign",
        "stream",
        "route",
    }


def test_a_report_names_the_hidden_atoms_that_cause_a_difference(both: Twins) -> None:
    kept = both.look(5_000, "length-of-the-hidden", ("R1",), "operator")
    assert kept.differs_at is not None
    text = both.explain(5_000, "length-of-the-hidden", ("R1",), "operator")
    assert "first differing byte" in text
    assert "hidden atoms that cause it" in text
