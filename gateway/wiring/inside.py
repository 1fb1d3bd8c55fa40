"""Build the inside process: both stores and the inside keys, and everything that knows what is hidden."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.api.inside.app import MAX_BODY_BYTES, ingest_app
from gateway.evidence.jws import Signer
from gateway.ids import AudienceId, audience_of_operator
from gateway.inside.disclose import Configuration, Discloser
from gateway.inside.enrol import Enroller
from gateway.inside.hand_over import HandOver
from gateway.inside.import_ import Importer
from gateway.inside.ingest import Ingester
from gateway.inside.pass_time import Timekeeper
from gateway.inside.replicate import Replicator
from gateway.keystore.files import load_master, load_signing_key, read_private
from gateway.keystore.profiles import Purpose, profiles
from gateway.settings import Settings
from gateway.storage.database import Database
from gateway.storage.inside.store import SqlInsideStore
from gateway.storage.migrations import require_current
from gateway.storage.outside.store import SqlOutsideStore
from gateway.transport.head import HeadLimits
from gateway.transport.limits import Limits
from gateway.transport.server import Listener
from gateway.transport.tls import public_context
from gateway.wiring.language import language
from gateway.wiring.life import Life
from gateway.wiring.outside import seal_keys_of, utc_now

INGEST_TOKEN = "ingest.token"  # noqa: S105 - the name of a file


@dataclass(frozen=True, slots=True)
class Inside:
    """Everything that the inside process and the commands run."""

    settings: Settings
    databases: tuple[Database, Database]
    store: SqlInsideStore
    outside: SqlOutsideStore

    @property
    def own(self) -> AudienceId:
        """Us, as partners name us."""
        return audience_of_operator(self.settings.operator_id)

    def ingester(self) -> Ingester:
        """Return the use case that takes records in."""
        return Ingester(self.store, utc_now)

    def life(self) -> Life:
        """Return the use cases of the life of a policy."""
        return Life(self.store, self.outside, self.settings.operator_id, language(self.settings.home), utc_now)

    def enroller(self) -> Enroller:
        """Return the use case that enrols partners and customers."""
        return Enroller(self.store, self.outside, self.settings.operator_id, utc_now)

    def configuration(self) -> Configuration:
        """Return what disclosure needs to know and does not change."""
        settings = self.settings
        master = load_master(settings.keys, profiles()[Purpose.PSEUDONYM])
        return Configuration(settings.operator_id, master, self.signer(), settings.inside.batch_lines)

    def discloser(self) -> Discloser:
        """Return the use case that turns the journal into sealed entries."""
        return Discloser(self.store, self.configuration(), utc_now)

    def timekeeper(self) -> Timekeeper:
        """Return the use case that journals what time does."""
        return Timekeeper(self.store, utc_now)

    def replicator(self) -> Replicator:
        """Return the use case that hands sealed entries to the outside."""
        signer = self.signer()
        return Replicator(self.store, self.outside, self.own, {signer.key_id: signer.key.public_key()})

    def hand_over(self) -> HandOver:
        """Return the use case that discloses and replicates by turns."""
        return HandOver(self.discloser(), self.replicator(), utc_now)

    def importer(self) -> Importer:
        """Return the use case that brings partners' entries in."""
        return Importer(self.store, self.outside, self.own, seal_keys_of, utc_now)

    def signer(self) -> Signer:
        """Return the `seal` key."""
        return load_signing_key(self.settings.keys, profiles()[Purpose.SEAL])

    def listener(self) -> Listener:
        """Return the ingest listener."""
        settings = self.settings.inside
        token = read_private(self.settings.keys / "inside" / INGEST_TOKEN).decode().strip()
        tls = None
        if settings.tls_certificate and settings.tls_key:
            tls = public_context(settings.tls_certificate, settings.tls_key)
        return Listener(
            app=ingest_app(self.ingester(), token, self.check),
            host=settings.host,
            port=settings.port,
            tls=tls,
            limits=Limits(head=HeadLimits(max_body_bytes=MAX_BODY_BYTES)),
            name="ingest",
        )

    def check(self) -> None:
        """Raise a `StorageError` when the store cannot be read."""
        with self.store.read() as work:
            work.journal.end()


def build(settings: Settings) -> Inside:
    """Open both stores.

    Raises:
        StoreOutdated: A store is not at this version's form.
    """
    inside, outside = Database(settings.inside_store, "inside"), Database(settings.outside_store, "outside")
    require_current(inside, "inside")
    require_current(outside, "outside")
    return Inside(settings, (inside, outside), SqlInsideStore(inside), SqlOutsideStore(outside))
