"""Every seam between the use cases and the world, with its promises.

Promises common to all stores below, so that each port only says what differs:

- *Durability*: what a unit of work wrote is on disk when its `with` block ends without an exception; else none of it.
- *Order*: a unit of work sees its own writes; positions and entry indices only grow.
- *Idempotence*: stated per method; where nothing is said, repeating a call in a later unit of work repeats its effect.
- *Concurrency*: one unit of work writes at a time per store; readers never wait for it and see what is committed.
- *Errors*: `gateway.errors.StorageError` when the store cannot be read or written; nothing else is raised on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from gateway.evidence.jws import Jws
from gateway.evidence.stream import Advance, Held, Parties, Step
from gateway.ids import (
    AudienceId,
    CustomerId,
    OperatorId,
    RecordId,
    RecordTypeName,
    StreamName,
    Subject,
)

Clock = Callable[[], datetime]
"""The time now, aware UTC. The only source of the wall clock for use cases."""

Work = TypeVar("Work", covariant=True)

# --- streams: the same port inside and outside -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StreamState:
    """One stream as a store holds it; `stopped` is the reason why it stands still, or None."""

    parties: Parties
    size: int
    stopped: str | None


class Streams(Protocol):
    """Append-only logs of sealed entries, kept as the segments in which they were sealed or received."""

    def states(self) -> Sequence[StreamState]:
        """Return every stream of this store, by name."""
        ...

    def addressed_to(self, audience: AudienceId) -> Sequence[StreamState]:
        """Return the streams of which this is the audience, by name."""
        ...

    def state(self, stream: StreamName) -> StreamState | None:
        """Return one stream, or None when nothing was ever put into it."""
        ...

    def held(self, stream: StreamName) -> Held:
        """Return what the rule of `gateway.evidence.stream` needs to know; an empty log when there is none."""
        ...

    def put(self, parties: Parties, advance: Advance, token: Jws) -> None:
        """Append the new entries with their frontier and checkpoint as one segment.

        The caller read `held` in the same unit of work. An advance without lines writes nothing.
        """
        ...

    def step_from(self, stream: StreamName, first: int, max_entries: int, max_bytes: int) -> Step | None:
        """Return the next step from `first` on, ending at a sealed checkpoint; None when there is nothing.

        Several segments become one step while they fit; one segment is never cut. Memory is bounded by the limits.
        """
        ...

    def stop(self, stream: StreamName, reason: str) -> None:
        """Let the stream stand still until an officer decides. Stopping a stopped stream keeps the first reason."""
        ...

    def keep_conflict(self, stream: StreamName, step: Step, noticed_at: datetime) -> None:
        """Keep, as evidence, entries that contradict the held ones."""
        ...


# --- inside ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewLine:
    """One thing that decides, on its way into the journal.

    `key` is the digest of (source, source key): the same key is the same line. `digest` is the digest of `body`.
    """

    kind: str
    source: str
    key: bytes
    digest: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal."""

    position: int
    kind: str
    body: bytes
    received_at: datetime


