"""`demarc policy acts`, `list` and `history`: what officers did, in words that other commands take."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.inside.propose import Wish
from tests.cli_desk import CliDesk, cli_desk
from tests.inside_side import alarm, policy, resource, service
from tests.officers import ANNA, BORIS

WIDE = policy() + "      probableCause: keep\n"
TESTS = """\
apiVersion: demarc/v1
kind: DisclosureTests
policy: ../northlink.yaml
day: 2026-11-23
records: []
cases:
  - name: an alarm about nothing of theirs stays inside
    record: {"@type": Alarm, id: a-1, alarmType: equipmentAlarm, perceivedSeverity: minor, probableCause: fan,
             alarmedObject: {id: x}, state: raised, alarmRaisedTime: "2026-11-23T09:00:42Z"}
    expect: withheld
"""


@pytest.fixture
def desk(tmp_path: Path) -> CliDesk:
    """Return an instance with a policy in force."""
    desk = cli_desk(tmp_path)
    desk.officers.publish(policy())
    return desk


@pytest.mark.parametrize("expected", ["3", "head", "1:03c635…", "1:03c635", "x:" + "0" * 64, "1:" + "0" * 65])
def test_an_act_that_is_not_written_out_is_a_slip_of_the_pen_and_no_alarm(desk: CliDesk, expected: str) -> None:
    told = desk.policy("acts", "--expect", expected)
    assert told.exit_code == 2
    assert "64 digits" in " ".join(told.output.replace("│", " ").split())


def test_an_act_that_is_not_in_the_chain_is_an_alarm(desk: CliDesk) -> None:
    told = desk.policy("acts", "--expect", "1:" + "0" * 64)
    assert told.exit_code == 1
    head = desk.policy("acts").output.splitlines()[-1].removeprefix("head ")
    assert desk.policy("acts", "--expect", head).exit_code == 0


def plain(printed: str) -> str:
    """Return what a table says, without its lines."""
    return " ".join(printed.translate(str.maketrans("│┃━┏┓└┘─", "        ")).split())


def submit(desk: CliDesk, text: str = WIDE, *words: str) -> str:
    told = desk.policy("submit", desk.write(text), *words, by=ANNA)
    assert told.exit_code == 0, told.output
    return told.output.partition("\ndraft ")[2][:16]


@pytest.fixture
def wide_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.cli.console.out._width", 300)


@pytest.mark.usefixtures("wide_screen")
def test_acts_name_drafts_policies_and_keys_as_other_commands_do(desk: CliDesk) -> None:
    draft = submit(desk, WIDE, "--message", "contract 2027")
    printed = plain(desk.policy("acts").output)
    assert f"draft {draft}: contract 2027" in printed
    assert f"key {BORIS.signer.key_id}" in printed
    assert "[[" not in printed
    [digest] = re.findall(r"operator:northlink ([0-9a-f]{12})", printed)
    assert digest in desk.policy("history", "operator:northlink").output


@pytest.mark.usefixtures("wide_screen")
def test_history_says_why(desk: CliDesk) -> None:
    draft = submit(desk, WIDE, "--message", "contract 2027")
    desk.policy("approve", draft, "--yes", by=BORIS)
    assert desk.policy("publish", draft, by=BORIS).exit_code == 0
    assert "contract 2027" in desk.policy("history", "operator:northlink").output


def test_a_draft_that_something_else_overtook_is_listed_when_asked_for(desk: CliDesk) -> None:
    dead = submit(desk)
    assert dead in desk.policy("list").output
    desk.officers.publish(policy("alarmType: keep"))
    assert dead not in desk.policy("list").output
    assert dead in desk.policy("list", "--all").output


def test_publishing_what_is_in_force_comes_to_nothing(desk: CliDesk) -> None:
    before = desk.acts()
    told = desk.policy("publish", desk.write(policy()), by=ANNA)
    assert (told.exit_code, "in force already" in told.output) == (0, True)
    assert desk.acts() == before
    submitted = desk.policy("submit", desk.write(policy()), by=ANNA).output
    assert "is in force already; it changes nothing" in submitted


def test_publishing_what_is_in_force_in_place_of_what_waits_is_no_idle_thing(desk: CliDesk) -> None:
    wish = Wish(effective_from=datetime.now(UTC) + timedelta(days=1))
    desk.officers.publish(policy("alarmType: keep"), wish=wish)
    told = desk.policy("publish", desk.write(policy()), by=ANNA)
    assert (told.exit_code, "It widens" in told.output) == (1, True)


def test_a_submission_says_which_tests_hold(desk: CliDesk) -> None:
    file = desk.write(WIDE)
    assert "No tests stand beside it" in desk.policy("submit", file, by=ANNA).output
    (desk.folder / "tests").mkdir()
    desk.write(TESTS, "tests/wide.yaml")
    assert "Its tests hold: wide.yaml." in desk.policy("submit", file, by=ANNA).output


def test_a_time_that_has_passed_is_refused(desk: CliDesk) -> None:
    before = desk.acts()
    told = desk.policy("submit", desk.write(WIDE), "--effective-from", "2020-01-01T00:00:00Z", by=ANNA)
    assert (told.exit_code, "has passed" in plain(told.output)) == (2, True)
    assert desk.acts() == before


def test_whoever_is_stopped_is_seen_in_the_list_of_streams(desk: CliDesk) -> None:
    desk.take(resource(), service(), alarm())
    desk.inside.replicator().run()
    assert "running" in desk.run("stream", "list").output
    desk.policy("stop", "operator:northlink", "--reason", "breach", by=ANNA)
    assert "stopped by an officer" in plain(desk.run("stream", "list").output)
