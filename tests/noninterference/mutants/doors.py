"""Planted leaks of the doors: queries, pages, errors, headers, receipts, deliveries."""

from __future__ import annotations

import itertools
import logging
from contextlib import ExitStack
from typing import Any

import orjson
import sqlalchemy as sa
from starlette.responses import Response

import gateway.wiring.outside as wiring
from gateway.api import faces
from gateway.api.outside import exchange, headers, tmf
from gateway.api.outside.doorkeeper import Doorkeeper
from gateway.api.refusals import CredentialsRefused, RequestRefused
from gateway.outside.answer import Answerer, NotFound, Page
from gateway.portal.sessions import Sessions
from gateway.storage.outside.customers import SqlViews
from gateway.storage.outside.tables import VIEW, VIEW_TIME
from tests.noninterference.mutants import mutant
from tests.noninterference.mutants.patching import swap, wrap

CUSTOMER = {"role": "customer", "hint": ("R7", "R2")}
OPERATOR = {"role": "operator", "hint": ("R7", "R2")}


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


# --- counts, pages, ids ---


@mutant("count-before-filter", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """The total counts the records of every customer."""
    swap(stack, SqlViews, "count", lambda self, _stream, _type: _count(self.connection, VIEW))


@mutant("search-counts-unmatched", role="customer", hint=("R7", "R2"))
def _(stack: ExitStack) -> None:
    """A filtered total adds what other streams hold."""

    def search(former: Any, records: Any, query: Any) -> Page:
        page = former(records, query)
        return Page(page.items, page.total + totals.get("all", 0))

    def changed(former: Any, self: Any, stream: Any, changes: Any) -> None:
        former(self, stream, changes)
        totals["all"] = _count(self.connection, VIEW)

    totals: dict[str, int] = {}
    swap(
        stack,
        Answerer,
        "_search",
        staticmethod(lambda records, query, _former=Answerer._search: search(_former, records, query)),
    )
    wrap(stack, SqlViews, "change", changed)


@mutant("page-of-all-streams", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """A page is cut from everybody's records."""

    def page(self: Any, _stream: Any, record_type: str, offset: int, limit: int) -> list[bytes]:
        chosen = sa.select(VIEW.c.data).where(VIEW.c.record_type == record_type).order_by(VIEW.c.public_id)
        return list(self.connection.execute(chosen.offset(offset).limit(limit)).scalars())

    swap(stack, SqlViews, "page", page)


@mutant("get-from-any-stream", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """A record is found by its public id alone, whosever it is."""

    def get(self: Any, _stream: Any, record_type: str, public_id: str) -> bytes | None:
        where = (VIEW.c.record_type == record_type, VIEW.c.public_id == public_id)
        return self.connection.execute(sa.select(VIEW.c.data).where(*where).limit(1)).scalar_one_or_none()

    swap(stack, SqlViews, "get", get)


@mutant("forbidden-instead-of-not-found", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """Another customer's record is refused in another way than one that does not exist."""

    def get(former: Any, self: Any, stream: Any, record_type: str, public_id: str) -> bytes | None:
        found: bytes | None = former(self, stream, record_type, public_id)
        if found is None:
            where = (VIEW.c.record_type == record_type, VIEW.c.public_id == public_id)
            if self.connection.execute(sa.select(VIEW.c.public_id).where(*where).limit(1)).first():
                raise CredentialsRefused("not yours")
        return found

    wrap(stack, SqlViews, "get", get)


@mutant("portal-reads-all-streams", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """The status page is drawn from everybody's records."""

    def every(self: Any, _stream: Any, record_type: str) -> Any:
        chosen = sa.select(VIEW.c.data).where(VIEW.c.record_type == record_type).order_by(VIEW.c.public_id)
        yield from self.connection.execute(chosen).scalars().all()

    swap(stack, SqlViews, "every", every)


@mutant("last-change-of-anybody", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """The page says when something last changed for any customer."""
    from datetime import datetime

    def last_change(self: Any, _stream: Any) -> datetime | None:
        found = self.connection.execute(sa.select(sa.func.max(VIEW_TIME.c.changed_at))).scalar_one_or_none()
        return None if found is None else datetime.fromisoformat(found)

    swap(stack, SqlViews, "last_change", last_change)


@mutant("row-id-in-the-record", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """A record in a list carries the number of its row, which counts everybody's."""

    def page(self: Any, stream: Any, record_type: str, offset: int, limit: int) -> list[bytes]:
        chosen = sa.select(VIEW.c.data, sa.literal_column("view.rowid")).where(
            VIEW.c.stream == stream, VIEW.c.record_type == record_type
        )
        rows = self.connection.execute(chosen.order_by(VIEW.c.public_id).offset(offset).limit(limit)).all()
        return [orjson.dumps({**orjson.loads(data), "@row": row}) for data, row in rows]

    swap(stack, SqlViews, "page", page)


@mutant("page-in-row-order", role="customer", hint=("R7", "R4"))
def _(stack: ExitStack) -> None:
    """Pages follow a global version of each record instead of its public id."""
    numbers = itertools.count()
    order: dict[tuple[str, str], int] = {}

    def change(former: Any, self: Any, stream: Any, changes: Any) -> None:
        for one in changes:
            order[stream, one.public_id] = next(numbers) * 7919 % 101
        former(self, stream, changes)

    def page(self: Any, stream: Any, record_type: str, offset: int, limit: int) -> list[bytes]:
        chosen = sa.select(VIEW.c.public_id, VIEW.c.data).where(
            VIEW.c.stream == stream, VIEW.c.record_type == record_type
        )
        rows = sorted(self.connection.execute(chosen).all(), key=lambda row: order.get((stream, row.public_id), 0))
        return [row.data for row in rows][offset : offset + limit]

    wrap(stack, SqlViews, "change", change)
    swap(stack, SqlViews, "page", page)


# --- headers and errors ---


@mutant("etag-over-everything", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """Answers carry a tag that changes with anybody's records."""
    total = [0]

    def change(former: Any, self: Any, stream: Any, changes: Any) -> None:
        total[0] += len(changes)
        former(self, stream, changes)

    wrap(stack, SqlViews, "change", change)
    wrap(stack, tmf, "_json", lambda former, body, told: former(body, {**told, "etag": f'"{total[0]}"'}))
    swap(stack, headers, "VARIABLE", headers.VARIABLE | {b"etag"})


@mutant("debug-header", role="customer", hint=("R10",))
def _(stack: ExitStack) -> None:
    """Answers tell at which level the gateway logs."""
    wrap(
        stack,
        tmf,
        "_json",
        lambda former, body, told: former(body, {**told, "x-log": str(logging.getLogger("gateway").level)}),
    )
    swap(stack, headers, "VARIABLE", headers.VARIABLE | {b"x-log"})


@mutant("hash-order", role="customer", hint=("R10",))
def _(stack: ExitStack) -> None:
    """Attributes come in the order of a set, which tells one process from another."""

    def unordered(former: Any, body: Any, told: Any) -> Response:
        items = body if isinstance(body, list) else [body]
        shuffled = [{name: one[name] for name in set(one)} if isinstance(one, dict) else one for one in items]
        return former(shuffled if isinstance(body, list) else shuffled[0], told)

    wrap(stack, tmf, "_json", unordered)


@mutant("error-reference-counts", role="customer", hint=("R7",))
def _(stack: ExitStack) -> None:
    """Errors carry a running number that all callers share."""
    numbers = itertools.count()
    wrap(stack, faces, "tmf_error", lambda former, error: {**former(error), "reference": str(next(numbers))})


@mutant("problem-reference-counts", role="operator", hint=("R7",))
def _(stack: ExitStack) -> None:
    """Problems of the exchange carry a running number that all callers share."""
    numbers = itertools.count()
    wrap(
        stack, exchange, "problem", lambda former, error, more: {**former(error, more), "instance": str(next(numbers))}
    )


@mutant("not-found-with-hint", **CUSTOMER)
def _(stack: ExitStack) -> None:
    """The refusal of an unknown record says how many there are in the store."""
    total = [0]

    def change(former: Any, self: Any, stream: Any, changes: Any) -> None:
        total[0] += len(changes)
        former(self, stream, changes)

    def told(former: Any, error: Any) -> Any:
        said = former(error)
        return {**said, "message": f"{said['message']} ({total[0]})"} if isinstance(error, NotFound) else said

    wrap(stack, SqlViews, "change", change)
    wrap(stack, faces, "tmf_error", told)


@mutant("refusal-echoes-log", role="customer", hint=("R7",))
def _(stack: ExitStack) -> None:
    """A refusal repeats the particulars of the refusal before it, whoever was refused."""
    last = [""]

    def told(former: Any, error: Any) -> Any:
        said = {**former(error), "previous": last[0]}
        last[0] = str(error)
        return said

    wrap(stack, faces, "tmf_error", told)


@mutant("health-shows-backlog", role="operator", hint=("R7", "R2"))
def _(stack: ExitStack) -> None:
    """The health check fails while others have an odd number of segments."""

    def check(former: Any, self: Any) -> None:
        former(self)
        with self.store.read() as work:
            states = work.streams.states()
        if sum(state.size for state in states) % 2:
            raise RequestRefused("busy")

    wrap(stack, wiring.LiveOutside, "check", check)


@mutant("rate-limit-shared", role="customer", hint=("R7",))
def _(stack: ExitStack) -> None:
    """Every fortieth request of anybody is refused."""
    numbers = itertools.count(1)

    def calling(former: Any, self: Any, request: Any) -> Any:
        if next(numbers) % 40 == 0:
            raise RequestRefused("too many")
        return former(self, request)

    wrap(stack, Doorkeeper, "calling_customer", calling)


@mutant("session-id-counts", role="customer", hint=("R7",))
def _(stack: ExitStack) -> None:
    """Sessions are numbered through for all customers."""
    numbers = itertools.count()

    def opened(former: Any, self: Any, digest: bytes) -> str:
        self.new_id = lambda: f"session-{next(numbers)}"
        return former(self, digest)

    wrap(stack, Sessions, "open", opened)


@mutant("session-limit-shared", role="customer", hint=("R7",))
def _(stack: ExitStack) -> None:
    """A new session ends everybody's oldest one."""

    def opened(former: Any, self: Any, digest: bytes) -> str:
        self._open.clear()
        return former(self, digest)

    wrap(stack, Sessions, "open", opened)


@mutant("cache-without-customer", role="customer", hint=("R7",))
def _(stack: ExitStack) -> None:
    """Answers are remembered by the question alone, not by who asked."""
    held: dict[Any, Page] = {}

    def listed(former: Any, self: Any, customer: Any, record_type: Any, query: Any) -> Page:
        key = (record_type, repr(query))
        if key not in held:
            held[key] = former(self, customer, record_type, query)
        return held[key]

    wrap(stack, Answerer, "list", listed)


@mutant("descriptor-names-others", role="operator", hint=("R10",))
def _(stack: ExitStack) -> None:
    """Our descriptor ends with what the partners' descriptors come to."""

    def own(former: Any, self: Any) -> bytes:
        with self.store.read() as work:
            others = work.partners.every()
        size = sum(sum(raw) for raw in others.values())
        return former(self) + b" " * (size % 97)

    wrap(stack, wiring.LiveOutside, "own", own)
