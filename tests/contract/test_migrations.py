"""Migrations and tables tell the same story, and no gateway runs on a store of another form."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.storage import migrations
from gateway.storage.database import Database
from gateway.storage.inside import tables as inside_tables
from gateway.storage.migrations import HEAD, StoreOutdated, require_current, upgrade, version_table
from gateway.storage.outside import tables as outside_tables
from tests.reference_pages import FOLDER

METADATA = {"inside": inside_tables.METADATA, "outside": outside_tables.METADATA}
each_zone = pytest.mark.parametrize("zone", ["inside", "outside"])


def scripts(zone):
    config = Config()
    config.set_main_option("script_location", f"{migrations.__path__[0]}/{zone}")
    return ScriptDirectory.from_config(config)


@pytest.fixture
def database(new_url, zone):
    database = Database(new_url(), zone)
    yield database
    database.close()


@each_zone
def test_what_the_migrations_make_is_what_the_tables_say(database, zone):
    upgrade(database, zone)
    with database.read() as connection:
        options = {"compare_type": True, "compare_server_default": True, "version_table": version_table(zone)}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA[zone]) == []


@each_zone
def test_upgrading_again_changes_nothing(database, zone):
    upgrade(database, zone)
    upgrade(database, zone)
    require_current(database, zone)


@each_zone
def test_the_head_in_the_code_is_the_head_of_the_scripts(zone):
    assert scripts(zone).get_heads() == [HEAD[zone]]


@each_zone
def test_a_revision_says_its_release_and_phase_and_how_to_undo_it(zone):
    for revision in scripts(zone).walk_revisions():
        assert re.fullmatch(r"v\d+_\d+_(pre|post)_\d\d", revision.revision)
        assert f"Phase: {revision.revision.split('_')[2]}." in revision.doc + revision.longdoc
        assert "Undo: " in revision.longdoc


@each_zone
def test_an_empty_store_is_refused_with_the_remedy(database, zone):
    with pytest.raises(StoreOutdated) as refused:
        require_current(database, zone)
    assert "demarc upgrade" in refused.value.remedy
    assert not refused.value.retryable


@each_zone
@pytest.mark.parametrize("version", ["v0_0_post_01", "v9_9_post_99"])
def test_an_older_or_newer_store_is_refused(database, zone, version):
    upgrade(database, zone)
    with database.write() as connection:
        connection.execute(
            sa.update(sa.table(version_table(zone), sa.column("version_num"))).values(version_num=version)
        )
    with pytest.raises(StoreOutdated, match=version):
        require_current(database, zone)


@each_zone
def test_a_migration_that_fails_leaves_nothing_behind(database, zone, monkeypatch):
    def fail(*_args, **_more):
        raise RuntimeError("no power")

    monkeypatch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", fail)
    with pytest.raises(RuntimeError, match="no power"):
        upgrade(database, zone)
    with database.read() as connection:
        assert sa.inspect(connection).get_table_names() == []


@each_zone
def test_the_store_of_the_other_zone_is_refused(database, zone):
    """Two addresses swapped in the settings must not end with the inside's records in the outside's hands."""
    upgrade(database, zone)
    with pytest.raises(StoreOutdated):
        require_current(database, "outside" if zone == "inside" else "inside")


def test_the_remedy_names_a_page_that_exists():
    assert (FOLDER / "errors.md").is_file()
