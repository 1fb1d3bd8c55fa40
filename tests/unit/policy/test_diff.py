"""Differences as people and programs see them, and the other questions; what cannot be fooled is in tests/attack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.ids import RecordTypeName
from gateway.policy.diff.compare import diff, diff_digest
from gateway.policy.diff.examples import example
from gateway.policy.diff.queries import are_equivalent, dead_rules, may_err, reaches, shared, unknown_shown
from gateway.policy.diff.text import diff_json, diff_lines
from gateway.policy.language.levels import Level
from gateway.policy.reading.load import load
from tests.bench.policies import _WIDER, large
from tests.policy_side import alarm_policy, policy

POLICIES = Path(__file__).parents[3] / "policies"
[WHOLESALE] = load((POLICIES / "wholesale-partner.yaml").read_text(encoding="utf-8"), "w.yaml")
[RETAIL] = load((POLICIES / "retail-customer.yaml").read_text(encoding="utf-8"), "r.yaml")


def test_nothing_to_something_widens_by_all_of_it_and_back_by_nothing() -> None:
    coming, going = diff(None, WHOLESALE), diff(WHOLESALE, None)
    assert coming.widens
    assert {change.kind for change in coming.changes} == {"visible"}
    assert {change.kind for change in going.changes} == {"hidden"}
    assert not going.widens
    assert diff(None, None).changes == ()


def test_the_digest_is_about_both_policies_and_the_changes() -> None:
    digests = [
        diff_digest(diff(*pair))
        for pair in ((None, RETAIL), (RETAIL, None), (RETAIL, RETAIL), (WHOLESALE, RETAIL), (None, WHOLESALE))
    ]
    assert len(set(digests)) == len(digests)
    assert diff_digest(diff(WHOLESALE, RETAIL)) == digests[3]


def test_the_lines_show_the_record_before_and_after() -> None:
    old = alarm_policy("alarmRaisedTime: {truncate: hour}", when="object.interconnect")
    new = alarm_policy("alarmRaisedTime: keep", when="object.interconnect")
    lines = list(diff_lines(diff(old, new)))
    text = "\n".join(lines)
    assert "WIDENS  alarm: finer" in text
    assert "alarmRaisedTime: {truncate: hour} -> keep" in text
    assert "of records with: object.interconnect" in text
    before = next(line for line in lines if line.strip().startswith("before:"))
    after = next(line for line in lines if line.strip().startswith("after:"))
    assert '"2026-03-14T15:00:00Z"' in before
    assert '"2026-03-14T15:09:26Z"' in after
    assert lines[-1].startswith("widens: yes")


def test_changes_that_are_alike_stand_together() -> None:
    lines = list(diff_lines(diff(None, RETAIL), examples=False))
    assert sum(line.startswith("WIDENS") for line in lines) == len({part.record_type for part in RETAIL.sections})
    assert list(diff_lines(diff(RETAIL, RETAIL)))[1] == "the same disclosures"


def test_json_has_an_example_for_every_change_of_records() -> None:
    told = json.loads(json.dumps(diff_json(diff(RETAIL, WHOLESALE))))
    assert told["widens"] is True
    assert told["digest"] == diff_digest(diff(RETAIL, WHOLESALE))
    for change in told["changes"]:
        assert change["recordType"] is None or change["example"]["before"] != change["example"]["after"]


def test_a_place_by_its_parts_and_as_a_whole_are_compared() -> None:
    parts = alarm_policy("place: {items: {fields: {city: keep, country: keep}}}")
    whole = alarm_policy("place: {generalise: metro}")
    region = alarm_policy("place: {generalise: region}")
    assert {change.kind for change in diff(parts, whole).changes} == {"coarser"}
    assert {change.kind for change in diff(whole, parts).changes} == {"finer"}
    assert {(change.path, change.kind) for change in diff(whole, region).changes} == {
        ("place[].city", "hidden"),
        ("place[].country", "coarser"),
    }


def test_every_example_of_the_templates_shows_a_difference() -> None:
    difference = diff(RETAIL, WHOLESALE)
    for change in difference.changes:
        shown = example(difference, change)
        assert change.record_type is None or (shown is not None and shown.is_shown), change


def test_two_thousand_rules_are_compared_without_two_thousand_questions() -> None:
    (old,), (new,) = load(large(2_000), "old.yaml"), load(large(2_000, _WIDER), "new.yaml")
    assert diff(old, old).changes == ()
    assert len(diff(old, new).changes) > 1_000


# --- the other questions


def test_equivalence_is_about_disclosures() -> None:
    one = alarm_policy("state: keep", when='(!(record.state != "raised"))')
    assert are_equivalent(one, alarm_policy("state: keep", when='record.state == "raised"'))
    assert not are_equivalent(one, alarm_policy("state: keep", when='record.state == "cleared"'))
    assert not are_equivalent(one, alarm_policy("state: {rename: now}", when='record.state == "raised"'))


@pytest.mark.parametrize(
    ("when", "errs"),
    [
        ('record.state == "raised"', False),
        ('record.ackState == "acknowledged"', True),
        ('record.ackState == "acknowledged" || true', False),
        ("object.interconnect", True),
        ("1 / (size(record.id) - 1) == 0", True),
    ],
)
def test_a_condition_that_can_be_in_error_is_shown_with_the_record(when: str, errs: bool) -> None:
    found = may_err(alarm_policy("state: keep", when=when))
    assert bool(found) is errs


def test_what_reaches_a_label_is_listed_and_nothing_is_a_proof() -> None:
    members = "comment: {items: {when: item.systemId == 'a', fields: {comment: scrub}}}"
    document = alarm_policy(f"specificProblem: scrub\n{members}")
    assert {one.path for one in reaches(document, "topology")} == {"id", "specificProblem", "comment[].comment"}
    assert reaches(document, "topology", Level.KEEP) == ()
    assert reaches(document, "secret") == ()
    assert all(one.witness is not None for one in reaches(document, "topology"))
    assert reaches(alarm_policy("specificProblem: keep", when="'false'"), "topology") == ()


def test_dead_rules_are_found() -> None:
    dead = alarm_policy("state: keep", when='record.state == "raised" && record.state == "cleared"')
    assert {one.path for one in dead_rules(dead)} == {"id", "state"}
    word = alarm_policy("probableCause: {map: {a: bad, b: good}}", when='record.probableCause == "a"')
    assert [str(one) for one in dead_rules(word)] == ["alarm probableCause: `b` never comes up"]
    assert dead_rules(WHOLESALE) == ()
    absent = alarm_policy("ackState: keep", when='record.ackState == "x"')
    assert {one.path for one in dead_rules(absent)} == {"id", "ackState"}


def test_policies_that_share_no_record_are_disjoint() -> None:
    alarm = RecordTypeName("alarm")
    raised, cleared = (alarm_policy("state: keep", when=f'record.state == "{word}"') for word in ("raised", "cleared"))
    assert shared(raised, cleared, alarm) is None
    assert shared(raised, WHOLESALE, RecordTypeName("service")) is None
    found = shared(raised, WHOLESALE, alarm)
    assert found is not None
    assert found.witness is not None
    assert found.witness.record["state"] == "raised"


def test_an_attribute_that_the_schema_does_not_know_never_leaves() -> None:
    assert unknown_shown(WHOLESALE) == ()
    assert unknown_shown(RETAIL) == ()
    assert unknown_shown(policy("service: {fields: {id: keep, 'serviceCharacteristic[name=a].value': keep}}")) == ()
