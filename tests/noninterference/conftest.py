"""One pair of processes for all tests here: starting them takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.noninterference.pairs import Twins, twins


@pytest.fixture(scope="session")
def both() -> Iterator[Twins]:
    with twins() as found:
        yield found
