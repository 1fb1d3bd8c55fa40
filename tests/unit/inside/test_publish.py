"""Putting a policy in force: checked first, journalled in its place, and again when it is published again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.inside.desk import ReasonRefused
from gateway.inside.filed import NoSuchDraft
from gateway.inside.language import CeilingExceeded, PolicyTestsFailed
from gateway.inside.propose import Wish
from gateway.inside.publish import NoSuchVersion
from gateway.policy.language.document import digest
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.reading.parser import parse
from gateway.wiring.language import language
from tests.inside_side import NORTHLINK, alarm, policy, resource, service
from tests.officers import ANNA, BORIS


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
    [line] = house.journalled()
    assert digest(parse(line.pop("text"), "journal")) == digest(parse(policy(), "test.yaml")) == published.digest
    assert line == {"audience": NORTHLINK, "digest": published.digest, "version": 1}
    assert (published.audience, published.name) == (NORTHLINK, "test")


def test_publishing_an_older_policy_again_is_a_decision_of_its_own(house):
    house.take(service(), resource(), alarm())
    for text in (policy(), policy("serviceAffecting: keep"), policy()):
        house.publisher.publish(text, "test.yaml")
        house.disclose()
    assert [event for _, event, _ in house.told()] == ["raised", "changed", "changed"]
    with house.store.read() as work:
        assert [active.digest for active in work.policies.active()] == [digest(parse(policy(), "test.yaml"))]


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


def test_a_group_has_one_draft_and_every_member_its_policy(house):
    members = "group: both, members: [{operator: northlink}, {customer: acme}]"
    house.publisher.publish(policy(audience=members), "group.yaml")
    house.disclose()
    with house.store.read() as work:
        assert [active.audience for active in work.policies.active()] == ["urn:demarc:customer:acme", NORTHLINK]
        [filed] = work.office.drafts.newest(10)
    assert [part.audience for part in filed.draft.parts] == ["urn:demarc:customer:acme", NORTHLINK]


def test_a_policy_beyond_the_ceiling_is_not_even_a_draft(house):
    house.publisher.enrol()
    proposer = replace(house.life, language=language(house.folder)).proposer()
    with pytest.raises(CeilingExceeded, match="alarmDetails"):
        proposer.submit(policy("alarmDetails: keep"), "test.yaml", ANNA)
    with house.store.read() as work:
        assert work.office.drafts.newest(1) == []


def test_a_ceiling_that_came_down_stops_what_was_approved(house):
    draft = house.publisher.submit(policy("alarmDetails: keep"))
    house.life.proposer().approve(draft, BORIS)
    with pytest.raises(CeilingExceeded):
        replace(house.life, language=language(house.folder)).publisher().publish(draft, ANNA)
    assert house.journalled() == []


def test_a_policy_whose_tests_fail_is_not_even_a_draft(house):
    house.publisher.enrol()
    told = replace(house.life.language, test=lambda _policies, tests: [f"{name} failed" for name in tests])
    proposer = replace(house.life, language=told).proposer()
    with pytest.raises(PolicyTestsFailed, match="failed"):
        proposer.submit(policy(), "test.yaml", ANNA, Wish(tests={"a.yaml": "..."}))


@pytest.mark.parametrize("message", ["x" * 501, "bell \x07", "hidden \u200b"])
def test_a_message_is_short_and_visible(house, message):
    with pytest.raises(ReasonRefused):
        house.publisher.submit(policy(), wish=Wish(message=message))


def test_only_an_id_that_was_told_names_a_draft(house):
    draft = house.publisher.submit(policy())
    for unknown in ("", draft[:3], draft[:8].upper() + "x", f"{draft}0", "0" * 16):
        with pytest.raises(NoSuchDraft):
            house.life.proposer().review(unknown)


def test_the_beginning_of_an_id_names_a_draft_if_no_other_begins_like_that(house):
    draft = house.publisher.submit(policy())
    assert house.life.proposer().review(draft[:4]).draft.id == draft
    other = house.publisher.submit(policy("probableCause: keep"))
    assert house.life.proposer().review(other[:10]).draft.id == other


@pytest.mark.parametrize("to", ["", "ffff"])
def test_a_version_that_never_was_does_not_come_back(house, to):
    house.publisher.publish(policy())
    house.publisher.publish(policy("serviceAffecting: keep"))
    with pytest.raises(NoSuchVersion):
        house.life.publisher().roll_back(NORTHLINK, ANNA, to)
