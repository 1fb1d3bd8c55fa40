"""The promises that all stores share: all or nothing, durable, one writer, and readers that never wait."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from gateway.errors import StorageError
from gateway.storage.database import Database, StoreUnavailable
from gateway.storage.inside.store import SqlInsideStore

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)


class TestStore:
    def test_what_was_written_is_there_after_a_restart(self, inside):
        with inside.write() as work:
            work.cursors.move("x", 7)
        inside.restart()
        with inside.read() as work:
            assert work.cursors.get("x") == 7

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, StorageError])
    def test_of_a_unit_of_work_that_fails_nothing_stays(self, inside, error):
        with pytest.raises(error), inside.write() as work:  # noqa: PT012 - the unit of work is what fails
            work.cursors.move("x", 7)
            work.quarantine.add("http", "reason", "/x", b"body", MOMENT)
            raise error
        with inside.read() as work:
            assert (work.cursors.get("x"), work.quarantine.count()) == (0, 0)

    def test_a_unit_of_work_sees_its_own_writes(self, inside):
        with inside.write() as work:
            work.cursors.move("x", 7)
            assert work.cursors.get("x") == 7

    def test_a_reader_does_not_wait_for_a_writer_and_sees_what_is_committed(self, inside):
        with inside.write() as work:
            work.cursors.move("x", 7)
            with inside.read() as reading:
                assert reading.cursors.get("x") == 0
        with inside.read() as reading:
            assert reading.cursors.get("x") == 7

    def test_a_reader_sees_one_state_from_beginning_to_end(self, inside):
        with inside.read() as reading:
            assert reading.cursors.get("x") == 0
            with inside.write() as work:
                work.cursors.move("x", 7)
            assert reading.cursors.get("x") == 0

    def test_one_unit_of_work_writes_at_a_time_and_none_is_lost(self, inside):
        def count() -> None:
            for _ in range(10):
                with inside.write() as work:
                    work.cursors.move("x", work.cursors.get("x") + 1)

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        with inside.read() as work:
            assert work.cursors.get("x") == 40

    def test_a_second_writer_waits_for_the_first(self, inside):
        order = []

        def second() -> None:
            with inside.write() as work:
                order.append("second")
                work.cursors.move("x", 2)

        thread = threading.Thread(target=second)
        with inside.write() as work:
            thread.start()
            time.sleep(0.2)
            order.append("first")
            work.cursors.move("x", 1)
        thread.join(30)
        with inside.read() as work:
            assert (order, work.cursors.get("x")) == (["first", "second"], 2)

    def test_a_failure_of_the_database_is_a_storage_error(self, inside):
        with inside.database.write() as connection:
            connection.execute(sa.text("DROP TABLE quarantine"))
        with pytest.raises(StoreUnavailable), inside.read() as work:
            work.quarantine.count()
        with inside.read() as work:
            assert work.cursors.get("x") == 0

    def test_a_connection_that_the_server_closed_is_replaced(self, inside):
        if inside.database.engine.dialect.name != "postgresql":
            pytest.skip("a file closes no connection")
        other = sa.create_engine(inside.url, isolation_level="AUTOCOMMIT")
        with pytest.raises(StorageError), inside.read() as work:  # noqa: PT012 - the unit of work is what fails
            own = work.cursors.connection.execute(sa.select(sa.func.pg_backend_pid())).scalar_one()
            with other.connect() as connection:
                connection.execute(sa.select(sa.func.pg_terminate_backend(own)))
            work.cursors.get("x")
        other.dispose()
        with inside.read() as work:
            assert work.cursors.get("x") == 0


class TestSqliteFile:
    def test_an_acknowledged_write_survives_a_power_cut(self, tmp_path):
        """Durability is two settings; with any other pair, acknowledged records can vanish."""
        database = Database(f"sqlite:///{tmp_path / 'x.db'}", "inside")
        with database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        database.close()

    def test_a_file_that_is_no_database_is_a_storage_error(self, tmp_path):
        (tmp_path / "x.db").write_bytes(b"not a database" * 1000)
        database = Database(f"sqlite:///{tmp_path / 'x.db'}", "inside")
        with pytest.raises(StorageError), SqlInsideStore(database).read() as work:
            work.cursors.get("x")
        database.close()

    def test_a_folder_that_is_missing_is_a_storage_error(self, tmp_path):
        database = Database(f"sqlite:///{tmp_path}/no/x.db", "inside")
        with pytest.raises(StorageError), database.write():
            pass
        database.close()

    def test_a_full_disk_is_a_storage_error_and_leaves_what_was_there(self, inside):
        if inside.database.engine.dialect.name != "sqlite":
            pytest.skip("the limit is one of SQLite")
        with inside.write() as work:
            work.cursors.move("x", 1)
        with pytest.raises(StorageError), inside.write() as work:  # noqa: PT012 - the unit of work is what fails
            # Not more pages than there are: as a disk without room.
            work.cursors.connection.exec_driver_sql("PRAGMA max_page_count = 1")
            work.cursors.move("x", 2)
            for _ in range(100):
                work.quarantine.add("http", "reason", "", b"x" * 100_000, MOMENT)
        with inside.read() as work:
            assert (work.cursors.get("x"), work.quarantine.count()) == (1, 0)

    def test_a_store_that_another_program_holds_is_waited_for_and_not_corrupted(self, tmp_path):
        path = tmp_path / "x.db"
        database = Database(f"sqlite:///{path}", "inside")
        with database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.3, other.execute, ["COMMIT"])
        timer.start()
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        timer.join()
        other.close()
        database.close()
