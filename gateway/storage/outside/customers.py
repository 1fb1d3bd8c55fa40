"""Customers' current views and tokens in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.ids import CustomerId, RecordTypeName, StreamName, audience_of_customer
from gateway.ports import ViewChange
from gateway.storage.database import upsert
from gateway.storage.outside.tables import CUSTOMER, STOPPED, VIEW, VIEW_TIME

_AT_A_TIME = 500

# Asked at every request, so built once: building a statement takes longer than SQLite takes to answer it.
_OF_TYPE = (VIEW.c.stream == sa.bindparam("stream"), VIEW.c.record_type == sa.bindparam("record_type"))
_COUNT = sa.select(sa.func.count()).where(*_OF_TYPE)
_PAGE = (
    sa.select(VIEW.c.data)
    .where(*_OF_TYPE)
    .order_by(VIEW.c.public_id, VIEW.c.subject)
    .offset(sa.bindparam("first"))
    .limit(sa.bindparam("most"))
)
_GET = sa.select(VIEW.c.data).where(*_OF_TYPE, VIEW.c.public_id == sa.bindparam("public_id")).limit(1)
_AUDIENCE = sa.literal(audience_of_customer(CustomerId(""))).concat(CUSTOMER.c.customer)
_CUSTOMER_OF = sa.select(CUSTOMER.c.customer).where(
    CUSTOMER.c.token_digest == sa.bindparam("token_digest"),
    ~sa.select(STOPPED.c.audience).where(STOPPED.c.audience == _AUDIENCE).exists(),
)


@dataclass(frozen=True, slots=True)
class SqlViews:
    """`gateway.ports.Views` on one connection."""

    connection: sa.Connection

    def count(self, stream: StreamName, record_type: RecordTypeName) -> int:
        return self.connection.execute(_COUNT, {"stream": stream, "record_type": record_type}).scalar_one()

    def page(self, stream: StreamName, record_type: RecordTypeName, offset: int, limit: int) -> list[bytes]:
        asked = {"stream": stream, "record_type": record_type, "first": offset, "most": limit}
        return list(self.connection.execute(_PAGE, asked).scalars())

    def every(self, stream: StreamName, record_type: RecordTypeName) -> Iterator[bytes]:
        place = sa.tuple_(VIEW.c.public_id, VIEW.c.subject)
        last = ("", "")
        while True:
            rows = self.connection.execute(
                sa.select(VIEW.c.public_id, VIEW.c.subject, VIEW.c.data)
                .where(VIEW.c.stream == stream, VIEW.c.record_type == record_type, place > last)
                .order_by(VIEW.c.public_id, VIEW.c.subject)
                .limit(_AT_A_TIME)
            ).all()
            yield from (row.data for row in rows)
            if len(rows) < _AT_A_TIME:
                return
            last = (rows[-1].public_id, rows[-1].subject)

    def get(self, stream: StreamName, record_type: RecordTypeName, public_id: str) -> bytes | None:
        asked = {"stream": stream, "record_type": record_type, "public_id": public_id}
        return self.connection.execute(_GET, asked).scalar_one_or_none()

    def last_change(self, stream: StreamName) -> datetime | None:
        chosen = sa.select(VIEW_TIME.c.changed_at).where(VIEW_TIME.c.stream == stream)
        found = self.connection.execute(chosen).scalar_one_or_none()
        return None if found is None else datetime.fromisoformat(found)

    def change(self, stream: StreamName, changes: Sequence[ViewChange]) -> None:
        newest = {(change.record_type, change.subject): change for change in changes}
        kept = [
            {
                "stream": stream,
                "record_type": record_type,
                "subject": subject,
                "public_id": change.public_id,
                "data": change.data,
            }
            for (record_type, subject), change in newest.items()
            if change.data is not None
        ]
        gone = [{"gone_type": key[0], "gone": key[1]} for key, change in newest.items() if change.data is None]
        if kept:
            self.connection.execute(upsert(self.connection, VIEW, ("stream", "record_type", "subject")), kept)
        if gone:
            where = (
                VIEW.c.stream == stream,
                VIEW.c.record_type == sa.bindparam("gone_type"),
                VIEW.c.subject == sa.bindparam("gone"),
            )
            self.connection.execute(sa.delete(VIEW).where(*where), gone)
        self._note_time(stream, [change.changed_at for change in changes if change.changed_at])

    def _note_time(self, stream: StreamName, moments: Sequence[datetime]) -> None:
        known = self.last_change(stream)
        latest = max([*moments, known] if known else moments, default=None)
        if latest is not None and latest != known:
            row = {"stream": stream, "changed_at": latest.isoformat()}
            self.connection.execute(upsert(self.connection, VIEW_TIME, ("stream",)), row)


@dataclass(frozen=True, slots=True)
class SqlTokens:
    """`gateway.ports.Tokens` on one connection."""

    connection: sa.Connection

    def customer_of(self, token_digest: bytes) -> CustomerId | None:
        found = self.connection.execute(_CUSTOMER_OF, {"token_digest": token_digest}).scalar_one_or_none()
        return None if found is None else CustomerId(found)

    def put(self, customer: CustomerId, name: str, token_digest: bytes) -> None:
        row = {"customer": customer, "name": name, "token_digest": token_digest}
        self.connection.execute(upsert(self.connection, CUSTOMER, ("customer",)), row)

    def customers(self) -> Sequence[CustomerId]:
        return list(self.connection.execute(sa.select(CUSTOMER.c.customer).order_by(CUSTOMER.c.customer)).scalars())
