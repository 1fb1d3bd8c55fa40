"""Tables that both stores have: streams with their segments, conflicts, and pinned partners.

Each store calls `shared_tables` with its own metadata: two databases, one definition.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa


class Bytes(sa.LargeBinary):
    """Bytes as both drivers take and give them; SQLAlchemy's own type would wrap and copy every value once more."""

    def bind_processor(self, dialect: sa.Dialect) -> None:
        return None

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> None:
        return None


NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that is ordered by its characters' codes in both databases, as it is in Python."""

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by INTEGER PRIMARY KEY only


@dataclass(frozen=True, slots=True)
class SharedTables:
    """The tables of `Streams` and `Partners`."""

    stream: sa.Table
    segment: sa.Table
    conflict: sa.Table
    partner: sa.Table


def shared_tables(metadata: sa.MetaData) -> SharedTables:
    """Define the shared tables in `metadata`."""
    stream = sa.Table(
        "stream",
        metadata,
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False, index=True),  # what is addressed to us is asked for often
        sa.Column("size", BIG, nullable=False),
        sa.Column("peaks", Bytes, nullable=False),
        sa.Column("stopped", sa.Text),
    )
    segment = sa.Table(
        "segment",
        metadata,
        sa.Column("stream", sa.Text, sa.ForeignKey("stream.name"), primary_key=True),
        sa.Column("first", BIG, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("lines", Bytes, nullable=False),
        sa.Column("peaks", Bytes, nullable=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
    )
    conflict = sa.Table(
        "conflict",
        metadata,
        sa.Column("number", BIG, primary_key=True),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("lines", Bytes, nullable=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.Column("noticed_at", sa.Text, nullable=False),
    )
    partner = sa.Table(
        "partner",
        metadata,
        sa.Column("operator", sa.Text, primary_key=True),
        sa.Column("descriptor", Bytes, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
    )
    return SharedTables(stream, segment, conflict, partner)
