"""What a transform gives is out of a closed vocabulary, whatever it was given (threat P-21).

The vocabularies are written here from the policy alone, so that neither the compiler nor the contract can be wrong
unnoticed. `keep` and `scrub` have none: the first gives the value, the second has tests of its own.
"""

from __future__ import annotations

import ipaddress
import random
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.ids import AudienceId, RecordTypeName
from gateway.policy.checks.checker import check
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.context import Context
from gateway.policy.language.document import (
    Bucket,
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Hierarchy,
    Keep,
    Lift,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Section,
    Template,
    Transform,
    Truncate,
)
from gateway.record.paths import Catalogue, Leaf
from gateway.record.strictjson import Json
from tests.policy_side import DISCLOSABLE, TOKEN, full_record
from tests.property.exercised import found_at
from tests.random_policies import is_characteristic, place_of, random_policy
from tests.random_records import Maker, random_context

SEEDS = st.integers(min_value=0, max_value=2**63)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ENDS = {
    "second": "",
    "minute": ":00Z",
    "hour": ":00:00Z",
    "day": "T00:00:00Z",
    "month": "-01T00:00:00Z",
    "year": "-01-01T00:00:00Z",
}
TOKENS = re.compile(r"[a-z]{3}-[A-Z2-7]{16}")
REGIONS = ("EMEA", "APAC", "NORAM", "LATAM")


def is_word(transform: Transform, value: Any, document: DisclosurePolicy) -> bool:
    """Tell whether `value` can be what `transform` gives."""
    return VOCABULARIES[type(transform)](transform, value, document)


def _is_group(generalise: Generalise, value: Any, document: DisclosurePolicy) -> bool:
    hierarchy = document.hierarchy(generalise.to)
    return value in [group for group, _ in hierarchy.groups] if hierarchy else _is_place(value)


def _is_place(value: Json) -> bool:
    is_region = value.keys() == {"name"} and value["name"] in REGIONS
    is_area = value.keys() <= {"city", "country"} and (re.fullmatch("[A-Z]{2}", value.get("country", "XX")) is not None)
    return is_region or is_area


def _is_multiple(transform: Round, value: int | float, _document: DisclosurePolicy) -> bool:
    steps = Fraction(repr(value)) / Fraction(repr(transform.step))
    return abs(steps - round(steps)) <= abs(steps) * Fraction(1, 10**15)  # a double has hardly 16 digits


def _is_network(prefix: Prefix, value: str, _document: DisclosurePolicy) -> bool:
    network = ipaddress.ip_network(value)
    return network.prefixlen <= (prefix.ipv4 if network.version == 4 else prefix.ipv6) and "%" not in value


def _is_masked(mask: Mask, value: str, _document: DisclosurePolicy) -> bool:
    return re.fullmatch(rf".{{0,{mask.first}}}\*{{4}}.{{0,{mask.last}}}", value, re.DOTALL) is not None


def _is_sentence(template: Template, value: str, _document: DisclosurePolicy) -> bool:
    parts = re.split(r"(\{\{|\}\}|\{[^{}]*\})", template.text)
    known = {"{{": r"\{", "}}": r"\}"}
    pattern = "".join(known.get(part, ".*" if part.startswith("{") else re.escape(part)) for part in parts)
    return value == template.otherwise or re.fullmatch(pattern, value, re.DOTALL) is not None


VOCABULARIES: dict[type, Callable[[Any, Any, DisclosurePolicy], bool]] = {
    Keep: lambda _, value, __: isinstance(value, str | int | float),
    Scrub: lambda _, value, __: isinstance(value, str) and value != "",
    Constant: lambda rule, value, _: value == rule.value,
    Map: lambda rule, value, _: value in {*dict(rule.entries).values(), rule.otherwise} - {None},
    Truncate: lambda rule, value, _: TIME.fullmatch(value) is not None and value.endswith(ENDS[rule.unit]),
    Round: _is_multiple,
    Bucket: lambda rule, value, _: value in rule.bounds,
    Generalise: _is_group,
    Prefix: _is_network,
    Mask: _is_masked,
    Pseudonym: lambda _, value, __: TOKENS.fullmatch(value) is not None,
    Count: lambda _, value, __: isinstance(value, int) and value > 0,
    Template: _is_sentence,
    Lift: lambda rule, value, _: set(value) <= set(rule.show) and all(isinstance(one, str) for one in value.values()),
}


