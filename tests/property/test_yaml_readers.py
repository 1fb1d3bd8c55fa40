"""libyaml and the reader of ruamel.yaml, written in Python, see the same in a text, or ours refuses it.

libyaml is fast and reads every policy. It shares no code with the other one, which follows YAML 1.2 instead of 1.1.
What only one of them understands, or each in its way, is what a policy must not be able to say (threat P-02).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML, events
from ruamel.yaml.error import YAMLError

from gateway import bundled
from gateway.policy.language.findings import Findings
from gateway.policy.language.nodes import Mapping, Node, Scalar, Sequence, read
from tests.policy_side import policy_text

GOOD = policy_text(
    'alarm:\n  when: record.state == "raised"\n  fields:\n    id: keep\n    state: {constant: raised}\n'
    "    comment: {items: {fields: [a, b]}}"
)
PIECES = (
    *("? ", "- ", "[", "]", "{", "}", ": ", ":", ",", ", ", "#", " # c", "\n#c\n", "\n # c\n", "&a ", "*a", "!x ", "!"),
    *("|", "|+", "|-", "|2", ">", ">-", "|1-", ">+2", "---\n", "...\n", "%TAG ! tag:x,2000:\n", "%FOO x\n", "%", "@"),
    *("'", '"', "''", '""', '"\n  "', "'\n  '", '"a":', '"a":1', '"a": 1', "`", "=", "~", "<<: ", "null", "?x", "-x"),
    *("\n", "\n\n", "\r\n", "  ", "    ", "\\", "\\n", "\\x41", "\\/", "\\\n  ", " \\", "a\n  b", "a", "b c", "x:y"),
    *("[a,\n b]", "{a,\nb: c}", "[,]", "{,}", "[a,]", "{a: b,}", "{a}", "[a: b]", "[? a : b]", "{? a}", "- - "),
    *("? a\n: b\n", ":\n", "-\n", "?\n", "é", "\u3000", "\u00a0", "😀", "{a:b}", "{a: }", "{: a}", "http://x", "a#b"),
)
EDITS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from(PIECES)), max_size=8)


class Refused(Exception):
    """The other reader does not take the text, or takes what a policy must not have."""


def ours(text: str) -> Any:
    findings = Findings("test.yaml")
    root = read(text, findings)
    return None if findings.found or not isinstance(root, Mapping) else told(root)


def told(node: Node) -> Any:
    """Return a node as plain values; where an empty value stands is nothing to agree on."""
    place = (node.mark.line, node.mark.column)
    if isinstance(node, Scalar):
        return ("text", node.text, node.style, place if node.text or node.style else None)
    if isinstance(node, Sequence):
        return ("list", place, [told(item) for item in node.items])
    return ("mapping", place, [(told(key), told(value)) for key, value in node.entries])


def theirs(text: str) -> Any:
    try:
        found = list(YAML(typ="safe", pure=True).parse(text))
    except (YAMLError, ValueError):
        return None
    starts = [event for event in found if isinstance(event, events.DocumentStartEvent)]
    if len(starts) != 1 or starts[0].version or starts[0].tags:
        return None
    waiting = iter([event for event in found if isinstance(event, events.NodeEvent | events.CollectionEndEvent)])
    try:
        root = built(next(waiting), waiting, text.replace("\r\n", "\n").split("\n"))
    except Refused:
        return None
    return root if root[0] == "mapping" else None


def built(event: Any, waiting: Iterator[Any], lines: list[str]) -> Any:
    place = (event.start_mark.line + 1, event.start_mark.column + 1)
    if isinstance(event, events.AliasEvent) or event.anchor is not None or getattr(event, "tag", None) is not None:
        raise Refused
    if isinstance(event, events.ScalarEvent):
        return ("text", event.value, event.style or "", place if event.value or event.style else None)
    if event.flow_style and lines[place[0] - 1][place[1] - 1] not in "[{":
        raise Refused
    parts = []
    for part in waiting:
        if isinstance(part, events.CollectionEndEvent):
            break
        parts.append(built(part, waiting, lines))
    if isinstance(event, events.SequenceStartEvent):
        return ("list", place, parts)
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    names = [key[1] for key, _ in pairs if key[0] == "text" and key[1:3] != ("<<", "")]
    if len(set(names)) < len(pairs):
        raise Refused
    return ("mapping", place, pairs)


@settings(deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS, st.booleans())
@example([(0, 0, "a: |#c\n")], False)
@example([(0, 0, "|+\r\n\n#c\n")], False)
@example([(0, 0, 'a: ["a":a, b]')], False)
@example([(0, 0, "a: [? :  : b]")], False)
@example([(0, 0, "%FOO x\n---\na: b\n")], False)
@example([(0, 0, "? a\n: b\n")], True)
def test_both_readers_see_the_same_or_ours_refuses(edits: list[tuple[int, int, str]], from_good: bool) -> None:
    text = GOOD if from_good else ""
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    mine = ours(text)
    assert mine is None or mine == theirs(text), text


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("ab:-?#,[]{}'\"|>%@&*! \n\\1é", max_size=40))
def test_both_readers_see_the_same_in_short_texts(text: str) -> None:
    for whole in (text, f"k:\n  {text}", f"k: [{text}]", f"k: {{{text}}}"):
        mine = ours(whole)
        assert mine is None or mine == theirs(whole), whole


@pytest.mark.parametrize("name", sorted(file.name for file in bundled.folder("policies").glob("*.yaml")))
def test_both_readers_see_the_same_in_every_policy(name: str) -> None:
    text = (bundled.folder("policies") / name).read_text(encoding="utf-8")
    assert ours(text) == theirs(text)
    assert ours(text) is not None
