"""Stopping an audience: one officer, at once, in the outside store; two persons to let it back in."""

from __future__ import annotations

import pytest

from gateway.ids import CustomerId, OperatorId
from gateway.inside.desk import ReasonRefused
from gateway.inside.stop import NotStopped, SecondOfficerRefused
from tests.inside_side import ACME, NORTHLINK
from tests.officers import ANNA, BORIS, hand

DIGEST = bytes(32)


@pytest.fixture
def serving(house):
    """Return an operator with a partner and a customer."""
    house.publisher.enrol()
    with house.outside.write() as work:
        work.partners.put(OperatorId("northlink"), b"descriptor", enabled=True)
        work.tokens.put(CustomerId("acme"), "Acme", DIGEST)
    return house


def served(house):
    """Return whom the outside knows."""
    with house.outside.read() as work:
        partner, customer = work.partners.get(OperatorId("northlink")), work.tokens.customer_of(DIGEST)
        assert set(work.partners.every()) == ({"northlink"} if partner else set())
        assert set(work.partners.known()) == {"northlink"}, "what it signed before still verifies"
    return [name for name, found in (("northlink", partner), ("acme", customer)) if found is not None]


def stop(house, audience, reason="suspected breach"):
    house.life.stopper().stop(audience, ANNA, reason)


def test_a_stopped_partner_is_as_if_not_enrolled(serving):
    stop(serving, NORTHLINK)
    assert served(serving) == ["acme"]


def test_a_stopped_customer_is_as_if_not_enrolled(serving):
    stop(serving, ACME)
    assert served(serving) == ["northlink"]


def test_enrolling_again_does_not_let_anybody_back_in(serving):
    stop(serving, NORTHLINK)
    stop(serving, ACME)
    with serving.outside.write() as work:
        work.partners.put(OperatorId("northlink"), b"newer", enabled=True)
        work.tokens.put(CustomerId("acme"), "Acme", DIGEST)
    assert served(serving) == []


def test_resuming_takes_two_persons(serving):
    stop(serving, NORTHLINK)
    other_key = hand("anna.laptop")
    serving.life.officers().add("anna.laptop", "person-anna", other_key.signer.key.public_key(), [ANNA, BORIS])
    for second in (ANNA, other_key):
        with pytest.raises(SecondOfficerRefused):
            serving.life.stopper().resume(NORTHLINK, ANNA, second, "all clear")
    assert served(serving) == ["acme"]
    serving.life.stopper().resume(NORTHLINK, ANNA, BORIS, "all clear")
    assert served(serving) == ["northlink", "acme"]
    with pytest.raises(NotStopped):
        serving.life.stopper().resume(NORTHLINK, ANNA, BORIS, "again")


def test_stopping_again_keeps_the_first_reason(serving):
    stop(serving, NORTHLINK, "first")
    stop(serving, NORTHLINK, "second")
    with serving.store.read() as work:
        assert work.office.standings.get(NORTHLINK).stopped == "first"


def test_a_stop_needs_a_reason(serving):
    with pytest.raises(ReasonRefused):
        stop(serving, NORTHLINK, " ")


def test_what_the_outside_store_missed_is_handed_over_by_the_next_round(serving):
    """We died between the two stores, or the outside store could not be written."""
    stop(serving, NORTHLINK)
    with serving.outside.write() as work:
        work.stops.remove(NORTHLINK)
        work.stops.add(ACME)
    assert serving.life.stopper().hand_over() == 2
    assert served(serving) == ["acme"]
    assert serving.life.stopper().hand_over() == 0
