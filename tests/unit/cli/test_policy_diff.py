"""`demarc policy diff`, `query` and `check`: what a script in a merge request sees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app

POLICIES = Path(__file__).parents[3] / "policies"
WHOLESALE, RETAIL = str(POLICIES / "wholesale-partner.yaml"), str(POLICIES / "retail-customer.yaml")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", *arguments])


@pytest.fixture
def wider(tmp_path: Path) -> str:
    text = Path(WHOLESALE).read_text(encoding="utf-8").replace('"major", "cleared"', '"major", "minor", "cleared"')
    (tmp_path / "wider.yaml").write_text(text, encoding="utf-8")
    return str(tmp_path / "wider.yaml")


def test_the_status_tells_a_script_whether_anything_widens(wider: str) -> None:
    assert run("diff", WHOLESALE, wider).exit_code == 1
    assert run("diff", wider, WHOLESALE).exit_code == 0
    assert run("diff", WHOLESALE, WHOLESALE).exit_code == 0
    assert run("diff", "nothing", WHOLESALE).exit_code == 1
    assert run("diff", WHOLESALE, "nothing").exit_code == 0


@pytest.mark.parametrize(
    "text", ["", "apiVersion: demarc/v1\n", "records: {alarm: {fields: {id: keep, severty: keep}}}"]
)
def test_a_policy_that_cannot_be_read_is_neither_wider_nor_not(text: str, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(text, encoding="utf-8")
    assert run("diff", WHOLESALE, str(tmp_path / "broken.yaml")).exit_code == 2
    assert run("diff", str(tmp_path / "broken.yaml"), WHOLESALE).exit_code == 2
    assert run("diff", WHOLESALE, str(tmp_path / "missing.yaml")).exit_code == 2


def test_without_an_instance_nothing_is_in_force_to_compare_with(tmp_path: Path) -> None:
    assert run("diff", "in-force:operator:northlink", WHOLESALE, "--home", str(tmp_path)).exit_code == 2


def test_json_says_the_same_for_programs(wider: str) -> None:
    [told] = json.loads(run("diff", WHOLESALE, wider, "--json").stdout)
    assert told["widens"] is True
    assert {change["kind"] for change in told["changes"]} == {"visible"}
    assert all(change["example"]["record"]["perceivedSeverity"] == "minor" for change in told["changes"])
    assert all(change["example"]["before"] is None for change in told["changes"])


def test_the_ceiling_counts_too(tmp_path: Path) -> None:
    text = Path(WHOLESALE).read_text(encoding="utf-8").replace("alarmType: keep", "specificProblem: keep")
    (tmp_path / "high.yaml").write_text(text, encoding="utf-8")
    high = str(tmp_path / "high.yaml")
    assert run("diff", high, high).exit_code == 0
    refused = run("diff", high, high, "--ceiling", str(POLICIES / "ceiling.yaml"))
    assert refused.exit_code == 1
    assert "specificProblem" in refused.stdout
    checked = run("check", high)
    assert checked.exit_code == 1
    assert "policy.ceiling" in checked.output
    open_ceiling = (POLICIES / "ceiling.yaml").read_text(encoding="utf-8")
    (tmp_path / "ceiling.yaml").write_text(open_ceiling.replace("{operators: pseudonym", "{operators: keep"))
    assert run("check", high, "--ceiling", str(tmp_path / "ceiling.yaml")).exit_code == 0
    assert run("check", high, "--home", str(tmp_path)).exit_code == 0


def test_a_whole_folder_can_be_checked_with_the_ceiling_in_it(tmp_path: Path) -> None:
    assert run("check", *map(str, sorted(POLICIES.glob("*.yaml")))).exit_code == 0
    (tmp_path / "ceiling.yaml").write_text("kind: DisclosureCeiling\n", encoding="utf-8")
    assert run("check", str(tmp_path / "ceiling.yaml")).exit_code == 1


def test_the_members_of_a_group_are_compared_one_by_one(tmp_path: Path) -> None:
    text = Path(WHOLESALE).read_text(encoding="utf-8")
    for name, members in (("one", "{operator: a}"), ("two", "{operator: a}, {operator: b}")):
        group = text.replace("{operator: northlink}", f"{{group: all, members: [{members}]}}")
        (tmp_path / f"{name}.yaml").write_text(group, encoding="utf-8")
    one, two = str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml")
    assert run("diff", one, two).exit_code == 1
    assert run("diff", two, one).exit_code == 0


def test_questions_have_a_status_too() -> None:
    assert run("query", "equivalent", WHOLESALE, WHOLESALE).exit_code == 0
    assert run("query", "equivalent", WHOLESALE, RETAIL).exit_code == 1
    assert run("query", "errors", WHOLESALE).exit_code == 1
    assert run("query", "errors", RETAIL).exit_code == 0
    assert run("query", "reaches", WHOLESALE, "--label", "secret").exit_code == 0
    assert run("query", "reaches", WHOLESALE, "--label", "topology").exit_code == 1
    assert run("query", "reaches", WHOLESALE, "--label", "topology", "--beyond", "pseudonym").exit_code == 0
    assert run("query", "dead", WHOLESALE).exit_code == 0
    assert run("query", "unknown", WHOLESALE).exit_code == 0
    assert run("query", "disjoint", WHOLESALE, RETAIL).exit_code == 1
    assert run("query", "disjoint", WHOLESALE, RETAIL, "--type", "alarm").exit_code == 0
    assert run("query", "disjoint", WHOLESALE).exit_code == 2
    assert run("query", "reaches", WHOLESALE, "--label", "everything").exit_code == 2
