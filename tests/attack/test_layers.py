"""The build fails when a room reaches for what is not its business: storeys, zones and pure rooms (.importlinter)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which("lint-imports")
pytestmark = pytest.mark.skipif(LINT is None, reason="import-linter is not installed")

ROOMS = "The rooms of a policy stand on each other, never in a circle"
ZONES = "What the outside runs never reaches what the inside knows"
STOREYS = "An upper storey may import a lower one, never the reverse"
PURE = "Pure rooms have no clock, disk, network, log or chance"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the package in `folder` and no other one."""
    assert LINT is not None
    return subprocess.run(
        [LINT, "--no-cache", "--no-logo"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package and of the rules."""
    shutil.copytree(ROOT / "gateway", tmp_path / "gateway", ignore=shutil.ignore_patterns("__pycache__", "_bundled"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_the_package_keeps_to_its_storeys_zones_and_pure_rooms():
    checked = lint(ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("outside/answer.py", "from gateway.policy.reading import parser", ZONES),
        ("outside/answer.py", "from gateway.inside import ingest", ZONES),
        ("portal/form.py", "from gateway.inside import ingest", ZONES),
        ("portal/form.py", "from gateway.storage.inside import tables", ZONES),
        ("api/outside/health.py", "from gateway.api.inside import app", ZONES),
        ("api/problems.py", "from gateway.inside import ingest", ZONES),  # both zones use it: an indirect way in
        ("storage/database.py", "from gateway.storage.inside import tables", ZONES),
        ("storage/outside/store.py", "from gateway.storage.inside import store", ZONES),
        ("wiring/outside.py", "from gateway.wiring import inside", ZONES),
        ("transport/limits.py", "from gateway.inventory import inventory", ZONES),
        ("ports/shared.py", "from gateway.policy.language import document", ZONES),
        ("record/paths.py", "from gateway.storage import database", STOREYS),
        ("record/paths.py", "from gateway.evidence import jws", STOREYS),
        ("evidence/jws.py", "from gateway.party import identity", STOREYS),
        ("inventory/graph.py", "from gateway.policy.filter import plan", STOREYS),
        ("inventory/graph.py", "from gateway.party import identity", STOREYS),
        ("policy/filter/plan.py", "from gateway.delivery import backoff", STOREYS),
        ("inside/ingest.py", "from gateway.outside import accept", STOREYS),
        ("inside/ingest.py", "from gateway.storage import database", STOREYS),
        ("storage/database.py", "from gateway import settings", STOREYS),
        ("api/refusals.py", "from gateway.wiring import outside", STOREYS),
        ("errors.py", "from gateway import ids", STOREYS),
        ("policy/language/document.py", "from gateway.policy.filter import plan", ROOMS),
        ("policy/text/names.py", "from gateway.policy.language import document", ROOMS),
        ("policy/oracle/values.py", "from gateway.policy.answers import cases", ROOMS),
        ("record/entry.py", "import time", PURE),
        ("policy/transforms/pseudonym.py", "from os import environ", PURE),
        ("inventory/assess.py", "import random", PURE),
        ("party/identity.py", "import socket", PURE),
        ("evidence/jws.py", "import logging", PURE),
        ("delivery/backoff.py", "import sqlalchemy", PURE),
        ("delivery/answers.py", "import httpx", PURE),
        ("policy/egress/check.py", "from fastapi import FastAPI", PURE),
    ],
)
def test_a_planted_import_fails_the_build(copy, module, line, broken):
    file = copy / "gateway" / module
    file.write_text(file.read_text() + f"\n{line}\n")
    checked = lint(copy)
    assert checked.returncode == 1, checked.stdout
    assert f"{broken} BROKEN" in checked.stdout


def test_an_import_inside_a_function_counts_as_well(copy):
    file = copy / "gateway" / "outside" / "answer.py"
    file.write_text(file.read_text() + "\n\ndef peek():\n    from gateway.policy import reading\n    return reading\n")
    checked = lint(copy)
    assert checked.returncode == 1
    assert f"{ZONES} BROKEN" in checked.stdout


def test_a_new_room_without_a_storey_fails_the_build(copy):
    (copy / "gateway" / "helpers.py").write_text('"""A room that nobody planned."""\n')
    checked = lint(copy)
    assert checked.returncode == 1
    assert "helpers" in checked.stdout
