"""The outside store, opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from gateway import ports
from gateway.storage.database import Database, upsert
from gateway.storage.outside.customers import SqlTokens, SqlViews
from gateway.storage.outside.exchange import SqlDeliveries, SqlReceipts
from gateway.storage.outside.stops import SqlStops
from gateway.storage.outside.tables import DESCRIPTOR, SHARED, STOPPED
from gateway.storage.partners import SqlPartners
from gateway.storage.streams import SqlStreams

_OWN = "own"


class SqlOutsideWork:
    """`gateway.ports.OutsideWork` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.streams: ports.Streams = SqlStreams(connection, SHARED)
        self.receipts: ports.Receipts = SqlReceipts(connection)
        self.deliveries: ports.Deliveries = SqlDeliveries(connection)
        self.views: ports.Views = SqlViews(connection)
        self.tokens: ports.Tokens = SqlTokens(connection)
        self.partners: ports.Partners = SqlPartners(connection, SHARED.partner, STOPPED)
        self.stops: ports.Stops = SqlStops(connection)

    def set_own_descriptor(self, descriptor: bytes) -> None:
        row = {"name": _OWN, "body": descriptor}
        self._connection.execute(upsert(self._connection, DESCRIPTOR, ("name",)), row)

    def own_descriptor(self) -> bytes | None:
        chosen = sa.select(DESCRIPTOR.c.body).where(DESCRIPTOR.c.name == _OWN)
        return self._connection.execute(chosen).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class SqlOutsideStore:
    """`gateway.ports.Store` of the outside."""

    database: Database

    @contextmanager
    def write(self) -> Iterator[ports.OutsideWork]:
        with self.database.write() as connection:
            yield SqlOutsideWork(connection)

    @contextmanager
    def read(self) -> Iterator[ports.OutsideWork]:
        with self.database.read() as connection:
            yield SqlOutsideWork(connection)
