"""The inside store, opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from gateway import ports
from gateway.storage.database import Database
from gateway.storage.inside.disclosing import SqlDisclosed, SqlHeldBack, SqlKnownNames, SqlWithheld
from gateway.storage.inside.journal import SqlCursors, SqlJournal, SqlQuarantine
from gateway.storage.inside.publications import SqlOffice
from gateway.storage.inside.records import SqlForeignRecords, SqlLatest, SqlPolicies
from gateway.storage.inside.tables import SHARED
from gateway.storage.partners import SqlPartners
from gateway.storage.streams import SqlStreams


class SqlInsideWork:
    """`gateway.ports.InsideWork` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self.journal: ports.Journal = SqlJournal(connection)
        self.quarantine: ports.Quarantine = SqlQuarantine(connection)
        self.latest: ports.Latest = SqlLatest(connection)
        self.disclosed: ports.Disclosed = SqlDisclosed(connection)
        self.held_back: ports.HeldBack = SqlHeldBack(connection)
        self.withheld: ports.WithheldDisclosures = SqlWithheld(connection)
        self.names: ports.KnownNames = SqlKnownNames(connection)
        self.cursors: ports.Cursors = SqlCursors(connection)
        self.policies: ports.Policies = SqlPolicies(connection)
        self.foreign: ports.ForeignRecords = SqlForeignRecords(connection)
        self.partners: ports.Partners = SqlPartners(connection, SHARED.partner)
        self.streams: ports.Streams = SqlStreams(connection, SHARED)
        self.office: ports.Office = SqlOffice(connection)


@dataclass(frozen=True, slots=True)
class SqlInsideStore:
    """`gateway.ports.Store` of the inside."""

    database: Database

    @contextmanager
    def write(self) -> Iterator[ports.InsideWork]:
        with self.database.write() as connection:
            yield SqlInsideWork(connection)

    @contextmanager
    def read(self) -> Iterator[ports.InsideWork]:
        with self.database.read() as connection:
            yield SqlInsideWork(connection)
