"""Aurora's gateway in one process: two real SQLite stores, every use case, and both listeners' applications."""

from __future__ import annotations

import functools
import hashlib
import logging
import shutil
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import orjson

import gateway.portal.sessions
import gateway.wiring.outside as wiring
from gateway.api.outside.exchange import exchange_app
from gateway.api.outside.public import PublicApp, public_app
from gateway.delivery.backoff import Backoff
from gateway.errors import PeerError
from gateway.evidence import receipt, wire
from gateway.evidence.checkpoint import open_checkpoint
from gateway.ids import (
    AudienceId,
    CustomerId,
    OperatorId,
    audience_of_customer,
    audience_of_operator,
    parse_customer_id,
    stream_between,
)
from gateway.inside.disclose import Configuration, Discloser
from gateway.inside.hand_over import HandOver
from gateway.inside.import_ import Importer
from gateway.inside.ingest import Ingester, Offer
from gateway.inside.pass_time import Timekeeper
from gateway.inside.picture import POLICY
from gateway.inside.replicate import Replicator
from gateway.outside.accept import Acceptor
from gateway.outside.answer import Answerer
from gateway.outside.push import Keys as PushKeys
from gateway.outside.push import Progress, Pusher
from gateway.policy.language.document import digest
from gateway.policy.reading.load import load
from gateway.policy.reading.printer import print_policy
from gateway.portal.pages import House
from gateway.ports import NewLine
from gateway.record.strictjson import dump
from gateway.storage import migrations
from gateway.storage.database import Database
from gateway.storage.inside.store import SqlInsideStore
from gateway.storage.outside.store import SqlOutsideStore
from gateway.transport.caller import Callers
from gateway.transport.client import Answer as PeerAnswer
from tests.chain import DiskFault, Failing, Faults
from tests.noninterference import material
from tests.noninterference.asking import Answer, Request, ask
from tests.noninterference.model import BEGIN, Json
from tests.officers import FourEyes, life_of

AURORA = OperatorId("aurora")
MASTER = bytes(range(32))
ZONES = ("inside", "outside")
_MOST_ROUNDS = 400


class Unreachable(PeerError):
    """The peer does not answer."""

    code = "peer.unreachable"
    remedy = "Try again."


@dataclass
class Peer:
    """An operator that is pushed to and writes down what it gets. It answers by its own count of pushes alone."""

    name: str
    keys: material.Keys
    trips: int
    pushes: list[tuple[datetime, str, bytes]] = field(default_factory=list)
    away: int = 0

    def post(self, path: str, body: bytes, now: datetime) -> PeerAnswer:
        """Take a push, as northlink's exchange would."""
        if self.away:
            self.away -= 1
            raise Unreachable("the peer does not answer")
        self.pushes.append((now, path, body))
        if self.trips and len(self.pushes) % self.trips == 0:
            return PeerAnswer(503, {"retry-after": "5"}, b"")
        step = wire.decode(body)
        seal = material_of("aurora").seal
        checkpoint = open_checkpoint(step.token, {seal.key_id: seal.key.public_key()})
        token = receipt.issue(checkpoint, step.token, int(now.timestamp()), self.keys.receipt)
        return PeerAnswer(200, {}, orjson.dumps({"receipt": token}))


_material: dict[str, material.Keys] = {}


def material_of(name: str) -> material.Keys:
    """Return somebody's keys; `use_material` was told where they are."""
    return _material[name]


def use_material(file: Path) -> None:
    """Take everybody's keys from this file."""
    _material.update(material.load(file))


