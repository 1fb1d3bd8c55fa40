"""Ports of disclosure: what was told to whom, what waits for its time, and what the egress check stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.ids import AudienceId, PartyId, RecordId, RecordTypeName

FormerNames = Mapping[str, Mapping[tuple[PartyId, str], frozenset[str]]]
"""Names that services once had, by service and by who (party and role) knows them by these."""

RecordKey = tuple[RecordTypeName, RecordId]
DisclosedKey = tuple[AudienceId, RecordTypeName, RecordId]


class Disclosed(Protocol):
    """What each audience was told last of each record, as a digest: "no visible change, no entry" rests on it."""

    def of_records(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Mapping[AudienceId, bytes]]:
        """Return who knows something of these records now, with the digest of it; no key where nobody does."""
        ...

    def of_audience(self, audience: AudienceId) -> Mapping[RecordKey, bytes]:
        """Return the records that are disclosed to `audience` now, by type and id, with the digests."""
        ...

    def put(self, told: Mapping[DisclosedKey, bytes | None]) -> None:
        """Remember new digests; None forgets a record that was withdrawn."""
        ...


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record for an audience to which nothing is released at once.

    Attributes:
        position: The line of the journal that brought it.
        taken_at: When the journal took it; the embargo counts from there.
        due_at: When it may be told; None when it has been.
        body: The whole internal record, with what stood around it.
    """

    audience: AudienceId
    record_type: RecordTypeName
    record_id: RecordId
    position: int
    taken_at: datetime
    due_at: datetime | None
    body: bytes

    @property
    def key(self) -> DisclosedKey:
        """Return whose version of which record this is."""
        return (self.audience, self.record_type, self.record_id)


class HeldBack(Protocol):
    """Versions that wait until they may be told, and of each record the newest one that was.

    *Durability*, *order*, *concurrency*, *errors*: as for every store. *Idempotence*: as its methods say.
    """

    def of_record(self, key: DisclosedKey) -> Sequence[Version]:
        """Return the versions of one record for one audience, oldest line first."""
        ...

    def of_audience(self, audience: AudienceId) -> Sequence[Version]:
        """Return all versions for an audience, by type, id and line."""
        ...

    def due(self, audience: AudienceId, at: datetime) -> Sequence[Version]:
        """Return the versions that wait and whose time has come at `at`, by type, id and line."""
        ...

    def due_audiences(self, at: datetime) -> Mapping[AudienceId, datetime]:
        """Return for which audiences something waits whose time has come at `at`, and the latest such time of each."""
        ...

    def forget(self, before: Mapping[DisclosedKey, int]) -> None:
        """Remove the versions of these records that lines before the given position brought."""
        ...

    def forget_audience(self, audience: AudienceId) -> None:
        """Remove everything for one audience."""
        ...

    def put(self, versions: Iterable[Version]) -> None:
        """Keep versions; one of the same record, audience and line is replaced."""
        ...


@dataclass(frozen=True, slots=True)
class Withheld:
    """The newest disclosure of a record that the egress check stopped, and that has not been told since.

    Attributes:
        number: Under which officers speak of it; 0 before it is stored.
        digest: Of `body`, as in `Disclosed`.
        body: What would have been disclosed.
        is_discarded: An officer has decided that this version is never told.
    """

    audience: AudienceId
    record_type: RecordTypeName
    record_id: RecordId
    digest: bytes
    reason: str
    pointer: str
    body: bytes
    noticed_at: datetime
    is_discarded: bool = False
    number: int = 0

    @property
    def key(self) -> DisclosedKey:
        """Return whose disclosure of which record this is."""
        return (self.audience, self.record_type, self.record_id)


class WithheldDisclosures(Protocol):
    """What the egress check stopped and nobody has settled: at most one disclosure per audience and record."""

    def every(self) -> Sequence[Withheld]:
        """Return all of them, by number; discarded ones too."""
        ...

    def get(self, number: int) -> Withheld | None:
        """Return one."""
        ...

    def count(self) -> int:
        """Return how many an officer has not decided about."""
        ...

    def put(self, changes: Mapping[DisclosedKey, Withheld | None]) -> None:
        """Replace what is kept for these records; None removes it. What is put gets a new number."""
        ...


class KnownNames(Protocol):
    """Every identifying name that ever was in the inventory, so that it is searched for after it has gone."""

    def put(self, names: Mapping[str, bool]) -> None:
        """Keep names, with whether each only ever stood for a place; of one that is kept already that is replaced."""
        ...

    def every(self) -> Mapping[str, bool]:
        """Return all of them, in the order in which they came."""
        ...

    def put_former(self, former: FormerNames) -> None:
        """Replace the former names of these services."""
        ...

    def former(self) -> FormerNames:
        """Return the former names of all services that have some."""
        ...
