"""An agreement that is over discloses nothing, and what it disclosed is withdrawn; by the journal, not by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence.jws import Signer
from gateway.ids import OperatorId, StreamName
from gateway.inside.disclose import Configuration, Discloser
from gateway.inside.ingest import Ingester, Offer
from gateway.inside.pass_time import Timekeeper
from gateway.record.entry import Entry, open_entry
from gateway.storage import migrations
from gateway.storage.database import Database
from gateway.storage.inside.store import SqlInsideStore
from gateway.storage.outside.store import SqlOutsideStore
from tests.officers import FourEyes, life_of

POLICY = """
apiVersion: demarc/v1
kind: DisclosurePolicy
name: acme
audience: {customer: acme}
agreement:
  valid: {from: 2026-01-01, until: 2026-11-30}
records:
  service:
    fields:
      id: keep
      operatingStatus: keep
"""


def service(status: str) -> dict[str, object]:
    buyer = {"id": "acme", "role": "customer", "@referredType": "Organization"}
    return {"@type": "Service", "id": "svc-1", "state": "active", "operatingStatus": status, "relatedParty": [buyer]}


class Inside:
    """One inside whose clock stands where a test puts it."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 29, 12, tzinfo=UTC)
        self.database = Database(f"sqlite:///{folder / 'inside.db'}", "inside")
        migrations.upgrade(self.database, "inside")
        self.store = SqlInsideStore(self.database)
        self.outside = Database(f"sqlite:///{folder / 'outside.db'}", "outside")
        migrations.upgrade(self.outside, "outside")
        signer = Signer.of(Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
        self.configuration = Configuration(OperatorId("aurora"), b"\x02" * 32, signer)
        self.discloser = Discloser(self.store, self.configuration, lambda: self.now)
        self.timekeeper = Timekeeper(self.store, lambda: self.now)

    def take(self, record: dict[str, object]) -> None:
        Ingester(self.store, lambda: self.now).take("test", [Offer(b"", record)])

    def publish(self, text: str) -> None:
        FourEyes(life_of(self.store, SqlOutsideStore(self.outside), lambda: self.now)).publish(text, "acme.yaml")

    def entries(self) -> list[Entry]:
        while self.discloser.run_once() is not None:
            pass
        stream = StreamName("aurora/customer:acme")
        with self.store.read() as work:
            held = work.streams.held(stream)
            return [open_entry(line) for line in held.lines_between(0, held.frontier.size)]


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    made = Inside(tmp_path)
    yield made
    made.database.close()
    made.outside.close()


def test_a_record_after_the_last_day_is_withheld(inside: Inside) -> None:
    inside.publish(POLICY)
    inside.now = datetime(2026, 12, 1, tzinfo=UTC)
    inside.take(service("failed"))
    assert inside.entries() == []


def test_the_last_day_itself_is_covered(inside: Inside) -> None:
    inside.publish(POLICY)
    inside.now = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    inside.take(service("failed"))
    assert [entry.event for entry in inside.entries()] == ["raised"]


def test_when_the_agreement_ends_what_it_disclosed_is_withdrawn_once(inside: Inside) -> None:
    inside.publish(POLICY)
    inside.take(service("running"))
    inside.entries()
    inside.timekeeper.run_once()
    assert [entry.event for entry in inside.entries()] == ["raised"]
    inside.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert inside.timekeeper.run_once() == 1
    assert inside.timekeeper.run_once() == 0
    assert [(entry.event, entry.data) for entry in inside.entries()][1:] == [("withdrawn", {})]


def test_an_agreement_that_begins_later_discloses_from_its_first_day(inside: Inside) -> None:
    inside.publish(POLICY.replace("2026-01-01", "2026-11-30"))
    inside.take(service("running"))
    assert inside.entries() == []
    inside.now = datetime(2026, 11, 30, tzinfo=UTC)
    assert inside.timekeeper.run_once() == 1
    assert [entry.event for entry in inside.entries()] == ["raised"]


def test_the_clock_alone_changes_nothing(inside: Inside) -> None:
    inside.publish(POLICY)
    inside.take(service("running"))
    before = inside.entries()
    inside.now = datetime(2027, 6, 1, tzinfo=UTC)
    inside.discloser = Discloser(inside.store, inside.configuration, lambda: inside.now)
    assert inside.entries() == before


def test_the_batch_size_does_not_change_the_entries(inside: Inside, tmp_path: Path) -> None:
    """A policy in the middle of a batch is a review in its own place, however many lines are read at once."""
    inside.take(service("running"))
    inside.publish(POLICY)
    inside.take(service("failed"))
    inside.publish(POLICY.replace("      operatingStatus: keep\n", ""))
    inside.take(service("degraded"))
    seen = [(entry.event, entry.data) for entry in inside.entries()]
    assert seen == [
        ("raised", {"id": "svc-1", "operatingStatus": "running"}),
        ("changed", {"id": "svc-1", "operatingStatus": "failed"}),
        ("changed", {"id": "svc-1"}),
    ]
