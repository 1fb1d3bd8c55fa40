"""Planted leaks are caught: the net is worth something."""

from __future__ import annotations

import pytest

from tests.noninterference import gauntlet
from tests.noninterference.mutants import load
from tests.noninterference.pairs import Twins

LEAST = 60


@pytest.mark.timeout(600)
def test_every_planted_leak_is_caught(both: Twins, capsys: pytest.CaptureFixture[str]) -> None:
    kills = gauntlet.run(both)
    with capsys.disabled():
        print(f"\n{gauntlet.table(kills)}")  # noqa: T201
    assert [kill.name for kill in kills if not kill.by] == []
    assert len(kills) >= LEAST


def test_every_planted_leak_says_what_it_does() -> None:
    assert all(found.says.endswith(".") for found in load().values())
