"""Why a value leaves, changes or stays, and what a record lacks to be disclosed."""

from __future__ import annotations

import dataclasses

import pytest

from gateway.policy.answers.explain import explain, parts_of_conjunction
from gateway.policy.filter.compiler import compile_policy
from tests.policy_side import CONTEXT, alarm, alarm_policy

POLICY = """\
perceivedSeverity: keep
probableCause: {constant: other}
alarmRaisedTime: {truncate: hour}
alarmedObject: {lift: service, show: [id]}
place[].city: keep
correlatedAlarm[].id: keep
"""
RECORD = alarm(
    place=[{"city": "Paris", "name": "PAR-3"}, {"city": "Lyon"}],
    correlatedAlarm=[{"id": "alarm-1"}, {"id": "alarm-2"}],
    rack="R7",
    isRootCause=True,
)


def explained(record=None, when="", **context):
    compiled = compile_policy(alarm_policy(POLICY, when))
    return explain(compiled, "alarm", record or RECORD, dataclasses.replace(CONTEXT, **context))


def of(path, **more):
    [found] = [one for one in explained(**more).values if one.path == path and one.fate != "added"]
    return found


@pytest.mark.parametrize(
    ("path", "fate", "after"),
    [
        ("perceivedSeverity", "kept", "critical"),
        ("alarmRaisedTime", "changed", "2026-11-22T10:00:00Z"),
        ("probableCause", "withheld", None),
        ("alarmedObject.id", "withheld", None),
        ("place[0].city", "kept", "Paris"),
        ("place[1].city", "kept", "Lyon"),
        ("place[0].name", "withheld", None),
        ("rack", "withheld", None),
        ("isRootCause", "withheld", None),
    ],
)
def test_each_value_has_its_fate(path, fate, after):
    assert (of(path).fate, of(path).after) == (fate, after)


def test_every_value_of_the_record_is_there_once():
    paths = [one.path for one in explained().values if one.fate != "added"]
    assert len(paths) == len(set(paths)) == 15


def test_a_rule_is_named_with_file_line_and_text():
    place = of("alarmRaisedTime").place
    assert (place.file, place.text) == ("test.yaml", "alarmRaisedTime: {truncate: hour}")
    assert alarm_policy(POLICY).source.splitlines()[place.line - 1].strip() == place.text


def test_what_no_rule_names_is_told_from_what_no_schema_has():
    assert of("isRootCause").why == "No rule names it."
    assert "no such attribute" in of("rack").why


def test_a_reference_goes_with_its_target():
    only_first = lambda record_type, identifier: (record_type, identifier) == ("alarm", "alarm-1")  # noqa: E731
    assert of("correlatedAlarm[0].id", is_disclosed=only_first).fate == "kept"
    second = of("correlatedAlarm[1].id", is_disclosed=only_first)
    assert (second.fate, "refers to a record" in second.why) == ("withheld", True)


def test_what_stands_in_the_place_of_values_is_added():
    added = {one.path: one.after for one in explained().values if one.fate == "added"}
    assert added["probableCause"] == "other"
    tokens = {CONTEXT.pseudonym("service", one["id"]) for one in CONTEXT.services}
    assert added["alarmedObject"]["id"] in tokens


def test_a_record_that_is_withheld_says_which_part_of_the_condition_failed():
    when = 'object.interconnect && record.perceivedSeverity == "minor"'
    answer = explained(when=f"'{when}'")
    assert answer.disclosed is None
    [need] = answer.needs
    assert 'record.perceivedSeverity == "minor"' in need
    assert "record.perceivedSeverity is 'critical'" in need
    assert {one.fate for one in answer.values} == {"withheld"}


def test_nothing_stands_in_the_place_of_a_value_of_a_record_that_is_withheld():
    told = {one.path: one.why for one in explained(when="record.state == 'cleared'").values}
    assert {told[path] for path in ("probableCause", "alarmedObject.id")} == {"The record is not disclosed."}


def test_a_type_without_section_says_so():
    compiled = compile_policy(alarm_policy(POLICY))
    [need] = explain(compiled, "service", {"id": "svc-1"}, CONTEXT).needs
    assert need == "The policy has no section for records of type service."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a && b", ["a ", " b"]),
        ("a && (b && c)", ["a ", " (b && c)"]),
        ("a || b && c", ["a || b && c"]),
        ('a == "x && y" && b', ['a == "x && y" ', " b"]),
        (r'a == "\"&&" && b', [r'a == "\"&&" ', " b"]),
        ("a ? b : c && d", ["a ? b : c && d"]),
    ],
)
def test_a_conjunction_falls_into_its_parts(text, parts):
    assert parts_of_conjunction(text) == parts