class Site:
    """The gateway over its stores in `folder`, at a virtual time that only `set_time` moves."""

    def __init__(self, folder: Path, settings: Json, trips: int, *, by_officers: bool = False) -> None:
        self.now = datetime.fromisoformat(BEGIN).astimezone(UTC)
        self.settings = settings
        self._by_officers = by_officers
        self._drawn: dict[str, int] = {}
        self.actor = ""
        self.databases = {zone: Database(f"sqlite:///{folder / zone}.db", zone) for zone in ZONES}
        self.inside, self.outside = SqlInsideStore(self.databases["inside"]), SqlOutsideStore(self.databases["outside"])
        southwind = "southwind-2" if settings.get("other_keys") else "southwind"
        self.peers = {
            "northlink": Peer("northlink", material_of("northlink"), trips),
            "southwind": Peer("southwind", material_of(southwind), 0),
        }
        self._pin()
        self.ingester = Ingester(self.inside, self.clock)
        self.office = FourEyes(life_of(self.inside, self.outside, self.clock))
        self.faults: Faults | None = None
        self.start()
        self.apps: dict[str, Any] = {"public": self._public(), "exchange": self._exchange()}

    def clock(self) -> datetime:
        """Return the virtual time."""
        return self.now

    def set_time(self, at: int) -> None:
        """Move to some virtual milliseconds after the begin."""
        self.now = datetime.fromisoformat(BEGIN).astimezone(UTC) + timedelta(milliseconds=at)

    def _pin(self) -> None:
        with self.inside.write() as here, self.outside.write() as there:
            for peer in self.peers.values():
                here.partners.put(OperatorId(peer.name), peer.keys.descriptor, enabled=True)
                there.partners.put(OperatorId(peer.name), peer.keys.descriptor, enabled=True)
            there.set_own_descriptor(material_of("aurora").descriptor)
            for customer in ("acme", "bolt"):
                token = material.TOKENS[
                    f"{customer}-2" if customer == "bolt" and self.settings.get("other_keys") else customer
                ]
                there.tokens.put(
                    parse_customer_id(customer), f"{customer.title()} Ltd", hashlib.sha256(token.encode()).digest()
                )

    # --- the inside ---

    def start(self) -> None:
        """Begin as a process does: nothing in memory."""
        signer = material_of("aurora").seal
        told = Configuration(AURORA, MASTER, signer, self.settings.get("batch_lines", 500))
        self._discloser = lambda store: Discloser(store, told, self.clock)
        keys = {signer.key_id: signer.key.public_key()}
        self.replicator = Replicator(self.inside, self.outside, audience_of_operator(AURORA), keys)
        self.hand_over = HandOver(self._discloser(self.inside), self.replicator, self.clock)
        self.importer = Importer(
            self.inside, self.outside, audience_of_operator(AURORA), wiring.seal_keys_of, self.clock
        )
        self.timekeeper = Timekeeper(self.inside, self.clock)

    def publish(self, text: str) -> None:
        """Put terms in force: by officers, which takes a difference and signatures, or as the line that these write."""
        if self._by_officers:
            self.office.publish(text)
            return
        with self.inside.write() as work:
            body = dump({**_line_of(text), "version": work.journal.end() + 1})
            line = NewLine(POLICY, "officer", hashlib.sha256(body).digest(), hashlib.sha256(body).digest(), body)
            work.journal.append([line], self.now)

    def take(self, record: Json, source: str = "test") -> str:
        """Hand in one record."""
        return self.ingester.take(source, [Offer(orjson.dumps(record), record)])[0].status

    def beat(self) -> None:
        """Let every loop of the processes run until it has nothing more to do at this virtual moment."""
        self._deliver()  # what was to be sent again has been due for long
        while self.importer.run():
            pass
        self.timekeeper.run_once()
        if self.faults is not None:
            self._beat_with_faults(self.faults)
        for _ in range(_MOST_ROUNDS):
            has_more = self.hand_over.run_once()
            self._deliver()  # its threads do not wait for the inside to come to an end
            if not has_more:
                return
        raise AssertionError("the journal has no end")

    def _beat_with_faults(self, faults: Faults) -> None:
        """Let the store fail once on the way; what was lost is done again afterwards, by the same rules."""
        self.faults = None
        discloser = self._discloser(Failing(self.inside, faults))
        try:
            while discloser.run_once() is not None:
                pass
        except DiskFault:
            pass
        self.start()

    def _deliver(self) -> None:
        for peer in self.peers.values():
            pusher = self._pusher(peer)
            for _ in range(_MOST_ROUNDS):
                if pusher.run_once() is not Progress.DELIVERED:
                    break

    def _pusher(self, peer: Peer) -> Pusher:
        own, theirs = material_of("aurora"), peer.keys
        return Pusher(
            self.outside,
            AURORA,
            stream_between(AURORA, audience_of_operator(OperatorId(peer.name))),
            lambda path, body: peer.post(path, body, self.now),
            PushKeys(
                {own.seal.key_id: own.seal.key.public_key()}, {theirs.receipt.key_id: theirs.receipt.key.public_key()}
            ),
            self.clock,
            lambda: 0.5 if peer.name == "northlink" else 0.1 * self.settings.get("dice", 1),
            Backoff(),
        )

    # --- the doors ---

    def _public(self) -> PublicApp:
        live = wiring.LiveOutside(self.outside)
        house = House("Aurora Networks", "noc@aurora.example")
        return public_app(Answerer(live, AURORA), live, live, self.clock, house=house, check=live.check)

    def _exchange(self) -> Callable[..., Any]:
        live = wiring.LiveOutside(self.outside)
        acceptor = Acceptor(self.outside, AURORA, material_of("aurora").receipt, wiring.seal_keys_of, self.clock)
        return exchange_app(acceptor, Callers(live.trust, self.clock), live, live.check)

    def ask(self, request: Request, actor: str) -> Answer:
        """Return the answer to one request of `actor`."""
        self.actor = actor
        return ask(self.apps[request.listener], request)

    def draw(self, size: int = 32) -> str:
        """Return what a session is called: everybody draws from a stream of their own."""
        self._drawn[self.actor] = self._drawn.get(self.actor, 0) + 1
        return hashlib.sha256(f"{self.actor}/{self._drawn[self.actor]}".encode()).hexdigest()[:size]

    def stream(self, party: str, role: str) -> list[tuple[str, bytes]]:
        """Return the entries of a party's stream as the outside holds them."""
        audience: AudienceId = (
            audience_of_operator(OperatorId(party)) if role == "operator" else audience_of_customer(CustomerId(party))
        )
        name = stream_between(AURORA, audience)
        with self.outside.read() as work:
            state = work.streams.state(name)
            if state is None:
                return []
            return [(f"entry {n}", line) for n, line in enumerate(work.streams.held(name).lines_between(0, state.size))]

    def close(self) -> None:
        """Close the stores."""
        for database in self.databases.values():
            database.close()