def _each(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else [value]


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(DISCLOSABLE))
def test_every_output_is_in_the_vocabulary_of_its_rule(seed: int, record_type: str) -> None:
    dice = random.Random(seed)
    document = random_policy(dice, record_type, dice.choice([0.1, 0.3]))
    compiled, section = compile_policy(document), document.sections[0]
    maker, context = Maker(dice, document, record_type), random_context(dice)
    for _ in range(25):
        shown = compiled.disclose(section.record_type, maker.record(dice.choice([0, 0.1, 0.4])), context)
        for rule in section.fields if shown else ():
            for found in found_at(shown, place_of(rule)):
                assert all(is_word(rule.transform, one, document) for one in _each(found)), (rule, found)


# --- every transform at every leaf that it fits, given canaries and nothing but ---------------------------------------

CANARY = "Canary7/secret.example-10"
SELECTED = "bandwidth"
HIERARCHY = Hierarchy("kind", (("ring", ("epl", "wave")), ("other", ("ip",))))
COARSE: dict[str, Callable[[Leaf], Transform]] = {
    "constant": lambda leaf: Constant(leaf.enum[0] if leaf.enum else "said"),
    "map with otherwise": lambda leaf: _map(leaf, otherwise=True),
    "map without otherwise": lambda leaf: _map(leaf, otherwise=False),
    "hierarchy": lambda _: Generalise("kind"),
    "prefix": lambda _: Prefix(32, 128),
    "mask": lambda _: Mask(0, 0),
    "pseudonym": lambda _: Pseudonym("reference"),
    "scrub": lambda _: Scrub(),
    "template": lambda _: Template("{id}", "nothing"),
    "truncate": lambda _: Truncate("second"),
    "round": lambda _: Round(10),
    "bucket": lambda _: Bucket((0, 10)),
}


def _map(leaf: Leaf, *, otherwise: bool) -> Map:
    words = leaf.enum or ("epl", "wave")
    return Map(((words[0], words[-1]),), words[-1] if otherwise else None)


def _rules(record_type: str, make: Callable[[Leaf], Transform]) -> tuple[DisclosurePolicy, int]:
    """Return the policy with this transform at every leaf where the checker has nothing against it, and how many."""
    others = [Section(RecordTypeName(name), None, (FieldRule("id", Keep()),)) for name in DISCLOSABLE]
    rules: list[FieldRule] = [FieldRule("id", Pseudonym(record_type))]

    def document() -> DisclosurePolicy:
        section = Section(RecordTypeName(record_type), None, tuple(rules))
        rest = (other for other in others if other.record_type != record_type)
        audience = AudienceId("urn:demarc:operator:x")
        return DisclosurePolicy("test", audience, (section, *rest), hierarchies=(HIERARCHY,))

    for leaf in Catalogue.of(RecordTypeName(record_type)).leaves:
        path = str(leaf.path)
        around, _, last = path.rpartition(".")
        if is_characteristic(record_type, around):
            path = f"{around.removesuffix('[]')}[name={SELECTED}].{last}"
        rules.append(FieldRule(path, make(leaf)))
        if check(document()):
            rules.pop()
    return document(), len(rules) - 1


@pytest.mark.parametrize("record_type", DISCLOSABLE)
@pytest.mark.parametrize("transform", COARSE)
def test_no_canary_gets_through_at_any_leaf(record_type: str, transform: str) -> None:
    """What does not fit is absent, never as it was: empty, unknown, out of range, of another kind."""
    document, places = _rules(record_type, COARSE[transform])
    compiled = compile_policy(document)
    context = Context((), None, TOKEN, lambda *_: True, lambda _: None)
    assert places or transform in ("round", "bucket", "template", "prefix", "mask", "pseudonym", "scrub")
    for odd in (CANARY, [CANARY], {"a": CANARY}, f"{CANARY}\n10.1.2.3", f"2026-11-22T10:04:31Z{CANARY}"):
        record = full_record(record_type, lambda leaf, odd=odd: _given(record_type, leaf, odd))  # type: ignore[misc]
        record["id"] = "x-1"
        shown = compiled.disclose(RecordTypeName(record_type), record, context)
        assert shown is not None
        assert "Canary7" not in str(shown)


def _given(record_type: str, leaf: Leaf, odd: Any) -> Any:
    """Return the canary, or where pairs have their names the one that the policy selects."""
    around, _, last = str(leaf.path).rpartition(".")
    return SELECTED if last == "name" and is_characteristic(record_type, around) else odd
