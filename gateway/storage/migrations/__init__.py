"""Bring a store to the form that this version of the code works with, or say that it is not there yet.

Each zone has its own history under `inside/` and `outside/`; a store is never changed while a gateway starts, only by
`demarc init` and `demarc upgrade`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from gateway.errors import StorageError
from gateway.storage.database import Database

Zone = Literal["inside", "outside"]

HEAD: dict[Zone, str] = {"inside": "v0_2_post_03", "outside": "v0_2_post_01"}


class StoreOutdated(StorageError):
    """The store has not the form that this version works with."""

    code = "storage.outdated"
    remedy = "Stop the gateway, back up the store and run `demarc upgrade HOME`."
    retryable = False


def version_table(zone: Zone) -> str:
    """Return where a store notes its revision: the zone is in the name, so that one never passes for the other."""
    return f"{zone}_version"


def upgrade(database: Database, zone: Zone) -> None:
    """Apply every migration that the store lacks, in one transaction where the database can."""
    from alembic import command  # noqa: PLC0415 - heavy, and never needed by a running gateway
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / zone))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(database: Database, zone: Zone) -> None:
    """Check that the store is at the head of its history.

    Raises:
        StoreOutdated: It is older, newer or empty.
    """
    with database.read() as connection:
        found = None
        if sa.inspect(connection).has_table(version_table(zone)):
            noted = sa.table(version_table(zone), sa.column("version_num"))
            found = connection.execute(sa.select(noted.c.version_num)).scalar_one_or_none()
    if found != HEAD[zone]:
        raise StoreOutdated(f"the {zone} store is at {found or 'no version'}, this version works with {HEAD[zone]}")
