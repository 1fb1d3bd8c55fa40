"""The officers' office on SQLite and on PostgreSQL: what is filed stays as it was filed, and nothing else is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from gateway.errors import StorageError
from gateway.evidence.jws import Jws
from gateway.ids import AudienceId, PolicyDigest
from gateway.policy.approval.approval import Approval, Draft, Part
from gateway.policy.approval.officers import Officer
from gateway.ports.acts import Activation, Due, FiledDraft, Standing
from tests.officers import ANNA, BORIS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NORTHLINK = AudienceId("urn:demarc:operator:northlink")
POLICY = PolicyDigest("a" * 64)
DRAFT = Draft(
    kind="publication",
    author="anna",
    parts=(Part(NORTHLINK, POLICY, None, "d" * 64, True),),
    submitted_at=NOW,
    message="why",
    effective_from=NOW + timedelta(hours=1),
    lasts=timedelta(hours=2),
)
FILED = FiledDraft(DRAFT, Jws("a.b.c"), "a.yaml", "text", {"base": "text of the base"})
APPEND_ONLY = ["act", "draft", "approval", "artefact", "publication", "activation", "officer"]


def officer(hand=ANNA, person="person"):
    return Officer(hand.officer, person, hand.signer.key.public_key(), NOW)


@pytest.fixture
def filed(inside):
    """Return a store in which something of everything is filed."""
    with inside.write() as work:
        office = work.office
        office.officers.add(officer())
        office.drafts.add(FILED)
        office.drafts.approve(DRAFT.id, Approval("boris", Jws("d.e.f")), NOW)
        office.artefacts.keep(POLICY, NORTHLINK, "effective")
        publication = office.publications.add(NORTHLINK, POLICY, DRAFT, NOW)
        office.publications.activate(Activation(NORTHLINK, 1, publication.number, "published", NOW, 7, 3))
        office.acts.append("policy.publish", "anna", NOW, {"draft": DRAFT.id})
    return inside


def test_what_was_filed_is_there_after_a_restart(filed):
    filed.restart()
    with filed.read() as work:
        office = work.office
        assert office.officers.every()["anna"].key_id == ANNA.signer.key_id
        assert office.drafts.get(DRAFT.id) == FILED
        assert office.drafts.newest(5) == [FILED]
        assert office.drafts.approvals(DRAFT.id) == [Approval("boris", Jws("d.e.f"))]
        assert office.artefacts.text(POLICY) == "effective"
        [publication] = office.publications.of_draft(DRAFT.id)
        assert office.publications.get(publication.number) == publication
        assert office.publications.history(NORTHLINK) == [
            Activation(NORTHLINK, 1, publication.number, "published", NOW, 7, 3)
        ]


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("act", ["update", "delete"])
def test_nothing_that_was_filed_can_be_changed_or_deleted(filed, table, act):
    found = sa.Table(table, sa.MetaData(), autoload_with=filed.database.engine)
    column = list(found.columns)[-1 if table != "officer" else 1]
    statement = sa.delete(found) if act == "delete" else sa.update(found).values({column: column})
    with pytest.raises(StorageError), filed.database.write() as connection:
        connection.execute(statement)


def test_a_table_of_what_was_filed_cannot_be_emptied(filed):
    if filed.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for table in APPEND_ONLY:
        with pytest.raises((StorageError, DBAPIError)), filed.database.write() as connection:
            connection.execute(sa.text(f"TRUNCATE {table} CASCADE"))


def test_an_officer_is_disabled_once_and_for_good(filed):
    with filed.write() as work:
        work.office.officers.disable("anna", NOW)
    with filed.write() as work:
        work.office.officers.disable("anna", NOW + timedelta(days=1))
    with filed.read() as work:
        assert work.office.officers.every()["anna"].disabled_at == NOW


def test_a_key_serves_one_officer(filed):
    with pytest.raises(StorageError), filed.write() as work:
        work.office.officers.add(Officer("other", "other", ANNA.signer.key.public_key(), NOW))
    with pytest.raises(StorageError), filed.write() as work:
        work.office.officers.add(Officer("anna", "other", BORIS.signer.key.public_key(), NOW))


def test_a_draft_is_published_once_for_each_audience(filed):
    with pytest.raises(StorageError), filed.write() as work:
        work.office.publications.add(NORTHLINK, POLICY, DRAFT, NOW)


def test_a_version_is_activated_once(filed):
    with pytest.raises(StorageError), filed.write() as work:
        work.office.publications.activate(Activation(NORTHLINK, 1, 1, "revert", NOW, 8, 3))


def test_filing_the_same_again_changes_nothing(filed):
    with filed.write() as work:
        work.office.drafts.add(FILED)
        work.office.artefacts.keep(POLICY, NORTHLINK, "another text")
    with filed.read() as work:
        assert work.office.drafts.newest(5) == [FILED]
        assert work.office.artefacts.text(POLICY) == "effective"


def test_acts_are_numbered_and_chained(filed):
    with filed.write() as work:
        second = work.office.acts.append("policy.stop", "anna", NOW, {"reason": "why"})
    with filed.read() as work:
        first, again = work.office.acts.after(0, 10)
        assert (first.number, again) == (1, second)
        assert second.former == first.digest
        assert work.office.acts.last() == second
        assert work.office.acts.after(1, 10) == [second]


def test_a_standing_is_replaced(inside):
    standing = Standing(NORTHLINK, 3, 1, 2, NOW, "why")
    with inside.write() as work:
        assert work.office.standings.get(NORTHLINK) == Standing(NORTHLINK)
        work.office.standings.put(Standing(NORTHLINK, 1))
        work.office.standings.put(standing)
    with inside.read() as work:
        assert work.office.standings.get(NORTHLINK) == standing
        assert work.office.standings.every() == [standing]


def test_what_is_due_comes_by_time_whatever_its_spelling(inside):
    dues = [Due(number, "effect", NORTHLINK, NOW + timedelta(microseconds=span)) for number, span in ((1, 1), (2, 0))]
    with inside.write() as work:
        for due in dues:
            work.office.dues.add(due)
    with inside.read() as work:
        assert work.office.dues.until(NOW) == [dues[1]]
        assert work.office.dues.until(NOW + timedelta(seconds=1)) == [dues[1], dues[0]]
        assert work.office.dues.until(NOW - timedelta(microseconds=1)) == []
    with inside.write() as work:
        work.office.dues.remove(dues[1])
    with inside.read() as work:
        assert work.office.dues.of(NORTHLINK) == [dues[0]]
