"""Deny by default at every depth of every schema (threats D-30, D-31, D-32, D-34, D-35, D-38, D-39, D-44)."""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson
import pytest

from gateway.ids import AudienceId, RecordTypeName
from gateway.policy.checker import check
from gateway.policy.compiler import CompiledPolicy, compile_policy
from gateway.policy.document import Constant, DisclosurePolicy, FieldRule, Keep, Section
from gateway.record.paths import Catalogue, Leaf
from tests.policy_side import ALARM, CONTEXT, DISCLOSABLE, NOWHERE, TOKEN, alarm, alarm_policy, full_record, policy

ADDRESSES = ("href", "@schemaLocation")
SECRET = "core-7.hidden.example"


def canary(leaf: Leaf) -> Any:
    """Return a value for this leaf that occurs nowhere else, where the kind allows."""
    if leaf.enum:
        return leaf.enum[0]
    by_kind: dict[str, Any] = {"date-time": "2026-11-22T10:04:31Z", "integer": 7, "number": 7.25, "boolean": True}
    return by_kind.get(leaf.kind, f"canary<{leaf.path}>")


def keep_all(record_type: str) -> DisclosurePolicy:
    """Return the widest policy there can be: every leaf kept, addresses as constants."""
    leaves = Catalogue.of(RecordTypeName(record_type)).leaves
    rules = [
        FieldRule(str(leaf.path), Constant("said") if leaf.path.steps[-1].name in ADDRESSES else Keep())
        for leaf in leaves
    ]
    section = Section(RecordTypeName(record_type), None, tuple(rules))
    document = DisclosurePolicy("widest", AudienceId("urn:demarc:operator:northlink"), (section,))
    assert check(document) == ()
    return document


def without(document: DisclosurePolicy, path: str) -> CompiledPolicy:
    section = document.sections[0]
    fields = tuple(rule for rule in section.fields if rule.path != path)
    return compile_policy(dataclasses.replace(document, sections=(dataclasses.replace(section, fields=fields),)))


def paths_in(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {found for name, member in value.items() for found in paths_in(member, f"{path}.{name}".lstrip("."))}
    if isinstance(value, list):
        return {found for member in value for found in paths_in(member, path + "[]")}
    return {path}


@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_d30_every_leaf_that_no_rule_names_stays_inside(record_type: str) -> None:
    """One leaf after the other, with every other leaf kept: each is hidden by its missing rule alone."""
    document = keep_all(record_type)
    record = full_record(record_type, canary)
    everything = paths_in(compile_policy(document).disclose(RecordTypeName(record_type), record, NOWHERE))
    leaves = {str(leaf.path): leaf for leaf in Catalogue.of(RecordTypeName(record_type)).leaves}
    assert everything == set(leaves)
    for path in leaves.keys() - {"id"}:
        shown = without(document, path).disclose(RecordTypeName(record_type), record, NOWHERE)
        assert paths_in(shown) == everything - {path}
        assert f"canary<{path}>".encode() not in orjson.dumps(shown)


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
    compiled = compile_policy(keep_all(record_type))
    record = full_record(record_type, canary)
    shown = compiled.disclose(RecordTypeName(record_type), record, NOWHERE)
    other = compiled.disclose(RecordTypeName(record_type), poisoned(record), NOWHERE)
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
    compiled = compile_policy(keep_all(record_type))
    record = full_record(record_type, lambda _: value) | {"id": "known"}
    shown = compiled.disclose(RecordTypeName(record_type), record, NOWHERE)
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
    from tests.policy_side import codes, policy_text

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
