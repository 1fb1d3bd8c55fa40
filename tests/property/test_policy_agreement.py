"""Laws of disclosure: the compiled filter means what the readable one says, and denial never shows more."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.ids import RecordTypeName
from gateway.policy import reference
from gateway.policy.compiler import compile_policy
from gateway.policy.document import Constant, DisclosurePolicy, digest
from gateway.policy.egress import EgressCheck, NameScanner
from tests.policy_side import (
    DISCLOSABLE,
    random_context,
    random_policy,
    random_record,
    same_bytes,
)

SEEDS = st.integers(min_value=0, max_value=2**63)
TYPES = st.sampled_from(DISCLOSABLE)
RECORDS_EACH = 20


def shown_leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return every scalar in a disclosed record with its path; members of arrays are not told apart."""
    if isinstance(value, dict):
        return [leaf for key, member in value.items() for leaf in shown_leaves(member, f"{path}.{key}")]
    if isinstance(value, list):
        return [leaf for member in value for leaf in shown_leaves(member, f"{path}[]")]
    return [(path, (type(value).__name__, value))]


def without(document: DisclosurePolicy, dice: random.Random) -> DisclosurePolicy:
    section = document.sections[0]
    removable = [rule for rule in section.fields if rule.path != "id"]
    if not removable:
        return document
    gone = dice.choice(removable)
    fields = tuple(rule for rule in section.fields if rule is not gone)
    return dataclasses.replace(document, sections=(dataclasses.replace(section, fields=fields), *document.sections[1:]))


@settings(max_examples=150, deadline=None)
@given(SEEDS, TYPES)
def test_the_compiled_filter_agrees_with_the_reference(seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    document = random_policy(dice, record_type, dice.choice([0.05, 0.3, 0.9]))
    compiled = compile_policy(document)
    for _ in range(RECORDS_EACH):
        record, context = random_record(dice, record_type, dice.choice([0.0, 0.1, 0.5])), random_context(dice)
        expected = reference.disclose(document, record_type, record, context)
        actual = compiled.disclose(RecordTypeName(record_type), record, context, on_failure=_fail)
        assert same_bytes(actual, expected), (actual, expected)


def _fail(failure: Exception) -> None:
    raise AssertionError("the compiled filter raised") from failure


@settings(max_examples=60, deadline=None)
@given(SEEDS, TYPES)
def test_one_rule_less_never_shows_more(seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    wider = random_policy(dice, record_type)
    narrower = without(wider, dice)
    wide, narrow = compile_policy(wider), compile_policy(narrower)
    for _ in range(RECORDS_EACH):
        record, context = random_record(dice, record_type), random_context(dice)
        more = shown_leaves(wide.disclose(RecordTypeName(record_type), record, context) or {})
        for leaf in shown_leaves(narrow.disclose(RecordTypeName(record_type), record, context) or {}):
            assert leaf in more
            more.remove(leaf)


@settings(max_examples=60, deadline=None)
@given(SEEDS, TYPES)
def test_the_order_of_rules_means_nothing_and_the_same_gives_the_same_bytes(seed: int, record_type: str) -> None:
    """P-07: any permutation of the rules gives the same result, the same digest and the same contract."""
    dice = random.Random(seed)
    document = random_policy(dice, record_type)
    section = document.sections[0]
    shuffled = dataclasses.replace(section, fields=tuple(dice.sample(section.fields, len(section.fields))))
    other = dataclasses.replace(document, sections=(*document.sections[1:], shuffled))
    one, two = compile_policy(document), compile_policy(other)
    assert (
        (one.digest, one.contract_digest) == (two.digest, two.contract_digest) == (digest(other), one.contract_digest)
    )
    for _ in range(RECORDS_EACH):
        record, context = random_record(dice, record_type), random_context(dice)
        first = one.disclose(RecordTypeName(record_type), record, context)
        assert orjson.dumps(first) == orjson.dumps(two.disclose(RecordTypeName(record_type), record, context))


@settings(max_examples=60, deadline=None)
@given(SEEDS, TYPES)
def test_everything_disclosed_keeps_the_contract(seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    document = random_policy(dice, record_type)
    compiled = compile_policy(document)
    check, nobody = EgressCheck(compiled.contract), NameScanner(())
    for _ in range(RECORDS_EACH):
        record, context = random_record(dice, record_type), random_context(dice)
        shown = compiled.disclose(RecordTypeName(record_type), record, context)
        if shown is not None:
            check.require_clean(RecordTypeName(record_type), shown, "", nobody, frozenset())


@settings(max_examples=60, deadline=None)
@given(SEEDS, TYPES)
def test_hidden_order_and_hidden_attributes_do_not_show(seed: int, record_type: str) -> None:
    """D-39, R3, R4: arrays in another order and attributes that no rule names leave the bytes as they are."""
    dice = random.Random(seed)
    document = random_policy(dice, record_type)
    compiled = compile_policy(document)
    for _ in range(RECORDS_EACH):
        record, context = random_record(dice, record_type), random_context(dice)
        other = _reordered(dice, record)
        one = compiled.disclose(RecordTypeName(record_type), record, context)
        assert orjson.dumps(one) == orjson.dumps(compiled.disclose(RecordTypeName(record_type), other, context))


def _reordered(dice: random.Random, value: Any) -> Any:
    if isinstance(value, list):
        return [_reordered(dice, member) for member in dice.sample(value, len(value))]
    if isinstance(value, dict):
        members = [(key, _reordered(dice, member)) for key, member in value.items()]
        members.append((f"x-hidden-{dice.randrange(1000)}", "rt1.par.aurora"))
        return dict(dice.sample(members, len(members)))
    return value


@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_the_worlds_are_not_vacuous(record_type: str) -> None:
    """Most random records disclose something, or the laws above would hold of nothing."""
    dice = random.Random(7)
    shown = constants = 0
    for _ in range(200):
        document = random_policy(dice, record_type)
        constants += any(isinstance(rule.transform, Constant) for rule in document.sections[0].fields)
        compiled = compile_policy(document)
        shown += bool(
            compiled.disclose(RecordTypeName(record_type), random_record(dice, record_type), random_context(dice))
        )
    assert shown > 60
    assert constants > 100
