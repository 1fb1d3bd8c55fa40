"""Conditions are type-checked, read the schema's leaves only, and are true only when exactly true."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.ids import RecordTypeName
from gateway.policy.language.condition import ConditionRefused, compile_condition
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
        ("object.interconnect &&", 22, "ends too early"),
        ("record.state", 0, "not bool"),
    ],
)
def test_a_mistake_is_found_where_it_is(text: str, offset: int, words: str) -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile_condition(text, ALARM, AGREEMENT)
    assert refused.value.problems[0].offset == offset
    assert words in refused.value.problems[0].message


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("[[1]].all(x, true)", 1, "a list inside a list"),
        ('record.id in ["a"] && [1, [2].size()] == [1, 1]', 26, "a list inside a list"),
        ('{"a": 1}.size() > 0', 0, "a map"),
        ('record.id + "x" == ""', 10, "(string, string)"),
        ("[1] + [1] == [1]", 4, "(list(int), list(int))"),
        ("[1].map(a, [a, a]).size() > 0", 7, "`map` makes"),
    ],
)
def test_what_makes_values_grow_is_refused(text: str, offset: int, words: str) -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile_condition(text, ALARM, AGREEMENT)
    found = [problem for problem in refused.value.problems if words in problem.message]
    assert found
    assert found[0].offset == offset


@pytest.mark.parametrize(
    "text",
    [
        'record.state in ["[[", "{", "raised"]',
        '!record.state.matches("[a-z]{2}[[:digit:]]")',
        "record.state == 'raised' // [[ {",
        'r"[[{\\d" == r"[[{\\d" && record.state == """raised"""',
        "b'[[' == b'[[' && r'''{'''.size() == 1",
        "[1, 2].exists(x, x > 1) && [3].all(y, y == 3) && ['a'].exists_one(z, z == 'a')",
        'timestamp(record.alarmRaisedTime) + duration("1h") > timestamp("2026-01-01T00:00:00Z") && 1 + 1 == 2',
    ],
)
def test_brackets_in_texts_and_comments_are_no_lists(text: str) -> None:
    assert holds(text)


def test_a_condition_on_members_reads_them_and_no_others() -> None:
    service = RecordTypeName("service")
    for array in ("note", "note[]"):
        condition = compile_condition('item.author == "noc" && record.id == "s"', service, {}, array)
        assert condition.holds({"id": "s"}, None, {"author": "noc"})
        assert not condition.holds({"id": "s"}, None, {"author": "other"})
        assert not condition.holds({"id": "t"}, None, {"author": "noc"})
        assert not condition.holds({"id": "s", "author": "noc"}, None, None)
    for array in (None, "place", "feature"):
        with pytest.raises(ConditionRefused):
            compile_condition("item.author == 'x'", service, {}, array)
    pairs = compile_condition("item.valueType == 'x'", service, {}, "feature[].featureCharacteristic[name=a]")
    assert pairs.holds({}, None, {"valueType": "x"})


def test_an_unknown_name_comes_with_the_nearest() -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile_condition('record.severity == "x"', ALARM, AGREEMENT)
    assert "`record.perceivedSeverity`" in refused.value.problems[0].remedy


NOTE = {"author": "noc", "date": "2026-11-22T10:04:31Z", "text": "down"}


@pytest.mark.parametrize("array", ["note", "note[]"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('item.author == "noc"', True),
        ('item.author == "noc" && record.priority < 3 && object.interconnect', True),
        ('item.author == "core"', False),
        ('item.id == ""', False),
        ("item.date > agreement.valid.until", False),
    ],
)
def test_a_condition_on_members_reads_one_member(array: str, text: str, expected: bool) -> None:
    condition = compile_condition(text, RecordTypeName("service-problem"), AGREEMENT, array)
    assert condition.holds({"id": "p", "priority": 1}, INTERCONNECT, NOTE) is expected
    for other in (None, "noc", [], {}, {"author": ["noc"]}):
        assert not condition.holds({"id": "p", "priority": 1}, INTERCONNECT, other)


def test_a_member_selected_by_name_and_one_in_an_inner_array_are_read_like_any_other() -> None:
    for array in ("characteristic[name=cause]", "characteristic", "trackingRecord[].characteristic"):
        condition = compile_condition('item.valueType == "t"', RecordTypeName("service-problem"), {}, array)
        assert condition.holds({}, None, {"valueType": "t"})


@pytest.mark.parametrize(
    ("text", "array"),
    [
        ("item.text == item.secret", "note"),
        ("item.characteristic.size() == 1", "trackingRecord"),
        ('item.author == "noc"', None),
        ('item.author == "noc"', "affectedLocation"),
        ('item["author"] == "noc"', "note"),
        ("item.text", "note"),
    ],
)
def test_a_condition_reads_nothing_of_a_member_that_its_schema_does_not_have(text: str, array: str | None) -> None:
    with pytest.raises(ConditionRefused):
        compile_condition(text, RecordTypeName("service-problem"), {}, array)


@pytest.mark.parametrize(
    ("text", "at", "word", "remedy"),
    [
        ('record.state = "raised"', 13, "=", "Write `==`."),
        ('record.state == "raised" and true', 25, "and", "Write `&&`."),
        ("record.state == 'a' or true", 20, "or", "Write `||`."),
        ('record.state == "raised" & true', 25, "&", "Write `&&`."),
        ("not record.state == 'a'", 4, "record", "Write `!`."),
        ("record.state in ['a' 'b']", 21, "'", "comma"),
        ('record.state == "raised', 16, '"', "Close the quotes"),
    ],
)
def test_what_cel_cannot_read_is_said_in_plain_words(text: str, at: int, word: str, remedy: str) -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile_condition(text, ALARM, {})
    [problem] = refused.value.problems
    assert (problem.offset, problem.message) == (at, f"the condition cannot go on with `{word}` here")
    assert remedy in problem.remedy


def test_a_condition_that_ends_too_early_says_so() -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile_condition('record.state == "x" && (true', ALARM, {})
    [problem] = refused.value.problems
    assert problem.message == "the condition ends too early"
