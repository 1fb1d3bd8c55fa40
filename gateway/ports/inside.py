"""Ports of the inside store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.ids import AudienceId, OperatorId, RecordId, RecordTypeName, Subject
from gateway.ports.acts import Office
from gateway.ports.disclosing import Disclosed, HeldBack, KnownNames, RecordKey, WithheldDisclosures
from gateway.ports.shared import Partners, Streams


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


@dataclass(frozen=True, slots=True)
class Refused:
    """Something on its way into quarantine."""

    source: str
    reason: str
    pointer: str
    body: bytes


class Quarantine(Protocol):
    """What could not be taken, with the reason and the JSON Pointer."""

    def add(self, source: str, reason: str, pointer: str, body: bytes, noticed_at: datetime) -> None:
        """Keep one item."""
        ...

    def add_all(self, items: Sequence[Refused], noticed_at: datetime) -> None:
        """Keep many items at once, in this order."""
        ...

    def newest(self, limit: int) -> Sequence[Quarantined]:
        """Return at most `limit` items, newest first."""
        ...

    def count(self) -> int:
        """Return how many items there are."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest version of a record, and when the journal took it (1970 where an earlier version did not say)."""

    body: bytes
    taken_at: datetime


class Latest(Protocol):
    """The newest version of every internal record: what a restart and a new policy start from."""

    def put(self, records: Mapping[RecordKey, Kept]) -> None:
        """Insert or replace records."""
        ...

    def every(self, record_type: RecordTypeName) -> Iterator[bytes]:
        """Yield the records of a type, by id in the order of its characters' codes. Memory stays bounded."""
        ...

    def versions(self, record_type: RecordTypeName) -> Iterator[Kept]:
        """Yield the same with the times at which the journal took them."""
        ...

    def some(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Kept]:
        """Return those of these records that there are."""
        ...

    def get(self, record_type: RecordTypeName, record_id: RecordId) -> bytes | None:
        """Return one record."""
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


class InsideWork(Protocol):
    """One transaction on the inside store."""

    journal: Journal
    quarantine: Quarantine
    latest: Latest
    disclosed: Disclosed
    held_back: HeldBack
    withheld: WithheldDisclosures
    names: KnownNames
    cursors: Cursors
    policies: Policies
    foreign: ForeignRecords
    partners: Partners
    streams: Streams
    office: Office
