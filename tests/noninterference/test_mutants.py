"""Planted leaks are caught: the net is worth something."""

from __future__ import annotations

import pytest

from tests.noninterference import gauntlet
from tests.noninterference.mutants import load
from tests.noninterference.pairs import Twins

LEAST = 45


@pytest.mark.timeout(1200)
def test_planted_leaks_are_caught(both: Twins, capsys: pytest.CaptureFixture[str]) -> None:
    """The table names each leak, also one that this form has too few pairs to catch; the long form demands all."""
    kills = list(gauntlet.run(both))
    with capsys.disabled():
        print(f"\n{gauntlet.table(kills)}")  # noqa: T201
    assert len([kill for kill in kills if kill.by]) >= LEAST


def test_every_planted_leak_says_what_it_does() -> None:
    assert all(found.says.endswith(".") for found in load().values())
