"""P-13, P-18, P-19: what officers and time put in force is what was decided, also when something fails.

A refusal leaves nothing behind; what cannot be done keeps no glass of anybody broken; what is signed was shown before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import app
from gateway.cli.signing import NobodyToAsk
from gateway.errors import StorageError
from gateway.ids import AudienceId
from gateway.inside.break_glass import BreakGlassRefused
from gateway.inside.filed import NoSuchDraft
from gateway.inside.in_force import PolicyAltered
from gateway.inside.language import CeilingExceeded
from gateway.inside.pass_due import PublicationMissing
from gateway.inside.pass_time import Timekeeper
from gateway.inside.propose import Wish
from gateway.inside.stop import GlassOverdue
from gateway.policy.approval.approval import ApprovalMissing, DraftMoved
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.reading.printer import print_policy
from gateway.ports.acts import Due
from gateway.worker import Loops, start_life
from tests.inside_side import NORTHLINK, House, alarm, policy
from tests.officers import ANNA, BORIS
from tests.operators import until
from tests.policy_desk import NARROW, NARROWER, OTHER, WIDE, approve, in_force, opened_house, publish, said, submit


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened_house(tmp_path) as found:
        yield found


# --- breaking the glass ---


@pytest.fixture
def glass_draft(house: House) -> str:
    """Return a draft of anna's that would let northlink learn more for two hours."""
    glass = house.life.break_glass()
    return glass.propose(WIDE, "wide.yaml", timedelta(hours=2), "the joint incident 4711", ANNA).draft.id


def filed(house: House) -> tuple[list[str], int]:
    """Return every act so far, and how many approvals there are of whatever draft."""
    with house.store.read() as work:
        acts = [act.kind for act in work.office.acts.after(0, 1000)]
        drafts = work.office.drafts.newest(100)
        return acts, sum(len(work.office.drafts.approvals(one.draft.id)) for one in drafts)


def test_opening_an_ordinary_draft_as_a_glass_approves_nothing(house: House) -> None:
    draft = submit(house)
    before = filed(house)
    with pytest.raises(BreakGlassRefused):
        house.life.break_glass().open(draft, BORIS)
    assert filed(house) == before
    with pytest.raises(ApprovalMissing):
        publish(house, draft)


def test_opening_a_glass_that_is_broken_already_approves_nothing(house: House, glass_draft: str) -> None:
    glass = house.life.break_glass()
    glass.open(glass_draft, BORIS)
    again = glass.propose(OTHER, "other.yaml", timedelta(hours=2), "more", ANNA).draft.id
    before = filed(house)
    with pytest.raises(BreakGlassRefused):
        glass.open(again, BORIS)
    assert filed(house) == before


def test_opening_a_glass_for_somebody_without_a_policy_approves_nothing(house: House) -> None:
    glass = house.life.break_glass()
    draft = glass.propose(policy(audience="customer: acme"), "a.yaml", timedelta(hours=2), "why", ANNA).draft.id
    before = filed(house)
    with pytest.raises(BreakGlassRefused):
        glass.open(draft, BORIS)
    assert filed(house) == before


def test_a_glass_that_would_last_longer_than_a_day_is_not_broken_whoever_filed_it(house: House) -> None:
    wish = Wish(message="why", lasts=timedelta(days=30), kind="break-glass")
    draft = house.life.proposer().submit(WIDE, "wide.yaml", ANNA, wish).draft.id
    before = filed(house)
    with pytest.raises(BreakGlassRefused):
        house.life.break_glass().open(draft, BORIS)
    assert filed(house) == before


