"""Runs the migrations of the outside store on the connection that `upgrade` opened."""

from alembic import context

from gateway.storage.migrations import version_table
from gateway.storage.outside.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=version_table("outside"),
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction is the one
)
context.run_migrations()
