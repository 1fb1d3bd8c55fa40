"""Tests beside policies are run by the code that discloses, and tell which rules they reached."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.ids import AudienceId
from gateway.inside.trial import NoSuchMember, difference, run
from gateway.policy.answers.cases import Case, Cases
from gateway.policy.reading.load import load
from tests.inside_side import alarm, resource, service

POLICY = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: test
audience: {operator: northlink}
agreement:
  valid: {from: 2026-01-01, until: 2026-12-31}
records:
  alarm:
    fields:
      id: {pseudonym: alarm}
      state: keep
      alarmDetails: keep
      correlatedAlarm[].id: {pseudonym: alarm}
      alarmedObject: {lift: service, show: [id]}
  service:
    fields:
      id: keep
"""
SHOWN = {"id": "<alarm alarm-1>", "state": "raised", "alarmedObject": {"id": "svc-1"}}


def outcome(record, expect, policy=POLICY, records=(), day=date(2026, 11, 23)):
    cases = Cases("policy.yaml", day, (service(), resource(), *records), (Case("the case", record, expect),))
    return run(load(policy, "policy.yaml"), cases)


def failure(*args, **more):
    [verdict] = outcome(*args, **more).verdicts
    return verdict.failure


def test_a_case_passes_when_the_record_shows_what_is_expected():
    assert failure(alarm(), SHOWN) == ""


def test_a_case_fails_place_by_place():
    said = failure(alarm(), {**SHOWN, "state": "cleared", "serviceAffecting": True, "alarmedObject": {"name": "x"}})
    assert 'state is "raised", expected "cleared"' in said
    assert "serviceAffecting is missing, expected true" in said
    assert 'alarmedObject.id is "svc-1", expected to be withheld' in said


@pytest.mark.parametrize(
    "record",
    [alarm(alarmedObject={"id": "elsewhere"}), {**service("svc-2", "acme"), "relatedParty": []}],
    ids=["not about the audience's services", "nobody's service"],
)
def test_what_does_not_concern_the_audience_is_withheld(record):
    assert failure(record, None) == ""
    assert failure(record, SHOWN).startswith("expected a record, got withheld")


def test_a_day_outside_the_agreement_withholds():
    assert failure(alarm(), None, day=date(2027, 1, 1)) == ""
    assert "The agreement is not valid on 2027-01-01." in failure(alarm(), SHOWN, day=date(2027, 1, 1))


def test_a_record_that_was_withheld_against_expectation_says_why():
    condition = POLICY.replace("  alarm:\n", "  alarm:\n    when: record.state == 'cleared'\n")
    assert "`record.state == 'cleared'`; record.state is 'raised'" in failure(alarm(), SHOWN, condition)
    scope = POLICY.replace("agreement:\n", "agreement:\n  scope: {services: [svc-other]}\n")
    assert "out of the agreement's scope" in failure(alarm(), SHOWN, scope)
    assert "no service" in failure(alarm(alarmedObject={"id": "elsewhere"}), SHOWN)


def test_a_record_that_the_egress_check_would_stop_fails_the_case():
    said = failure(alarm(alarmDetails="see rt1.par"), {**SHOWN, "alarmDetails": "see rt1.par"})
    assert "the egress check would stop it" in said


def test_a_reference_is_told_where_its_target_is_disclosed_too():
    record = alarm(correlatedAlarm=[{"id": "alarm-2"}, {"id": "alarm-3"}])
    others = (alarm("alarm-2"), alarm("alarm-3", alarmedObject={"id": "elsewhere"}))
    assert failure(record, {**SHOWN, "correlatedAlarm": [{"id": "<alarm alarm-2>"}]}, records=others) == ""


def test_a_record_that_no_source_could_hand_in_fails_the_case():
    assert "perceivedSeverity" in failure(alarm(perceivedSeverity="worst"), SHOWN)


def test_rules_that_no_case_reached_are_told():
    found = outcome(alarm(), SHOWN)
    assert {rule.path for rule in found.reached} == {"id", "state", "alarmedObject"}
    assert {(rule.record_type, rule.path) for rule in found.unreached} == {
        ("alarm", "alarmDetails"),
        ("alarm", "correlatedAlarm[].id"),
        ("service", "id"),
    }


def test_a_sample_record_counts_for_coverage_and_expects_nothing():
    cases = Cases("policy.yaml", date(2026, 11, 23), (service(), resource()), ())
    found = run(load(POLICY, "policy.yaml"), cases, [service()])
    assert {(rule.record_type, rule.path) for rule in found.reached} == {("service", "id")}


def test_a_group_s_member_is_chosen_by_name():
    policy = POLICY.replace("{operator: northlink}", "{group: g, members: [{operator: a}, {operator: northlink}]}")
    cases = Cases("p", date(2026, 11, 23), (service(), resource()), (Case("c", alarm(), SHOWN),))
    member = AudienceId("urn:demarc:operator:northlink")
    [verdict] = run(load(policy, "p"), Cases(cases.policy, cases.day, cases.records, cases.cases, member)).verdicts
    assert verdict.failure == ""
    with pytest.raises(NoSuchMember):
        run(load(policy, "p"), Cases("p", cases.day, (), (), AudienceId("urn:demarc:operator:other")))


def test_one_and_true_differ():
    assert "is 1, expected true" in difference({"a": True}, {"a": 1})
