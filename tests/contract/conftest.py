"""Stores to hold against the promises of `gateway.ports`: each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.storage.database import Database
from gateway.storage.inside.store import SqlInsideStore
from gateway.storage.migrations import Zone, upgrade
from gateway.storage.outside.store import SqlOutsideStore
from tests.conftest import POSTGRES

_STORES: dict[Zone, Any] = {"inside": SqlInsideStore, "outside": SqlOutsideStore}


class House:
    """A store at the head of its history, which can be closed and opened again as by a restart."""

    def __init__(self, zone: Zone, url: str) -> None:
        self.zone = zone
        self.url = url
        self.database = Database(url, zone)
        upgrade(self.database, zone)

    def write(self) -> AbstractContextManager[Any]:
        """Begin a unit of work that writes."""
        return _STORES[self.zone](self.database).write()

    def read(self) -> AbstractContextManager[Any]:
        """Begin a unit of work that reads."""
        return _STORES[self.zone](self.database).read()

    def restart(self) -> None:
        """Close every connection and open the store again."""
        self.database.close()
        self.database = Database(self.url, self.zone)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Return a function that makes an empty database: a file, or a schema of PostgreSQL that is dropped afterwards."""
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{tmp_path / uuid.uuid4().hex}.db"
        return
    engine = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    schemas: list[str] = []

    def new_schema() -> str:
        schemas.append(f"demarc_test_{uuid.uuid4().hex}")
        with engine.connect() as connection:
            connection.execute(sa.schema.CreateSchema(schemas[-1]))
        url = sa.make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schemas[-1]}"})
        return url.render_as_string(hide_password=False)

    yield new_schema
    with engine.connect() as connection:
        for schema in schemas:
            connection.execute(sa.schema.DropSchema(schema, cascade=True))
    engine.dispose()


def _house(zone: Zone, new_url: Callable[[], str]) -> Iterator[House]:
    house = House(zone, new_url())
    yield house
    house.database.close()


@pytest.fixture
def inside(new_url: Callable[[], str]) -> Iterator[House]:
    """Return an inside store."""
    yield from _house("inside", new_url)


@pytest.fixture
def outside(new_url: Callable[[], str]) -> Iterator[House]:
    """Return an outside store."""
    yield from _house("outside", new_url)


@pytest.fixture(params=["inside", "outside"])
def either(request: pytest.FixtureRequest, new_url: Callable[[], str]) -> Iterator[House]:
    """Return a store of each zone, for the ports that both have."""
    yield from _house(request.param, new_url)
