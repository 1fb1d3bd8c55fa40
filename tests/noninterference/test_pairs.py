"""Two inside worlds that agree on what a party may know look alike to that party, byte for byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.noninterference.figures import figures
from tests.noninterference.pairs import Twins
from tests.noninterference.worker import Look

PAIRS = 40
COMPARISONS = 100_000


@pytest.mark.timeout(600)
def test_a_hundred_thousand_comparisons_show_no_difference(
    both: Twins, record_property: Callable[[str, object], None]
) -> None:
    found = figures(list(both.look_at_all(map(Look, range(PAIRS)))))
    record_property("figures", found.text())
    assert found.comparisons >= COMPARISONS
    complaints = [*found.complaints(), *(both.explain(Look(seed)) for seed in found.differences[:1])]
    assert not complaints, "\n".join(complaints)


def test_every_observation_of_a_pair_is_compared(both: Twins) -> None:
    pair = both.look(Look(1))
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
    leak = Look(5_000, "length-of-the-hidden", ("R1",), "operator", 0)
    assert both.look(leak).differs_at is not None
    text = both.explain(leak)
    assert "first differing byte" in text
    assert "hidden atoms that cause it" in text
