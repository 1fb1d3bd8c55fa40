"""Who is cut off: neither sent to nor answered, whatever else the store says about them.

Phase: post. The version before does not name this table, and would go on sending.
Undo: drop it; whoever is stopped is then served again.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "v0_2_post_01", "v0_1_post_01"


def upgrade() -> None:
    """Create the table, with nobody in it."""
    op.create_table(
        "stopped",
        sa.Column("audience", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("audience"),
    )
