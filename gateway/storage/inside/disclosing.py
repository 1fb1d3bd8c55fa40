"""What was told to whom, what waits for its time, and what was stopped, in SQL.

Times are microseconds since 1970, so that both databases compare them as numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from gateway.ids import AudienceId, PartyId, RecordId, RecordTypeName
from gateway.ports import DisclosedKey, FormerNames, RecordKey, Version, Withheld
from gateway.storage.database import upsert
from gateway.storage.inside.tables import DISCLOSED, FORMER_NAME, HELD_BACK, KNOWN_NAME, WITHHELD

_AT_A_TIME = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_KNOWN = sa.select(DISCLOSED.c.audience, DISCLOSED.c.digest).where(  # asked without end, so built once
    DISCLOSED.c.record_id == sa.bindparam("record_id"), DISCLOSED.c.record_type == sa.bindparam("record_type")
)


def short(key: DisclosedKey) -> bytes:
    """Return the digest under which rows of an audience's record are found."""
    return blake2b("\x1f".join(key).encode(), digest_size=16).digest()


def microseconds(moment: datetime) -> int:
    """Return a point in time as it is stored."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(microseconds_: int) -> datetime:
    """Return a stored point in time."""
    return _EPOCH + microseconds_ * _MICROSECOND


def portions(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield `keys` in portions that one statement can carry."""
    for start in range(0, len(keys), _AT_A_TIME):
        yield keys[start : start + _AT_A_TIME]


@dataclass(frozen=True, slots=True)
class SqlDisclosed:
    """`gateway.ports.Disclosed` on one connection."""

    connection: sa.Connection

    def of_records(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Mapping[AudienceId, bytes]]:
        if len(keys) == 1:
            known = self._of_record(*keys[0])
            return {keys[0]: known} if known else {}
        by_type: defaultdict[RecordTypeName, list[RecordId]] = defaultdict(list)
        for record_type, record_id in dict.fromkeys(keys):
            by_type[record_type].append(record_id)
        found: dict[RecordKey, dict[AudienceId, bytes]] = {}
        for kind, identifiers in by_type.items():
            for some in portions(identifiers):
                chosen = sa.select(DISCLOSED.c.record_id, DISCLOSED.c.audience, DISCLOSED.c.digest)
                among = (DISCLOSED.c.record_id.in_(some), DISCLOSED.c.record_type == kind)
                for identifier, audience, digest in self.connection.execute(chosen.where(*among)):
                    found.setdefault((kind, identifier), {})[audience] = digest
        return found

    def _of_record(self, record_type: RecordTypeName, record_id: RecordId) -> dict[AudienceId, bytes]:
        rows = self.connection.execute(_KNOWN, {"record_type": record_type, "record_id": record_id})
        return {AudienceId(audience): digest for audience, digest in rows}

    def of_audience(self, audience: AudienceId) -> Mapping[RecordKey, bytes]:
        rows = self.connection.execute(
            sa.select(DISCLOSED.c.record_type, DISCLOSED.c.record_id, DISCLOSED.c.digest)
            .where(DISCLOSED.c.audience == audience)
            .order_by(DISCLOSED.c.record_type, DISCLOSED.c.record_id)
        )
        return {(RecordTypeName(kind), RecordId(record_id)): digest for kind, record_id, digest in rows}

    def put(self, told: Mapping[DisclosedKey, bytes | None]) -> None:
        rows = [
            {"key": short(key), "audience": key[0], "record_type": key[1], "record_id": key[2], "digest": digest}
            for key, digest in told.items()
            if digest is not None
        ]
        gone = [{"gone": short(key)} for key, digest in told.items() if digest is None]
        if rows:
            self.connection.execute(upsert(self.connection, DISCLOSED, ("key",)), rows)
        if gone:
            self.connection.execute(sa.delete(DISCLOSED).where(DISCLOSED.c.key == sa.bindparam("gone")), gone)


