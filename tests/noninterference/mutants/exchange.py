"""Planted leaks of the exchange: receipts, refusals, deliveries."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from gateway.api.outside import exchange
from gateway.evidence import receipt, wire
from gateway.evidence.stream import StreamGap
from gateway.outside.push import Progress, Pusher
from gateway.storage.outside.exchange import SqlDeliveries
from gateway.storage.outside.tables import SHARED
from gateway.storage.streams import SqlStreams
from tests.noninterference.mutants import mutant
from tests.noninterference.mutants.patching import wrap

OPERATOR = {"role": "operator", "hint": ("R7", "R2")}


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


# --- exchange and delivery ---


@mutant("receipt-time-shifts", **OPERATOR)
def _(stack: ExitStack) -> None:
    """A receipt's time moves with the number of receipts given to anybody."""
    numbers = itertools.count()
    wrap(
        stack, receipt, "issue", lambda former, held, token, at, signer: former(held, token, at + next(numbers), signer)
    )


@mutant("gap-of-all-streams", **OPERATOR)
def _(stack: ExitStack) -> None:
    """A gap is reported by the size of all streams together."""
    sizes: dict[str, int] = {}

    def put(former: Any, self: Any, parties: Any, advance: Any, token: Any) -> None:
        former(self, parties, advance, token)
        sizes[parties.stream] = advance.frontier.size

    def face(former: Any, error: Any) -> Response:
        if isinstance(error, StreamGap):
            error.expected = sum(sizes.values())
        return former(error)

    wrap(stack, SqlStreams, "put", put)
    wrap(stack, exchange, "_face", face)


@mutant("delivery-numbered-through", **OPERATOR)
def _(stack: ExitStack) -> None:
    """Deliveries carry a number that counts those to all partners."""
    numbers = itertools.count()

    def sent(former: Any, self: Any, step: Any) -> Any:
        swapped = replace(self, post=lambda path, body: self.post(f"{path}?n={next(numbers)}", body))
        return former(swapped, step)

    wrap(stack, Pusher, "_send", sent)


@mutant("one-queue-for-all", role="operator", hint=("R7",))
def _(stack: ExitStack) -> None:
    """A partner that does not answer holds up all others."""

    def run_once(former: Any, self: Any) -> Progress:
        with self.store.read() as work:
            names = [state.parties.stream for state in work.streams.states()]
            if any(work.deliveries.get(name).attempts for name in names if name != self.stream):
                return Progress.WAITING
        return former(self)

    wrap(stack, Pusher, "run_once", run_once)


@mutant("delivery-mentions-backlog", **OPERATOR)
def _(stack: ExitStack) -> None:
    """The head of a delivery is padded by the number of segments waiting for anybody."""
    segment = SHARED.segment
    total = [0]

    def get(former: Any, self: Any, stream: Any) -> Any:
        total[0] = _count(self.connection, segment)
        return former(self, stream)

    wrap(stack, SqlDeliveries, "get", get)
    wrap(stack, wire, "encode", lambda former, step: former(step).replace(b'"from":', b'"from":' + b" " * total[0], 1))
