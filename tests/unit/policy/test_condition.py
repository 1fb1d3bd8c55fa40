"""Conditions are type-checked, read the schema's leaves only, and are true only when exactly true."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.condition import ConditionRefused, compile_condition
from tests.policy_side import ALARM, INTERCONNECT, alarm

AGREEMENT = {"agreement.valid.until": "2027-12-31", "agreement.objectives.notify_within": "5m"}


def holds(text: str, record: Any = None, about: Any = INTERCONNECT) -> bool:
    return compile_condition(text, ALARM, AGREEMENT).holds(alarm() if record is None else record, about)


@pytest.mark.parametrize(
    "text",
    [
        'record.perceivedSeverity in ["critical", "major"] && object.interconnect',
        'object.name.startsWith("rt1.") && object.id == object.name',
        'timestamp(record.alarmRaisedTime) > timestamp("2026-01-01T00:00:00Z")',
        'agreement.valid.until > "2027" && agreement.objectives.notify_within == "5m"',
        'record.alarmDetails == "x" || record.state == "raised"',
        'record . state == "raised" // with blanks and a comment',
        'record.alarmedObject.id.matches("^rt[0-9]+")',
        "true",
    ],
)
def test_what_is_true_holds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize("text", ["false", "!object.interconnect", 'record.alarmDetails == ""', "1/0 == 0"])
def test_what_is_not_true_does_not_hold(text: str) -> None:
    assert not holds(text)


def test_values_that_python_finds_equal_are_not_confused_by_what_is_remembered() -> None:
    condition = compile_condition("record.serviceAffecting", ALARM, {})
    answers = [condition.holds(alarm(serviceAffecting=value), None) for value in (1, True, 1.0, False, 0, True, 1)]
    assert answers == [False, True, False, False, False, True, False]


def test_remembering_is_bounded() -> None:
    condition = compile_condition('record.alarmDetails != "x"', ALARM, {})
    assert all(condition.holds(alarm(alarmDetails=f"text {number}"), None) for number in range(10_000))
    assert condition.holds(alarm(alarmDetails="y" * 100_000), None)
    assert len(condition._answers) <= 4096


def test_a_condition_names_what_it_reads() -> None:
    condition = compile_condition('object.interconnect && record.state == "raised"', ALARM, {})
    assert condition.reads == ("object.interconnect", "record.state")


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ('record.severty == "x"', 0, "record.severty"),
        ('object.interconnect &&\n  record.stat == "x"', 25, "record.stat"),
        ("object.interconnect > 3", 20, "(bool, int)"),
        ('"é" == 3', 4, "(string, int)"),
        ("object.interconnect &&", 22, "Syntax error"),
        ("record.state", 0, "not bool"),
    ],
)
def test_a_mistake_is_found_where_it_is(text: str, offset: int, words: str) -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile_condition(text, ALARM, AGREEMENT)
    assert refused.value.problems[0].offset == offset
    assert words in refused.value.problems[0].message


def test_an_unknown_name_comes_with_the_nearest() -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile_condition('record.severity == "x"', ALARM, AGREEMENT)
    assert "`record.perceivedSeverity`" in refused.value.problems[0].remedy
