"""What conditions tell of values that no rule shows is said to whoever reads the policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.policy.diff.readings import readings_of, told_by_conditions
from gateway.policy.reading.load import load
from gateway.wiring.language import language
from tests.policy_side import HEAD, policy

TEXT = HEAD + (
    "records:\n  alarm:\n"
    '    when: object.interconnect && record.state == "raised" && record.probableCause != "a"\n'
    "    fields:\n      id: {pseudonym: alarm}\n      state: keep\n"
    "      comment: {items: {when: item.systemId != 'x', fields: {time: {truncate: hour}}}}\n"
)


def test_everything_that_a_condition_reads_is_found_with_its_label_and_place() -> None:
    [document] = load(TEXT, "a.yaml")
    found = {(one.said, one.is_shown, one.mark.line) for one in readings_of(document)}
    line = TEXT.split("\n").index("    fields:")
    assert found == {
        ("object.interconnect", False, line),
        ("state", True, line),
        ("probableCause", False, line),
        ("comment[].systemId", False, line + 4),
    }


def test_only_what_is_newly_told_is_new() -> None:
    old = policy("alarm:\n  when: object.interconnect\n  fields: {id: keep, state: keep}")
    new = policy(
        'alarm:\n  when: object.interconnect && object.operationalState == "enable"\n  fields: {id: keep, state: keep}'
    )
    assert [one.said for one in told_by_conditions(old, new)] == ["object.operationalState"]
    assert told_by_conditions(new, old) == ()
    assert told_by_conditions(new, None) == ()
    assert [one.said for one in told_by_conditions(None, old)] == ["object.interconnect"]


def test_a_condition_on_what_is_shown_no_longer_is_new() -> None:
    old = policy('alarm:\n  when: record.probableCause != "a"\n  fields: {id: keep, probableCause: keep}')
    new = policy('alarm:\n  when: record.probableCause != "a"\n  fields: {id: keep}')
    assert [one.said for one in told_by_conditions(old, new)] == ["probableCause"]


def test_officers_see_it_with_the_difference_and_it_alone_widens_nothing() -> None:
    old = policy("alarm:\n  fields: {id: keep, state: keep}")
    new = policy("alarm:\n  when: object.interconnect\n  fields: {id: keep, state: keep}")
    difference = language(Path()).compare(old, new)
    assert not difference.widens
    assert difference.lines[-1] == (
        "note: a condition of alarm tells something about `object.interconnect`, which no rule there shows"
    )


@pytest.mark.parametrize("command", [["check"], ["diff", "nothing"]])
def test_the_commands_say_it_too(tmp_path: Path, command: list[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(TEXT)
    told = CliRunner().invoke(app, ["policy", *command, str(file)])
    assert "tells something about `object.interconnect`, which no rule there shows" in told.output
    assert "`state`, which" not in told.output
