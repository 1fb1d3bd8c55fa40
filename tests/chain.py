"""The whole chain in one process: aurora's and northlink's four real SQLite stores, every use case, one fixed clock.

Keys and clock are the same in every run, so two runs that did the same hold the same rows. Stores are files: a finished
stage is copied, and each trial begins from its copy. `Faults` makes one unit of work fail, as a disk does.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.delivery.backoff import Backoff
from gateway.errors import StorageError
from gateway.evidence.jws import Signer
from gateway.ids import AudienceId, KeyId, OperatorId, audience_of_operator, stream_between
from gateway.inside.disclose import Configuration, Discloser
from gateway.inside.import_ import Importer
from gateway.inside.ingest import Ingester, Offer
from gateway.inside.replicate import Replicator
from gateway.outside.accept import Acceptor
from gateway.outside.push import Keys, Progress, Pusher
from gateway.outside.verify import Trusted
from gateway.record.strictjson import Json
from gateway.storage import migrations
from gateway.storage.database import Database
from gateway.storage.inside.store import SqlInsideStore
from gateway.storage.outside.store import SqlOutsideStore
from gateway.transport.client import Answer
from gateway.wiring.life import Life
from tests.network import BACKBONE, INTERCONNECT_PORT, INVENTORY, alarm, customer_policy, partner_policy, service
from tests.officers import FourEyes, life_of
from tests.operators import lines_of

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
AURORA, NORTHLINK = OperatorId("aurora"), OperatorId("northlink")
STORES = ("aurora-inside", "aurora-outside", "northlink-inside", "northlink-outside")
KEYS = {
    (operator, purpose): Signer.of(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))
    for number, (operator, purpose) in enumerate(
        [(AURORA, "seal"), (AURORA, "receipt"), (NORTHLINK, "seal"), (NORTHLINK, "receipt")], 1
    )
}


def public_keys(operator: OperatorId, purpose: str) -> dict[KeyId, Ed25519PublicKey]:
    signer = KEYS[operator, purpose]
    return {signer.key_id: signer.key.public_key()}


def trusted() -> dict[AudienceId, Trusted]:
    return {
        audience_of_operator(one): Trusted(public_keys(one, "seal"), public_keys(one, "receipt"))
        for one in (AURORA, NORTHLINK)
    }


# --- faults -------------------------------------------------------------------------------------------------


class DiskFault(StorageError):
    """The disk failed."""

    code = "storage.test-fault"
    remedy = "Run it again."


@dataclass
class Faults:
    """Counts units of work, and fails the one with number `at`: before it commits, or after and yet reported lost."""

    at: int = -1
    kind: Literal["lost", "applied"] = "lost"
    count: int = 0
    names: list[str] = field(default_factory=list)

    def is_due(self, name: str) -> bool:
        self.names.append(name)
        self.count += 1
        return self.count - 1 == self.at

    @property
    def has_struck(self) -> bool:
        return self.count > self.at


@dataclass
class Failing:
    """A `Store` whose units of work may fail."""

    store: Any
    faults: Faults

    @contextlib.contextmanager
    def write(self) -> Iterator[Any]:
        is_due = self.faults.is_due("write")
        with self.store.write() as work:
            yield work
            if is_due and self.faults.kind == "lost":
                raise DiskFault("before the commit")
        if is_due:
            raise DiskFault("after the commit")

    @contextlib.contextmanager
    def read(self) -> Iterator[Any]:
        is_due = self.faults.is_due("read")
        if is_due and self.faults.kind == "lost":
            raise DiskFault("before the read")
        with self.store.read() as work:
            yield work
        if is_due:
            raise DiskFault("after the read")


# --- the chain ----------------------------------------------------------------------------------------------


@dataclass
class Chain:
    """The stores of both operators in one folder, and the use cases over them."""

    folder: Path
    databases: dict[str, Database] = field(default_factory=dict)
    pusher_now: datetime = NOW

    def __enter__(self) -> Chain:
        for name in STORES:
            self.databases[name] = Database(f"sqlite:///{self.folder / name}.db", name.split("-")[1])
        return self

    def __exit__(self, *_: object) -> None:
        for database in self.databases.values():
            database.close()

    def store(self, name: str, faults: Faults | None = None) -> Any:
        kind = SqlInsideStore if name.endswith("inside") else SqlOutsideStore
        opened = kind(self.databases[name])
        return Failing(opened, faults) if faults else opened

    def ingester(self, faults: Faults | None = None) -> Ingester:
        return Ingester(self.store("aurora-inside", faults), lambda: NOW)

    def life(self, faults: Faults | None = None, now: Callable[[], datetime] = lambda: NOW) -> Life:
        return life_of(self.store("aurora-inside", faults), self.store("aurora-outside", faults), now)

    def publisher(self) -> FourEyes:
        return FourEyes(self.life())

    def discloser(self, faults: Faults | None = None, batch_lines: int = 500) -> Discloser:
        told = Configuration(AURORA, bytes(range(32)), KEYS[AURORA, "seal"], batch_lines)
        return Discloser(self.store("aurora-inside", faults), told, lambda: NOW)

    def replicator(self, faults: Faults | None = None) -> Replicator:
        inside, outside = self.store("aurora-inside", faults), self.store("aurora-outside", faults)
        return Replicator(inside, outside, audience_of_operator(AURORA), public_keys(AURORA, "seal"))

    def acceptor(self, faults: Faults | None = None) -> Acceptor:
        store = self.store("northlink-outside", faults)
        return Acceptor(store, NORTHLINK, KEYS[NORTHLINK, "receipt"], _seal_keys_of, lambda: NOW)

    def pusher(self, post: Callable[[str, bytes], Answer], faults: Faults | None = None) -> Pusher:
        return Pusher(
            self.store("aurora-outside", faults),
            AURORA,
            stream_between(AURORA, audience_of_operator(NORTHLINK)),
            post,
            Keys(public_keys(AURORA, "seal"), public_keys(NORTHLINK, "receipt")),
            lambda: self.pusher_now,
            lambda: 0.5,
            Backoff(),
        )

    def importer(self, faults: Faults | None = None) -> Importer:
        inside, outside = self.store("northlink-inside", faults), self.store("northlink-outside", faults)
        return Importer(inside, outside, audience_of_operator(NORTHLINK), _seal_keys_of, lambda: NOW)

    def post_to(self, acceptor: Acceptor) -> Callable[[str, bytes], Answer]:
        """Return what posts to `acceptor` as the exchange door would; a fault of the store is its 503."""

        def post(_path: str, body: bytes) -> Answer:
            try:
                token = acceptor.accept(AURORA, AURORA, body)
            except StorageError:
                return Answer(503, {"retry-after": "5"}, b'{"type":"urn:demarc:error:storage.test-fault"}')
            return Answer(200, {}, orjson.dumps({"receipt": token}))

        return post

    # --- each use case to its end ---

    def disclose_all(self, discloser: Discloser) -> None:
        while discloser.run_once() is not None:
            pass

    def push_all(self, pusher: Pusher) -> None:
        """Push until there is nothing more, as the delivery loop does; waiting is only a matter of the clock."""
        for _ in range(1000):
            match pusher.run_once():
                case Progress.IDLE:
                    return
                case Progress.WAITING:
                    self.pusher_now += timedelta(minutes=10)
        raise AssertionError("the delivery does not come to an end")

    def import_all(self, importer: Importer) -> None:
        while importer.run():
            pass

    def rows(self) -> dict[str, list[Any]]:
        """Return everything that the stores hold, table by table."""
        return {f"{name}.{table}": rows for name in STORES for table, rows in _tables(self.folder / f"{name}.db")}

    def lines(self, store: str, stream: str) -> list[bytes]:
        with self.store(store).read() as work:
            return lines_of(work, stream)


def _seal_keys_of(descriptor: bytes) -> Mapping[KeyId, Ed25519PublicKey]:
    return public_keys(OperatorId(descriptor.decode()), "seal")


def _tables(file: Path) -> Iterator[tuple[str, list[Any]]]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            # Which row was written first may differ between runs; what is held may not.
            yield name, sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)  # noqa: S608


def empty_stores(folder: Path) -> None:
    """Create the four stores, with each other's operators pinned."""
    folder.mkdir(parents=True)
    with Chain(folder) as chain:
        for name, database in chain.databases.items():
            migrations.upgrade(database, "inside" if name.endswith("inside") else "outside")
            operator, partner = (AURORA, NORTHLINK) if name.startswith("aurora") else (NORTHLINK, AURORA)
            with chain.store(name).write() as work:
                work.partners.put(partner, partner.encode(), enabled=True)
                if name.endswith("outside"):
                    work.set_own_descriptor(operator.encode())


