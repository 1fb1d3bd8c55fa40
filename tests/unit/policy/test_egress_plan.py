"""Which positions of a contract the name check reads."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.egress.plan import collector_of, open_texts, plan_of
from gateway.policy.filter import patterns

OPEN: dict[str, Any] = {"type": "string"}


def _object(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "additionalProperties": False}


@pytest.mark.parametrize(
    "schema",
    [
        {"const": "x"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "integer"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "pattern": patterns.whole(patterns.token("alarm"))},
        {"type": "string", "pattern": patterns.whole(patterns.literal("down since ") + patterns.truncated("minute"))},
        {"type": "string", "pattern": "^[A-Z]{2}$"},
        {"type": "array", "items": {"const": 1}},
        _object(a={"const": 1}),
    ],
)
def test_what_leaves_no_freedom_is_not_read(schema: dict[str, Any]) -> None:
    assert plan_of(schema, {"a"}) is None


@pytest.mark.parametrize(
    "schema",
    [
        OPEN,
        {"type": ["string", "number", "boolean"]},
        {"type": "string", "format": "scrubbed", "minLength": 1},
        {"type": "string", "pattern": patterns.whole(patterns.network(16, 32))},
        {"type": "string", "pattern": patterns.whole(patterns.masked(2, 2))},
        {"type": "string", "pattern": patterns.whole(patterns.literal("at ") + patterns.ANYTHING)},
    ],
)
def test_every_other_text_is_read(schema: dict[str, Any]) -> None:
    assert list(open_texts(plan_of(schema, ()), "some text")) == [("", "some text", schema.get("format") == "scrubbed")]


def test_places_are_told_as_pointers_and_the_quick_way_reads_the_same() -> None:
    chosen = [_object(name={"const": name}, value=OPEN) for name in ("a", "b")]
    schema = _object(
        note={"type": "array", "items": _object(text={"type": "string", "format": "scrubbed"}, at={"const": 1})},
        tags={"type": "array", "items": OPEN},
        made=OPEN,
        characteristic={"type": "array", "items": {"anyOf": chosen}},
    )
    value = {
        "note": [{"text": "one", "at": 1}, {"at": 1}],
        "tags": ["two", "three"],
        "made": "four",
        "characteristic": [{"name": "b", "value": "five"}],
    }
    plan = plan_of(schema, {"note", "text", "at", "tags", "characteristic", "name", "value"})
    found = list(open_texts(plan, value))
    assert {pointer: text for pointer, text, _ in found if pointer != "/made"} == {
        "/note/0/text": "one",
        "/tags/0": "two",
        "/tags/1": "three",
        "/characteristic/0/value": "five",
    }
    assert [text for pointer, text, _ in found if pointer == "/made"] == ["made", "four"]
    texts: list[str] = []
    clean: list[str] = []
    collector_of(plan)(value, texts, clean)
    assert sorted(texts + clean) == sorted(text for _, text, _ in found)
    assert clean == ["one"]
