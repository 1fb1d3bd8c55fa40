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
    sa.Column("taken_at", BIG, nullable=False, server_default="0"),  # microseconds since 1970, as all of this kind
)

DISCLOSED = sa.Table(
    "disclosed",
    METADATA,
    sa.Column("key", Bytes, primary_key=True),  # digest of the three below: one short key to replace a row by
    sa.Column("audience", sa.Text, nullable=False, index=True),  # a policy change walks over one audience
    sa.Column("record_type", sa.Text, nullable=False),
    sa.Column("record_id", NAME, nullable=False),
    sa.Column("digest", Bytes, nullable=False),
    sa.Index("ix_disclosed_record", "record_id", "record_type"),  # of every record it is asked who knows of it
)

HELD_BACK = sa.Table(
    "held_back",
    METADATA,
    sa.Column("key", Bytes, primary_key=True),  # digest of audience, type and id, as in `disclosed`
    sa.Column("position", BIG, primary_key=True, autoincrement=False),
    sa.Column("audience", sa.Text, nullable=False, index=True),  # a policy change walks over one audience
    sa.Column("record_type", sa.Text, nullable=False),
    sa.Column("record_id", NAME, nullable=False),
    sa.Column("taken_at", BIG, nullable=False),
    sa.Column("due_at", BIG, index=True),  # null once it was told; the clock asks every second what is due
    sa.Column("body", Bytes, nullable=False),
)

WITHHELD = sa.Table(
    "withheld",
    METADATA,
    sa.Column("number", BIG, primary_key=True),
    sa.Column("key", Bytes, nullable=False, unique=True),  # digest of audience, type and id, as in `disclosed`
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("record_type", sa.Text, nullable=False),
    sa.Column("record_id", NAME, nullable=False),
    sa.Column("digest", Bytes, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("pointer", sa.Text, nullable=False),
    sa.Column("body", Bytes, nullable=False),
    sa.Column("noticed_at", sa.Text, nullable=False),
    sa.Column("is_discarded", sa.Boolean, nullable=False),
)

FORMER_NAME = sa.Table(
    "former_name",
    METADATA,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
)

KNOWN_NAME = sa.Table(
    "known_name",
    METADATA,
    sa.Column("number", BIG, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),  # a name is kept once
    sa.Column("is_place", sa.Boolean, nullable=False),
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
