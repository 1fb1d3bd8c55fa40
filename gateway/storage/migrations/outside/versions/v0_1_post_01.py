"""The first form of the outside store.

Phase: post. There is nothing older that could still run.
Undo: delete the store.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "v0_1_post_01", None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "conflict",
        sa.Column("number", BIG, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("noticed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "customer",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("customer"),
        sa.UniqueConstraint("token_digest"),
    )
    op.create_table(
        "delivery",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("acknowledged", BIG, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("stream"),
    )
    op.create_table(
        "descriptor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "partner",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("descriptor", sa.LargeBinary(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("operator"),
    )
    op.create_table(
        "receipt",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("checkpoint_digest", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "size", "checkpoint_digest"),
    )
    op.create_table(
        "stream",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("stopped", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index(op.f("ix_stream_audience"), "stream", ["audience"], unique=False)
    op.create_table(
        "view",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("public_id", NAME, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "record_type", "subject"),
    )
    op.create_index("view_by_public_id", "view", ["stream", "record_type", "public_id"], unique=False)
    op.create_table(
        "view_time",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream"),
    )
    op.create_table(
        "segment",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("first", BIG, autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream"],
            ["stream.name"],
        ),
        sa.PrimaryKeyConstraint("stream", "first"),
    )
