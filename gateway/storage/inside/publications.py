"""Published policies, when they were in force, how things stand, and what time has still to do, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from gateway.ids import AudienceId, PolicyDigest
from gateway.policy.approval.approval import Draft
from gateway.ports import acts as ports
from gateway.ports.acts import Activation, Due, Publication, Standing
from gateway.storage.database import upsert
from gateway.storage.inside.acts import SqlActs, SqlDrafts, SqlOfficerRoll
from gateway.storage.inside.tables_acts import ACTIVATION, ARTEFACT, DUE, PUBLICATION, STANDING


@dataclass(frozen=True, slots=True)
class SqlArtefacts:
    """`gateway.ports.acts.Artefacts` on one connection."""

    connection: sa.Connection

    def keep(self, digest: PolicyDigest, audience: AudienceId, text: str) -> None:
        if self.text(digest) is None:
            self.connection.execute(sa.insert(ARTEFACT), {"digest": digest, "audience": audience, "text": text})

    def text(self, digest: PolicyDigest) -> str | None:
        return self.connection.execute(
            sa.select(ARTEFACT.c.text).where(ARTEFACT.c.digest == digest)
        ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class SqlPublications:
    """`gateway.ports.acts.Publications` on one connection."""

    connection: sa.Connection

    def add(self, audience: AudienceId, policy: PolicyDigest, draft: Draft, at: datetime) -> Publication:
        row = {
            "audience": audience,
            "policy": policy,
            "draft": draft.id,
            "kind": draft.kind,
            "published_at": at.isoformat(),
        }
        done = self.connection.execute(sa.insert(PUBLICATION).returning(PUBLICATION.c.number), row)
        return Publication(done.scalar_one(), audience, policy, draft.id, draft.kind, at)

    def get(self, number: int) -> Publication | None:
        row = self.connection.execute(sa.select(PUBLICATION).where(PUBLICATION.c.number == number)).one_or_none()
        return None if row is None else _publication(row)

    def of_draft(self, draft_id: str) -> Sequence[Publication]:
        chosen = sa.select(PUBLICATION).where(PUBLICATION.c.draft == draft_id).order_by(PUBLICATION.c.audience)
        return [_publication(row) for row in self.connection.execute(chosen)]

    def activate(self, activation: Activation) -> None:
        row = {
            "audience": activation.audience,
            "version": activation.version,
            "publication": activation.publication,
            "cause": activation.cause,
            "at": activation.at.isoformat(),
            "position": activation.position,
            "entries": activation.entries,
        }
        self.connection.execute(sa.insert(ACTIVATION), row)

    def history(self, audience: AudienceId) -> Sequence[Activation]:
        chosen = sa.select(ACTIVATION).where(ACTIVATION.c.audience == audience).order_by(ACTIVATION.c.version)
        return [
            Activation(
                audience,
                row.version,
                row.publication,
                row.cause,
                datetime.fromisoformat(row.at),
                row.position,
                row.entries,
            )
            for row in self.connection.execute(chosen)
        ]


def _publication(row: sa.Row[tuple[object, ...]]) -> Publication:
    return Publication(
        row.number,
        AudienceId(row.audience),
        PolicyDigest(row.policy),
        row.draft,
        row.kind,
        datetime.fromisoformat(row.published_at),
    )


@dataclass(frozen=True, slots=True)
class SqlStandings:
    """`gateway.ports.acts.Standings` on one connection."""

    connection: sa.Connection

    def get(self, audience: AudienceId) -> Standing:
        row = self.connection.execute(sa.select(STANDING).where(STANDING.c.audience == audience)).one_or_none()
        return Standing(audience) if row is None else _standing(row)

    def put(self, standing: Standing) -> None:
        row = {
            "audience": standing.audience,
            "version": standing.version,
            "regular": standing.regular,
            "glass": standing.glass,
            "glass_ends": standing.glass_ends and standing.glass_ends.isoformat(),
            "stopped": standing.stopped,
        }
        self.connection.execute(upsert(self.connection, STANDING, ("audience",)), row)

    def every(self) -> Sequence[Standing]:
        return [_standing(row) for row in self.connection.execute(sa.select(STANDING).order_by(STANDING.c.audience))]


def _standing(row: sa.Row[tuple[object, ...]]) -> Standing:
    ends = None if row.glass_ends is None else datetime.fromisoformat(row.glass_ends)
    return Standing(AudienceId(row.audience), row.version, row.regular, row.glass, ends, row.stopped)


@dataclass(frozen=True, slots=True)
class SqlDues:
    """`gateway.ports.acts.Dues` on one connection."""

    connection: sa.Connection

    def add(self, due: Due) -> None:
        row = {"publication": due.publication, "what": due.what, "audience": due.audience, "at": _sortable(due.at)}
        self.connection.execute(sa.insert(DUE), row)

    def until(self, moment: datetime) -> Sequence[Due]:
        return self._chosen(DUE.c.at <= _sortable(moment))

    def of(self, audience: AudienceId) -> Sequence[Due]:
        return self._chosen(DUE.c.audience == audience)

    def remove(self, due: Due) -> None:
        self.connection.execute(sa.delete(DUE).where(DUE.c.publication == due.publication, DUE.c.what == due.what))

    def _chosen(self, condition: sa.ColumnElement[bool]) -> Sequence[Due]:
        rows = self.connection.execute(sa.select(DUE).where(condition).order_by(DUE.c.at, DUE.c.publication))
        return [
            Due(row.publication, row.what, AudienceId(row.audience), datetime.fromisoformat(row.at)) for row in rows
        ]


def _sortable(moment: datetime) -> str:
    """Return a moment so that the order of texts is that of moments: UTC, always with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class SqlOffice:
    """`gateway.ports.acts.Office` on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self.officers: ports.OfficerRoll = SqlOfficerRoll(connection)
        self.acts: ports.Acts = SqlActs(connection)
        self.drafts: ports.Drafts = SqlDrafts(connection)
        self.artefacts: ports.Artefacts = SqlArtefacts(connection)
        self.publications: ports.Publications = SqlPublications(connection)
        self.standings: ports.Standings = SqlStandings(connection)
        self.dues: ports.Dues = SqlDues(connection)
