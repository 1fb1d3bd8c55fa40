"""What the tests of the inside share: real SQLite stores, the use cases over them, and a small network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence.jws import Signer
from gateway.ids import AudienceId, OperatorId, StreamName
from gateway.inside.disclose import Configuration, Discloser
from gateway.inside.enrol import Enroller
from gateway.inside.ingest import Ingester, Offer, Outcome
from gateway.record import strictjson
from gateway.record.entry import Entry, open_entry
from gateway.storage.database import Database
from gateway.storage.inside.store import SqlInsideStore
from gateway.storage.migrations import upgrade
from gateway.storage.outside.store import SqlOutsideStore
from tests.officers import FourEyes, life_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NORTHLINK, ACME = AudienceId("urn:demarc:operator:northlink"), AudienceId("urn:demarc:customer:acme")
SIGNER = Signer.of(Ed25519PrivateKey.from_private_bytes(b"s" * 32))


def service(identifier: str = "svc-1", party: str = "northlink", name: str = "Line 1", **more: Any) -> dict[str, Any]:
    return {
        "@type": "Service",
        "id": identifier,
        "name": name,
        "state": "active",
        "relatedParty": [{"id": party, "role": "partner"}],
        "supportingResource": [{"id": "rt1.par"}],
        **more,
    }


def resource(identifier: str = "rt1.par", **more: Any) -> dict[str, Any]:
    return {"@type": "Resource", "id": identifier, "name": identifier, **more}


def alarm(identifier: str = "alarm-1", **more: Any) -> dict[str, Any]:
    return {
        "@type": "Alarm",
        "id": identifier,
        "alarmType": "equipmentAlarm",
        "perceivedSeverity": "critical",
        "probableCause": "fanFailure",
        "alarmedObject": {"id": "rt1.par"},
        "state": "raised",
        "alarmRaisedTime": "2026-11-23T10:00:00Z",
        **more,
    }


def policy(
    fields: str = "perceivedSeverity: keep", audience: str = "operator: northlink", record: str = "alarm"
) -> str:
    """Return a policy for one record type that keeps the state and what `fields` says."""
    return f"""\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: test
audience: {{{audience}}}
records:
  {record}:
    fields:
      id: {{pseudonym: {record}}}
      state: keep
      {fields}
"""


class House:
    """An operator's two stores, and the use cases of the inside over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.databases = tuple(Database(f"sqlite:///{folder / zone}.db", zone) for zone in ("inside", "outside"))
        for database, zone in zip(self.databases, ("inside", "outside"), strict=True):
            upgrade(database, zone)  # type: ignore[arg-type]
        self.store, self.outside = SqlInsideStore(self.databases[0]), SqlOutsideStore(self.databases[1])
        self.now = NOW
        self.ingester = Ingester(self.store, lambda: self.now)
        self.life = life_of(self.store, self.outside, lambda: self.now)
        self.publisher = FourEyes(self.life)
        self.enroller = Enroller(self.store, self.outside, OperatorId("aurora"), lambda: self.now)
        self.discloser = self.new_discloser()

    def new_discloser(self, batch_lines: int = 500) -> Discloser:
        """Return what a restart begins with."""
        return Discloser(
            self.store, Configuration(OperatorId("aurora"), b"m" * 32, SIGNER, batch_lines), lambda: self.now
        )

    def take(self, *records: dict[str, Any], source: str = "test") -> list[Outcome]:
        """Ingest records, each under a key that its content gives it."""
        return self.ingester.take(source, [Offer(strictjson.dump(record), record) for record in records])

    def disclose(self) -> int:
        """Disclose all that is journalled; return how many batches that were."""
        batches = 0
        while self.discloser.run_once() is not None:
            batches += 1
        return batches

    def lines(self, audience: AudienceId = NORTHLINK) -> list[bytes]:
        """Return the entries of an audience's stream, as they were sealed."""
        name = audience.rpartition("operator:")[2] if ":operator:" in audience else audience.partition("demarc:")[2]
        stream = StreamName(f"aurora/{name}")
        with self.store.read() as work:
            state = work.streams.state(stream)
            return list(work.streams.held(stream).lines_between(0, state.size)) if state else []

    def entries(self, audience: AudienceId = NORTHLINK) -> list[Entry]:
        return [open_entry(line) for line in self.lines(audience)]

    def told(self, audience: AudienceId = NORTHLINK) -> list[tuple[str, str, Any]]:
        """Return record type, event and data of every entry, without the pseudonymous id."""
        return [
            (one.record_type, one.event, {name: value for name, value in one.data.items() if name != "id"})
            for one in self.entries(audience)
        ]

    def quarantine(self) -> list[tuple[str, str, str, Any]]:
        """Return what is in quarantine, oldest first."""
        with self.store.read() as work:
            return [(one.source, one.reason, one.pointer, one.body) for one in reversed(work.quarantine.newest(100))]

    def journalled(self) -> list[Any]:
        """Return the bodies of all lines of the journal."""
        with self.store.read() as work:
            return [json.loads(line.body) for line in work.journal.after(0, 10_000)]


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    """Open a house in `folder` and close it afterwards."""
    house = House(folder)
    yield house
    for database in house.databases:
        database.close()
