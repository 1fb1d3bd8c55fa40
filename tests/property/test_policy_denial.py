"""More denial never shows more: a rule less, a condition more, another record less beside it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.ids import RecordTypeName
from gateway.policy.checks.checker import check
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.context import Context, nothing_is_disclosed
from gateway.policy.language.document import Count, DisclosurePolicy, MemberRule, Section, Template
from gateway.record.paths import FieldPath
from gateway.record.strictjson import Json
from tests.policy_side import DISCLOSABLE, TOKEN, policy
from tests.random_policies import place_of, random_policy
from tests.random_records import Maker, random_context

SEEDS = st.integers(min_value=0, max_value=2**63)
TYPES = st.sampled_from(DISCLOSABLE)
SHARES = (0.05, 0.1, 0.2)
RECORDS_EACH = 40
LEVEL = RecordTypeName("service-level")
STRICTER = ('record.id != "svc-geneva"', "object.interconnect", 'record.id < "m"')


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield every scalar of a disclosed record with its path; members of arrays are not told apart."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(member, f"{path}.{key}")
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member, f"{path}[]")
    else:
        yield path, type(value).__name__, value


def shows_no_more(narrow: Json | None, wide: Json | None, section: Section) -> bool:
    """Tell whether all that `narrow` shows is shown by `wide` too.

    What counts and templates say of other outputs is something else when those are fewer: it may then not be said at
    all, but never where the wider policy says nothing.
    """
    made = (rule for rule in section.fields if isinstance(rule.transform, Count | Template))
    derived = {"".join(f".{name}" for name in place_of(rule)) for rule in made}
    less, more = Counter(leaves(narrow or {})), Counter(leaves(wide or {}))
    says, could_say = ({leaf[0] for leaf in shown if leaf[0] in derived} for shown in (less, more))
    plain, plain_wide = (
        Counter({leaf: times for leaf, times in shown.items() if leaf[0] not in derived}) for shown in (less, more)
    )
    return says <= could_say and plain <= plain_wide


def law_holds(dice: random.Random, wider: DisclosurePolicy, narrower: DisclosurePolicy) -> int:
    """Check the law on some records, and return how many of them it made a difference to."""
    section, differences = wider.sections[0], 0
    wide, narrow, maker = compile_policy(wider), compile_policy(narrower), Maker(dice, wider, section.record_type)
    for _ in range(RECORDS_EACH):
        record, context = maker.record(dice.choice([0, 0, 0.1])), random_context(dice)
        more = wide.disclose(section.record_type, record, context)
        less = narrow.disclose(section.record_type, record, context)
        assert shows_no_more(less, more, section), (wider, narrower, record, more, less)
        differences += more != less
    return differences


# --- one denial more --------------------------------------------------------------------------------------------------


def without_a_rule(dice: random.Random, document: DisclosurePolicy) -> DisclosurePolicy | None:
    """Return the policy without one rule of its first section; None when every other one is needed."""
    section, *others = document.sections
    for gone in dice.sample(section.fields, len(section.fields)):
        rest = tuple(rule for rule in section.fields if rule is not gone)
        used = tuple(rule for rule in section.members if any(_is_below(other.path, rule.path) for other in rest))
        narrower = replace(document, sections=(replace(section, fields=rest, members=used), *others))
        if check(narrower) == ():
            return narrower
    return None


def _is_below(path: str, array: str) -> bool:
    bare = str(FieldPath.parse(path).unselected()).replace("[]", "")
    around = str(FieldPath.parse(array).unselected()).replace("[]", "")
    return bare == around or bare.startswith(f"{around}.")


def with_a_condition(dice: random.Random, document: DisclosurePolicy) -> DisclosurePolicy:
    """Return the policy with one condition more on the whole record."""
    section, *others = document.sections
    more = dice.choice(STRICTER)
    when = f"({section.when}) && ({more})" if section.when else more
    return replace(document, sections=(replace(section, when=when), *others))


def with_fewer_members(dice: random.Random, document: DisclosurePolicy) -> DisclosurePolicy | None:
    """Return the policy with a condition more on the members of one array; None when it discloses of none."""
    section, *others = document.sections
    arrays = {
        str(FieldPath(steps[:end]).unselected()).removesuffix("[]")
        for rule in section.fields
        for steps in [FieldPath.parse(rule.path).steps]
        for end in range(1, len(steps))
        if steps[end - 1].is_each
    }
    if not arrays:
        return None
    array, more = dice.choice(sorted(arrays)), dice.choice(STRICTER)
    known = {rule.path: rule for rule in section.members}
    if array in known:
        rule = replace(known[array], when=f"({known[array].when}) && ({more})")
    else:
        rule = MemberRule(array, more)
    members = tuple({**known, array: rule}.values())
    return replace(document, sections=(replace(section, members=members), *others))


def without_a_section(dice: random.Random, document: DisclosurePolicy) -> DisclosurePolicy | None:
    """Return the policy without the section of another type, that of services apart: it names what `lift` shows."""
    first, *others = document.sections
    removable = [section for section in others if section.record_type != "service"]
    if not removable:
        return None
    gone = dice.choice(removable)
    narrower = replace(document, sections=(first, *(section for section in others if section is not gone)))
    return narrower if check(narrower) == () else None


DENIALS = (without_a_rule, with_a_condition, with_fewer_members, without_a_section)


@pytest.mark.parametrize("deny", DENIALS, ids=lambda deny: deny.__name__.replace("_", " "))
@settings(max_examples=30, deadline=None)
@given(SEEDS, TYPES)
def test_one_denial_more_never_shows_more(deny: Any, seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    wider = random_policy(dice, record_type, dice.choice(SHARES))
    narrower = deny(dice, wider)
    if narrower is not None:
        law_holds(dice, wider, narrower)


@settings(max_examples=30, deadline=None)
@given(SEEDS, TYPES)
def test_a_record_beside_it_that_is_no_longer_disclosed_never_shows_more(seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    document = random_policy(dice, record_type, dice.choice(SHARES))
    section, compiled = document.sections[0], compile_policy(document)
    maker = Maker(dice, document, record_type)
    for _ in range(RECORDS_EACH):
        record, context = maker.record(dice.choice([0, 0, 0.1])), random_context(dice)
        more = compiled.disclose(section.record_type, record, context)
        for fewer in (_without_one(dice, context), replace(context, is_disclosed=nothing_is_disclosed)):
            less = compiled.disclose(section.record_type, record, fewer)
            assert shows_no_more(less, more, section), (document, record, more, less)


def test_deleting_the_identifier_of_a_reference_shows_nothing_of_others() -> None:
    """A reference that names its own type: whose identifier has another form loses the identifier, nothing else.

    Were it left out as a whole, deleting the line for `id` would bring its name to light.
    """
    others = "trouble-ticket: {fields: {id: keep}}\nservice: {fields: {id: {pseudonym: service}}}\n"
    name, identifier = "    relatedEntity[].name: keep\n", "    relatedEntity[].id: {pseudonym: service}\n"
    narrower = policy(f"{others}service-level:\n  fields:\n    id: keep\n{name}")
    wider = policy(f"{others}service-level:\n  fields:\n    id: keep\n{name}{identifier}")
    entities = [{"id": "1", "name": kind, "@referredType": kind} for kind in ("TroubleTicket", "Service", "Resource")]
    context = Context((), None, TOKEN, lambda *_: True)
    more, less = (
        compile_policy(document).disclose(LEVEL, {"id": "x", "relatedEntity": entities}, context)
        for document in (wider, narrower)
    )
    token = TOKEN("service", "1")
    assert more == {"id": "x", "relatedEntity": [{"id": token, "name": "Service"}, {"name": "TroubleTicket"}]}
    assert less == {"id": "x", "relatedEntity": [{"name": "Service"}, {"name": "TroubleTicket"}]}


def _without_one(dice: random.Random, context: Context) -> Context:
    """Return a context in which the records of one identifier are not disclosed."""
    gone, before = dice.choice(["a-1", "svc-geneva", "x"]), context.is_disclosed
    return replace(context, is_disclosed=lambda kind, identifier: identifier != gone and before(kind, identifier))


@pytest.mark.parametrize("deny", DENIALS, ids=lambda deny: deny.__name__.replace("_", " "))
def test_the_denials_make_a_difference(deny: Any) -> None:
    """Or the law above would hold of nothing."""
    differences = 0
    for number in range(25):
        dice = random.Random(f"difference {number}")
        wider = random_policy(dice, DISCLOSABLE[number % len(DISCLOSABLE)], 0.2)
        narrower = deny(dice, wider)
        differences += law_holds(dice, wider, narrower) if narrower is not None else 0
    assert differences > 10
