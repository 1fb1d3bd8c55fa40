"""What the difference of two policies says is held against what the reference shows of random records.

The law: where a difference does not widen, whatever the new policy tells can be worked out from what the old one tells.
So two records that look alike under the old policy look alike under the new one.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import orjson
import pytest

from gateway.ids import AudienceId, RecordTypeName
from gateway.policy.checks.checker import check
from gateway.policy.diff.compare import Diff, diff
from gateway.policy.diff.examples import example
from gateway.policy.diff.queries import are_equivalent, unknown_shown
from gateway.policy.language.document import (
    Bucket,
    Constant,
    DisclosurePolicy,
    Drop,
    FieldRule,
    Keep,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Section,
    Transform,
    Truncate,
)
from gateway.policy.language.levels import compare
from gateway.policy.oracle.reference import disclose
from gateway.record.paths import Catalogue, Leaf
from tests.policy_side import CONTEXT, DISCLOSABLE
from tests.random_policies import random_policy
from tests.random_records import Maker, random_context

_WHEN = (None, "object.interconnect", 'record.id != "x"', 'record.id != "x" && object.interconnect', 'record.id < "s"')


def _mutated(dice: random.Random, document: DisclosurePolicy) -> DisclosurePolicy:
    """Return the policy with a few changes to its first section, each towards less or towards more."""
    section = document.sections[0]
    rules = []
    for rule in section.fields:
        if rule.path == "id" or dice.random() < 0.7:
            rules.append(rule)
        elif dice.random() < 0.7:
            rules.append(replace(rule, transform=_other(dice, rule, section)))
    when = dice.choice(_WHEN) if dice.random() < 0.5 else section.when
    return replace(document, sections=(replace(section, when=when, fields=tuple(rules)), *document.sections[1:]))


def _other(dice: random.Random, rule: FieldRule, section: Section) -> Transform:
    leaf = Catalogue.of(section.record_type).nodes.get(rule.path)
    if not isinstance(leaf, Leaf) or leaf.enum or leaf.path.steps[-1].name in ("href", "@schemaLocation"):
        return rule.transform
    choices: dict[str, list[Transform]] = {
        "string": [Keep(), Pseudonym("reference"), Mask(0, 4), Mask(2, 4), Mask(0, 0), Prefix(16, 32), Prefix(8, 32)],
        "date-time": [Keep(), Truncate("minute"), Truncate("hour"), Truncate("day")],
        "number": [Keep(), Round(1), Round(3), Bucket((0, 10, 100)), Bucket((0, 100))],
        "integer": [Keep(), Round(1), Round(3), Bucket((0, 10, 100)), Bucket((0, 100))],
    }
    return dice.choice(choices.get(leaf.kind, [rule.transform]))


def _is_good(document: DisclosurePolicy) -> bool:
    """Templates and counts may name what a change has left out; such a policy would not pass the checker."""
    return check(document) == ()


def _neighbours(dice: random.Random, maker: Maker, count: int) -> list[dict[str, Any]]:
    """Return records of which each differs from some other one in a single attribute."""
    records = []
    for _ in range(count):
        base, other = maker.record(), maker.record()
        records.append(base)
        for name in dice.sample(sorted(other), min(6, len(other))):
            changed = copy.deepcopy(base)
            changed[name] = other[name]
            records.append(changed)
    return records


def _compared(seed: int) -> tuple[Diff, int]:
    """Check the law on one pair of policies; return the difference, and how many records looked alike to the old."""
    dice = random.Random(seed)
    record_type = dice.choice(DISCLOSABLE)
    old = random_policy(dice, record_type, 0.2)
    new = _mutated(dice, old)
    if not _is_good(new):
        return diff(old, old), 0
    difference = diff(old, new)
    context = random_context(dice)
    seen: dict[bytes, bytes] = {}
    alike = 0
    for record in _neighbours(dice, Maker(dice, old, record_type), 12):
        before, after = (_bytes(disclose(one, record_type, record, context)) for one in (old, new))
        alike += before in seen
        if seen.setdefault(before, after) != after:
            assert difference.widens, (seed, before, after, seen[before])
    return difference, alike


def _bytes(shown: Any) -> bytes:
    return orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_without_a_widening_nothing_new_can_be_told_apart(start: int) -> None:
    kinds: Counter[bool] = Counter()
    alike = 0
    for seed in range(start, start + 10):
        difference, found = _compared(seed)
        kinds[difference.widens] += 1
        alike += found
    assert kinds[True], "some of them widen"
    assert alike > 20, "some records look alike"


@pytest.mark.parametrize("seed", range(25))
def test_every_example_of_a_change_shows_it(seed: int) -> None:
    dice = random.Random(seed)
    old = random_policy(dice, dice.choice(DISCLOSABLE), 0.15)
    new = _mutated(dice, old)
    if not _is_good(new):
        return
    difference = diff(old, new)
    for change in difference.changes:
        shown = example(difference, change)
        if change.is_decided and shown is not None and change.kind in ("visible", "hidden"):
            assert shown.is_shown or change.place is None or _leads_nowhere(new, change.place), (seed, change)


def _leads_nowhere(document: DisclosurePolicy, place: str) -> bool:
    """Below a reference, what is disclosed depends on the other type's section too."""
    return "." in place


