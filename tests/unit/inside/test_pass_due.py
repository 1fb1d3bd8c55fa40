"""What was decided for later happens then, once, and only if it is still what was decided."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.inside.propose import Wish
from tests.inside_side import NORTHLINK, alarm, policy, resource, service
from tests.officers import ANNA

HOUR = timedelta(hours=1)
NARROW = policy("perceivedSeverity: keep")
WIDE = NARROW + "      probableCause: keep\n"


@pytest.fixture
def told(house):
    """Return an operator whose northlink has a policy, and a wider one from in an hour."""
    house.take(service(), resource(), alarm())
    house.publisher.publish(NARROW)
    published = house.publisher.publish(WIDE, wish=Wish(effective_from=house.now + HOUR))
    assert published.version is None
    house.disclose()
    return house


def pass_time(house, span):
    house.now += span
    done = house.life.due_taker().run_once()
    house.disclose()
    return done


def shown(house):
    return set(house.told()[-1][2])


def acts(house):
    with house.store.read() as work:
        return [act.kind for act in work.office.acts.after(0, 1000)]


def test_a_publication_is_in_force_from_its_time_on_and_not_before(told):
    assert pass_time(told, HOUR - timedelta(microseconds=1)) == 0
    assert "probableCause" not in shown(told)
    assert pass_time(told, timedelta(microseconds=1)) == 1
    assert "probableCause" in shown(told)
    assert acts(told)[-1] == "policy.in-force"


def test_it_happens_once(told):
    pass_time(told, HOUR)
    assert [pass_time(told, HOUR) for _ in range(3)] == [0, 0, 0]


def test_after_a_long_outage_it_happens_at_the_first_look(told):
    assert pass_time(told, timedelta(days=30)) == 1
    assert "probableCause" in shown(told)


def test_a_later_publication_supersedes_one_that_waits(told):
    draft = told.life.proposer().submit(NARROW.replace("name: test", "name: again"), "again.yaml", ANNA).draft
    told.life.publisher().publish(draft.id, ANNA)
    assert "policy.superseded" in acts(told)
    assert pass_time(told, HOUR) == 0
    assert "probableCause" not in shown(told)


def test_versions_rise_by_what_comes_into_force(told):
    pass_time(told, HOUR)
    with told.store.read() as work:
        history = work.office.publications.history(NORTHLINK)
    assert [(one.version, one.cause) for one in history] == [(1, "published"), (2, "effective")]


def test_a_time_that_is_over_means_at_once(house):
    assert house.publisher.publish(NARROW, wish=Wish(effective_from=house.now - HOUR)).version == 1


def test_a_publication_whose_base_is_gone_lapses(told):
    """It cannot happen by the commands, which supersede what waits; if it does all the same, nothing widens."""
    with told.store.write() as work:
        [due] = work.office.dues.of(NORTHLINK)
        work.office.dues.remove(due)
    told.publisher.publish(NARROW.replace("name: test", "name: again"))
    with told.store.write() as work:
        work.office.dues.add(due)
    assert pass_time(told, HOUR) == 1
    assert acts(told)[-1] == "policy.lapsed"
    assert "probableCause" not in shown(told)