class Journal(Protocol):
    """The inside's append-only list of everything that decides: records, policies, what time does."""

    def append(self, lines: Sequence[NewLine], received_at: datetime) -> None:
        """Append `lines` in this order. Idempotence: the caller left out keys that `known` returned."""
        ...

    def known(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return the content digests of those `keys` that the journal has."""
        ...

    def after(self, position: int, limit: int) -> Sequence[Line]:
        """Return at most `limit` lines beyond `position`, in order."""
        ...

    def end(self) -> int:
        """Return the position of the last line, 0 when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something that was handed in and could not be taken, kept whole for an officer."""

    number: int
    source: str
    reason: str
    pointer: str
    body: bytes
    noticed_at: datetime


class Quarantine(Protocol):
    """What could not be taken, with the reason and the JSON Pointer."""

    def add(self, source: str, reason: str, pointer: str, body: bytes, noticed_at: datetime) -> None:
        """Keep one item."""
        ...

    def newest(self, limit: int) -> Sequence[Quarantined]:
        """Return at most `limit` items, newest first."""
        ...

    def count(self) -> int:
        """Return how many items there are."""
        ...


RecordKey = tuple[RecordTypeName, RecordId]


class Latest(Protocol):
    """The newest version of every internal record: what a restart and a new policy start from."""

    def put(self, records: Mapping[RecordKey, bytes]) -> None:
        """Insert or replace records."""
        ...

    def every(self, types: Sequence[RecordTypeName]) -> Iterator[tuple[RecordTypeName, bytes]]:
        """Yield the records of `types`, in the order of `types`, then by id. Memory stays bounded."""
        ...

    def get(self, record_type: RecordTypeName, record_id: RecordId) -> bytes | None:
        """Return one record."""
        ...


DisclosedKey = tuple[AudienceId, RecordTypeName, RecordId]


class Disclosed(Protocol):
    """What each audience was told last of each record, as a digest: "no visible change, no entry" rests on it."""

    def digests(self, keys: Sequence[DisclosedKey]) -> Mapping[DisclosedKey, bytes]:
        """Return the digest of the last disclosure for those `keys` that are disclosed now."""
        ...

    def put(self, told: Mapping[DisclosedKey, bytes | None]) -> None:
        """Remember new digests; None forgets a record that was withdrawn."""
        ...

    def records_of(self, audience: AudienceId) -> Sequence[RecordKey]:
        """Return the records that are disclosed to `audience` now, in a stable order."""
        ...


class Cursors(Protocol):
    """How far each reader of the journal has come. Moves in the same unit of work as what the reader produced."""

    def get(self, name: str) -> int:
        """Return the position, 0 before the first move."""
        ...

    def move(self, name: str, position: int) -> None:
        """Set the position."""
        ...


@dataclass(frozen=True, slots=True)
class ActivePolicy:
    """The policy text in force for one audience, and the line of the journal that put it there."""

    audience: AudienceId
    digest: str
    text: str
    position: int


class Policies(Protocol):
    """Policies in force, one per audience."""

    def active(self) -> Sequence[ActivePolicy]:
        """Return all of them, by audience."""
        ...

    def activate(self, policy: ActivePolicy) -> None:
        """Put a policy in force in place of the audience's former one."""
        ...


@dataclass(frozen=True, slots=True)
class Foreign:
    """A record that a partner disclosed to us, as its newest entry has it."""

    origin: OperatorId
    record_type: RecordTypeName
    subject: Subject
    event: str
    index: int
    data: bytes


class ForeignRecords(Protocol):
    """Records of partners: theirs, not ours; never disclosed onwards without a policy of their own."""

    def put(self, records: Iterable[Foreign]) -> None:
        """Insert or replace by (origin, type, subject)."""
        ...

    def newest(self, limit: int) -> Sequence[Foreign]:
        """Return at most `limit` records, newest entries first."""
        ...

    def count(self) -> int:
        """Return how many there are."""
        ...


class Partners(Protocol):
    """The pinned descriptors of partner operators. The same port inside and outside."""

    def put(self, operator: OperatorId, descriptor: bytes, *, enabled: bool) -> None:
        """Pin a descriptor, or replace the pinned one."""
        ...

    def get(self, operator: OperatorId) -> bytes | None:
        """Return the descriptor of an enabled partner, None for any other."""
        ...

    def every(self) -> Mapping[OperatorId, bytes]:
        """Return the descriptors of all enabled partners."""
        ...


class InsideWork(Protocol):
    """One transaction on the inside store."""

    journal: Journal
    quarantine: Quarantine
    latest: Latest
    disclosed: Disclosed
    cursors: Cursors
    policies: Policies
    foreign: ForeignRecords
    partners: Partners
    streams: Streams


# --- outside ---------------------------------------------------------------------------------------------------------


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

    def set_own_descriptor(self, descriptor: bytes) -> None:
        """Replace our own descriptor."""
        ...

    def own_descriptor(self) -> bytes | None:
        """Return our own descriptor."""
        ...


class Store(Protocol[Work]):
    """A store, opened."""

    def write(self) -> AbstractContextManager[Work]:
        """Begin a unit of work that may write; waits for the current writer."""
        ...

    def read(self) -> AbstractContextManager[Work]:
        """Begin a unit of work that only reads one committed state."""
        ...