@pytest.mark.parametrize("seed", range(15))
def test_a_policy_is_equivalent_to_itself_in_another_order_and_shows_nothing_unknown(seed: int) -> None:
    dice = random.Random(seed)
    document = random_policy(dice, dice.choice(DISCLOSABLE), 0.3)
    sections = [replace(one, fields=tuple(dice.sample(one.fields, len(one.fields)))) for one in document.sections]
    dice.shuffle(sections)
    assert are_equivalent(document, replace(document, sections=tuple(sections)))
    assert unknown_shown(document) == ()


_LEAF = RecordTypeName("alarm"), "specificProblem"
_TRANSFORMS: tuple[Transform, ...] = (
    *(Keep(), Drop(), Constant("a"), Constant("b"), Scrub(), Pseudonym("place"), Pseudonym("party")),
    *(Mask(0, 0), Mask(0, 4), Mask(2, 4), Mask(4, 4), Prefix(8, 32), Prefix(16, 32), Prefix(16, 48), Prefix(32, 128)),
    *(Map((("a", "x"), ("b", "y"))), Map((("a", "x"), ("b", "x"))), Map((("a", "x"),)), Map((("a", "x"),), "o")),
    *(Map((("a", "x"), ("b", "o")), "o"), Map((("a", "o"),), "o"), Map((("b", "x"), ("a", "y")))),
)
_VALUES = ("a", "b", "c", "192.0.2.7", "192.0.9.7", "192.9.9.7", "2001:db8:1::1", "2001:db8:2::1", "abcd", "abcde")
_LONG = tuple("abcdefghijklmnopqrstuvw"[:size] for size in range(4, 16)) + tuple(f"x{one}yyyyyyyy" for one in "ab")


@pytest.mark.parametrize("new", _TRANSFORMS, ids=repr)
@pytest.mark.parametrize("old", _TRANSFORMS, ids=repr)
def test_a_narrower_rule_tells_nothing_that_the_other_does_not(new: Transform, old: Transform) -> None:
    leaf = Catalogue.of(_LEAF[0]).nodes[_LEAF[1]]
    order = compare(FieldRule(_LEAF[1], new), FieldRule(_LEAF[1], old), leaf)
    told = [(_told(old, value), _told(new, value)) for value in (*_VALUES, *_LONG)]
    follows = len({before for before, _ in told}) == len(set(told))
    if order in ("equal", "narrower") and not isinstance(new, Constant):  # which says nothing of the value
        assert follows
        assert all(after == b"null" for before, after in told if before == b"null")
    back = compare(FieldRule(_LEAF[1], old), FieldRule(_LEAF[1], new), leaf)
    assert {order, back} in ({"equal"}, {"narrower", "wider"}, {"incomparable"})


def _told(transform: Transform, value: str) -> bytes:
    if isinstance(transform, Drop):
        return b"null"
    rules = (FieldRule("id", Keep()), FieldRule(_LEAF[1], transform))
    document = DisclosurePolicy("t", AudienceId("urn:demarc:operator:northlink"), (Section(_LEAF[0], None, rules),))
    context = replace(CONTEXT, scrub=lambda text: text.replace("b", "*"))
    shown = disclose(document, _LEAF[0], {"id": "x", _LEAF[1]: value}, context) or {}
    return orjson.dumps(shown.get(_LEAF[1]))