@functools.lru_cache(maxsize=256)
def _line_of(text: str) -> Json:
    """Return what officers write of a policy; planted leaks are tried on the same worlds, so it is worth keeping."""
    (document,) = load(text, "terms")
    return {"audience": document.audience, "digest": digest(document), "text": print_policy(document)}


def create_template(folder: Path) -> None:
    """Make the two empty stores that every world begins with a copy of."""
    folder.mkdir(parents=True, exist_ok=True)
    for zone in ZONES:
        database = Database(f"sqlite:///{folder / zone}.db", zone)
        migrations.upgrade(database, zone)  # type: ignore[arg-type]
        database.close()


@contextmanager
def opened(template: Path, folder: Path, settings: Json, trips: int, *, by_officers: bool = False) -> Any:
    """Open a site over fresh stores; afterwards they are gone."""
    shutil.copytree(template, folder)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        level = logging.getLogger("gateway").level
        stack.callback(logging.getLogger("gateway").setLevel, level)
        logging.getLogger("gateway").setLevel(settings.get("log_level", "WARNING"))
        site = Site(folder, settings, trips, by_officers=by_officers)
        stack.callback(site.close)
        stack.enter_context(mock.patch.object(wiring, "utc_now", site.clock))
        stack.enter_context(mock.patch.object(gateway.portal.sessions.secrets, "token_urlsafe", site.draw))
        yield site
