"""Tables of the inside store."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.storage.tables import BIG, NAME, Bytes, shared_tables

METADATA = sa.MetaData()
SHARED = shared_tables(METADATA)

JOURNAL = sa.Table(
    "journal",
    METADATA,
    sa.Column("position", BIG, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("key", Bytes, nullable=False, unique=True),  # the same source key twice is one line
    sa.Column("digest", Bytes, nullable=False),
    sa.Column("body", Bytes, nullable=False),
    sa.Column("received_at", sa.Text, nullable=False),
)

QUARANTINE = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("number", BIG, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("pointer", sa.Text, nullable=False),
    sa.Column("body", Bytes, nullable=False),
    sa.Column("noticed_at", sa.Text, nullable=False),
)

LATEST = sa.Table(
    "latest",
    METADATA,
    sa.Column("record_type", sa.Text, primary_key=True),
    sa.Column("record_id", NAME, primary_key=True),
    sa.Column("body", Bytes, nullable=False),
)

DISCLOSED = sa.Table(
    "disclosed",
    METADATA,
    sa.Column("key", Bytes, primary_key=True),  # digest of the three below: one short key for point look-ups
    sa.Column("audience", sa.Text, nullable=False, index=True),  # a policy change walks over one audience
    sa.Column("record_type", sa.Text, nullable=False),
    sa.Column("record_id", NAME, nullable=False),
    sa.Column("digest", Bytes, nullable=False),
)

CURSOR = sa.Table(
    "cursor",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", BIG, nullable=False),
)

POLICY = sa.Table(
    "policy",
    METADATA,
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("position", BIG, nullable=False),
)

FOREIGN = sa.Table(
    "foreign_record",
    METADATA,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("record_type", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("entry", BIG, nullable=False),
    sa.Column("data", Bytes, nullable=False),
)
