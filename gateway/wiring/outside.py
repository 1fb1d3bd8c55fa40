"""Build the outside process: it has the outside store, the outside keys, and nothing of the inside."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.api.outside.exchange import exchange_app
from gateway.api.outside.public import public_app
from gateway.delivery.backoff import Backoff
from gateway.errors import StorageError
from gateway.evidence import wire
from gateway.evidence.jws import Signer
from gateway.ids import (
    AudienceId,
    CustomerId,
    KeyId,
    OperatorId,
    RecordTypeName,
    StreamName,
    audience_of_operator,
    stream_between,
)
from gateway.keystore.files import load_signing_key
from gateway.keystore.instance import TlsFiles, tls_files
from gateway.keystore.profiles import Purpose, profiles
from gateway.outside.accept import Acceptor
from gateway.outside.answer import Answerer
from gateway.outside.push import Keys, Pusher
from gateway.outside.verify import Trusted
from gateway.party.descriptor import Descriptor, read_descriptor
from gateway.portal.pages import House
from gateway.ports import OutsideWork, Store
from gateway.settings import Settings
from gateway.storage.database import Database
from gateway.storage.migrations import require_current
from gateway.storage.outside.store import SqlOutsideStore
from gateway.transport.caller import Callers, PeerTrust
from gateway.transport.client import PeerClient, while_served
from gateway.transport.head import HeadLimits
from gateway.transport.limits import Limits
from gateway.transport.server import Listener
from gateway.transport.tls import CurrentContext, client_context, exchange_context, public_context


def utc_now() -> datetime:
    """Return the time now; the one clock of the process."""
    return datetime.now(UTC)


@lru_cache(maxsize=1024)
def pinned(raw: bytes) -> Descriptor:
    """Return what a pinned descriptor says; it was verified when it was pinned."""
    return read_descriptor(raw)


def seal_keys_of(raw: bytes) -> Mapping[KeyId, Ed25519PublicKey]:
    """Return the keys that sign the checkpoints of a pinned partner."""
    return pinned(raw).seal


class DescriptorMissing(StorageError):
    """This gateway has no descriptor of its own yet."""

    code = "storage.no-descriptor"
    remedy = "Create the instance with `demarc init`."


@dataclass(frozen=True, slots=True)
class LiveOutside:
    """The read ports that doors ask outside of any use case, each question its own transaction."""

    store: Store[OutsideWork]

    def count(self, stream: StreamName, record_type: RecordTypeName) -> int:
        with self.store.read() as work:
            return work.views.count(stream, record_type)

    def page(self, stream: StreamName, record_type: RecordTypeName, offset: int, limit: int) -> list[bytes]:
        with self.store.read() as work:
            return work.views.page(stream, record_type, offset, limit)

    def every(self, stream: StreamName, record_type: RecordTypeName) -> Iterator[bytes]:
        with self.store.read() as work:
            yield from work.views.every(stream, record_type)

    def get(self, stream: StreamName, record_type: RecordTypeName, public_id: str) -> bytes | None:
        with self.store.read() as work:
            return work.views.get(stream, record_type, public_id)

    def last_change(self, stream: StreamName) -> datetime | None:
        with self.store.read() as work:
            return work.views.last_change(stream)

    def customer_of(self, token_digest: bytes) -> CustomerId | None:
        with self.store.read() as work:
            return work.tokens.customer_of(token_digest)

    def own(self) -> bytes:
        with self.store.read() as work:
            descriptor = work.own_descriptor()
        if descriptor is None:
            raise DescriptorMissing("the outside store holds no descriptor of ours")
        return descriptor

    def check(self) -> None:
        """Raise a `StorageError` when the store cannot be read."""
        self.own()

    def partner(self, operator: OperatorId) -> bytes | None:
        """Return the descriptor of an enabled partner."""
        with self.store.read() as work:
            return work.partners.get(operator)

    def partners(self) -> Mapping[OperatorId, bytes]:
        """Return the descriptors of all enabled partners."""
        with self.store.read() as work:
            return work.partners.every()

    def trust(self, operator: OperatorId) -> PeerTrust | None:
        """Return what the certificate of an enabled partner must lead to."""
        raw = self.partner(operator)
        if raw is None:
            return None
        descriptor = pinned(raw)
        if not descriptor.not_before <= utc_now() <= descriptor.not_after:
            return None
        return PeerTrust(operator, descriptor.anchors, descriptor.spki_pins)

    def anchors(self) -> list[str]:
        """Return the trust anchors of all enabled partners."""
        return [anchor for raw in self.partners().values() for anchor in pinned(raw).anchors]


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything that the outside process runs."""

    settings: Settings
    database: Database
    store: SqlOutsideStore
    live: LiveOutside
    receipt_signer: Signer
    server_files: TlsFiles
    client_files: TlsFiles

    def listeners(self) -> list[Listener]:
        """Return the exchange listener and the public listener."""
        settings, live = self.settings, self.live
        acceptor = Acceptor(self.store, settings.operator_id, self.receipt_signer, seal_keys_of, utc_now)
        callers = Callers(live.trust, utc_now)
        answerer = Answerer(live, settings.operator_id)
        house = House(settings.name, settings.contact or None)
        cert, key = self.server_files.certificate, self.server_files.key
        return [
            Listener(
                app=exchange_app(acceptor, callers, live, live.check),
                host=settings.outside.host,
                port=settings.outside.exchange_port,
                tls=CurrentContext(partial(exchange_context, cert, key), live.anchors),
                limits=Limits(head=HeadLimits(max_body_bytes=wire.MAX_BODY_BYTES)),
                name="exchange",
            ),
            Listener(
                app=public_app(answerer, live, live, utc_now, house=house, check=live.check),
                host=settings.outside.host,
                port=settings.outside.public_port,
                tls=public_context(cert, key),
                limits=Limits(head=HeadLimits(max_body_bytes=64 * 1024)),
                name="public",
            ),
        ]

    def pusher(self, operator: OperatorId, raw: bytes, runner: asyncio.Runner) -> Pusher:
        """Return the delivery to one partner; `runner` is the event loop of the thread that will run it."""
        settings, descriptor = self.settings, pinned(raw)
        context = client_context(self.client_files.certificate, self.client_files.key, descriptor.anchors)
        client = PeerClient(descriptor.exchange, context)
        return Pusher(
            self.store,
            settings.operator_id,
            stream_between(settings.operator_id, audience_of_operator(operator)),
            lambda path, body: runner.run(
                while_served(client.post(path, body, wire.CONTENT_TYPE), lambda: self.live.partner(operator) == raw)
            ),
            Keys(pinned(self.live.own()).seal, descriptor.receipt),
            utc_now,
            random.random,
            Backoff(),
        )


def own_and_partners(outside: Outside) -> dict[AudienceId, Trusted]:
    """Return the keys of this operator and of all partners, disabled ones too: what they signed still verifies."""
    with outside.store.read() as work:
        known = work.partners.known()
    descriptors = [pinned(raw) for raw in (outside.live.own(), *known.values())]
    return {audience_of_operator(one.operator): Trusted(one.seal, one.receipt) for one in descriptors}


def build(settings: Settings) -> Outside:
    """Open the outside store and keys.

    Raises:
        StoreOutdated, KeyFileMissing, KeyFileExposed, KeyFileRefused: The instance cannot be run as it is.
    """
    database = Database(settings.outside_store, "outside")
    require_current(database, "outside")
    store = SqlOutsideStore(database)
    return Outside(
        settings,
        database,
        store,
        LiveOutside(store),
        load_signing_key(settings.keys, profiles()[Purpose.RECEIPT]),
        tls_files(settings.keys, Purpose.TLS_SERVER),
        tls_files(settings.keys, Purpose.TLS_CLIENT),
    )
