"""Pinned descriptors of partner operators in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from gateway.ids import OperatorId, audience_of_operator
from gateway.storage.database import upsert


@dataclass(frozen=True, slots=True)
class SqlPartners:
    """`gateway.ports.Partners` on one connection."""

    connection: sa.Connection
    table: sa.Table
    stopped: sa.Table | None = None

    def put(self, operator: OperatorId, descriptor: bytes, *, enabled: bool) -> None:
        row = {"operator": operator, "descriptor": descriptor, "enabled": enabled}
        self.connection.execute(upsert(self.connection, self.table, ("operator",)), row)

    def get(self, operator: OperatorId) -> bytes | None:
        where = (self.table.c.operator == operator, self._is_enabled())
        return self.connection.execute(sa.select(self.table.c.descriptor).where(*where)).scalar_one_or_none()

    def every(self) -> Mapping[OperatorId, bytes]:
        return self._all(self._is_enabled())

    def known(self) -> Mapping[OperatorId, bytes]:
        return self._all(sa.true())

    def _is_enabled(self) -> sa.ColumnElement[bool]:
        """Return the condition for a partner that is enabled and, where the store knows about that, not cut off."""
        if self.stopped is None:
            return self.table.c.enabled
        audience = sa.literal(audience_of_operator(OperatorId(""))).concat(self.table.c.operator)
        is_stopped = sa.select(self.stopped.c.audience).where(self.stopped.c.audience == audience).exists()
        return sa.and_(self.table.c.enabled, ~is_stopped)

    def _all(self, condition: sa.ColumnElement[bool]) -> Mapping[OperatorId, bytes]:
        rows = self.connection.execute(sa.select(self.table).where(condition).order_by(self.table.c.operator))
        return {OperatorId(row.operator): row.descriptor for row in rows}
