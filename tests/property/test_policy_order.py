"""What is written or stored in another order is the same, and what is hidden does not show (threats P-07, D-39)."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.filter.compiler import compile_policy
from gateway.policy.language.document import (
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Keep,
    Lift,
    Map,
    Pseudonym,
    Section,
)
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.language.references import target_of
from gateway.record.paths import Catalogue, FieldPath
from gateway.record.strictjson import Json
from tests.policy_side import DISCLOSABLE
from tests.policy_vocabulary import ODD
from tests.random_policies import random_policy
from tests.random_records import Maker, random_context

SEEDS = st.integers(min_value=0, max_value=2**63)
TYPES = st.sampled_from(DISCLOSABLE)
SHARES = (0.05, 0.1, 0.2)
RECORDS_EACH = 20


# --- P-07: the order in the text --------------------------------------------------------------------------------------


def permuted(dice: random.Random, document: DisclosurePolicy) -> DisclosurePolicy:
    """Return what is the same policy, with everything that has no order in another one."""
    hierarchies = [
        replace(one, groups=_shuffled(dice, [(group, _shuffled(dice, words)) for group, words in one.groups]))
        for one in document.hierarchies
    ]
    agreement = replace(document.agreement, objectives=_shuffled(dice, document.agreement.objectives))
    sections = [_permuted_section(dice, section) for section in document.sections]
    return replace(
        document,
        sections=_shuffled(dice, sections),
        hierarchies=_shuffled(dice, hierarchies),
        agreement=agreement,
    )


def _permuted_section(dice: random.Random, section: Section) -> Section:
    fields = [_permuted_rule(dice, rule) for rule in section.fields]
    return replace(section, fields=_shuffled(dice, fields), members=_shuffled(dice, section.members))


def _permuted_rule(dice: random.Random, rule: FieldRule) -> FieldRule:
    match rule.transform:
        case Map(entries, otherwise):
            return replace(rule, transform=Map(_shuffled(dice, entries), otherwise))
        case Lift(target, show):
            return replace(rule, transform=Lift(target, _shuffled(dice, show)))
    return rule


def _shuffled(dice: random.Random, values: Any) -> tuple[Any, ...]:
    return tuple(dice.sample(list(values), len(values)))


@settings(max_examples=40, deadline=None)
@given(SEEDS, TYPES)
def test_any_permutation_of_the_text_is_the_same_policy(seed: int, record_type: str) -> None:
    """P-07: the same digest, the same contract, the same bytes."""
    dice = random.Random(seed)
    document = random_policy(dice, record_type, dice.choice(SHARES))
    one, two = compile_policy(document), compile_policy(permuted(dice, document))
    assert (one.digest, one.contract_digest, one.contract) == (two.digest, two.contract_digest, two.contract)
    maker, context = Maker(dice, document, record_type), random_context(dice)
    for _ in range(RECORDS_EACH):
        record = maker.record(dice.choice([0, 0.1]))
        kind = document.sections[0].record_type
        first, second = one.disclose(kind, record, context), two.disclose(kind, record, context)
        assert orjson.dumps(first) == orjson.dumps(second)


@settings(max_examples=30, deadline=None)
@given(SEEDS, TYPES)
def test_what_is_said_twice_is_refused_in_any_order(seed: int, record_type: str) -> None:
    """P-07: no order decides between two rules for one place, because there are never two."""
    dice = random.Random(seed)
    document = random_policy(dice, record_type, 0.1)
    section, *others = document.sections
    rule = dice.choice(section.fields)
    second = replace(rule, transform=dice.choice([Keep(), rule.transform, Pseudonym("reference")]), rename=None)
    fields = _shuffled(dice, [*section.fields, second])
    twice = [replace(document, sections=_shuffled(dice, [replace(section, fields=fields), *others]))]
    twice.append(replace(document, sections=_shuffled(dice, [section, section, *others])))
    if section.members:
        members = _shuffled(dice, [*section.members, replace(section.members[0], when="object.interconnect")])
        twice.append(replace(document, sections=(replace(section, members=members), *others)))
    if document.hierarchies:
        twice.append(replace(document, hierarchies=(*document.hierarchies, document.hierarchies[0])))
    for refused in twice:
        with pytest.raises(PolicyRefused):
            compile_policy(refused)


# --- what is hidden ---------------------------------------------------------------------------------------------------


class Hidden:
    """Knows which places of a record a policy does not look at, and changes what stands there."""

    def __init__(self, dice: random.Random, document: DisclosurePolicy) -> None:
        self._dice = dice
        section = document.sections[0]
        self._nodes = Catalogue.of(section.record_type).nodes
        self._seen = {"id"}
        for rule in section.fields:
            self._see(rule, section)
        for text in [section.when or "", *(rule.when for rule in section.members)]:
            self._seen.update(re.findall(r"record\.([\w.]+)", text))
        for member in section.members:
            path = str(FieldPath.parse(member.path).unselected()).removesuffix("[]")
            self._seen.update(f"{path}[].{name}" for name in re.findall(r"item\.(\w+)", member.when))

    def _see(self, rule: FieldRule, section: Section) -> None:
        if isinstance(rule.transform, Lift):
            return
        path = FieldPath.parse(rule.path)
        bare = str(path.unselected())
        if bare in self._nodes and isinstance(rule.transform, Generalise):
            self._seen.update({f"{bare}{each}.{name}" for each in ("", "[]") for name in ("city", "country")})
        self._seen.add(bare)
        for end, step in enumerate(path.steps[:-1], start=1):
            around = str(FieldPath(path.steps[:end]).unselected())
            self._seen.update([f"{around}.name"] if step.where else [])
            if target_of(section.record_type, around) is not None:
                self._seen.update((f"{around}.id", f"{around}.@referredType"))

    def changed(self, value: Any, path: str = "") -> Any:
        """Return the value with other hidden values, keys and orders in it."""
        if isinstance(value, list):
            return [self.changed(member, f"{path}[]") for member in self._dice.sample(value, len(value))]
        if not isinstance(value, dict):
            return value
        members = [(f"x-{self._dice.randrange(1000)}", self._dice.choice(ODD))]
        for key, member in value.items():
            at = f"{path}.{key}" if path else key
            if any(seen == at or seen.startswith((f"{at}.", f"{at}[]")) for seen in self._seen):
                members.append((key, self.changed(member, at)))
            elif self._dice.random() < 0.7:
                members.append((key, self._dice.choice(ODD)))
        return dict(self._dice.sample(members, len(members)))


@settings(max_examples=40, deadline=None)
@given(SEEDS, TYPES)
def test_hidden_values_keys_and_orders_do_not_show(seed: int, record_type: str) -> None:
    """R3, R4: whatever no rule and no condition looks at may be anything, and nothing tells."""
    dice = random.Random(seed)
    document = random_policy(dice, record_type, dice.choice(SHARES))
    compiled, hidden = compile_policy(document), Hidden(dice, document)
    maker, context = Maker(dice, document, record_type), random_context(dice)
    for _ in range(RECORDS_EACH):
        record = maker.record(dice.choice([0, 0, 0.1]))
        other: Json = hidden.changed(record)
        kind = document.sections[0].record_type
        first, second = compiled.disclose(kind, record, context), compiled.disclose(kind, other, context)
        assert orjson.dumps(first) == orjson.dumps(second), (document, record, other)


@settings(max_examples=30, deadline=None)
@given(SEEDS, TYPES)
def test_the_order_of_the_services_and_what_is_hidden_of_them_do_not_show(seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    document = random_policy(dice, record_type, dice.choice(SHARES))
    compiled, maker = compile_policy(document), Maker(dice, document, record_type)
    services = Maker(dice, document, "service") if document.section("service") else None
    for _ in range(RECORDS_EACH):
        record, context = maker.record(), random_context(dice, services)
        others = [{"x-hidden": dice.choice(ODD), **service} for service in reversed(context.services)]
        kind = document.sections[0].record_type
        first = compiled.disclose(kind, record, context)
        second = compiled.disclose(kind, record, replace(context, services=others))
        assert orjson.dumps(first) == orjson.dumps(second), (document, record)


@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_the_worlds_are_not_vacuous(record_type: str) -> None:
    """Most random records disclose something beside their identifier, or the laws would hold of nothing."""
    shown = 0
    for number in range(30):
        dice = random.Random(f"{record_type} {number}")
        document = random_policy(dice, record_type, 0.2)
        compiled, maker = compile_policy(document), Maker(dice, document, record_type)
        disclosed = compiled.disclose(document.sections[0].record_type, maker.record(), random_context(dice))
        shown += len(disclosed or {}) > 3
    assert shown > 12
