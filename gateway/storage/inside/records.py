"""Internal records, what was disclosed of them, policies in force and partners' records, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import sqlalchemy as sa

from gateway.ids import AudienceId, OperatorId, RecordId, RecordTypeName, Subject
from gateway.ports import ActivePolicy, DisclosedKey, Foreign, RecordKey
from gateway.storage.database import upsert
from gateway.storage.inside.tables import DISCLOSED, FOREIGN, LATEST, POLICY

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class SqlLatest:
    """`gateway.ports.Latest` on one connection."""

    connection: sa.Connection

    def put(self, records: Mapping[RecordKey, bytes]) -> None:
        rows = [
            {"record_type": record_type, "record_id": record_id, "body": body}
            for (record_type, record_id), body in records.items()
        ]
        if rows:
            self.connection.execute(upsert(self.connection, LATEST, ("record_type", "record_id")), rows)

    def every(self, record_type: RecordTypeName) -> Iterator[bytes]:
        last = ""
        while True:
            rows = self.connection.execute(
                sa.select(LATEST.c.record_id, LATEST.c.body)
                .where(LATEST.c.record_type == record_type, LATEST.c.record_id > last)
                .order_by(LATEST.c.record_id)
                .limit(_AT_A_TIME)
            ).all()
            yield from (row.body for row in rows)
            if len(rows) < _AT_A_TIME:
                return
            last = rows[-1].record_id

    def get(self, record_type: RecordTypeName, record_id: RecordId) -> bytes | None:
        where = (LATEST.c.record_type == record_type, LATEST.c.record_id == record_id)
        return self.connection.execute(sa.select(LATEST.c.body).where(*where)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class SqlDisclosed:
    """`gateway.ports.Disclosed` on one connection."""

    connection: sa.Connection

    def digests(self, keys: Sequence[DisclosedKey]) -> Mapping[DisclosedKey, bytes]:
        by_digest = {_short(key): key for key in keys}
        wanted = list(by_digest)
        found: dict[DisclosedKey, bytes] = {}
        for start in range(0, len(wanted), _AT_A_TIME):
            rows = self.connection.execute(
                sa.select(DISCLOSED.c.key, DISCLOSED.c.digest).where(
                    DISCLOSED.c.key.in_(wanted[start : start + _AT_A_TIME])
                )
            )
            found.update({by_digest[row.key]: row.digest for row in rows})
        return found

    def put(self, told: Mapping[DisclosedKey, bytes | None]) -> None:
        rows = [
            {"key": _short(key), "audience": key[0], "record_type": key[1], "record_id": key[2], "digest": digest}
            for key, digest in told.items()
            if digest is not None
        ]
        gone = [{"gone": _short(key)} for key, digest in told.items() if digest is None]
        if rows:
            self.connection.execute(upsert(self.connection, DISCLOSED, ("key",)), rows)
        if gone:
            self.connection.execute(sa.delete(DISCLOSED).where(DISCLOSED.c.key == sa.bindparam("gone")), gone)

    def records_of(self, audience: AudienceId) -> Sequence[RecordKey]:
        rows = self.connection.execute(
            sa.select(DISCLOSED.c.record_type, DISCLOSED.c.record_id)
            .where(DISCLOSED.c.audience == audience)
            .order_by(DISCLOSED.c.record_type, DISCLOSED.c.record_id)
        )
        return [(RecordTypeName(row.record_type), RecordId(row.record_id)) for row in rows]


def _short(key: DisclosedKey) -> bytes:
    return blake2b("\x1f".join(key).encode(), digest_size=16).digest()


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
