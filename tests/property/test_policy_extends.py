"""Whatever a policy says on top of a base, and is accepted, it discloses nothing that the base does not."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gateway.ids import AudienceId
from gateway.policy.checks.checker import check
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.language.document import (
    Constant,
    Count,
    DisclosurePolicy,
    Drop,
    FieldRule,
    Keep,
    MemberRule,
    Pseudonym,
    Section,
    Template,
)
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.language.levels import compare
from gateway.policy.reading.extends import effective
from gateway.record.paths import Catalogue, FieldPath, Leaf
from tests.random_policies import DISCLOSABLE, random_policy
from tests.random_records import Maker, random_context
from tests.random_rules import fitting

SEEDS = st.integers(0, 2**32)
NOBODY = AudienceId("")


def on_top_of(base: DisclosurePolicy, sections: tuple[Section, ...]) -> DisclosurePolicy:
    return replace(base, name="top", sections=sections, extends=("base",), hierarchies=())


def as_base(document: DisclosurePolicy) -> DisclosurePolicy:
    return replace(document, name="base", audience=NOBODY)


def places(value: Any, path: str = "") -> set[str]:
    """Return where something stands in a disclosed record, whatever it is."""
    if isinstance(value, dict):
        return {found for name, member in value.items() for found in places(member, f"{path}.{name}")}
    if isinstance(value, list):
        return {found for member in value for found in places(member, f"{path}[]")}
    return {path}


def narrowed(dice: random.Random, section: Section) -> Section:
    """Return rules on top of a section: some left out, some that `levels` calls narrower, perhaps with a condition."""
    fields = []
    for rule in section.fields:
        node = Catalogue.of(section.record_type).lookup(rule.path)
        chance = dice.random()
        if rule.path == "id" or isinstance(rule.transform, Template | Count) or chance < 0.4:
            continue
        if chance < 0.6:
            fields.append(replace(rule, transform=Drop(), rename=None))
        elif isinstance(node, Leaf):
            others = [FieldRule(rule.path, one, rule.rename) for one in fitting(dice, node, ())]
            fields += [one for one in others if compare(one, rule, node) in ("equal", "narrower")][:1]
    members = [MemberRule(rule.path, "record.id != 'x'") for rule in section.members if dice.random() < 0.3]
    when = dice.choice([None, 'record.id != "y"', "object.interconnect"])
    return Section(section.record_type, when, tuple(fields), tuple(members))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS, st.sampled_from(DISCLOSABLE))
def test_what_is_accepted_on_top_of_a_base_discloses_nothing_more(seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    ground = random_policy(dice, record_type)
    base = as_base(ground)
    top = on_top_of(ground, (narrowed(dice, ground.sections[0]),))
    document = effective(top, {"base": base})
    if check(document):
        # A template or a count of the base may name what was left out: such a policy is refused as well.
        event("refused for a name that is gone")
        return
    wide, narrow = compile_policy(ground), compile_policy(document)
    says_itself = {
        rule.path
        for part in document.sections
        for rule in part.fields
        if isinstance(rule.transform, Constant | Template)
    }
    maker = Maker(dice, ground, record_type)
    for _ in range(10):
        record, context = maker.record(dice.choice([0, 0.1])), random_context(dice)
        shown = narrow.disclose(ground.sections[0].record_type, record, context)
        before = wide.disclose(ground.sections[0].record_type, record, context)
        assert before is not None or shown is None
        more = places(shown or {}) - places(before or {})
        assert all(any(_ends(place, path) for path in says_itself) for place in more), more


def _ends(place: str, path: str) -> bool:
    """Tell whether a place is that of a rule, its last name aside, which the rule may have changed."""
    around = str(FieldPath.parse(path).unselected()).rpartition(".")[0]
    return place.removeprefix(".").rpartition(".")[0] == around


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS, st.sampled_from(DISCLOSABLE))
def test_nothing_on_top_is_the_base_itself(seed: int, record_type: str) -> None:
    ground = random_policy(random.Random(seed), record_type)
    document = effective(on_top_of(ground, ()), {"base": as_base(ground)})
    assert [set(part.fields) for part in document.sections] == [set(part.fields) for part in ground.sections]
    assert [part.when for part in document.sections] == [part.when for part in ground.sections]
    assert document.hierarchies == ground.hierarchies


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS, st.sampled_from(DISCLOSABLE))
def test_a_rule_for_what_the_base_hides_is_refused(seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    ground = random_policy(dice, record_type)
    section = ground.sections[0]
    hidden = set(Catalogue.of(section.record_type).nodes) - {rule.path for rule in section.fields}
    path = dice.choice(sorted(hidden))
    for transform in (Keep(), Pseudonym("reference")):
        top = on_top_of(ground, (Section(section.record_type, None, (FieldRule(path, transform),)),))
        with pytest.raises(PolicyRefused) as refused:
            effective(top, {"base": as_base(ground)})
        assert {finding.code for finding in refused.value.findings} == {"policy.widens"}
