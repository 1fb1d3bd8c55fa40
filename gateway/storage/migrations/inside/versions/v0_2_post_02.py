"""Add what disclosure over time needs: versions that wait, disclosures that were stopped, names that ever were.

Phase: post. Applied while nothing runs: 0.1 does not fill the new tables, and would lose what they are for.
Undo: drop the four tables, the index `ix_disclosed_record` and the column `taken_at`.

Of names that had gone before this revision nothing is known; those of the inventory now are noted at the next start.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "v0_2_post_02", "v0_1_post_01"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, the column and the index."""
    op.add_column("latest", sa.Column("taken_at", BIG, nullable=False, server_default="0"))
    op.create_index("ix_disclosed_record", "disclosed", ["record_id", "record_type"], unique=False)
    op.create_table(
        "held_back",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", NAME, nullable=False),
        sa.Column("taken_at", BIG, nullable=False),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "position"),
    )
    op.create_index(op.f("ix_held_back_audience"), "held_back", ["audience"], unique=False)
    op.create_index(op.f("ix_held_back_due_at"), "held_back", ["due_at"], unique=False)
    op.create_table(
        "withheld",
        sa.Column("number", BIG, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", NAME, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("noticed_at", sa.Text(), nullable=False),
        sa.Column("is_discarded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "known_name",
        sa.Column("number", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_place", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "former_name",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", "party", "role", "name"),
    )
