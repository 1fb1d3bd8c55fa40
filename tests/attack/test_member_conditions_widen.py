"""A condition on members that reads nothing of them must not hide from the second officer what it lets out."""

from __future__ import annotations

import pytest

from gateway.policy.diff.compare import diff
from gateway.policy.diff.queries import reaches
from tests.policy_side import policy

TICKET = """\
trouble-ticket:
  fields:
    id: {pseudonym: trouble-ticket}
"""
CONDITIONS = (
    "true",
    "1 < 2",
    'record.status == "held"',
    'record.status in ["held", "pending"]',
    'record.status != "held" || record.status == "held"',
    'item.author == "x" || true',
)


def with_notes(when):
    return policy(f"{TICKET}    note: {{items: {{when: '{when}', fields: {{text: keep, author: keep}}}}}}\n")


@pytest.mark.parametrize("when", CONDITIONS)
def test_members_that_become_visible_under_any_condition_widen(when):
    found = diff(policy(TICKET), with_notes(when))
    assert found.widens
    assert {change.path for change in found.changes} >= {"note[].text", "note[].author"}


@pytest.mark.parametrize("when", CONDITIONS)
def test_a_first_publication_shows_them_all(when):
    assert {change.path for change in diff(None, with_notes(when)).changes} >= {"id", "note[].text", "note[].author"}


@pytest.mark.parametrize("when", CONDITIONS)
def test_the_question_what_a_policy_can_reach_finds_them(when):
    assert reaches(with_notes(when), "secret")
