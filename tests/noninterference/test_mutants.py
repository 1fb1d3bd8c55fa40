"""Planted leaks are caught: the net is worth something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.noninterference import gauntlet
from tests.noninterference.mutants import load
from tests.noninterference.pairs import Twins

LEAST = 60


@pytest.mark.timeout(600)
def test_every_planted_leak_is_caught(both: Twins, record_property: Callable[[str, object], None]) -> None:
    kills = gauntlet.run(both)
    record_property("figures", gauntlet.table(kills))
    assert [kill.name for kill in kills if not kill.by] == []
    assert len(kills) >= LEAST


def test_every_planted_leak_says_what_it_does() -> None:
    assert all(found.says.endswith(".") for found in load().values())