def test_a_glass_is_not_broken_by_who_cannot_file_the_act(house: House, glass_draft: str, tmp_path: Path) -> None:
    before = filed(house)
    with sqlite3.connect(tmp_path / "inside.db") as raw:
        raw.execute(
            "CREATE TRIGGER no_glass BEFORE INSERT ON act WHEN NEW.kind = 'policy.break-glass'"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    raw.close()
    with pytest.raises(StorageError):
        house.life.break_glass().open(glass_draft, BORIS)
    assert filed(house) == before


def let_the_ceiling_down(house: House) -> None:
    """Let it be that nobody may learn of probable causes any more."""

    def excesses(document: DisclosurePolicy) -> list[str]:
        return ["probableCause is above the ceiling"] if "probableCause" in print_policy(document) else []

    house.life = replace(house.life, language=replace(house.life.language, exceeds=excesses))


def test_a_glass_is_not_broken_above_a_ceiling_that_came_down_since(house: House, glass_draft: str) -> None:
    before = filed(house)
    let_the_ceiling_down(house)
    with pytest.raises(CeilingExceeded):
        house.life.break_glass().open(glass_draft, BORIS)
    assert filed(house) == before
    assert in_force(house) == said(NARROW)


def test_what_waits_for_its_time_does_not_come_into_force_above_a_ceiling_that_came_down_since(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.publisher.publish(WIDE, wish=Wish(effective_from=house.now + timedelta(hours=1)))
    let_the_ceiling_down(house)
    house.now += timedelta(hours=1)
    assert house.life.due_taker().run_once() == 1
    assert in_force(house) == said(NARROW)
    assert "probableCause is above the ceiling" in caplog.text
    with house.store.read() as work:
        act = work.office.acts.last()
    assert act is not None
    assert act.kind == "policy.lapsed"
    assert "probableCause is above the ceiling" in act.body["because"]
    house.life = replace(house.life, language=replace(house.life.language, exceeds=lambda _policy: ()))
    house.now += timedelta(hours=1)
    assert house.life.due_taker().run_once() == 0, "it lapsed, and does not come back with the ceiling"


def test_what_only_takes_away_comes_into_force_under_any_ceiling(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.publisher.publish(WIDE + "      alarmType: keep\n")
    house.publisher.publish(WIDE, wish=Wish(effective_from=house.now + timedelta(hours=1)))
    let_the_ceiling_down(house)
    house.now += timedelta(hours=1)
    assert house.life.due_taker().run_once() == 1
    assert in_force(house) == said(WIDE)
    assert "probableCause is above the ceiling" in caplog.text


# --- what cannot be done ---

SOUTHLINK = AudienceId("urn:demarc:operator:southlink")


def note_what_cannot_be_done(house: House, what: str = "effect") -> None:
    """Note something for southlink that no store can do."""
    with house.store.write() as work:
        work.office.dues.add(Due(999, what, SOUTHLINK, house.now + timedelta(minutes=1)))


def stopped(house: House) -> tuple[str | None, list[AudienceId]]:
    """Return why northlink is cut off, and whom the outside serves no more."""
    house.life.stopper().hand_over()
    with house.store.read() as work, house.outside.read() as there:
        return work.office.standings.get(NORTHLINK).stopped, list(there.stops.every())


def exchange_the_regular_policy(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "inside.db") as raw:
        raw.execute("DROP TRIGGER artefact_no_update")
        raw.execute("UPDATE artefact SET text = replace(text, 'name: test', 'name: else')")
    raw.close()


@pytest.mark.parametrize("what", ["effect", "revert", "report"])
def test_what_cannot_be_done_for_one_audience_leaves_no_glass_of_another_broken(
    house: House, glass_draft: str, what: str
) -> None:
    note_what_cannot_be_done(house, what)
    house.life.break_glass().open(glass_draft, BORIS)
    house.now += timedelta(hours=2)
    with pytest.raises(PublicationMissing):
        house.life.due_taker().run_once()
    assert in_force(house) == said(NARROW)
    assert stopped(house) == (None, [SOUTHLINK] if what == "revert" else [])
    with pytest.raises(PublicationMissing):  # it stays loud
        house.life.due_taker().run_once()


def test_a_glass_that_cannot_be_mended_cuts_its_audience_off(house: House, glass_draft: str, tmp_path: Path) -> None:
    house.life.break_glass().open(glass_draft, BORIS)
    exchange_the_regular_policy(tmp_path)
    house.now += timedelta(hours=2)
    for _ in range(2):
        with pytest.raises(PolicyAltered):
            house.life.due_taker().run_once()
    reason, outside = stopped(house)
    assert reason is not None
    assert "could not be mended" in reason
    assert outside == [NORTHLINK]
    assert filed(house)[0].count("policy.cut-off") == 1
    with pytest.raises(GlassOverdue):
        house.life.stopper().resume(NORTHLINK, ANNA, BORIS, "all clear")
    assert stopped(house)[1] == [NORTHLINK]


def told_of(house: House, record: str) -> list[tuple[str, bool]]:
    """Return the events about an alarm, each with whether it shows what only the broken glass shows."""
    house.disclose()
    subjects = {"alarm-1": 0, "alarm-2": 1}
    known = list(dict.fromkeys(entry.subject for entry in house.entries()))
    return [
        (entry.event, "probableCause" in entry.data)
        for entry in house.entries()
        if known.index(entry.subject) == subjects[record]
    ]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_nothing_is_sealed_under_a_glass_whose_time_is_over_and_that_is_not_mended(
    house: House, glass_draft: str, tmp_path: Path, *, is_restarted: bool
) -> None:
    house.life.break_glass().open(glass_draft, BORIS)
    house.disclose()
    exchange_the_regular_policy(tmp_path)
    house.now += timedelta(hours=2) - timedelta(microseconds=1)
    house.take(alarm("alarm-2"))
    assert told_of(house, "alarm-2") == [("raised", True)]
    house.now += timedelta(microseconds=1)
    if is_restarted:
        house.discloser = house.new_discloser()
    house.take(alarm(perceivedSeverity="major"), alarm("alarm-3"))
    before = house.lines()
    house.disclose()
    assert house.lines() == before
    house.take(alarm("alarm-2", alarmedObject={"id": "rt9.lyon"}))
    assert told_of(house, "alarm-2") == [("raised", True), ("withdrawn", False)], "to take away is never too late"


def test_what_came_in_after_the_end_of_a_glass_is_told_under_the_policy_that_mends_it(
    house: House, glass_draft: str
) -> None:
    house.life.break_glass().open(glass_draft, BORIS)
    house.disclose()
    house.now += timedelta(hours=3)
    house.take(alarm(perceivedSeverity="major"), alarm("alarm-2", state="raised"))
    house.disclose()
    assert house.life.due_taker().run_once() == 1
    assert told_of(house, "alarm-1") == [("raised", False), ("changed", True), ("changed", False)]
    assert house.told()[-1] == ("alarm", "raised", {"state": "raised", "perceivedSeverity": "critical"})
    assert {"state": "raised", "perceivedSeverity": "major"} in [data for _, _, data in house.told()]


def test_what_came_in_after_the_end_of_a_glass_waits_as_the_policy_that_mends_it_says(house: House) -> None:
    embargo = "release: {embargo: 1h}\nrecords:"
    house.publisher.publish(NARROW.replace("records:", embargo))
    house.disclose()
    glass = house.life.break_glass()
    draft = glass.propose(WIDE, "wide.yaml", timedelta(hours=2), "joint incident", ANNA).draft.id
    glass.open(draft, BORIS)
    house.disclose()
    house.now += timedelta(hours=2, seconds=10)
    house.take(alarm(perceivedSeverity="major"))
    house.disclose()
    house.now += timedelta(seconds=30)
    assert house.life.due_taker().run_once() == 1
    house.disclose()
    keeper = Timekeeper(house.store, lambda: house.now)
    assert "major" not in str(house.told())
    house.now += timedelta(minutes=59, seconds=29)
    keeper.run_once()
    house.disclose()
    assert "major" not in str(house.told())
    house.now += timedelta(seconds=1)
    keeper.run_once()
    house.disclose()
    assert house.told()[-1][2] == {"state": "raised", "perceivedSeverity": "major"}


def test_a_cut_off_audience_comes_back_when_its_glass_is_mended_after_all(
    house: House, glass_draft: str, tmp_path: Path
) -> None:
    house.life.break_glass().open(glass_draft, BORIS)
    exchange_the_regular_policy(tmp_path)
    house.now += timedelta(hours=2)
    with pytest.raises(PolicyAltered):
        house.life.due_taker().run_once()
    with sqlite3.connect(tmp_path / "inside.db") as raw:
        raw.execute("UPDATE artefact SET text = replace(text, 'name: else', 'name: test')")
    raw.close()
    assert house.life.due_taker().run_once() == 1
    assert in_force(house) == said(NARROW)
    assert stopped(house)[1] == [NORTHLINK], "two officers decide about that"
    house.life.stopper().resume(NORTHLINK, ANNA, BORIS, "the store is restored")
    assert stopped(house) == (None, [])


@pytest.mark.parametrize(("late", "is_cut_off"), [(timedelta(0), False), (timedelta(minutes=1), True)])
def test_a_store_that_cannot_be_written_just_now_cuts_nobody_off_at_once_and_does_in_the_end(
    house: House, glass_draft: str, tmp_path: Path, late: timedelta, *, is_cut_off: bool
) -> None:
    house.life.break_glass().open(glass_draft, BORIS)
    with sqlite3.connect(tmp_path / "inside.db") as raw:
        raw.execute("CREATE TRIGGER no_lines BEFORE INSERT ON activation BEGIN SELECT RAISE(ABORT, 'full'); END")
    raw.close()
    house.now += timedelta(hours=2) + late
    with pytest.raises(StorageError):
        house.life.due_taker().run_once()
    assert stopped(house)[1] == ([NORTHLINK] if is_cut_off else [])


def test_a_stop_is_handed_over_although_something_due_cannot_be_done(house: House) -> None:
    note_what_cannot_be_done(house)
    house.now += timedelta(hours=1)
    house.life.stopper().stop(NORTHLINK, ANNA, "suspected breach")
    with house.outside.write() as there:
        there.stops.remove(NORTHLINK)  # as if the command had died between the two stores
    loops = Loops()
    start_life(loops, house.life)
    try:
        until(lambda: stopped_outside(house) == [NORTHLINK])
    finally:
        loops.join(10)


def stopped_outside(house: House) -> list[AudienceId]:
    with house.outside.read() as there:
        return list(there.stops.every())


# --- the commands ---


@pytest.fixture
def demarc(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Return what types a command of boris's at the desk of the house, in an empty folder."""
    monkeypatch.setattr("gateway.wiring.inside.build", lambda _: SimpleNamespace(life=lambda: house.life))
    monkeypatch.setattr("gateway.settings.load", lambda _: None)
    for module in ("propose", "publish"):
        # By the import system: in its package, the command `publish` has the name of its module.
        monkeypatch.setattr(import_module(f"gateway.cli.policy.{module}"), "hand_of", lambda _name, _key: BORIS)
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")

    def typed(*words: str, answer: str = "") -> Result:
        return CliRunner().invoke(app, ["policy", *words, "--officer", "boris", "--key", "boris.pem"], input=answer)

    return typed


def test_a_file_that_is_called_like_a_draft_is_not_published_in_its_place(
    house: House, demarc: Callable[..., Result]
) -> None:
    draft = submit(house)
    approve(house, draft)
    Path(draft).write_text(NARROWER)
    told = demarc("publish", draft)
    assert told.exit_code == 0, told.output
    assert in_force(house) == said(WIDE)


def test_a_file_without_the_ending_of_a_policy_is_not_published(house: House, demarc: Callable[..., Result]) -> None:
    Path("narrower").write_text(NARROWER)
    told = demarc("publish", "narrower")
    assert isinstance(told.exception, NoSuchDraft)
    assert in_force(house) == said(NARROW)
    Path("narrower.yaml").write_text(NARROWER)
    assert demarc("publish", "narrower.yaml").exit_code == 0
    assert in_force(house) == said(NARROWER)


@pytest.mark.parametrize(("answer", "approvals"), [("n\n", 0), ("", 0), ("y\n", 1)])
def test_an_officer_at_a_terminal_sees_the_difference_and_is_asked_before_anything_is_signed(
    house: House, demarc: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, answer: str, approvals: int
) -> None:
    monkeypatch.setattr("gateway.cli.signing.is_at_a_terminal", lambda: True)
    draft = submit(house)
    before = filed(house)[1]
    told = demarc("approve", draft, answer=answer)
    assert "probableCause" in told.output.partition("Sign this?")[0]
    assert filed(house)[1] - before == approvals
    assert (told.exit_code == 0) == bool(approvals)


@pytest.mark.parametrize("at_a_terminal", [True, False])
def test_whoever_is_sure_approves_without_being_asked_and_what_is_signed_is_printed_first(
    house: House,
    demarc: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    *,
    at_a_terminal: bool,
) -> None:
    monkeypatch.setattr("gateway.cli.signing.is_at_a_terminal", lambda: at_a_terminal)
    draft = submit(house)
    told = demarc("approve", draft, "--yes")
    assert told.exit_code == 0, told.output
    assert "probableCause" in told.output.partition("Approved by boris")[0]
    publish(house, draft)


def test_where_nobody_can_be_asked_nothing_is_signed(house: House, demarc: Callable[..., Result]) -> None:
    draft = submit(house)
    before = filed(house)[1]
    told = demarc("approve", draft)
    assert isinstance(told.exception, NobodyToAsk)
    assert "probableCause" in told.output
    assert filed(house)[1] == before


def test_what_cannot_be_signed_is_still_shown_and_nobody_is_asked(
    house: House, demarc: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.cli.signing.is_at_a_terminal", lambda: True)
    draft = submit(house)
    publish(house, submit(house, NARROWER))
    told = demarc("approve", draft, answer="y\n")
    assert isinstance(told.exception, DraftMoved)
    assert "probableCause" in told.output
    assert "Sign this?" not in told.output
