"""Sentences that are filled in: what they name, and what is said when it is not there."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.transforms.templates import MalformedTemplate, Placeholder, filling, parts_of

OUT: dict[str, Any] = {
    "id": "alm-1",
    "state": "raised",
    "priority": 3,
    "ratio": 0.5,
    "serviceAffecting": True,
    "empty": "",
    "threshold": {"name": "low"},
    "note": [{"text": "a"}, {"date": "b"}, {"text": "c"}],
    "services": [{"name": "EPL"}],
    "tags": ["x", "y"],
}


def said(text: str, otherwise: str | None = None, services: Any = ()) -> str | None:
    return filling(parts_of(text), otherwise)(OUT, services)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("{id} is {state}", "alm-1 is raised"),
        ("{{{id}}}", "{alm-1}"),
        ("{{id}}", "{id}"),
        ("{priority}/{ratio}/{serviceAffecting}", "3/0.5/true"),
        ("{threshold.name}", "low"),
        ("{note.text}", "a, c"),
        ("{tags}", "x, y"),
        ("{services.name}", "EPL"),
        ("[{empty}]", "[]"),
    ],
)
def test_a_path_becomes_what_is_disclosed_there(text: str, expected: str) -> None:
    assert said(text) == expected


@pytest.mark.parametrize("path", ["nothing", "threshold", "note", "threshold.none", "note.none", "id.x", "tags.x", ""])
def test_where_a_path_has_no_value_there_is_no_sentence(path: str) -> None:
    assert said(f"since {{{path}}}") is None
    assert said(f"since {{{path}}}", "unknown since when") == "unknown since when"


def test_a_path_of_services_is_that_of_the_disclosed_ones_in_their_order() -> None:
    services = [{"id": "a", "name": "EPL"}, {"id": "b"}, {"id": "c", "name": "IP"}]
    assert said("{service.name}", None, services) == "EPL, IP"
    assert said("{service.state}", None, services) is said("{service.name}") is None
    assert parts_of("{service}") == (Placeholder(("service",)),)


def test_a_value_that_looks_like_a_placeholder_is_not_filled_in_again() -> None:
    assert filling(parts_of("{a}"), None)({"a": "{b}", "b": "secret"}, ()) == "{b}"


@pytest.mark.parametrize(("text", "offset"), [("a {b", 2), ("a}b", 1), ("{a{b}}", 0), ("}}}", 2), ("{", 0)])
def test_a_brace_that_pairs_with_nothing_is_malformed(text: str, offset: int) -> None:
    with pytest.raises(MalformedTemplate) as refused:
        parts_of(text)
    assert refused.value.offset == offset
