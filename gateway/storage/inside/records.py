"""Internal records, policies in force and partners' records, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gateway.ids import AudienceId, OperatorId, RecordId, RecordTypeName, Subject
from gateway.ports import ActivePolicy, Foreign, Kept, RecordKey
from gateway.storage.database import upsert
from gateway.storage.inside.disclosing import microseconds, moment_of, portions
from gateway.storage.inside.tables import FOREIGN, LATEST, POLICY

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class SqlLatest:
    """`gateway.ports.Latest` on one connection."""

    connection: sa.Connection

    def put(self, records: Mapping[RecordKey, Kept]) -> None:
        rows = [
            {
                "record_type": record_type,
                "record_id": record_id,
                "body": kept.body,
                "taken_at": microseconds(kept.taken_at),
            }
            for (record_type, record_id), kept in records.items()
        ]
        if rows:
            self.connection.execute(upsert(self.connection, LATEST, ("record_type", "record_id")), rows)

    def every(self, record_type: RecordTypeName) -> Iterator[bytes]:
        for kept in self.versions(record_type):
            yield kept.body

    def versions(self, record_type: RecordTypeName) -> Iterator[Kept]:
        last = ""
        while True:
            rows = self.connection.execute(
                sa.select(LATEST.c.record_id, LATEST.c.body, LATEST.c.taken_at)
                .where(LATEST.c.record_type == record_type, LATEST.c.record_id > last)
                .order_by(LATEST.c.record_id)
                .limit(_AT_A_TIME)
            ).all()
            yield from (Kept(row.body, moment_of(row.taken_at)) for row in rows)
            if len(rows) < _AT_A_TIME:
                return
            last = rows[-1].record_id

    def some(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Kept]:
        found: dict[RecordKey, Kept] = {}
        for record_type in dict.fromkeys(kind for kind, _ in keys):
            for some in portions([record_id for kind, record_id in keys if kind == record_type]):
                where = (LATEST.c.record_type == record_type, LATEST.c.record_id.in_(some))
                for row in self.connection.execute(sa.select(LATEST).where(*where)):
                    found[record_type, RecordId(row.record_id)] = Kept(row.body, moment_of(row.taken_at))
        return found

    def get(self, record_type: RecordTypeName, record_id: RecordId) -> bytes | None:
        where = (LATEST.c.record_type == record_type, LATEST.c.record_id == record_id)
        return self.connection.execute(sa.select(LATEST.c.body).where(*where)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class SqlPolicies:
    """`gateway.ports.Policies` on one connection."""

    connection: sa.Connection

    def active(self) -> Sequence[ActivePolicy]:
        rows = self.connection.execute(sa.select(POLICY).order_by(POLICY.c.audience))
        return [ActivePolicy(AudienceId(row.audience), row.digest, row.text, row.position) for row in rows]

    def activate(self, policy: ActivePolicy) -> None:
        row = {
            "audience": policy.audience,
            "digest": policy.digest,
            "text": policy.text,
            "position": policy.position,
        }
        self.connection.execute(upsert(self.connection, POLICY, ("audience",)), row)


@dataclass(frozen=True, slots=True)
class SqlForeignRecords:
    """`gateway.ports.ForeignRecords` on one connection."""

    connection: sa.Connection

    def put(self, records: Iterable[Foreign]) -> None:
        rows = [
            {
                "origin": record.origin,
                "record_type": record.record_type,
                "subject": record.subject,
                "event": record.event,
                "entry": record.index,
                "data": record.data,
            }
            for record in records
        ]
        if rows:
            self.connection.execute(upsert(self.connection, FOREIGN, ("origin", "record_type", "subject")), rows)

    def newest(self, limit: int) -> Sequence[Foreign]:
        rows = self.connection.execute(sa.select(FOREIGN).order_by(FOREIGN.c.entry.desc()).limit(limit))
        return [
            Foreign(
                OperatorId(row.origin),
                RecordTypeName(row.record_type),
                Subject(row.subject),
                row.event,
                row.entry,
                row.data,
            )
            for row in rows
        ]

    def count(self) -> int:
        return self.connection.execute(sa.select(sa.func.count()).select_from(FOREIGN)).scalar_one()
