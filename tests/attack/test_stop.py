"""P-19: whoever is stopped gets nothing more within a second, whatever is going on, and also after a restart."""

from __future__ import annotations

import asyncio
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from gateway.ids import AudienceId
from gateway.keystore.instance import own_anchor
from gateway.outside.push import Progress
from gateway.transport.client import Answer, PeerCutOff, while_served
from tests.chain import Chain, copied, empty_stores, journal_day
from tests.network import INVENTORY, alarm, customer_policy, partner_policy
from tests.officers import ANNA, BORIS
from tests.operators import Folder, Operator, until

NORTHLINK = AudienceId("urn:demarc:operator:northlink")
ACME = AudienceId("urn:demarc:customer:acme")
STREAM = "aurora/northlink"


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores in which entries to northlink wait to be sent."""
    folder = tmp_path_factory.mktemp("stop") / "stores"
    empty_stores(folder)
    with Chain(folder) as chain:
        journal_day(chain)
        chain.disclose_all(chain.discloser())
        chain.replicator().run()
    return folder


def test_nothing_is_sent_to_a_stopped_partner_and_the_queue_is_kept(replicated: Path, tmp_path: Path) -> None:
    with Chain(copied(replicated, tmp_path / "stores")) as chain:
        sent: list[bytes] = []

        def post(path: str, body: bytes) -> Answer:
            sent.append(body)
            return chain.post_to(chain.acceptor())(path, body)

        stopper = chain.life().stopper()
        stopper.stop(NORTHLINK, ANNA, "suspected breach")
        assert chain.pusher(post).run_once() is Progress.IDLE
        assert sent == []
        waiting = chain.lines("aurora-outside", STREAM)
        assert waiting
        stopper.resume(NORTHLINK, ANNA, BORIS, "all clear")
        chain.push_all(chain.pusher(post))
        assert chain.lines("northlink-outside", STREAM) == waiting


def test_what_is_sealed_while_somebody_is_stopped_waits_too(replicated: Path, tmp_path: Path) -> None:
    with Chain(copied(replicated, tmp_path / "stores")) as chain:
        chain.life().stopper().stop(NORTHLINK, ANNA, "suspected breach")
        before = len(chain.lines("aurora-outside", STREAM))
        journal_day(chain, [alarm("alm-while-stopped")])
        chain.disclose_all(chain.discloser())
        chain.replicator().run()
        assert len(chain.lines("aurora-outside", STREAM)) > before


def test_a_send_that_hangs_is_broken_off() -> None:
    ended: list[str] = []

    async def hang() -> Answer:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("closed")
        raise AssertionError

    began = time.monotonic()
    served = iter([True, True, False])
    with pytest.raises(PeerCutOff):
        asyncio.run(while_served(hang(), lambda: next(served), 0.02))
    assert time.monotonic() - began < 1
    assert ended == ["closed"]


def test_a_send_that_ends_is_not_asked_about() -> None:
    async def answer() -> Answer:
        return Answer(200, {}, b"")

    assert asyncio.run(while_served(answer(), lambda: False)).status == 200


def asked(aurora: Operator, token: str) -> int:
    """Return the status of a customer's query."""
    context = ssl.create_default_context(cadata=own_anchor(aurora.keys))
    url = f"https://127.0.0.1:{aurora.public_port}/tmf-api/serviceInventory/v4/service"
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.slow
def test_the_running_gateway_stops_within_a_second_and_stays_so_after_a_restart(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder:
        aurora, northlink = folder.pair()
        token = aurora.add_customer("acme")
        aurora.load(INVENTORY)
        aurora.publish(partner_policy())
        aurora.publish(customer_policy())
        life = aurora.four_eyes.life
        both = aurora.serve("both")
        northlink.serve("outside")
        aurora.post([alarm("alm-1", perceivedSeverity="critical")])
        until(lambda: northlink.lines(STREAM))
        assert asked(aurora, token) == 200
        for audience in (NORTHLINK, ACME):
            life.stopper().stop(audience, ANNA, "suspected breach")
        time.sleep(1)
        held = northlink.lines(STREAM)
        assert asked(aurora, token) == asked(aurora, "dmc_" + "0" * 64) == 401
        aurora.post([alarm("alm-2", perceivedSeverity="critical")])
        until(lambda: len(aurora.lines(STREAM)) > len(held))
        assert both.stop() == 0
        aurora.serve("both")
        time.sleep(2)
        assert asked(aurora, token) == 401
        assert northlink.lines(STREAM) == held
        life.stopper().resume(NORTHLINK, ANNA, BORIS, "all clear")
        life.stopper().resume(ACME, ANNA, BORIS, "all clear")
        until(lambda: northlink.lines(STREAM) == aurora.lines(STREAM))
        assert asked(aurora, token) == 200
