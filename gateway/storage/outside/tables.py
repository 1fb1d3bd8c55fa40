"""Tables of the outside store. Whoever reads all of them learns nothing that was not already disclosed."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.storage.tables import BIG, NAME, Bytes, shared_tables

METADATA = sa.MetaData()
SHARED = shared_tables(METADATA)

RECEIPT = sa.Table(
    "receipt",
    METADATA,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("size", BIG, primary_key=True, autoincrement=False),  # the newest receipt is the last of the key
    sa.Column("checkpoint_digest", sa.Text, primary_key=True),
    sa.Column("token", sa.Text, nullable=False),
)

DELIVERY = sa.Table(
    "delivery",
    METADATA,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("acknowledged", BIG, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Text),
    sa.Column("problem", sa.Text),
)

VIEW = sa.Table(
    "view",
    METADATA,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("record_type", sa.Text, primary_key=True),
    sa.Column("subject", NAME, primary_key=True),
    sa.Column("public_id", NAME, nullable=False),
    sa.Column("data", Bytes, nullable=False),
    sa.Index("view_by_public_id", "stream", "record_type", "public_id"),  # lists are paged in this order
)

VIEW_TIME = sa.Table(
    "view_time",
    METADATA,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("changed_at", sa.Text, nullable=False),
)

CUSTOMER = sa.Table(
    "customer",
    METADATA,
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("token_digest", Bytes, nullable=False, unique=True),  # looked up on every request
)

DESCRIPTOR = sa.Table(
    "descriptor",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body", Bytes, nullable=False),
)

STOPPED = sa.Table(
    "stopped",
    METADATA,
    sa.Column("audience", sa.Text, primary_key=True),  # asked about before every send and every answer
)
