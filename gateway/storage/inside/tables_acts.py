"""Tables of the officers' office; they belong to the inside store.

Rows of `act`, `draft`, `approval`, `artefact`, `publication` and `activation` are never changed or deleted, and of an
officer only the moment of disabling is ever set: triggers of the migration refuse the rest.
"""

from __future__ import annotations

import sqlalchemy as sa

from gateway.storage.inside.tables import METADATA
from gateway.storage.tables import BIG, Bytes

OFFICER = sa.Table(
    "officer",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("key", Bytes, nullable=False, unique=True),  # one key never serves two officers
    sa.Column("enrolled_at", sa.Text, nullable=False),
    sa.Column("disabled_at", sa.Text),
)

ACT = sa.Table(
    "act",
    METADATA,
    sa.Column("number", BIG, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("officer", sa.Text),
    sa.Column("body", Bytes, nullable=False),
    sa.Column("former", Bytes, nullable=False, unique=True),  # a chain does not fork
    sa.Column("digest", Bytes, nullable=False),
)

DRAFT = sa.Table(
    "draft",
    METADATA,
    sa.Column("number", BIG, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("claims", Bytes, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("bases", Bytes, nullable=False),
)

APPROVAL = sa.Table(
    "approval",
    METADATA,
    sa.Column("number", BIG, primary_key=True),
    sa.Column("draft", sa.Text, sa.ForeignKey("draft.id"), nullable=False, index=True),  # asked for draft by draft
    sa.Column("officer", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("approved_at", sa.Text, nullable=False),
)

ARTEFACT = sa.Table(
    "artefact",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

PUBLICATION = sa.Table(
    "publication",
    METADATA,
    sa.Column("number", BIG, primary_key=True),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("policy", sa.Text, sa.ForeignKey("artefact.digest"), nullable=False),
    sa.Column("draft", sa.Text, sa.ForeignKey("draft.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.UniqueConstraint("draft", "audience"),  # a draft is published once
)

ACTIVATION = sa.Table(
    "activation",
    METADATA,
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("version", BIG, primary_key=True, autoincrement=False),
    sa.Column("publication", BIG, sa.ForeignKey("publication.number"), nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("position", BIG, nullable=False),
    sa.Column("entries", BIG, nullable=False),
)

STANDING = sa.Table(
    "standing",
    METADATA,
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("version", BIG, nullable=False),
    sa.Column("regular", BIG),
    sa.Column("glass", BIG),
    sa.Column("glass_ends", sa.Text),
    sa.Column("stopped", sa.Text),
)

DUE = sa.Table(
    "due",
    METADATA,
    sa.Column("publication", BIG, primary_key=True, autoincrement=False),
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False, index=True),  # asked about several times a second
)
