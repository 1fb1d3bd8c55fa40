"""The officers' office: officers, drafts, approvals, publications, and the chain of acts.

Phase: post. The version before does not name these tables.
Undo: drop the tables and, in PostgreSQL, the function `demarc_append_only`. Policies in force stay in `policy`.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "v0_2_post_03", "v0_2_post_02"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = {
    "act": ("number", "former"),
    "draft": ("number", "id"),
    "approval": ("number",),
    "artefact": ("digest",),
    "publication": ("number",),
    "activation": None,
}
"""Tables that only grow, with the columns under which SQLite's REPLACE would put one row in another's place."""


def upgrade() -> None:
    """Create the tables, and the triggers that keep what is filed as it is."""
    _officers_and_acts()
    _drafts()
    _publications()
    _standings()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _officers_and_acts() -> None:
    op.create_table(
        "officer",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "act",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("former", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("former"),
    )


def _drafts() -> None:
    op.create_table(
        "draft",
        sa.Column("number", BIG, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("claims", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("bases", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "approval",
        sa.Column("number", BIG, nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["draft.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_approval_draft"), "approval", ["draft"], unique=False)
    op.create_table(
        "artefact",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def _publications() -> None:
    op.create_table(
        "publication",
        sa.Column("number", BIG, nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["policy"], ["artefact.digest"]),
        sa.ForeignKeyConstraint(["draft"], ["draft.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("draft", "audience"),
    )
    op.create_table(
        "activation",
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("version", BIG, autoincrement=False, nullable=False),
        sa.Column("publication", BIG, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("entries", BIG, nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["publication.number"]),
        sa.PrimaryKeyConstraint("audience", "version"),
    )


def _standings() -> None:
    op.create_table(
        "standing",
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("regular", BIG, nullable=True),
        sa.Column("glass", BIG, nullable=True),
        sa.Column("glass_ends", sa.Text(), nullable=True),
        sa.Column("stopped", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("audience"),
    )
    op.create_table(
        "due",
        sa.Column("publication", BIG, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("publication", "what"),
    )
    op.create_index(op.f("ix_due_at"), "due", ["at"], unique=False)


def _guard_sqlite() -> None:
    refuse = "SELECT RAISE(ABORT, 'append-only')"
    for table, keys in APPEND_ONLY.items():
        for act in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN {refuse}; END")
        columns = [f"{key} = NEW.{key}" for key in keys or ()] or ["audience = NEW.audience AND version = NEW.version"]
        for number, same in enumerate(columns):  # a REPLACE deletes without asking the trigger for deletions
            op.execute(
                f"CREATE TRIGGER {table}_no_replace_{number} BEFORE INSERT ON {table}"  # noqa: S608 - constants
                f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refuse}; END"
            )
    op.execute(f"CREATE TRIGGER officer_no_delete BEFORE DELETE ON officer BEGIN {refuse}; END")
    op.execute(
        "CREATE TRIGGER officer_no_replace BEFORE INSERT ON officer WHEN EXISTS"  # noqa: S608 - constants
        f" (SELECT 1 FROM officer WHERE name = NEW.name OR key = NEW.key) BEGIN {refuse}; END"
    )
    op.execute(
        "CREATE TRIGGER officer_no_update BEFORE UPDATE ON officer WHEN OLD.disabled_at IS NOT NULL"
        " OR NEW.disabled_at IS NULL OR NEW.name <> OLD.name OR NEW.person <> OLD.person OR NEW.key <> OLD.key"
        f" OR NEW.enrolled_at <> OLD.enrolled_at BEGIN {refuse}; END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION demarc_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'append-only'; END $$"
    )
    run = "EXECUTE FUNCTION demarc_append_only()"
    for table in (*APPEND_ONLY, "officer"):
        changes = "DELETE" if table == "officer" else "UPDATE OR DELETE"
        op.execute(f"CREATE TRIGGER {table}_no_change BEFORE {changes} ON {table} FOR EACH ROW {run}")
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}")
    op.execute(
        "CREATE TRIGGER officer_no_update BEFORE UPDATE ON officer FOR EACH ROW WHEN (OLD.disabled_at IS NOT NULL"
        " OR NEW.disabled_at IS NULL OR NEW.name <> OLD.name OR NEW.person <> OLD.person OR NEW.key <> OLD.key"
        f" OR NEW.enrolled_at <> OLD.enrolled_at) {run}"
    )
