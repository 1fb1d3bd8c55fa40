"""What all tests share: where the published vectors are, and which real programs are there.

A test that needs a program this machine lacks is skipped with the reason; where `DEMARC_REQUIRE` names its marker, as
the continuous run does, it fails instead.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

POSTGRES = os.environ.get("DEMARC_TEST_POSTGRES", "postgresql+psycopg:///test")
VECTORS = Path(os.environ.get("DEMARC_VECTORS", Path(__file__).parents[2] / "shared" / "vectors"))


def _lacks_postgres() -> str | None:
    try:
        engine = sa.create_engine(POSTGRES, connect_args={"connect_timeout": 3})
        engine.connect().close()
        engine.dispose()
    except sa.exc.SQLAlchemyError as error:
        return f"no PostgreSQL at {POSTGRES} (DEMARC_TEST_POSTGRES): {type(error).__name__}"
    return None


def _lacks(*programs: str) -> str | None:
    missing = [program for program in programs if shutil.which(program) is None]
    return f"needs {', '.join(missing)} on the PATH" if missing else None


NEEDS = {
    "postgres": _lacks_postgres,
    "browser": lambda: _lacks("chromium"),
    "alertmanager": lambda: _lacks("prometheus", "prometheus-alertmanager"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run here, with one look-up for each kind; and begin with the files that take longest."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    required = set(filter(None, os.environ.get("DEMARC_REQUIRE", "").split(",")))
    for marker, lacks in NEEDS.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        reason = lacks() if marked and marker not in required else None
        if reason:
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded with `record_property`, from whichever process they ran in."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "figures":
                terminalreporter.section(report.nodeid)
                terminalreporter.write_line(str(value))


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of published vectors, or skip."""
    if not VECTORS.is_dir():
        pytest.skip("the published vectors are not here (DEMARC_VECTORS)")
    return VECTORS
