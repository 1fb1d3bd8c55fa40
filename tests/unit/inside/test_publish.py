"""Putting a policy in force: checked first, journalled in its place, and again when it is published again."""

from __future__ import annotations

import pytest

from gateway.policy.findings import PolicyRefused
from tests.inside_side import NORTHLINK, alarm, policy, resource, service


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "[]", "apiVersion: demarc/v1", "\x00", "&a [*a]"),
        policy("perceivedSeverity: explode"),
        policy("noSuchAttribute: keep"),
        policy(audience="operator: Not An Operator"),
        policy().replace("demarc/v1", "demarc/v2"),
        policy() + "more: 1\n",
        policy() + policy(),
    ],
)
def test_of_a_policy_that_cannot_be_used_nothing_is_journalled(house, text):
    with pytest.raises(PolicyRefused) as refused:
        house.publisher.publish(text, "test.yaml")
    assert refused.value.findings
    assert house.journalled() == []


def test_a_policy_is_a_line_of_the_journal_with_its_text(house):
    published = house.publisher.publish(policy(), "test.yaml")
    assert house.journalled() == [{"audience": NORTHLINK, "digest": published.digest, "text": policy()}]
    assert (published.audience, published.name) == (NORTHLINK, "test")


def test_publishing_an_older_policy_again_is_a_decision_of_its_own(house):
    house.take(service(), resource(), alarm())
    for text in (policy(), policy("serviceAffecting: keep"), policy()):
        house.publisher.publish(text, "test.yaml")
        house.disclose()
    assert [event for _, event, _ in house.told()] == ["raised", "changed", "changed"]
    with house.store.read() as work:
        assert [active.text for active in work.policies.active()] == [policy()]


def test_a_policy_is_in_force_for_what_comes_after_it_and_reviews_what_came_before(house):
    house.take(service(), resource(), alarm("early"))
    house.publisher.publish(policy(), "test.yaml")
    house.take(alarm("late"))
    house.disclose()
    assert [event for _, event, _ in house.told()] == ["raised", "raised"]


def test_two_audiences_have_a_policy_each(house):
    house.publisher.publish(policy(), "a.yaml")
    house.publisher.publish(policy(audience="customer: acme"), "b.yaml")
    house.disclose()
    with house.store.read() as work:
        assert [active.audience for active in work.policies.active()] == ["urn:demarc:customer:acme", NORTHLINK]
