"""What is refused in an emergency, in words for people in a hurry, and without anything being filed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import Result

from tests.cli_desk import CliDesk, cli_desk
from tests.inside_side import policy
from tests.officers import ANNA, BORIS

WIDE = policy() + "      probableCause: keep\n"


@pytest.fixture
def desk(tmp_path: Path) -> CliDesk:
    desk = cli_desk(tmp_path)
    desk.officers.publish(policy())
    return desk


def break_glass(desk: CliDesk, *, text: str = WIDE, lasts: str = "2h", twice: bool = False) -> Result:
    words = ("break-glass", desk.write(text), "--for", lasts, "--reason", "joint incident")
    return desk.policy(*words, by=ANNA, second=ANNA if twice else BORIS)


def test_a_glass_that_is_not_broken_leaves_no_draft(desk: CliDesk) -> None:
    before = desk.acts()
    assert str(break_glass(desk, twice=True).exception) == "anna and anna are person-anna"
    assert "no regular policy" in str(break_glass(desk, text=policy(audience="customer: acme")).exception)
    assert desk.acts() == before
    assert break_glass(desk).exit_code == 0
    opened = desk.acts()
    assert "a broken glass already" in str(break_glass(desk).exception)
    assert desk.acts() == opened


def test_a_time_that_is_too_long_is_told_in_hours(desk: CliDesk) -> None:
    assert str(break_glass(desk, lasts="25h").exception) == "25 hours are not more than 0 and at most 24"


def test_the_author_who_approves_is_told_so(desk: CliDesk) -> None:
    draft = desk.officers.submit(WIDE)
    assert str(desk.policy("approve", draft, "--yes", by=ANNA).exception) == "anna is the author"


def test_another_officers_key_is_called_that(desk: CliDesk) -> None:
    draft = desk.officers.submit(WIDE)
    told = desk.policy("approve", draft, "--yes", "--officer", "boris", "--key", str(desk.key_of(ANNA)))
    assert str(told.exception) == "the key is not that of boris but of anna"
    desk.key_of(ANNA).unlink()
    lost = desk.policy("approve", draft, "--yes", by=ANNA).exception
    assert getattr(lost, "code", None) == "keys.officer-key-missing"


@pytest.mark.parametrize(
    "words", [("explain", "alarm-1", "-a", "operator:nothlink"), ("diff", "in-force:operator:nothlink", "nothing")]
)
def test_the_nearest_audience_is_named(desk: CliDesk, words: tuple[str, ...]) -> None:
    told = desk.policy(*words)
    assert told.exit_code == 2
    assert "Write `operator:northlink`" in told.output
