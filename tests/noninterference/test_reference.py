"""The reference says of every world what the gateway disclosed of it: neither is right by itself."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.noninterference.pairs import Twins


@pytest.mark.parametrize("seed", range(6))
def test_what_was_disclosed_is_what_the_reference_says_may_be_known(both: Twins, seed: int) -> None:
    for role in ("operator", "customer"):
        told, disclosed = both.views(seed, role)
        assert told, "the world shows nothing"
        assert _comparable(disclosed) == _comparable(told)


def _comparable(view: dict[str, Any]) -> dict[str, Any]:
    return {key: orjson.dumps(value, option=orjson.OPT_SORT_KEYS) for key, value in view.items()}
