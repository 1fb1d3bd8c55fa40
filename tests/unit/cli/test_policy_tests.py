"""`demarc policy test` as authors and continuous integration see it."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app

POLICIES = Path(__file__).parents[3] / "policies"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the retail template and its tests, of which only the first case is left."""
    (tmp_path / "tests").mkdir()
    shutil.copy(POLICIES / "retail-customer.yaml", tmp_path)
    text = (POLICIES / "tests" / "retail-customer.yaml").read_text(encoding="utf-8")
    (tmp_path / "tests" / "retail-customer.yaml").write_text("  - name:".join(text.split("  - name:")[:2]))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", "test", *arguments])


def failures_in(report: Path) -> list[str]:
    tree = ElementTree.parse(report)  # noqa: S314 - written by ourselves
    return [failure.attrib["message"] for failure in tree.iter("failure")]


def test_a_policy_is_no_file_of_tests_and_says_where_they_are() -> None:
    told = run(str(POLICIES / "retail-customer.yaml"))
    assert told.exit_code != 0
    said = " ".join(str(told.exception or told.output).split())
    assert "is a policy; its tests are in tests/ beside it" in said


def test_rules_that_no_test_reached_fail_in_junit_where_they_fail_the_run(folder: Path) -> None:
    report = folder / "j.xml"
    assert run(str(folder), "--junit", str(report)).exit_code == 0
    assert failures_in(report) == []
    told = run(str(folder), "--junit", str(report), "--strict")
    assert told.exit_code == 1
    failures = failures_in(report)
    assert failures
    assert len(failures) == told.stdout.count("no test reaches")
