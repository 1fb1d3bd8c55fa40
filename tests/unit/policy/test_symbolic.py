"""Conditions as trees and as questions; the agreement with trying every value is in tests/property."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.ids import RecordTypeName
from gateway.policy.language.condition import compile_condition
from gateway.policy.symbolic.domain import Clause
from gateway.policy.symbolic.questions import Answer, Inquiry, Question, ask
from gateway.policy.symbolic.tree import read_tree
from gateway.policy.symbolic.witness import placed, synthesise
from gateway.record import validation
from gateway.record.schemas import record_types

NEW_YEAR = '"2026-01-01T00:00:00Z"'
ALARM, SERVICE = RecordTypeName("alarm"), RecordTypeName("service")


def clause(text: str, record_type: RecordTypeName = ALARM, array: str | None = None, **agreement: str) -> Clause:
    constants = tuple(sorted((f"agreement.objectives.{name}", value) for name, value in agreement.items()))
    return Clause(text, record_type, constants, array)


def beyond(new: str, old: str, **more: Any) -> Answer:
    return ask(Question(ALARM, frozenset([clause(new)]), (frozenset([clause(old)]),), **more))


def test_the_tree_is_the_evaluators_own() -> None:
    text = 'record.state in ["raised"] && !(size(record.probableCause) > -3) || 1.5 < 2.0'
    tree = read_tree(compile_condition(text, ALARM, {}).checked)
    assert tree.said == ("call", "_||_")
    assert set(tree.names()) == {"record.state", "record.probableCause"}
    assert set(tree.texts()) == {"raised"}
    assert set(tree.numbers()) == {-3, 1.5, 2.0}


@pytest.mark.parametrize(
    "text",
    [
        '[record.state].exists(x, x == "raised")',
        '["raised"].all(x, x == record.state)',
        '[record.state][0] == "raised"',
        '(object.interconnect ? record.state : "x").startsWith("r")',
    ],
)
def test_names_inside_what_has_no_meaning_are_seen(text: str) -> None:
    assert "record.state" in set(clause(text).tree.names())


def test_an_agreed_value_inside_what_has_no_meaning_makes_another_tree() -> None:
    text = '["5m"].exists(x, x == agreement.objectives.notify_within)'
    assert clause(text, notify_within="5m").tree != clause(text, notify_within="1h").tree
    assert clause(text, notify_within="5m").tree == clause(text, notify_within="5m").tree


def test_layout_and_comments_are_not_in_the_tree() -> None:
    assert clause("object.interconnect").tree == clause("  object\n  .interconnect // why not").tree


def test_a_witness_is_a_record_that_follows_its_schema() -> None:
    answer = beyond('record.perceivedSeverity == "minor" && object.name == "rt1"', "object.interconnect")
    assert answer.outcome == "found"
    assert answer.witness is not None
    assert validation.findings(ALARM, answer.witness.record) == ()
    assert answer.witness.record["perceivedSeverity"] == "minor"
    assert answer.witness.about is not None
    assert answer.witness.about["name"] == "rt1"


def test_the_same_question_has_the_same_answer() -> None:
    one, other = (beyond('record.probableCause != "a"', 'record.probableCause < "b"') for _ in range(2))
    assert one.witness == other.witness


@pytest.mark.parametrize(
    ("new", "old", "outcome"),
    [
        (f"record.alarmRaisedTime >= {NEW_YEAR}", f"record.alarmRaisedTime > {NEW_YEAR}", "found"),
        (f"record.alarmRaisedTime > {NEW_YEAR}", f"record.alarmRaisedTime >= {NEW_YEAR}", "never"),
        ("size(record.probableCause) > 40", "size(record.probableCause) > 41", "found"),
        ("size(record.probableCause) > 41", "size(record.probableCause) > 40", "undecided"),
        ("record.probableCause == record.specificProblem", 'record.probableCause != "a"', "found"),
        ('record.perceivedSeverity.startsWith("c")', 'record.perceivedSeverity in ["critical", "cleared"]', "never"),
        ('record.ackState.startsWith("un")', 'record.ackState != "acknowledged"', "never"),
        ("true", 'record.perceivedSeverity != "x"', "never"),
        ("true", 'record.ackState != "x"', "found"),
        ('record.sourceSystemId == "a"', 'record.sourceSystemId == "a" || object.interconnect', "never"),
        ("1 / 0 == 1 || object.interconnect", "object.interconnect", "never"),
    ],
)
def test_questions(new: str, old: str, outcome: str) -> None:
    assert beyond(new, old).outcome == outcome


def test_what_must_be_there_is_part_of_the_question() -> None:
    open_ = Question(ALARM, frozenset([clause('record.state == "raised" || record.ackState == "x"')]))
    assert ask(open_).outcome == "found"
    noted = Question(ALARM, frozenset([clause('!(record.ackState == "acknowledged")')]), present="ackState")
    answer = ask(noted)
    assert answer.witness is not None
    assert answer.witness.record["ackState"] == "unacknowledged"


def test_a_member_of_one_name_bears_it() -> None:
    array = "serviceCharacteristic[name=a]"
    clauses = [clause(text, SERVICE, array) for text in ('item.name == "a"', 'item.name != "a"')]
    inquiry = Inquiry(clauses)
    here, elsewhere = (
        inquiry.ask(Question(SERVICE, frozenset([one]), present=f"{array}.valueType")) for one in clauses
    )
    assert here.outcome == "found"
    assert elsewhere.outcome != "found"


def test_members_of_two_arrays_are_two() -> None:
    both = frozenset([clause('item.author == "a"', SERVICE, "note"), clause('item.city == "b"', SERVICE, "place")])
    answer = ask(Question(SERVICE, both))
    assert answer.witness is not None
    assert answer.witness.record["note"][0]["author"] == "a"
    assert answer.witness.record["place"][0]["city"] == "b"


@pytest.mark.parametrize("record_type", record_types())
def test_the_smallest_record_of_every_type_follows_its_schema(record_type: RecordTypeName) -> None:
    made = synthesise(record_type, {}, None)
    assert made is not None
    assert validation.findings(record_type, made.record) == ()


def test_a_value_is_placed_without_touching_the_rest() -> None:
    made = synthesise(SERVICE, {"name": "n", "note[].author": "a"}, None)
    assert made is not None
    more = placed(made, "note[].text", "t")
    assert more is not None
    assert more.record["note"][0]["author"] == "a"
    assert more.record["note"][0]["text"] == "t"
    assert "text" not in made.record["note"][0]
    assert placed(made, "state", "no such state") is None
    named = placed(made, "serviceCharacteristic[name=a b].value", 3)
    assert named is not None
    assert named.record["serviceCharacteristic"][0] == {"name": "a b", "value": 3} | {
        key: value for key, value in named.record["serviceCharacteristic"][0].items() if key not in ("name", "value")
    }


LOOP = '["a", "b"].exists(x, x == record.probableCause)'


def test_nobody_knows_of_a_loop_that_it_comes_to_an_end() -> None:
    assert beyond(f'{LOOP} && record.state == "raised"', LOOP).outcome == "never", "what is true came to an end"
    assert beyond(LOOP, LOOP).outcome == "never"
    assert beyond('record.state == "raised"', f'record.state == "raised" || {LOOP}').may_be
    assert ask(Question(ALARM, errs=clause(f"object.interconnect || {LOOP}"))).may_be
