"""Runs the migrations of the inside store on the connection that `upgrade` opened."""

from alembic import context

from gateway.storage.inside.tables import METADATA
from gateway.storage.migrations import version_table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=version_table("inside"),
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction is the one
)
context.run_migrations()
