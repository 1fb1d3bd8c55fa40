"""One operator with real stores for each test of the inside."""

from __future__ import annotations

import pytest

from tests.inside_side import opened


@pytest.fixture
def house(tmp_path):
    """Return an operator with empty stores."""
    with opened(tmp_path) as found:
        yield found
