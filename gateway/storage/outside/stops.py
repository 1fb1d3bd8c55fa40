"""Who is cut off, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gateway.ids import AudienceId
from gateway.storage.database import insert_or_keep
from gateway.storage.outside.tables import STOPPED


@dataclass(frozen=True, slots=True)
class SqlStops:
    """`gateway.ports.Stops` on one connection."""

    connection: sa.Connection

    def add(self, audience: AudienceId) -> None:
        self.connection.execute(insert_or_keep(self.connection, STOPPED), {"audience": audience})

    def remove(self, audience: AudienceId) -> None:
        self.connection.execute(sa.delete(STOPPED).where(STOPPED.c.audience == audience))

    def every(self) -> Sequence[AudienceId]:
        rows = self.connection.execute(sa.select(STOPPED.c.audience).order_by(STOPPED.c.audience))
        return [AudienceId(audience) for audience in rows.scalars()]

    def is_stopped(self, audience: AudienceId) -> bool:
        chosen = sa.select(STOPPED.c.audience).where(STOPPED.c.audience == audience)
        return self.connection.execute(chosen).scalar_one_or_none() is not None
