"""J-40, R-03, R-04: what a partner answers to a push. Nothing but the fitting receipt counts as delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.errors import PeerError
from gateway.evidence import jws, receipt, wire
from gateway.evidence.checkpoint import TYP, Checkpoint, open_checkpoint
from gateway.evidence.stream import Step
from gateway.ids import AudienceId, RootHash, StreamName
from gateway.outside.push import Progress
from gateway.transport.client import Answer, PeerUnreachable
from tests.chain import AURORA, KEYS, NORTHLINK, Chain, empty_stores, journal_day, public_keys

STREAM = StreamName("aurora/northlink")
RECEIPT, SEAL = KEYS[NORTHLINK, "receipt"], KEYS[NORTHLINK, "seal"]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """Aurora with a stream to deliver; no test here delivers any of it, but the last."""
    folder: Path = tmp_path_factory.mktemp("receipts") / "stores"
    empty_stores(folder)
    with Chain(folder) as chain:
        journal_day(chain)
        chain.disclose_all(chain.discloser())
        chain.replicator().run()
        yield chain


def _receipt(token: str) -> Answer:
    return Answer(200, {}, orjson.dumps({"receipt": token}))


def _with(**more: Any) -> Callable[[Step, Checkpoint], Answer]:
    """A receipt, rightly signed, for something else than what was sent."""
    return lambda step, held: _receipt(receipt.issue(replace(held, **more), step.token, 1, RECEIPT))


def _claims(step: Step, held: Checkpoint) -> dict[str, Any]:
    return jws.verify(receipt.issue(held, step.token, 1, RECEIPT), receipt.TYP, public_keys(NORTHLINK, "receipt"))


def _signed(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Step, Checkpoint], Answer]:
    return lambda step, held: _receipt(jws.sign(change(_claims(step, held)), receipt.TYP, RECEIPT))


def _unreachable(_step: Step, _held: Checkpoint) -> Answer:
    raise PeerUnreachable("the connection broke")


FALSE_ANSWERS: dict[str, Callable[[Step, Checkpoint], Answer]] = {
    "of another size": _with(size=1),
    "one entry more": lambda step, held: _with(size=held.size + 1)(step, held),
    "of another root": _with(root=RootHash(bytes(32))),
    "of another stream": _with(stream=StreamName("aurora/southwind")),
    "by another audience": _with(audience=AudienceId("urn:demarc:operator:southwind")),
    "to another origin": _with(issuer=AudienceId("urn:demarc:operator:southwind")),
    "of another checkpoint": lambda step, held: _receipt(receipt.issue(held, jws.Jws("x.y.z"), 1, RECEIPT)),
    "signed with the seal key": lambda step, held: _receipt(receipt.issue(held, step.token, 1, SEAL)),
    "signed with our own key": lambda step, held: _receipt(receipt.issue(held, step.token, 1, KEYS[AURORA, "receipt"])),
    "a checkpoint": lambda step, held: _receipt(jws.sign(_claims(step, held), TYP, RECEIPT)),
    "our own checkpoint": lambda step, _held: _receipt(step.token),
    "without cp": _signed(lambda claims: {name: value for name, value in claims.items() if name != "cp"}),
    "with a claim more": _signed(lambda claims: {**claims, "more": 1}),
    "with a number as cp": _signed(lambda claims: {**claims, "cp": 1}),
    "with another digest (J-43)": _signed(lambda claims: {**claims, "cp": "sha-1:" + claims["cp"]}),
    "no token": lambda _step, _held: _receipt("x"),
    "a number": lambda _step, _held: Answer(200, {}, b'{"receipt": 1}'),
    "nothing": lambda _step, _held: Answer(200, {}, b""),
    "html": lambda _step, _held: Answer(200, {}, b"<html>ok</html>"),
    "204": lambda _step, _held: Answer(204, {}, b""),
    "401": lambda _step, _held: Answer(401, {}, b"{}"),
    "500": lambda _step, _held: Answer(500, {}, b"oops"),
    "503 for ever": lambda _step, _held: Answer(503, {"retry-after": "99999999999999"}, b"{}"),
    "a gap that is none": lambda _step, _held: Answer(
        409, {}, b'{"type":"urn:demarc:error:stream.gap","expected":10000}'
    ),
    "a gap without a place": lambda _step, _held: Answer(
        409, {}, b'{"type":"urn:demarc:error:stream.gap","expected":-1}'
    ),
    "no answer": _unreachable,
}


@pytest.mark.parametrize("name", FALSE_ANSWERS)
def test_an_answer_that_is_no_fitting_receipt_acknowledges_nothing(chain: Chain, name: str) -> None:
    def post(_path: str, body: bytes) -> Answer:
        step = wire.decode(body)
        return FALSE_ANSWERS[name](step, open_checkpoint(step.token, public_keys(AURORA, "seal")))

    chain.pusher_now = chain.pusher_now.replace(year=chain.pusher_now.year + 1)  # whatever back-off there was is over
    assert chain.pusher(post).run_once() is Progress.WAITING
    with chain.store("aurora-outside").read() as work:
        delivery = work.deliveries.get(STREAM)
        state = work.streams.state(STREAM)
        assert (delivery.acknowledged, work.receipts.newest(STREAM), state.stopped) == (0, None, None)
    assert delivery.problem
    assert delivery.due_at is not None
    assert (delivery.due_at - chain.pusher_now).total_seconds() <= 300  # no wish of a peer stops us for long


def test_after_all_that_the_true_receipt_still_delivers_everything(chain: Chain) -> None:
    sent: list[bytes] = []
    deliver = chain.post_to(chain.acceptor())

    def breaking(path: str, body: bytes) -> Answer:
        """R-03: the partner takes the step, and its first answer is lost."""
        sent.append(body)
        answer = deliver(path, body)
        if len(sent) == 1:
            raise _lost()
        return answer

    chain.pusher_now = chain.pusher_now.replace(year=chain.pusher_now.year + 1)
    chain.push_all(chain.pusher(breaking))
    assert sent[0] == sent[1]
    assert chain.lines("northlink-outside", STREAM) == chain.lines("aurora-outside", STREAM)
    with chain.store("aurora-outside").read() as work:
        size = work.streams.state(STREAM).size
        assert work.deliveries.get(STREAM).acknowledged == size
        assert work.receipts.newest(STREAM)[0] == size


def _lost() -> PeerError:
    return PeerUnreachable("the answer was lost")
