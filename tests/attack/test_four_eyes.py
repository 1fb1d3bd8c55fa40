"""P-13, P-14, P-17, P-19, C-14, C-15: nobody alone lets anybody learn more, however the steps are turned and mixed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.errors import DemarcError, IdentityError, StorageError
from gateway.evidence import jws
from gateway.inside.in_force import PolicyAltered
from gateway.inside.propose import Wish, filed_draft, proposal_of
from gateway.inside.publish import require_now
from gateway.policy.approval.approval import (
    APPROVE,
    Approval,
    ApprovalMissing,
    ApprovalRefused,
    DraftMoved,
    DraftSpent,
    particulars,
)
from gateway.policy.approval.officers import TYP, Hand, OfficerDisabled, SignatureRefused, UnknownOfficer
from gateway.policy.approval.roster import OfficerRefused, OfficerSignaturesMissing, TooFewOfficers
from tests.inside_side import NORTHLINK, SIGNER, House, policy
from tests.officers import ANNA, BORIS, CAROL, hand
from tests.policy_desk import NARROW, NARROWER, OTHER, WIDE, approve, in_force, opened_house, publish, said, submit


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened_house(tmp_path) as found:
        yield found


def add(house: House, one: Hand, person: str, *signers: Hand) -> None:
    house.life.officers().add(one.officer, person, one.signer.key.public_key(), signers)


def file_approval(house: House, draft_id: str, approval: Approval) -> None:
    """Put an approval beside the draft, as somebody with the database in hand could."""
    with house.store.write() as work:
        work.office.drafts.approve(draft_id, approval, house.now)


# --- P-13: widening ---


def test_a_widening_without_a_second_officer_is_not_published(house: House) -> None:
    draft = submit(house)
    with pytest.raises(ApprovalMissing):
        publish(house, draft)
    with pytest.raises(ApprovalMissing):
        publish(house, draft, BORIS)  # publishing is no approving, whoever does it
    assert in_force(house) == said(NARROW)


def test_a_first_policy_for_somebody_is_a_widening(house: House) -> None:
    draft = submit(house, policy(audience="customer: acme"))
    with pytest.raises(ApprovalMissing):
        publish(house, draft)


def test_a_widening_that_a_second_officer_approved_is_published(house: House) -> None:
    draft = submit(house)
    approve(house, draft)
    publish(house, draft)
    assert in_force(house) == said(WIDE)


def test_a_narrowing_needs_nobody_else_and_withdraws_at_once(house: House) -> None:
    publish(house, submit(house, NARROWER))
    assert in_force(house) == said(NARROWER)
    assert [event for _, event, _ in house.told()] == ["raised", "changed"]


def test_a_widening_beside_a_narrowing_is_a_widening(house: House) -> None:
    draft = submit(house, NARROWER + "      alarmType: keep\n")
    with pytest.raises(ApprovalMissing):
        publish(house, draft)


# --- P-14, C-14: whose approval counts ---


def test_the_author_cannot_approve(house: House) -> None:
    draft = submit(house)
    with pytest.raises(ApprovalRefused):
        approve(house, draft, ANNA)


def test_the_author_s_other_key_does_not_count(house: House) -> None:
    second_account = hand("anna.laptop")
    add(house, second_account, "person-anna", ANNA, BORIS)
    draft = submit(house)
    with pytest.raises(ApprovalRefused):
        approve(house, draft, second_account)
    forged = Approval("anna.laptop", second_account.sign(APPROVE, house.now, **_about(house, draft)))
    file_approval(house, draft, forged)
    with pytest.raises(ApprovalRefused):
        publish(house, draft)


def test_proposed_by_the_other_account_and_approved_by_the_first_is_still_one_person(house: House) -> None:
    second_account = hand("anna.laptop")
    add(house, second_account, "person-anna", ANNA, BORIS)
    draft = submit(house, by=second_account)
    with pytest.raises(ApprovalRefused):
        approve(house, draft, ANNA)


def test_the_approval_of_somebody_who_is_no_officer_does_not_count(house: House) -> None:
    draft = submit(house)
    with pytest.raises(UnknownOfficer):
        approve(house, draft, hand("mallory"))
    file_approval(house, draft, Approval("mallory", hand("mallory").sign(APPROVE, house.now, **_about(house, draft))))
    with pytest.raises(ApprovalRefused):
        publish(house, draft)


def test_a_name_with_another_key_does_not_count(house: House) -> None:
    draft = submit(house)
    with pytest.raises(SignatureRefused):
        approve(house, draft, hand("boris", "mallory"))
    file_approval(house, draft, Approval("boris", hand("boris", "x").sign(APPROVE, house.now, **_about(house, draft))))
    with pytest.raises(ApprovalRefused):
        publish(house, draft)


def test_a_key_of_the_gateway_is_no_officer(house: House) -> None:
    draft = submit(house)
    with pytest.raises(SignatureRefused):
        approve(house, draft, Hand("boris", SIGNER))


def test_an_approval_in_the_name_of_another_officer_does_not_count(house: House) -> None:
    draft = submit(house)
    own = jws.sign(
        {"act": APPROVE, "by": "boris", "at": house.now.isoformat(), "about": _about(house, draft)}, TYP, ANNA.signer
    )
    for name in ("anna", "boris"):
        file_approval(house, draft, Approval(name, own))
    with pytest.raises(ApprovalRefused):
        publish(house, draft)


@pytest.mark.parametrize("typ", ["demarc-receipt+jwt", "JWT", "demarc-act"])
def test_a_signature_of_another_type_does_not_count(house: House, typ: str) -> None:
    draft = submit(house)
    told = {"act": APPROVE, "by": "boris", "at": house.now.isoformat(), "about": _about(house, draft)}
    file_approval(house, draft, Approval("boris", jws.sign(told, typ, BORIS.signer)))
    with pytest.raises(ApprovalRefused):
        publish(house, draft)


def test_a_signature_under_another_act_does_not_count(house: House) -> None:
    draft = submit(house)
    file_approval(house, draft, Approval("boris", BORIS.sign("policy.submit", house.now, **_about(house, draft))))
    with pytest.raises(ApprovalRefused):
        publish(house, draft)


def test_the_second_officer_is_disabled_after_approving(house: House) -> None:
    add(house, CAROL, "person-carol", ANNA, BORIS)
    draft = submit(house)
    approve(house, draft)
    house.life.officers().disable("boris", [CAROL])
    with pytest.raises(ApprovalRefused):
        publish(house, draft)
    with pytest.raises(OfficerDisabled):
        publish(house, submit(house, NARROWER), BORIS)


def test_the_author_is_disabled_before_publishing(house: House) -> None:
    add(house, CAROL, "person-carol", ANNA, BORIS)
    draft = submit(house)
    approve(house, draft)
    house.life.officers().disable("anna", [BORIS])
    with pytest.raises(OfficerDisabled):
        publish(house, draft, BORIS)


@pytest.mark.parametrize("later", [timedelta(days=7), timedelta(days=30), timedelta(seconds=-1)])
def test_an_approval_counts_for_seven_days_and_not_before_it_was_given(house: House, later: timedelta) -> None:
    draft = submit(house)
    approve(house, draft)
    house.now += later
    with pytest.raises(ApprovalRefused):
        publish(house, draft)


def test_an_approval_counts_until_its_last_second(house: House) -> None:
    draft = submit(house)
    approve(house, draft)
    house.now += timedelta(days=7) - timedelta(seconds=1)
    publish(house, draft)


# --- P-14, C-15: approving one thing and publishing another ---


def test_an_approval_does_not_count_for_what_was_edited_afterwards(house: House) -> None:
    approve(house, submit(house))
    edited = submit(house, WIDE + "      alarmType: keep\n")
    with pytest.raises(ApprovalMissing):
        publish(house, edited)


def test_an_approval_serves_once(house: House) -> None:
    draft = submit(house)
    approve(house, draft)
    publish(house, draft)
    publish(house, submit(house, NARROW))
    with pytest.raises(DraftSpent):
        publish(house, draft)
    with pytest.raises(DraftSpent):
        approve(house, draft)


def test_an_approval_moved_to_another_draft_of_the_same_policy_does_not_count(house: House) -> None:
    first = submit(house)
    approve(house, first)
    house.now += timedelta(seconds=1)
    second = submit(house)
    with house.store.read() as work:
        [approval] = work.office.drafts.approvals(first)
    file_approval(house, second, approval)
    assert first != second
    with pytest.raises(ApprovalRefused):
        publish(house, second)


def test_an_approval_for_another_audience_does_not_count(house: House) -> None:
    first = submit(house)
    approve(house, first)
    other = submit(house, WIDE.replace("operator: northlink", "operator: southlink"))
    with house.store.read() as work:
        [approval] = work.office.drafts.approvals(first)
    file_approval(house, other, approval)
    with pytest.raises(ApprovalRefused):
        publish(house, other)


def test_what_came_into_force_in_between_spends_the_approval(house: House) -> None:
    draft = submit(house)
    approve(house, draft)
    publish(house, submit(house, NARROWER))
    with pytest.raises(DraftMoved):
        publish(house, draft)
    with pytest.raises(DraftMoved):
        approve(house, draft)
    assert in_force(house) == said(NARROWER)


def test_even_a_narrowing_is_not_published_against_another_base_than_it_was_shown(house: House) -> None:
    narrower = submit(house, NARROWER)
    house.publisher.publish(WIDE)
    with pytest.raises(DraftMoved):
        publish(house, narrower)


def test_a_policy_that_was_exchanged_in_the_store_is_noticed(house: House, tmp_path: Path) -> None:
    draft = submit(house)
    approve(house, draft)
    with sqlite3.connect(tmp_path / "inside.db") as raw:
        raw.execute("DROP TRIGGER artefact_no_update")
        raw.execute("UPDATE artefact SET text = replace(text, 'probableCause', 'alarmDetails')")
    raw.close()
    with pytest.raises(PolicyAltered):
        publish(house, draft)


def test_of_two_publications_at_once_one_wins(house: House) -> None:
    drafts = [submit(house, text) for text in (WIDE, OTHER)]
    for draft in drafts:
        approve(house, draft)
    assert sorted(_together(house, [lambda one=draft: publish(house, one) for draft in drafts])) == [
        "done",
        "policy.draft-moved",
    ]
    assert in_force(house) in (said(WIDE), said(OTHER))


def test_of_one_draft_published_twice_at_once_one_wins(house: House) -> None:
    draft = submit(house)
    approve(house, draft)
    told = sorted(_together(house, [lambda: publish(house, draft), lambda: publish(house, draft, BORIS)]))
    assert told[0] == "done"
    assert told[1] in ("policy.draft-spent", "policy.draft-moved")
    with house.store.read() as work:
        assert [one.version for one in work.office.publications.history(NORTHLINK)] == [1, 2]


# --- officers ---


def test_one_officer_cannot_invent_a_second(house: House) -> None:
    puppet = hand("puppet")
    for signers in ((), (ANNA,), (ANNA, ANNA)):
        with pytest.raises(OfficerSignaturesMissing):
            add(house, puppet, "person-puppet", *signers)
    with pytest.raises(UnknownOfficer):
        add(house, puppet, "person-puppet", ANNA, puppet)
    with pytest.raises(SignatureRefused):
        add(house, puppet, "person-puppet", ANNA, hand("boris", "anna"))


def test_one_officer_cannot_add_a_key_under_the_other_s_name(house: House) -> None:
    with pytest.raises(OfficerSignaturesMissing):
        add(house, hand("boris.new"), "person-boris", ANNA)


def test_disabling_does_not_open_the_door_of_the_beginning_again(house: House) -> None:
    with pytest.raises(TooFewOfficers):
        house.life.officers().disable("boris", [ANNA])
    add(house, CAROL, "person-carol", ANNA, BORIS)
    with pytest.raises(OfficerSignaturesMissing):
        house.life.officers().disable("boris", [])
    with pytest.raises(OfficerSignaturesMissing):
        house.life.officers().disable("boris", [BORIS])
    house.life.officers().disable("boris", [ANNA])
    with pytest.raises(OfficerSignaturesMissing):
        add(house, hand("puppet"), "person-puppet", ANNA)
    with pytest.raises(OfficerDisabled):
        add(house, hand("puppet"), "person-puppet", ANNA, BORIS)


@pytest.mark.parametrize(
    ("one", "person"),
    [
        (hand("anna"), "person-x"),
        (hand("new", "anna"), "person-x"),
        (Hand("new", SIGNER), "person-x"),
        (hand("Anna"), "person-x"),
        (hand("аnna"), "person-x"),  # the first letter is Cyrillic
        (hand("new"), "Person-Anna"),
        (hand("new"), "person-anna\u200b"),
        (hand("new"), ""),
    ],
)
def test_names_keys_and_persons_are_exact_and_nobody_else_s(house: House, one: Hand, person: str) -> None:
    desk = house.life.officers()
    object.__setattr__(desk, "own_keys", lambda: frozenset({SIGNER.key_id}))
    with pytest.raises(OfficerRefused):
        desk.add(one.officer, person, one.signer.key.public_key(), [ANNA, BORIS])


# --- P-17: older policies ---


def test_an_older_and_wider_policy_comes_back_only_with_approval(house: House) -> None:
    house.publisher.publish(WIDE)
    publish(house, submit(house, NARROW))
    back = house.life.publisher().roll_back(NORTHLINK, ANNA).draft
    assert back.widens
    with pytest.raises(ApprovalMissing):
        publish(house, back.id)
    approve(house, back.id)
    publish(house, back.id)
    assert in_force(house) == said(WIDE)


def test_an_older_and_narrower_policy_comes_back_at_once_as_a_new_version(house: House) -> None:
    house.publisher.publish(WIDE)
    publish(house, house.life.publisher().roll_back(NORTHLINK, ANNA).draft.id)
    assert in_force(house) == said(NARROW)
    with house.store.read() as work:
        assert [one.version for one in work.office.publications.history(NORTHLINK)] == [1, 2, 3]


@pytest.mark.parametrize("table", ["act", "draft", "approval", "artefact", "publication", "activation"])
def test_what_was_filed_is_never_changed(house: House, table: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "inside.db") as raw:
        columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
        for statement in (
            f"UPDATE {table} SET {columns[-1]} = {columns[-1]}",  # noqa: S608
            f"DELETE FROM {table}",  # noqa: S608
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",  # noqa: S608
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(statement)
    raw.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM officer",
        "UPDATE officer SET person = 'person-x'",
        "UPDATE officer SET key = x'00'",
        "INSERT OR REPLACE INTO officer SELECT name, 'person-x', key, enrolled_at, NULL FROM officer",
    ],
)
def test_who_an_officer_is_does_not_change(house: House, statement: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "inside.db") as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
    raw.close()


def test_who_cannot_file_the_act_cannot_act(house: House, tmp_path: Path) -> None:
    draft = submit(house)
    approve(house, draft)
    with sqlite3.connect(tmp_path / "inside.db") as raw:
        raw.execute("CREATE TRIGGER no_acts BEFORE INSERT ON act BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    raw.close()
    for act in (
        lambda: publish(house, draft),
        lambda: submit(house, OTHER),
        lambda: house.life.stopper().stop(NORTHLINK, ANNA, "no"),
    ):
        with pytest.raises(StorageError):
            act()
    assert in_force(house) == said(NARROW)
    with house.outside.read() as there:
        assert there.stops.every() == []


# --- broken glass and time ---


def test_a_broken_glass_does_not_become_lasting_by_one_officer(house: House) -> None:
    glass = house.life.break_glass()
    proposal = glass.propose(WIDE, "wide.yaml", timedelta(hours=2), "the joint incident 4711", ANNA)
    glass.open(proposal.draft.id, BORIS)
    assert in_force(house) == said(WIDE)
    draft = submit(house)
    with pytest.raises(ApprovalMissing):
        publish(house, draft)


def test_a_draft_for_breaking_the_glass_is_not_published_for_good(house: House) -> None:
    proposal = house.life.break_glass().propose(WIDE, "wide.yaml", timedelta(hours=2), "why", ANNA)
    approve(house, proposal.draft.id)
    with pytest.raises(DemarcError, match="breaking the glass"):
        publish(house, proposal.draft.id)


def test_one_person_cannot_break_the_glass(house: House) -> None:
    second_account = hand("anna.laptop")
    add(house, second_account, "person-anna", ANNA, BORIS)
    glass = house.life.break_glass()
    proposal = glass.propose(WIDE, "wide.yaml", timedelta(hours=2), "why", ANNA)
    for second in (ANNA, second_account):
        with pytest.raises(ApprovalRefused):
            glass.open(proposal.draft.id, second)
    assert in_force(house) == said(NARROW)


def test_a_clock_set_back_brings_nothing_back(house: House) -> None:
    house.publisher.publish(WIDE, wish=Wish(effective_from=house.now + timedelta(hours=1)))
    house.now += timedelta(hours=2)
    assert house.life.due_taker().run_once() == 1
    publish(house, submit(house, NARROW))
    for hours in (-3, 1, 1, 48):
        house.now += timedelta(hours=hours)
        assert house.life.due_taker().run_once() == 0
    assert in_force(house) == said(NARROW)


# --- P-13: what waits for its time ---

LATER = timedelta(hours=1)


@pytest.fixture
def narrowing(house: House) -> House:
    """Return the house where a narrower policy is to be in force in an hour."""
    publish(house, later(house, NARROWER, LATER))
    return house


def later(house: House, text: str, span: timedelta, by: Hand = ANNA) -> str:
    wish = Wish(effective_from=house.now + span)
    return house.life.proposer().submit(text, "later.yaml", by, wish).draft.id


def pass_time(house: House, span: timedelta) -> None:
    house.now += span
    house.life.due_taker().run_once()


@pytest.mark.parametrize("name", ["test", "again"])
def test_nobody_alone_puts_off_a_narrowing_by_publishing_what_is_in_force_again(narrowing: House, name: str) -> None:
    draft = submit(narrowing, NARROW.replace("name: test", f"name: {name}"))
    with pytest.raises(ApprovalMissing):
        publish(narrowing, draft)
    pass_time(narrowing, LATER)
    assert in_force(narrowing) == said(NARROWER)


def test_nobody_alone_puts_off_a_narrowing_by_scheduling_it_once_more(narrowing: House) -> None:
    draft = later(narrowing, NARROWER, timedelta(days=300))
    with pytest.raises(ApprovalMissing):
        publish(narrowing, draft)
    pass_time(narrowing, LATER)
    assert in_force(narrowing) == said(NARROWER)


def test_what_narrows_both_what_is_in_force_and_what_waits_needs_nobody_else(narrowing: House) -> None:
    publish(narrowing, later(narrowing, NARROWER, LATER / 2))
    publish(narrowing, submit(narrowing, NARROWER))
    assert in_force(narrowing) == said(NARROWER)


def test_two_officers_put_a_narrowing_off_and_see_what_waits(narrowing: House) -> None:
    draft = submit(narrowing, NARROW)
    [difference] = narrowing.life.proposer().review(draft).differences
    assert any(line.startswith("against what waits until 2026-11-23 13:00:00 UTC: ") for line in difference.lines)
    approve(narrowing, draft)
    publish(narrowing, draft)
    pass_time(narrowing, LATER)
    assert in_force(narrowing) == said(NARROW)


def test_a_draft_from_before_a_narrowing_was_scheduled_does_not_put_it_off(house: House) -> None:
    again = submit(house, NARROW.replace("name: test", "name: again"))
    publish(house, later(house, NARROWER, LATER))
    with pytest.raises(DraftMoved):
        publish(house, again)
    pass_time(house, LATER)
    assert in_force(house) == said(NARROWER)


def test_what_is_scheduled_while_a_draft_is_compared_is_not_struck_out_unseen(house: House) -> None:
    """The transaction that publishes looks again: what was compared just before may be no longer all there is."""
    draft = submit(house, NARROW.replace("name: test", "name: again"))
    with house.store.read() as work:
        filed = filed_draft(work, draft)
        proposal = proposal_of(work, house.life.language, filed)
    publish(house, later(house, NARROWER, LATER))
    with house.store.write() as work, pytest.raises(DraftMoved, match="strike out"):
        require_now(work, filed, proposal, house.now)


def test_nobody_alone_puts_off_a_narrowing_by_a_rollback(narrowing: House) -> None:
    with narrowing.store.read() as work:
        [former] = {one.policy for one in map(work.office.publications.get, (1,)) if one}
    draft = narrowing.life.publisher().roll_back(NORTHLINK, ANNA, former).draft.id
    with pytest.raises(ApprovalMissing):
        publish(narrowing, draft)


def _about(house: House, draft_id: str) -> dict[str, object]:
    with house.store.read() as work:
        filed = work.office.drafts.get(draft_id)
    assert filed is not None
    return particulars(filed.draft)


def _together(house: House, acts: list[Callable[[], None]]) -> list[str]:
    """Do acts at the same time; return what became of each."""
    start = threading.Barrier(len(acts))

    def do(act: Callable[[], None]) -> str:
        start.wait()
        try:
            act()
        except (DemarcError, IdentityError) as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))
