"""The journal, the quarantine and the cursors in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.ports import Line, NewLine, Quarantined, Refused
from gateway.storage.database import upsert
from gateway.storage.inside.tables import CURSOR, JOURNAL, QUARANTINE

_AFTER = (  # asked without end, so built once
    sa.select(JOURNAL.c.position, JOURNAL.c.kind, JOURNAL.c.body, JOURNAL.c.received_at)
    .where(JOURNAL.c.position > sa.bindparam("after"))
    .order_by(JOURNAL.c.position)
    .limit(sa.bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class SqlJournal:
    """`gateway.ports.Journal` on one connection."""

    connection: sa.Connection

    def append(self, lines: Sequence[NewLine], received_at: datetime) -> None:
        if lines:
            moment = received_at.isoformat()
            rows = [
                {
                    "kind": line.kind,
                    "source": line.source,
                    "key": line.key,
                    "digest": line.digest,
                    "body": line.body,
                    "received_at": moment,
                }
                for line in lines
            ]
            self.connection.execute(sa.insert(JOURNAL), rows)

    def known(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), 500):
            chosen = sa.select(JOURNAL.c.key, JOURNAL.c.digest).where(JOURNAL.c.key.in_(keys[start : start + 500]))
            found.update({row.key: row.digest for row in self.connection.execute(chosen)})
        return found

    def after(self, position: int, limit: int) -> Sequence[Line]:
        rows = self.connection.execute(_AFTER, {"after": position, "most": limit})
        return [Line(number, kind, body, datetime.fromisoformat(moment)) for number, kind, body, moment in rows]

    def end(self) -> int:
        return self.connection.execute(sa.select(sa.func.max(JOURNAL.c.position))).scalar_one() or 0


@dataclass(frozen=True, slots=True)
class SqlQuarantine:
    """`gateway.ports.Quarantine` on one connection."""

    connection: sa.Connection

    def add(self, source: str, reason: str, pointer: str, body: bytes, noticed_at: datetime) -> None:
        row = {
            "source": source,
            "reason": reason,
            "pointer": pointer,
            "body": body,
            "noticed_at": noticed_at.isoformat(),
        }
        self.connection.execute(sa.insert(QUARANTINE), row)

    def add_all(self, items: Sequence[Refused], noticed_at: datetime) -> None:
        moment = noticed_at.isoformat()
        rows = [
            {"source": one.source, "reason": one.reason, "pointer": one.pointer, "body": one.body, "noticed_at": moment}
            for one in items
        ]
        if rows:
            self.connection.execute(sa.insert(QUARANTINE), rows)

    def newest(self, limit: int) -> Sequence[Quarantined]:
        rows = self.connection.execute(sa.select(QUARANTINE).order_by(QUARANTINE.c.number.desc()).limit(limit))
        return [
            Quarantined(
                row.number, row.source, row.reason, row.pointer, row.body, datetime.fromisoformat(row.noticed_at)
            )
            for row in rows
        ]

    def count(self) -> int:
        return self.connection.execute(sa.select(sa.func.count()).select_from(QUARANTINE)).scalar_one()


@dataclass(frozen=True, slots=True)
class SqlCursors:
    """`gateway.ports.Cursors` on one connection."""

    connection: sa.Connection

    def get(self, name: str) -> int:
        found = self.connection.execute(sa.select(CURSOR.c.position).where(CURSOR.c.name == name)).scalar_one_or_none()
        return found or 0

    def move(self, name: str, position: int) -> None:
        self.connection.execute(upsert(self.connection, CURSOR, ("name",)), {"name": name, "position": position})
