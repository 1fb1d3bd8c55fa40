"""The demo's story: dozens of alarms of one cut, on things that exist, and harm where it belongs."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from gateway.demo.story import CUSTOMER, PARTNER, Story, story_of
from gateway.ids import RecordTypeName
from gateway.record.validation import findings
from gateway.sources.topology import records_of_topology

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def story() -> Story:
    return story_of(list(records_of_topology()))


def test_both_fibres_carry_services_of_partner_and_customer_and_share_none(story: Story) -> None:
    cut, work = (set(story.inventory.services_depending_on(fibre)) for fibre in (story.cut, story.work))
    for party in (PARTNER, CUSTOMER):
        assert cut.intersection(story.inventory.services_of(party))
        assert work.intersection(story.inventory.services_of(party))
    assert not cut & work


def test_a_cut_raises_dozens_of_alarms_on_resources_that_exist(story: Story) -> None:
    alerts = [alert for wave in story.waves(story.cut, NOW) for alert in wave]
    assert len(alerts) >= 48
    assert len({alert.fingerprint for alert in alerts}) == len(alerts)
    assert all(story.inventory.resource(alert.resource) for alert in alerts)
    assert {"fibre", "circuit", "port", "linecard", "router"} == {
        (story.inventory.resource(alert.resource) or {})["category"] for alert in alerts
    }


def test_nothing_that_counts_is_said_of_what_others_depend_on_too(story: Story) -> None:
    hit = set(story.inventory.services_depending_on(story.cut))
    for alert in (one for wave in story.waves(story.cut, NOW) for one in wave):
        if alert.severity in ("critical", "major"):
            assert set(story.inventory.services_depending_on(alert.resource)) <= hit, alert


@pytest.mark.parametrize("status", ["scheduled", "inProgress", "completed"])
def test_the_change_request_is_valid(story: Story, status: str) -> None:
    assert findings(RecordTypeName("change-request"), story.change(status, NOW)) == ()


def test_secrets_of_the_story_are_more_than_the_names_of_the_inventory(story: Story) -> None:
    assert Counter(name in story.inventory.names() for name in story.secrets())[False] > 50
