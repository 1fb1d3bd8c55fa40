"""A word that can never come up is a slip of the pen; one of the scope that nothing knows is a doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.policy.diff.slips import doubts, slips
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.reading.load import load
from gateway.wiring.language import language
from tests.policy_side import policy, policy_text

SCOPE = """\
agreement:
  scope:
    technologies: [etherent, epl]
    locations: [Germany, FR, EMEA]
"""
HIERARCHY = "hierarchies: {technology: {ethernet: [epl, evpl]}}\n"
ALARMS = "alarm:\n  fields: {id: keep}\n"


def found_in(when: str) -> list[tuple[int, str, str]]:
    document = policy(f"alarm:\n  when: >-\n    {when}\n  fields:\n    id: keep\n")
    return [(finding.column, finding.message, finding.remedy) for finding in slips(document)]


@pytest.mark.parametrize(
    "when",
    [
        'record.perceivedSeverity == "critcal"',
        '"critcal" == record.perceivedSeverity',
        'record.perceivedSeverity != "critcal"',
        'record.perceivedSeverity in ["major", "critcal"]',
        "!(record.state == 'raised' && record.perceivedSeverity in ['critcal'])",
    ],
)
def test_a_word_outside_the_list_is_found_with_the_nearest(when: str) -> None:
    [(column, message, remedy)] = found_in(when)
    assert message == "`record.perceivedSeverity` is never `critcal`"
    assert "`critical`" in remedy
    assert column == 7 + max(when.find('"critcal'), when.find("'critcal"))


def test_so_is_one_of_the_object_and_one_of_a_member() -> None:
    assert found_in('object.administrativeState == "lockd"')[0][1] == "`object.administrativeState` is never `lockd`"
    document = policy(
        "trouble-ticket:\n  fields:\n    id: keep\n    statusChange: "
        "{items: {when: 'item.status == \"heldd\"', fields: {status: keep}}}\n"
    )
    assert [slip.message for slip in slips(document)] == ["`item.status` is never `heldd`"]


@pytest.mark.parametrize(
    "when",
    [
        'record.perceivedSeverity in ["major", "critical"]',
        'record.probableCause == "no such cause"',
        'record.state == record.perceivedSeverity || record.id == "critcal"',
        'object.administrativeState == "locked"',
    ],
)
def test_what_can_come_up_and_what_has_no_list_is_none(when: str) -> None:
    assert found_in(when) == []


def test_a_slip_is_an_error_of_check_and_keeps_a_policy_from_being_proposed(tmp_path: Path) -> None:
    text = policy_text("alarm:\n  when: record.state == 'raisd'\n  fields: {id: {pseudonym: alarm}}\n")
    (tmp_path / "a.yaml").write_text(text)
    checked = CliRunner().invoke(app, ["policy", "check", str(tmp_path / "a.yaml")])
    assert checked.exit_code == 1
    assert "policy.no-such-word" in checked.output
    with pytest.raises(PolicyRefused, match="raisd"):
        language(tmp_path).load(text, "a.yaml", {})


def test_words_of_the_scope_that_nothing_knows_are_doubts_at_their_place() -> None:
    [document] = load(policy_text(ALARMS, SCOPE + HIERARCHY), "a.yaml")
    technology, place = doubts(document)
    assert technology.message.startswith("`etherent` is no word of the hierarchy `technology`")
    assert "`ethernet`" in technology.remedy
    assert (technology.line, technology.column) == (7, 20)
    assert place.message == "`Germany` is taken for a city"
    assert "code" in place.remedy
    assert (place.line, place.column) == (8, 17)


def test_without_a_hierarchy_every_technology_may_be_right() -> None:
    document = policy(ALARMS, SCOPE)
    assert [doubt.message for doubt in doubts(document)] == ["`Germany` is taken for a city"]


def test_check_says_doubts_with_a_remedy_and_takes_the_policy(tmp_path: Path) -> None:
    records = "alarm:\n  when: object.interconnect\n  fields: {id: {pseudonym: alarm}}\n"
    (tmp_path / "a.yaml").write_text(policy_text(records, SCOPE + HIERARCHY))
    checked = CliRunner().invoke(app, ["policy", "check", str(tmp_path / "a.yaml")])
    assert checked.exit_code == 0, checked.output
    assert checked.output.count("warning") == 3
    assert checked.output.count("help:") == 3


def test_check_says_that_the_ceiling_has_to_wait_until_the_rest_is_repaired(tmp_path: Path) -> None:
    text = policy_text("alarm:\n  fields: {id: keep, specificProblem: keep, severty: keep}\n")
    (tmp_path / "a.yaml").write_text(text)
    first = CliRunner().invoke(app, ["policy", "check", str(tmp_path / "a.yaml")])
    assert "not held against the ceiling yet" in first.output
    (tmp_path / "a.yaml").write_text(text.replace(", severty: keep", ""))
    second = CliRunner().invoke(app, ["policy", "check", str(tmp_path / "a.yaml")])
    assert "not held against the ceiling yet" not in second.output
    assert "policy.ceiling" in second.output
