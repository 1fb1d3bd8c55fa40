"""The reference says of every world what the gateway disclosed of it: neither is right by itself."""

from __future__ import annotations

from typing import Any

import orjson

from tests.noninterference.pairs import Twins

SEEDS = range(4)


def test_what_was_disclosed_is_what_the_reference_says_may_be_known(both: Twins) -> None:
    cases = [(seed, role) for seed in SEEDS for role in ("operator", "customer")]
    for one, (told, disclosed) in zip(cases, both.views(cases), strict=True):
        assert told, f"world {one} shows nothing"
        assert _comparable(disclosed) == _comparable(told), one


def _comparable(view: dict[str, Any]) -> dict[str, Any]:
    return {key: orjson.dumps(value, option=orjson.OPT_SORT_KEYS) for key, value in view.items()}
