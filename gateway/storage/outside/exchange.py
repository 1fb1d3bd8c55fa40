"""Receipts and deliveries in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.evidence.jws import Jws
from gateway.ids import StreamName
from gateway.ports import Delivery
from gateway.storage.database import insert_or_keep, upsert
from gateway.storage.outside.tables import DELIVERY, RECEIPT

_DELIVERY_OF = sa.select(DELIVERY).where(DELIVERY.c.stream == sa.bindparam("stream"))  # asked without end; built once


@dataclass(frozen=True, slots=True)
class SqlReceipts:
    """`gateway.ports.Receipts` on one connection."""

    connection: sa.Connection

    def get(self, stream: StreamName, checkpoint_digest: str) -> Jws | None:
        where = (RECEIPT.c.stream == stream, RECEIPT.c.checkpoint_digest == checkpoint_digest)
        found = self.connection.execute(sa.select(RECEIPT.c.token).where(*where).limit(1)).scalar_one_or_none()
        return None if found is None else Jws(found)

    def put(self, stream: StreamName, size: int, checkpoint_digest: str, token: Jws) -> None:
        row = {"stream": stream, "size": size, "checkpoint_digest": checkpoint_digest, "token": token}
        self.connection.execute(insert_or_keep(self.connection, RECEIPT), row)

    def newest(self, stream: StreamName) -> tuple[int, Jws] | None:
        row = self.connection.execute(
            sa.select(RECEIPT.c.size, RECEIPT.c.token)
            .where(RECEIPT.c.stream == stream)
            .order_by(RECEIPT.c.size.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else (row.size, Jws(row.token))


@dataclass(frozen=True, slots=True)
class SqlDeliveries:
    """`gateway.ports.Deliveries` on one connection."""

    connection: sa.Connection

    def get(self, stream: StreamName) -> Delivery:
        row = self.connection.execute(_DELIVERY_OF, {"stream": stream}).one_or_none()
        if row is None:
            return Delivery(stream, acknowledged=0, attempts=0, due_at=None, problem=None)
        due_at = None if row.due_at is None else datetime.fromisoformat(row.due_at)
        return Delivery(stream, row.acknowledged, row.attempts, due_at, row.problem)

    def put(self, delivery: Delivery) -> None:
        row = {
            "stream": delivery.stream,
            "acknowledged": delivery.acknowledged,
            "attempts": delivery.attempts,
            "due_at": delivery.due_at.isoformat() if delivery.due_at else None,
            "problem": delivery.problem,
        }
        self.connection.execute(upsert(self.connection, DELIVERY, ("stream",)), row)