def copied(stage: Path, to: Path) -> Path:
    """Return a copy of a stage whose stores are closed."""
    return Path(shutil.copytree(stage, to))


# --- a day at aurora ----------------------------------------------------------------------------------------


def a_day() -> Iterator[Json | str]:
    """Yield what enters aurora's journal: records, and the texts of policies in their place between them."""
    yield from INVENTORY
    yield partner_policy("northlink")
    yield from (_alarm(number, 0) for number in range(12))
    yield customer_policy("acme")
    told_too_much = service("svc-100004", "EVPL Frankfurt", "northlink", "partner", INTERCONNECT_PORT)
    yield told_too_much | {"serviceType": "cr1.lon1"}
    yield from (_alarm(number, version) for version in (1, 2) for number in range(12))
    yield alarm("alm-b", alarmedObject={"id": BACKBONE}, perceivedSeverity="critical")
    yield {
        "@type": "ChangeRequest",
        "id": "chg-1",
        "requestType": "maintenance",
        "status": "scheduled",
        "plannedStartTime": "2026-11-25T22:00:00Z",
        "plannedEndTime": "2026-11-26T02:00:00Z",
        "statusChangeDate": "2026-11-23T08:00:00Z",
        "targetEntity": [{"id": BACKBONE, "@referredType": "Resource"}],
    }
    yield partner_policy("northlink").replace('in ["critical", "major", "cleared"]', 'in ["critical", "cleared"]')
    yield alarm(
        "alm-b",
        alarmedObject={"id": BACKBONE},
        perceivedSeverity="critical",
        state="cleared",
        alarmClearedTime="2026-11-23T09:40:00Z",
    )
    yield from (_alarm(number, 3) for number in range(12))


def _alarm(number: int, version: int) -> Json:
    return alarm(
        f"alm-{number}",
        perceivedSeverity="critical" if version % 2 else "major",
        state="cleared" if version == 3 else "raised",
        alarmChangedTime=f"2026-11-23T09:{version:02}:{number:02}Z",
    )


def journal_day(chain: Chain, day: Sequence[Json | str] | None = None) -> None:
    """Put a day into aurora's journal."""
    ingester, publisher = chain.ingester(), chain.publisher()
    for one in day or list(a_day()):
        if isinstance(one, str):
            publisher.publish(one, "policy.yaml")
        else:
            outcome = ingester.take("test", [Offer(orjson.dumps(one), one)])[0]
            assert outcome.status == "accepted", (one, outcome)
