"""A partner that is disabled is sent nothing more."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from gateway.outside.push import Progress
from gateway.worker import LoopOver, _Deliveries


@pytest.mark.parametrize("now", [{}, {"northlink": b"a newer descriptor"}], ids=["disabled", "another descriptor"])
def test_the_delivery_loop_of_a_partner_that_is_gone_ends_before_it_sends(now: dict[str, bytes]) -> None:
    partners: dict[str, bytes] = {"northlink": b"descriptor"}
    sent: list[bytes] = []
    rounds = []
    stop = threading.Event()
    stop.set()  # no waiting between rounds

    def pusher(_operator: str, raw: bytes, _runner: object) -> SimpleNamespace:
        return SimpleNamespace(run_once=lambda: sent.append(raw) or Progress.DELIVERED)

    outside = SimpleNamespace(live=SimpleNamespace(partners=lambda: dict(partners)), pusher=pusher)
    loops = SimpleNamespace(stop=stop, start=lambda _name, run_round: rounds.append(run_round))
    deliveries = _Deliveries(outside, loops)
    deliveries.run_round()
    assert rounds[0]()
    partners.clear()
    partners.update(now)
    deliveries.run_round()
    with pytest.raises(LoopOver):
        rounds[0]()
    assert sent == [b"descriptor"]
