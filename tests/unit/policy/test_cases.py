"""Files of tests beside policies: what they say, and what the reader says when they are wrong."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.policy.answers.cases import parse_cases
from gateway.policy.language.findings import PolicyRefused

HEAD = """\
apiVersion: demarc/v1
kind: DisclosureTests
policy: ../partner.yaml
day: 2026-11-23
"""
CASES = """\
cases:
  - name: one
    record: {"@type": Alarm, priority: 3, load: 0.5, isRootCause: true, place: [{name: "12:30"}]}
    expect: withheld
"""


def codes(text):
    with pytest.raises(PolicyRefused) as refused:
        parse_cases(text, "tests.yaml")
    return [finding.code for finding in refused.value.findings]


def test_a_record_keeps_the_types_that_json_has():
    cases = parse_cases(HEAD + CASES, "tests.yaml")
    [case] = cases.cases
    assert case.record == {
        "@type": "Alarm",
        "priority": 3,
        "load": 0.5,
        "isRootCause": True,
        "place": [{"name": "12:30"}],
    }
    assert (cases.policy, cases.day, case.expect, case.mark.line) == ("../partner.yaml", date(2026, 11, 23), None, 6)


def test_an_expected_record_is_a_record():
    [case] = parse_cases(HEAD + CASES.replace("withheld", "{id: <alarm a-1>}"), "tests.yaml").cases
    assert case.expect == {"id": "<alarm a-1>"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "yaml.empty"),
        (HEAD, "policy.missing"),
        (HEAD.replace("day: 2026-11-23", "day: today") + CASES, "policy.date"),
        (HEAD.replace("DisclosureTests", "DisclosurePolicy") + CASES, "policy.kind"),
        (HEAD + CASES.replace("withheld", "hidden"), "policy.expect"),
        (HEAD + CASES.replace("    expect: withheld\n", ""), "policy.missing"),
        (HEAD + CASES + CASES.removeprefix("cases:\n"), "policy.duplicate-case"),
        (HEAD + CASES.replace("expect", "expects"), "policy.unknown-key"),
        (HEAD + CASES.replace("true", "yes"), "policy.quote"),
        (HEAD + "cases: [{name: one, record: 3, expect: withheld}]", "policy.shape"),
    ],
)
def test_a_mistake_has_a_place_and_a_remedy(text, code):
    assert code in codes(text)
