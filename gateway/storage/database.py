"""One database: how it is opened, and what a transaction on it promises.

Rules:
- SQLite runs with WAL and synchronous=FULL: with NORMAL, an acknowledged record can vanish with the power.
- A writer takes the write lock at once (BEGIN IMMEDIATE, or an advisory lock in PostgreSQL), so that one unit of work
  writes at a time and none fails half way because another came between its read and its write.
- Threads of one process take turns before they ask for that lock: SQLite lets whoever waits for it sleep up to 100 ms.
- Readers never wait for a writer.
"""

from __future__ import annotations

import functools
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from gateway.errors import StorageError

_BUSY_TIMEOUT_MS = 30_000
_WRITES = "demarc_writes"
_INSERTS: dict[str, Callable[[sa.Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class StoreUnavailable(StorageError):
    """The store cannot be read or written at this moment."""

    code = "storage.unavailable"
    remedy = "Try again later; the operator should check the disk and the database of this gateway."


class Database:
    """An open database of one zone."""

    def __init__(self, url: str, zone: str) -> None:
        self._turn = threading.Lock()
        self._lock_key = zlib.crc32(f"demarc:{zone}".encode())
        self.engine = sa.create_engine(url, pool_pre_ping=url.startswith("postgresql"))
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Run one writing transaction; commit when the block ends, roll back when it raises."""
        with self._turn, self._translated(), self.engine.connect().execution_options(**{_WRITES: True}) as connection:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(self._lock_key)))
                yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Run one reading transaction on the last committed state."""
        options = {}
        if self.engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._translated(), self.engine.connect().execution_options(**options) as connection:
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreUnavailable(f"{type(error).__name__}: {error.__cause__ or error}") from error


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # we begin transactions ourselves, below
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-16000")  # 16 MB; the default of 2 MB thrashes on large segments
    cursor.execute("PRAGMA wal_autocheckpoint=8000")  # pages; copying back each 4 MB writes the same index pages often
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def upsert(connection: sa.Connection, table: sa.Table, keys: tuple[str, ...], keep: tuple[str, ...] = ()) -> Any:
    """Return an INSERT that, over a row with the same `keys`, replaces all columns but those in `keep`."""
    return _upsert(connection.dialect.name, table, keys, keep)


@functools.cache
def _upsert(dialect: str, table: sa.Table, keys: tuple[str, ...], keep: tuple[str, ...]) -> Any:
    """Build each statement once: SQLAlchemy takes longer to build one than SQLite to run it."""
    insert = _INSERTS[dialect](table)
    kept = {*keys, *keep}
    changed = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in kept}
    return insert.on_conflict_do_update(index_elements=list(keys), set_=changed)


def insert_or_keep(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an INSERT that leaves an existing row with the same key as it is."""
    return _INSERTS[connection.dialect.name](table).on_conflict_do_nothing()
