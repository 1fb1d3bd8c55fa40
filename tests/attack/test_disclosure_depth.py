"""Deny by default at every depth of every schema (threats D-30, D-31, D-32, D-34, D-35, D-38, D-39, D-44)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from gateway.ids import RecordTypeName
from gateway.policy.egress.check import EgressCheck, NameScanner
from gateway.policy.filter.compiler import CompiledPolicy, compile_policy
from gateway.policy.language.document import DisclosurePolicy, FieldRule, Transform
from gateway.policy.oracle import reference
from gateway.record.paths import Catalogue, FieldPath, Step
from tests.every_leaf import EVERYTHING, TRANSFORMS, Place, canary, fitting, places, policy_of, widest
from tests.policy_side import (
    ALARM,
    CONTEXT,
    DISCLOSABLE,
    NOWHERE,
    TOKEN,
    alarm,
    alarm_policy,
    codes,
    full_record,
    policy,
    policy_text,
    same_bytes,
)

SECRET = "core-7.hidden.example"


def without(document: DisclosurePolicy, record_type: str, path: str) -> DisclosurePolicy:
    """Return the policy less one rule of one section."""
    sections = [
        dataclasses.replace(part, fields=tuple(rule for rule in part.fields if rule.path != path))
        if part.record_type == record_type
        else part
        for part in document.sections
    ]
    return dataclasses.replace(document, sections=tuple(sections))


def every_rule(record_type: str, kind: type) -> Iterator[tuple[Place, Transform]]:
    """Yield every place with the transform of this kind that fits it."""
    for place in places(record_type):
        yield from ((place, transform) for transform in fitting(place) if isinstance(transform, kind))


def paths_in(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {found for name, member in value.items() for found in paths_in(member, f"{path}.{name}".lstrip("."))}
    if isinstance(value, list):
        return {found for member in value for found in paths_in(member, path + "[]")}
    return {path}


def shown_of(compiled: CompiledPolicy, record_type: str, record: dict[str, Any]) -> Any:
    def fail(failure: Exception) -> None:
        raise failure

    return compiled.disclose(RecordTypeName(record_type), record, EVERYTHING, on_failure=fail)


@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_d30_every_leaf_that_no_rule_names_stays_inside(record_type: str) -> None:
    """One leaf after the other, with every other leaf kept: each is hidden by its missing rule alone."""
    document = widest(record_type)
    record = full_record(record_type, canary)
    everything = paths_in(compile_policy(document).disclose(RecordTypeName(record_type), record, EVERYTHING))
    named = {str(place.leaf.path): str(place) for place in places(record_type)}
    selected_names = {path for path in everything if path.endswith(".name")} - named.keys()
    assert everything == named.keys() | selected_names
    for path, written in named.items():
        if path != "id":
            shown = without(document, record_type, written)
            found = compile_policy(shown).disclose(RecordTypeName(record_type), record, EVERYTHING)
            assert paths_in(found) == everything - {path}
            assert f"canary<{path}>".encode() not in orjson.dumps(found)


@pytest.mark.parametrize("kind", TRANSFORMS)
@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_d30_every_transform_at_every_leaf_discloses_that_place_only(record_type: str, kind: str) -> None:
    """Every leaf of every schema with every transform that fits: nothing else leaves, and nothing leaves as it was."""
    record = full_record(record_type, canary)
    for place, transform in every_rule(record_type, TRANSFORMS[kind]):
        document = policy_of(record_type, (FieldRule(str(place), transform),))
        compiled = compile_policy(document)
        shown = shown_of(compiled, record_type, record)
        beside = {str(FieldPath((*place.leaf.path.steps[:-1], Step("name"))))} if place.path.has_selector else set()
        assert paths_in(shown) <= {"id", str(place.leaf.path)} | beside
        if kind != "keep":
            assert b"canary<" not in orjson.dumps(shown).replace(b"canary<id>", b"")
        assert same_bytes(shown, reference.disclose(document, record_type, record, EVERYTHING))
        if not place.path.steps[-1].is_each:  # A text more in an array of texts is a value more.
            assert same_bytes(shown, shown_of(compiled, record_type, poisoned(record)))
        check = EgressCheck(compiled.contract)
        check.require_clean(RecordTypeName(record_type), shown, NameScanner(()), frozenset())


@pytest.mark.parametrize("kind", TRANSFORMS)
@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_p21_no_transform_lets_through_what_does_not_fit(record_type: str, kind: str) -> None:
    """Every leaf of every schema with every transform that fits, and in its place what no schema has there."""
    records = [
        full_record(record_type, lambda leaf, odd=odd: odd if str(leaf.path) not in ("id", "@type") else canary(leaf))
        for odd in (None, {"name": SECRET}, [SECRET], [[SECRET]], [{"": SECRET}])
    ]
    for place, transform in every_rule(record_type, TRANSFORMS[kind]):
        compiled = compile_policy(policy_of(record_type, (FieldRule(str(place), transform),)))
        for record in records:
            body = orjson.dumps(shown_of(compiled, record_type, record))
            assert SECRET.encode() not in body
            assert b"null" not in body


def test_the_enumeration_is_not_empty() -> None:
    """Every transform is tried somewhere, and every leaf of every schema with at least one."""
    rules = [(place, rule) for kind in DISCLOSABLE for place in places(kind) for rule in fitting(place)]
    assert {type(rule) for _, rule in rules} == set(TRANSFORMS.values())
    assert len(rules) > 3_000


def poisoned(value: Any) -> Any:
    """Return `value` with unknown attributes in every object, whatever its depth."""
    if isinstance(value, dict):
        extras = {"nodeName": SECRET, "x-node": {"name": SECRET}, "_links": [SECRET], SECRET: SECRET, "": SECRET}
        return {name: poisoned(member) for name, member in value.items()} | extras
    if isinstance(value, list):
        return [*(poisoned(member) for member in value), SECRET, [SECRET], {"nodeName": SECRET}]
    return value


@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_d31_an_attribute_that_no_schema_has_is_dropped_at_every_depth(record_type: str) -> None:
    compiled = compile_policy(widest(record_type))
    record = full_record(record_type, canary)
    shown = compiled.disclose(RecordTypeName(record_type), record, EVERYTHING)
    other = compiled.disclose(RecordTypeName(record_type), poisoned(record), EVERYTHING)
    assert other is not None
    body = orjson.dumps(other)
    for key in (b"nodeName", b"x-node", b"_links"):
        assert key not in body
    # An array of plain text has no attributes: a text more in it is a value more, and the rule keeps its values.
    if not any(str(leaf.path).endswith("[]") for leaf in Catalogue.of(RecordTypeName(record_type)).leaves):
        assert orjson.dumps(other) == orjson.dumps(shown)


@pytest.mark.parametrize("record_type", DISCLOSABLE)
@pytest.mark.parametrize("value", [None, {"name": SECRET}, [SECRET], [[SECRET]], [{"": SECRET}]], ids=repr)
def test_d31_what_stands_in_place_of_a_value_is_dropped(record_type: str, value: Any) -> None:
    """A hidden object in the place of a single value, as of a newer version of the schema."""
    compiled = compile_policy(widest(record_type))
    record = full_record(record_type, lambda _: value) | {"id": "known"}
    shown = compiled.disclose(RecordTypeName(record_type), record, EVERYTHING)
    assert shown is not None
    assert SECRET not in repr(shown)
    assert "None" not in repr(shown)


@pytest.mark.parametrize("word", ["critical ", "Critical", SECRET, ""])
def test_d42_a_word_outside_the_enumeration_is_absent(word: str) -> None:
    compiled = compile_policy(alarm_policy("perceivedSeverity: keep"))
    assert compiled.disclose(ALARM, alarm(perceivedSeverity=word), CONTEXT) == {"id": "alarm-4711"}


@pytest.mark.parametrize(
    "time", [SECRET, "2026-11-22", "yesterday", "2026-13-01T00:00:00Z", f"2026-11-22T10:04:31Z {SECRET}"]
)
@pytest.mark.parametrize("rule", ["keep", "{truncate: second}", "{truncate: year}"])
def test_p21_what_is_not_a_time_does_not_pass_as_one(time: str, rule: str) -> None:
    compiled = compile_policy(alarm_policy(f"alarmRaisedTime: {rule}"))
    assert compiled.disclose(ALARM, alarm(alarmRaisedTime=time), CONTEXT) == {"id": "alarm-4711"}


@pytest.mark.parametrize("address", ["href", '"@schemaLocation"', "place[].href", "alarmedObject.href"])
def test_d35_addresses_of_our_own_systems_cannot_be_kept(address: str) -> None:
    for rule in ("keep", "{pseudonym: reference}", "{rename: link}"):
        assert "policy.address" in codes(policy_text(f"alarm:\n  fields:\n    id: keep\n    {address}: {rule}"))


def test_d34_the_failed_resource_becomes_the_partners_service() -> None:
    compiled = compile_policy(alarm_policy("alarmedObject: {lift: service, show: [id, name]}"))
    shown = compiled.disclose(ALARM, alarm(), CONTEXT)
    tokens = sorted((TOKEN("service", s["id"]), s["name"]) for s in CONTEXT.services)
    assert shown == {"id": "alarm-4711", "alarmedObject": {"id": tokens[0][0], "name": tokens[0][1]}}
    assert compiled.disclose(ALARM, alarm(), NOWHERE) == {"id": "alarm-4711"}


def test_d34_a_lifted_service_has_the_identifier_of_the_service_section() -> None:
    document = policy(
        "alarm:\n  fields:\n    id: {pseudonym: alarm}\n    affectedService: {lift: service, show: [id]}\n"
        "service:\n  fields: {id: keep}"
    )
    shown = compile_policy(document).disclose(ALARM, alarm(), CONTEXT)
    assert shown == {
        "id": TOKEN("alarm", "alarm-4711"),
        "affectedService": [{"id": "svc-geneva"}, {"id": "svc-paris-lyon"}],
    }


def test_d39_neither_order_nor_hidden_members_of_an_array_show() -> None:
    compiled = compile_policy(alarm_policy("place[].city: keep\nplace[].role: {constant: site}"))
    hops = [{"city": "Lyon"}, {"city": "Paris"}, {"name": SECRET}, {"city": "Lyon"}]
    expected = [{"city": "Lyon", "role": "site"}, {"city": "Lyon", "role": "site"}, {"city": "Paris", "role": "site"}]
    for place in (hops, hops[::-1]):
        assert compiled.disclose(ALARM, alarm(place=place), CONTEXT) == {"id": "alarm-4711", "place": expected}
    only_hidden = alarm(place=[{"name": SECRET}, {"name": SECRET}])
    assert compiled.disclose(ALARM, only_hidden, CONTEXT) == {"id": "alarm-4711"}


@pytest.mark.parametrize(
    "absent", [{}, {"place": None}, {"place": []}, {"place": [{}]}, {"place": {}}, {"place": "Lyon"}]
)
def test_d44_absent_empty_and_null_are_the_same(absent: dict[str, Any]) -> None:
    compiled = compile_policy(alarm_policy("place[].city: keep\ncrossedThresholdInformation.direction: keep"))
    record = alarm(**absent, crossedThresholdInformation={"observedValue": SECRET})
    assert compiled.disclose(ALARM, record, CONTEXT) == {"id": "alarm-4711"}


def test_d44_a_constant_is_there_whether_or_not_the_value_is() -> None:
    compiled = compile_policy(alarm_policy("crossedThresholdInformation.threshold.name: {constant: agreed}"))
    expected = {"id": "alarm-4711", "crossedThresholdInformation": {"threshold": {"name": "agreed"}}}
    for value in ({}, {"threshold": {"name": SECRET}}, None, SECRET):
        assert compiled.disclose(ALARM, alarm(crossedThresholdInformation=value), CONTEXT) == expected


@pytest.mark.parametrize("identifier", [None, "", 4711, ["alarm-4711"], {"id": "alarm-4711"}])
@pytest.mark.parametrize("rule", ["keep", "{pseudonym: alarm}"])
def test_a_record_without_an_identifier_is_withheld(identifier: Any, rule: str) -> None:
    compiled = compile_policy(policy(f"alarm:\n  fields:\n    id: {rule}\n    state: keep"))
    assert compiled.disclose(ALARM, alarm(id=identifier), CONTEXT) is None


@pytest.mark.parametrize("record", [None, [], "alarm", 7, {}])
def test_an_error_inside_withholds_and_is_reported(record: Any) -> None:
    compiled = compile_policy(alarm_policy("state: keep"))
    failures: list[Exception] = []
    assert compiled.disclose(ALARM, record, CONTEXT, on_failure=failures.append) is None
    assert compiled.disclose(ALARM, record, CONTEXT) is None
    assert bool(failures) == (record != {})


def test_a_failing_pseudonym_withholds_the_whole_record() -> None:
    def broken(_: str, raw: str) -> str:
        raise KeyError(raw)

    compiled = compile_policy(policy("alarm:\n  fields:\n    id: {pseudonym: alarm}\n    state: keep"))
    failures: list[Exception] = []
    assert compiled.disclose(ALARM, alarm(), dataclasses.replace(CONTEXT, pseudonym=broken), failures.append) is None
    assert isinstance(failures[0], KeyError)
