"""Which resources a policy's output satisfies, and that the proposed rules close the gaps."""

from __future__ import annotations

import pytest

from gateway.policy.answers.conformance import Gap, conformance_of
from tests.policy_side import alarm_policy, policy

COMPLETE = """\
alarmType: keep
perceivedSeverity: keep
probableCause: {constant: other}
alarmedObject: {lift: service, show: [id]}
sourceSystemId: {constant: demarc}
state: keep
alarmRaisedTime: {truncate: minute}
"""


def gaps(fields):
    [answer] = conformance_of(alarm_policy(fields))
    return {gap.path: gap for gap in answer.gaps}


def test_a_complete_alarm_satisfies_the_resource():
    assert gaps(COMPLETE) == {}


@pytest.mark.parametrize("line", COMPLETE.splitlines())
def test_each_attribute_that_is_left_out_is_missing(line):
    assert list(gaps(COMPLETE.replace(line + "\n", ""))) == [line.partition(":")[0]]


@pytest.mark.parametrize("line", COMPLETE.splitlines())
def test_the_remedy_closes_the_gap(line):
    without = COMPLETE.replace(line + "\n", "")
    [gap] = gaps(without).values()
    assert gap.remedy
    assert gaps(f"{without}{gap.remedy}\n") == {}


@pytest.mark.parametrize(
    "rule",
    [
        "sourceSystemId: keep",
        "sourceSystemId: {map: {a: b}}",
        "sourceSystemId: {map: {a: b}, otherwise: c}",
        "sourceSystemId: scrub",
        'sourceSystemId: {template: "{place.city}"}\nplace[].city: keep\nplace[].role: {constant: site}',
    ],
)
def test_what_only_some_records_have_is_said_apart(rule):
    found = gaps(COMPLETE.replace("sourceSystemId: {constant: demarc}", rule))
    assert [(gap.path, gap.is_sometimes_there) for gap in found.values()] == [("sourceSystemId", True)]


def test_a_part_that_is_disclosed_has_what_parts_must_have():
    found = gaps(f"{COMPLETE}place[].city: keep")
    assert found == {"place[].role": Gap("place[].role", False, "place[].role: {constant: not disclosed}")}


def test_a_name_that_the_resource_does_not_have_is_told():
    [answer] = conformance_of(alarm_policy(f"{COMPLETE}alarmEscalation: {{rename: escalated}}"))
    assert answer.unknown == ("escalated",)
    assert answer.is_satisfied


def test_a_word_that_the_resource_does_not_have_is_told():
    document = policy(
        "service:\n  fields:\n    id: keep\n    state: keep\n    serviceSpecification.id: {constant: x}\n"
    )
    [answer] = conformance_of(document)
    assert answer.foreign_words == (("state", "suspended"),)
    assert not answer.is_satisfied


def test_a_characteristic_brings_its_name():
    rules = "id: keep\n    state: {constant: active}\n    serviceSpecification.id: {constant: x}\n"
    document = policy(f"service:\n  fields:\n    {rules}    serviceCharacteristic[name=speed].value: keep\n")
    [answer] = conformance_of(document)
    assert answer.gaps == ()


def test_a_constant_that_says_something_about_the_record_is_not_proposed_without_a_caution():
    without = COMPLETE.replace("state: keep\n", "").replace("sourceSystemId: {constant: demarc}\n", "")
    found = gaps(without)
    assert found["state"].remedy.startswith("state: {constant: raised}  # only if it is true of every record")
    assert "#" not in found["sourceSystemId"].remedy
