"""`demarc policy diff`, `query` and `check`: what a script in a merge request sees."""

from __future__ import annotations

import json
import shutil
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


def test_another_audience_learns_all_of_it_and_the_former_one_loses_it(tmp_path: Path) -> None:
    text = Path(WHOLESALE).read_text(encoding="utf-8")
    (tmp_path / "other.yaml").write_text(text.replace("{operator: northlink}", "{operator: southlink}"))
    told = run("diff", WHOLESALE, str(tmp_path / "other.yaml"))
    lines = told.stdout.splitlines()
    assert told.exit_code == 1
    assert lines[0].startswith("operator:northlink: wholesale-partner ")
    assert lines[0].endswith(" -> nothing")
    assert any(line.startswith("operator:southlink: nothing -> wholesale-partner ") for line in lines)
    gone, came = json.loads(run("diff", WHOLESALE, str(tmp_path / "other.yaml"), "--json").stdout)
    assert (gone["audience"], gone["widens"]) == ("urn:demarc:operator:northlink", False)
    assert (came["audience"], came["widens"]) == ("urn:demarc:operator:southlink", True)


def test_a_rule_that_stays_is_printed_once_and_what_it_comes_to_last(wider: str) -> None:
    lines = run("diff", WHOLESALE, wider).stdout.splitlines()
    assert "    id: {pseudonym: alarm}" in lines
    assert lines[-1].startswith("widens: yes")
    assert any(line.startswith("note ") for line in run("diff", "nothing", WHOLESALE).stdout.splitlines()[:-1])


# --- folders

BASE = """\
apiVersion: demarc/v1
kind: DisclosurePolicyBase
name: ground
records:
  alarm:
    fields:
      id: {pseudonym: alarm}
      state: keep
"""
ON_BASE = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: on-base
audience: {operator: westlink}
extends: [ground]
records: {}
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return the same folder of policies twice, with a policy on a base, tests and a ceiling."""
    for name in ("old", "new"):
        shutil.copytree(POLICIES, tmp_path / name)
        (tmp_path / name / "ground.yaml").write_text(BASE)
        (tmp_path / name / "on-base.yaml").write_text(ON_BASE)
    return tmp_path / "old", tmp_path / "new"


def folders_compared(folders: tuple[Path, Path]) -> Result:
    return run("diff", *map(str, folders))


def test_folders_are_compared_policy_by_policy(folders: tuple[Path, Path]) -> None:
    told = folders_compared(folders)
    assert told.exit_code == 0, told.output
    assert told.stdout.count("the same disclosures") == 7


def test_a_policy_that_nobody_touched_widens_with_its_base(folders: tuple[Path, Path]) -> None:
    (folders[1] / "ground.yaml").write_text(BASE + "      alarmType: keep\n")
    told = folders_compared(folders)
    assert told.exit_code == 1
    assert "operator:westlink: on-base" in told.stdout
    assert run("diff", *(str(folder / "ground.yaml") for folder in folders)).exit_code == 2


def test_a_policy_that_is_gone_hides_and_one_that_is_new_widens(folders: tuple[Path, Path]) -> None:
    (folders[1] / "on-base.yaml").unlink()
    gone = folders_compared(folders)
    assert gone.exit_code == 0
    assert "ok  alarm: hidden" in gone.stdout
    assert run("diff", *map(str, reversed(folders))).exit_code == 1
    assert run("diff", str(folders[0]), "nothing").exit_code == 0


def test_policies_of_one_name_in_two_folders_below_are_two(folders: tuple[Path, Path]) -> None:
    for folder in folders:
        for below, state in (("a", "keep"), ("b", "drop")):
            (folder / below).mkdir()
            (folder / below / "ground.yaml").write_text(BASE)
            rules = "{}" if state == "keep" else "{alarm: {fields: {state: drop}}}"
            (folder / below / "p.yaml").write_text(ON_BASE.replace("{}", rules))
    assert folders_compared(folders).exit_code == 0
    (folders[1] / "b" / "p.yaml").write_text(ON_BASE)
    told = json.loads(run("diff", *map(str, folders), "--json").stdout)
    assert [one["file"] for one in told if one["widens"]] == ["b/p.yaml"]


def test_the_worst_status_counts_and_the_others_are_still_compared(folders: tuple[Path, Path], wider: str) -> None:
    shutil.copy(wider, folders[1] / "wholesale-partner.yaml")
    (folders[1] / "enterprise-customer.yaml").write_text("kind: [")
    told = folders_compared(folders)
    assert told.exit_code == 2
    assert "WIDENS  alarm: newly visible" in told.stdout


def test_the_ceiling_is_the_old_one_and_to_change_it_counts_as_wider(folders: tuple[Path, Path]) -> None:
    ceiling = folders[1] / "ceiling.yaml"
    text = ceiling.read_text(encoding="utf-8")
    ceiling.write_text("# A word more.\n" + text, encoding="utf-8")
    assert folders_compared(folders).exit_code == 0
    ceiling.write_text(text.replace("{operators: pseudonym", "{operators: keep"), encoding="utf-8")
    told = folders_compared(folders)
    assert told.exit_code == 1
    assert "ceiling.yaml is changed" in told.output
    ceiling.unlink()
    assert folders_compared(folders).exit_code == 1
    ceiling.write_text(text, encoding="utf-8")
    for folder in folders:
        policy = folder / "wholesale-partner.yaml"
        policy.write_text(policy.read_text(encoding="utf-8").replace("alarmType: keep", "specificProblem: keep"))
    beyond = folders_compared(folders)
    assert beyond.exit_code == 1
    assert "CEILING" in beyond.stdout


def test_a_side_that_is_missing_says_what_to_write(tmp_path: Path) -> None:
    for sides in ((WHOLESALE, str(tmp_path / "x.yaml")), (WHOLESALE, str(tmp_path)), (str(tmp_path), str(tmp_path))):
        told = run("diff", *sides)
        assert told.exit_code == 2
        assert "`nothing` for a policy that is new or removed" in told.output


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
