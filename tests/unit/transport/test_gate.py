"""How many connections a listener has at once."""

from __future__ import annotations

import pytest

from gateway.transport.gate import Gate, TooManyConnections
from gateway.transport.limits import Limits

LIMITS = Limits(max_connections=3, max_connections_per_client=2)


def test_a_client_gets_its_share_and_no_more() -> None:
    gate = Gate(LIMITS)
    first = gate.enter("192.0.2.1")
    gate.enter("192.0.2.1")
    with pytest.raises(TooManyConnections):
        gate.enter("192.0.2.1")
    gate.leave(first)
    gate.enter("192.0.2.1")
    assert gate.total == 2


def test_all_clients_together_get_no_more_than_all() -> None:
    gate = Gate(LIMITS)
    for last in range(3):
        gate.enter(f"192.0.2.{last}")
    with pytest.raises(TooManyConnections):
        gate.enter("192.0.2.9")
    assert gate.total == 3


@pytest.mark.parametrize(
    "addresses", [["2001:db8::1", "2001:db8::2", "2001:db8::ffff:3"], ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"]]
)
def test_addresses_that_one_host_can_choose_from_are_one_client(addresses: list[str]) -> None:
    gate = Gate(LIMITS)
    gate.enter(addresses[0])
    gate.enter(addresses[1])
    with pytest.raises(TooManyConnections):
        gate.enter(addresses[2])
