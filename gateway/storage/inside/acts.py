"""Officers, acts, drafts and approvals in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.evidence.jws import Jws
from gateway.policy.approval.approval import Approval, claims_of, draft_of
from gateway.policy.approval.officers import Officer
from gateway.ports.acts import BEGINNING, Act, FiledDraft, chained
from gateway.record.strictjson import Json, dump
from gateway.storage.inside.tables_acts import ACT, APPROVAL, DRAFT, OFFICER


@dataclass(frozen=True, slots=True)
class SqlOfficerRoll:
    """`gateway.ports.acts.OfficerRoll` on one connection."""

    connection: sa.Connection

    def add(self, officer: Officer) -> None:
        row = {
            "name": officer.name,
            "person": officer.person,
            "key": officer.key.public_bytes_raw(),
            "enrolled_at": officer.enrolled_at.isoformat(),
            "disabled_at": officer.disabled_at and officer.disabled_at.isoformat(),
        }
        self.connection.execute(sa.insert(OFFICER), row)

    def disable(self, name: str, at: datetime) -> None:
        self.connection.execute(
            sa.update(OFFICER)
            .where(OFFICER.c.name == name, OFFICER.c.disabled_at.is_(None))
            .values(disabled_at=at.isoformat())
        )

    def every(self) -> Mapping[str, Officer]:
        rows = self.connection.execute(sa.select(OFFICER).order_by(OFFICER.c.name))
        return {
            row.name: Officer(
                row.name,
                row.person,
                Ed25519PublicKey.from_public_bytes(bytes(row.key)),
                datetime.fromisoformat(row.enrolled_at),
                None if row.disabled_at is None else datetime.fromisoformat(row.disabled_at),
            )
            for row in rows
        }


@dataclass(frozen=True, slots=True)
class SqlActs:
    """`gateway.ports.acts.Acts` on one connection."""

    connection: sa.Connection

    def append(self, kind: str, officer: str | None, at: datetime, body: Json) -> Act:
        last = self.last()
        number, former = (last.number + 1, last.digest) if last else (1, BEGINNING)
        unchained = Act(number, at, kind, officer, body, former, b"")
        act = replace(unchained, digest=chained(unchained))
        row = {
            "number": number,
            "at": at.isoformat(),
            "kind": kind,
            "officer": officer,
            "body": dump(body),
            "former": former,
            "digest": act.digest,
        }
        self.connection.execute(sa.insert(ACT), row)
        return act

    def after(self, number: int, limit: int) -> Sequence[Act]:
        rows = self.connection.execute(sa.select(ACT).where(ACT.c.number > number).order_by(ACT.c.number).limit(limit))
        return [_act(row) for row in rows]

    def last(self) -> Act | None:
        row = self.connection.execute(sa.select(ACT).order_by(ACT.c.number.desc()).limit(1)).one_or_none()
        return None if row is None else _act(row)


def _act(row: sa.Row[tuple[object, ...]]) -> Act:
    at = datetime.fromisoformat(row.at)
    return Act(row.number, at, row.kind, row.officer, orjson.loads(row.body), bytes(row.former), bytes(row.digest))


@dataclass(frozen=True, slots=True)
class SqlDrafts:
    """`gateway.ports.acts.Drafts` on one connection."""

    connection: sa.Connection

    def add(self, filed: FiledDraft) -> None:
        if self.get(filed.draft.id) is not None:
            return
        row = {
            "id": filed.draft.id,
            "claims": dump(claims_of(filed.draft)),
            "signature": filed.signature,
            "file": filed.file,
            "source": filed.source,
            "bases": dump(dict(filed.bases)),
        }
        self.connection.execute(sa.insert(DRAFT), row)

    def get(self, draft_id: str) -> FiledDraft | None:
        row = self.connection.execute(sa.select(DRAFT).where(DRAFT.c.id == draft_id)).one_or_none()
        return None if row is None else _filed(row)

    def beginning(self, letters: str) -> Sequence[FiledDraft]:
        rows = self.connection.execute(sa.select(DRAFT).where(DRAFT.c.id.startswith(letters, autoescape=True)))
        return [_filed(row) for row in rows]

    def newest(self, limit: int) -> Sequence[FiledDraft]:
        rows = self.connection.execute(sa.select(DRAFT).order_by(DRAFT.c.number.desc()).limit(limit))
        return [_filed(row) for row in rows]

    def approve(self, draft_id: str, approval: Approval, at: datetime) -> None:
        row = {
            "draft": draft_id,
            "officer": approval.officer,
            "token": approval.token,
            "approved_at": at.isoformat(),
        }
        self.connection.execute(sa.insert(APPROVAL), row)

    def approvals(self, draft_id: str) -> Sequence[Approval]:
        rows = self.connection.execute(
            sa.select(APPROVAL).where(APPROVAL.c.draft == draft_id).order_by(APPROVAL.c.number)
        )
        return [Approval(row.officer, Jws(row.token)) for row in rows]


def _filed(row: sa.Row[tuple[object, ...]]) -> FiledDraft:
    draft = draft_of(orjson.loads(row.claims))
    return FiledDraft(draft, Jws(row.signature), row.file, row.source, orjson.loads(row.bases))
