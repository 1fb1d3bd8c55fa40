"""Tests that stand beside a policy: a small inventory, records, and what the audience should see of each.

    apiVersion: demarc/v1
    kind: DisclosureTests
    policy: ../wholesale-partner.yaml      # the policy that is tested, from where this file stands
    day: 2026-11-23                        # the day on which records come; decides whether the agreement is valid
    records: [...]                         # services, resources, dependencies, and other records that are referred to
    cases:
      - name: a critical alarm shows the service
        record: {...}
        expect: {...}                      # or the word `withheld`

In `expect` the audience's token for something is written `<class identifier>`: `<alarm alarm-4711>`.

This module reads such a file; `gateway.inside.trial` runs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.ids import AudienceId
from gateway.policy.language.audience import audience_of
from gateway.policy.language.document import API_VERSION
from gateway.policy.language.findings import START, Findings, Mark, PolicyRefused
from gateway.policy.language.nodes import Mapping, Node, Scalar, Sequence, read
from gateway.policy.language.scalars import constant_of, date_of, text_of
from gateway.policy.language.shape import Entries, items_of, mapping_of, require
from gateway.record.strictjson import Json

KIND = "DisclosureTests"
WITHHELD = "withheld"
_KEYS = ("apiVersion", "kind", "policy", "audience", "day", "records", "cases")


@dataclass(frozen=True, slots=True)
class Case:
    """One record and what is expected of it; `expect` None means withheld."""

    name: str
    record: Json
    expect: Json | None
    mark: Mark = field(default=START, compare=False)


@dataclass(frozen=True, slots=True)
class Cases:
    """A file of tests. `audience` picks one member where the policy is for a group."""

    policy: str
    day: date
    records: tuple[Json, ...]
    cases: tuple[Case, ...]
    audience: AudienceId | None = None


def parse_cases(text: str, file: str) -> Cases:
    """Return the tests that `text` writes.

    Raises:
        PolicyRefused: With all findings.
    """
    findings = Findings(file)
    root = read(text, findings)
    found = _cases(root, findings) if root is not None else None
    if found is None or findings.found:
        raise PolicyRefused(findings.found)
    return found


def _cases(root: Node, findings: Findings) -> Cases | None:
    head = mapping_of(root, "the file", findings, _KEYS)
    if not isinstance(root, Mapping):
        return None
    _require_words(head, root, findings)
    policy = require(head, "policy", root, "the file", findings)
    day = require(head, "day", root, "the file", findings)
    cases = require(head, "cases", root, "the file", findings)
    records = items_of(head["records"][1], "`records`", findings) if "records" in head else ()
    return Cases(
        policy=(text_of(policy, "`policy`", findings) or "") if policy is not None else "",
        day=(date_of(day, "`day`", findings) or date.min) if day is not None else date.min,
        records=tuple(_record(node, findings) for node in records),
        cases=tuple(_each(items_of(cases, "`cases`", findings), findings)) if cases is not None else (),
        audience=_audience(head, findings),
    )


def _audience(head: Entries, findings: Findings) -> AudienceId | None:
    return audience_of(head["audience"][1], findings).audience if "audience" in head else None


def _require_words(head: Entries, root: Node, findings: Findings) -> None:
    for key, word in (("apiVersion", API_VERSION), ("kind", KIND)):
        node = require(head, key, root, "the file", findings)
        if node is not None and text_of(node, f"`{key}`", findings) not in (word, None):
            findings.add(node.mark, "policy.kind", f"`{key}` must be `{word}`", f"Write `{key}: {word}`.")


def _each(nodes: tuple[Node, ...], findings: Findings) -> Iterator[Case]:
    seen: set[str] = set()
    for node in nodes:
        entries = mapping_of(node, "a case", findings, ("name", "record", "expect"))
        parts = [require(entries, key, node, "a case", findings) for key in ("name", "record", "expect")]
        name, record, expect = parts
        if name is None or record is None or expect is None:
            continue
        title = text_of(name, "the name of a case", findings) or ""
        if title in seen:
            findings.add(name.mark, "policy.duplicate-case", f"two cases are called `{title}`", "Rename one of them.")
        seen.add(title)
        yield Case(title, _record(record, findings), _expected(expect, findings), node.mark)


def _expected(node: Node, findings: Findings) -> Json | None:
    if isinstance(node, Scalar):
        if node.text != WITHHELD:
            message = f"`{node.text}` is neither `{WITHHELD}` nor a record"
            findings.add(node.mark, "policy.expect", message, f"Write `{WITHHELD}`, or what is disclosed.")
        return None
    return _record(node, findings)


def _record(node: Node, findings: Findings) -> Json:
    if not isinstance(node, Mapping):
        findings.add(node.mark, "policy.shape", "a record must be a mapping", "Write `attribute: value` lines.")
        return {}
    found: Json = _value(node, findings)
    return found


def _value(node: Node, findings: Findings) -> Any:
    if isinstance(node, Mapping):
        return {key.text: _value(value, findings) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [_value(item, findings) for item in node.items]
    return constant_of(node, findings)