@dataclass(frozen=True, slots=True)
class SqlHeldBack:
    """`gateway.ports.HeldBack` on one connection."""

    connection: sa.Connection

    def of_record(self, key: DisclosedKey) -> Sequence[Version]:
        return self._versions(HELD_BACK.c.key == short(key))

    def of_audience(self, audience: AudienceId) -> Sequence[Version]:
        return self._versions(HELD_BACK.c.audience == audience)

    def due(self, audience: AudienceId, at: datetime) -> Sequence[Version]:
        return self._versions(HELD_BACK.c.audience == audience, HELD_BACK.c.due_at <= microseconds(at))

    def due_audiences(self, at: datetime) -> Mapping[AudienceId, datetime]:
        rows = self.connection.execute(
            sa.select(HELD_BACK.c.audience, sa.func.max(HELD_BACK.c.due_at))
            .where(HELD_BACK.c.due_at <= microseconds(at))
            .group_by(HELD_BACK.c.audience)
            .order_by(HELD_BACK.c.audience)
        )
        return {AudienceId(audience): moment_of(latest) for audience, latest in rows}

    def forget(self, before: Mapping[DisclosedKey, int]) -> None:
        rows = [{"of": short(key), "before": position} for key, position in before.items()]
        if rows:
            gone = sa.and_(HELD_BACK.c.key == sa.bindparam("of"), HELD_BACK.c.position < sa.bindparam("before"))
            self.connection.execute(sa.delete(HELD_BACK).where(gone), rows)

    def forget_audience(self, audience: AudienceId) -> None:
        self.connection.execute(sa.delete(HELD_BACK).where(HELD_BACK.c.audience == audience))

    def put(self, versions: Iterable[Version]) -> None:
        rows = [
            {
                "key": short(version.key),
                "position": version.position,
                "audience": version.audience,
                "record_type": version.record_type,
                "record_id": version.record_id,
                "taken_at": microseconds(version.taken_at),
                "due_at": None if version.due_at is None else microseconds(version.due_at),
                "body": version.body,
            }
            for version in versions
        ]
        if rows:
            self.connection.execute(upsert(self.connection, HELD_BACK, ("key", "position")), rows)

    def _versions(self, *where: sa.ColumnElement[bool]) -> Sequence[Version]:
        table = HELD_BACK.c
        rows = self.connection.execute(
            sa.select(HELD_BACK)
            .where(*where)
            .order_by(table.audience, table.record_type, table.record_id, table.position)
        )
        return [
            Version(
                AudienceId(row.audience),
                RecordTypeName(row.record_type),
                RecordId(row.record_id),
                row.position,
                moment_of(row.taken_at),
                None if row.due_at is None else moment_of(row.due_at),
                row.body,
            )
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class SqlWithheld:
    """`gateway.ports.WithheldDisclosures` on one connection."""

    connection: sa.Connection

    def every(self) -> Sequence[Withheld]:
        return [_withheld(row) for row in self.connection.execute(sa.select(WITHHELD).order_by(WITHHELD.c.number))]

    def get(self, number: int) -> Withheld | None:
        row = self.connection.execute(sa.select(WITHHELD).where(WITHHELD.c.number == number)).one_or_none()
        return None if row is None else _withheld(row)

    def count(self) -> int:
        undecided = sa.select(sa.func.count()).select_from(WITHHELD).where(~WITHHELD.c.is_discarded)
        return self.connection.execute(undecided).scalar_one()

    def put(self, changes: Mapping[DisclosedKey, Withheld | None]) -> None:
        if not changes:
            return
        gone = [{"of": short(key)} for key in changes]
        self.connection.execute(sa.delete(WITHHELD).where(WITHHELD.c.key == sa.bindparam("of")), gone)
        rows = [
            {
                "key": short(key),
                "audience": one.audience,
                "record_type": one.record_type,
                "record_id": one.record_id,
                "digest": one.digest,
                "reason": one.reason,
                "pointer": one.pointer,
                "body": one.body,
                "noticed_at": one.noticed_at.isoformat(),
                "is_discarded": one.is_discarded,
            }
            for key, one in changes.items()
            if one is not None
        ]
        if rows:
            self.connection.execute(sa.insert(WITHHELD), rows)


def _withheld(row: sa.Row[Any]) -> Withheld:
    return Withheld(
        AudienceId(row.audience),
        RecordTypeName(row.record_type),
        RecordId(row.record_id),
        row.digest,
        row.reason,
        row.pointer,
        row.body,
        datetime.fromisoformat(row.noticed_at),
        row.is_discarded,
        row.number,
    )


@dataclass(frozen=True, slots=True)
class SqlKnownNames:
    """`gateway.ports.KnownNames` on one connection."""

    connection: sa.Connection

    def put(self, names: Mapping[str, bool]) -> None:
        if names:
            rows = [{"name": name, "is_place": is_place} for name, is_place in names.items()]
            self.connection.execute(upsert(self.connection, KNOWN_NAME, ("name",), keep=("number",)), rows)

    def every(self) -> Mapping[str, bool]:
        chosen = sa.select(KNOWN_NAME.c.name, KNOWN_NAME.c.is_place).order_by(KNOWN_NAME.c.number)
        return {row.name: row.is_place for row in self.connection.execute(chosen)}

    def put_former(self, former: FormerNames) -> None:
        if not former:
            return
        gone = [{"of": service} for service in former]
        self.connection.execute(sa.delete(FORMER_NAME).where(FORMER_NAME.c.service == sa.bindparam("of")), gone)
        rows = [
            {"service": service, "party": party, "role": role, "name": name}
            for service, known in former.items()
            for (party, role), names in known.items()
            for name in sorted(names)
        ]
        if rows:
            self.connection.execute(sa.insert(FORMER_NAME), rows)

    def former(self) -> FormerNames:
        found: dict[str, dict[tuple[PartyId, str], frozenset[str]]] = {}
        for row in self.connection.execute(sa.select(FORMER_NAME)):
            known = found.setdefault(row.service, {})
            buyer = (PartyId(row.party), row.role)
            known[buyer] = known.get(buyer, frozenset()) | {row.name}
        return found
