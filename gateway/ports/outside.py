"""Ports of the outside store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.evidence.jws import Jws
from gateway.ids import AudienceId, CustomerId, RecordTypeName, StreamName, Subject
from gateway.ports.shared import Partners, Streams


class Receipts(Protocol):
    """Receipts by stream and size: the ones we gave and the ones we got."""

    def get(self, stream: StreamName, checkpoint_digest: str) -> Jws | None:
        """Return the receipt for exactly this checkpoint."""
        ...

    def put(self, stream: StreamName, size: int, checkpoint_digest: str, token: Jws) -> None:
        """Keep a receipt. Idempotence: a second receipt for the same checkpoint changes nothing."""
        ...

    def newest(self, stream: StreamName) -> tuple[int, Jws] | None:
        """Return the receipt for the largest size."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where the delivery of one stream to its peer stands."""

    stream: StreamName
    acknowledged: int
    attempts: int
    due_at: datetime | None
    problem: str | None


class Deliveries(Protocol):
    """Delivery states, one per outgoing stream. Survives restarts: nothing about a delivery lives in memory only."""

    def get(self, stream: StreamName) -> Delivery:
        """Return the state; nothing acknowledged and nothing failed before the first `put`."""
        ...

    def put(self, delivery: Delivery) -> None:
        """Replace the state."""
        ...


@dataclass(frozen=True, slots=True)
class ViewChange:
    """What one entry does to a customer's current view; `data` None removes the record.

    `subject` names the record for as long as the stream lives; `public_id` is the id under which it is shown now.
    """

    record_type: RecordTypeName
    subject: Subject
    public_id: str
    data: bytes | None
    changed_at: datetime | None


class DisclosedViews(Protocol):
    """The read side of customers' streams: the newest disclosed version of each record."""

    def count(self, stream: StreamName, record_type: RecordTypeName) -> int:
        """Return how many records of a type the customer sees."""
        ...

    def page(self, stream: StreamName, record_type: RecordTypeName, offset: int, limit: int) -> list[bytes]:
        """Return disclosed records by public id, from `offset`, at most `limit`."""
        ...

    def every(self, stream: StreamName, record_type: RecordTypeName) -> Iterator[bytes]:
        """Yield all disclosed records of a type in the same order."""
        ...

    def get(self, stream: StreamName, record_type: RecordTypeName, public_id: str) -> bytes | None:
        """Return one disclosed record."""
        ...

    def last_change(self, stream: StreamName) -> datetime | None:
        """Return the time of the newest entry that carries one."""
        ...


class Views(DisclosedViews, Protocol):
    """The write side, used where a customer's stream advances."""

    def change(self, stream: StreamName, changes: Sequence[ViewChange]) -> None:
        """Apply changes in order."""
        ...


class CustomerTokens(Protocol):
    """Who a bearer token speaks for. Only digests are stored."""

    def customer_of(self, token_digest: bytes) -> CustomerId | None:
        """Return the customer whose token has this SHA-256."""
        ...


class Tokens(CustomerTokens, Protocol):
    """The write side of customer tokens."""

    def put(self, customer: CustomerId, name: str, token_digest: bytes) -> None:
        """Enrol a customer, or replace its token: the former one ends at once."""
        ...

    def customers(self) -> Sequence[CustomerId]:
        """Return everybody who is enrolled, stopped ones too, in order."""
        ...


class Stops(Protocol):
    """Who is cut off: partners and tokens of this store are not found while their audience is here."""

    def add(self, audience: AudienceId) -> None:
        """Cut an audience off. Idempotence: again changes nothing."""
        ...

    def remove(self, audience: AudienceId) -> None:
        """Let an audience back in."""
        ...

    def every(self) -> Sequence[AudienceId]:
        """Return who is cut off."""
        ...

    def is_stopped(self, audience: AudienceId) -> bool:
        """Tell whether an audience is cut off."""
        ...


class Descriptors(Protocol):
    """Our own descriptor, as served to whoever asks."""

    def own(self) -> bytes:
        """Return the signed document."""
        ...


class OutsideWork(Protocol):
    """One transaction on the outside store."""

    streams: Streams
    receipts: Receipts
    deliveries: Deliveries
    views: Views
    tokens: Tokens
    partners: Partners
    stops: Stops

    def set_own_descriptor(self, descriptor: bytes) -> None:
        """Replace our own descriptor."""
        ...

    def own_descriptor(self) -> bytes | None:
        """Return our own descriptor."""
        ...
