"""What some lines of the journal came to, before any of it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from gateway.ids import AudienceId
from gateway.inside.audiences import Audience
from gateway.inside.entries import Entries
from gateway.inside.held import Held
from gateway.inside.picture import Picture
from gateway.inside.told import Told
from gateway.inventory.concerns import Concern
from gateway.ports import ActivePolicy, InsideWork, Kept, RecordKey


@dataclass(frozen=True, slots=True)
class Item:
    """A record of which an audience is to be told what it may know now.

    `rank` orders what one line causes for one audience: the record itself, then services, problems and the rest.
    """

    audience: Audience
    concern: Concern
    rank: int = 0
    permitted: bytes | None = None

    @property
    def key(self) -> RecordKey:
        """Return which record it is."""
        return (self.concern.record_type, self.concern.record_id)


@dataclass(slots=True)
class Batch:
    """The state of a transaction in the making. `position` is that of the last line taken."""

    work: InsideWork
    told: Told
    held: Held
    entries: Entries
    position: int = 0
    latest: dict[RecordKey, Kept] = field(default_factory=dict)
    policies: list[ActivePolicy] = field(default_factory=list)

    def newest(self, keys: Iterable[RecordKey]) -> Mapping[RecordKey, bytes]:
        """Return the newest versions of records, as they will stand once this batch is written."""
        wanted = list(keys)
        stored = self.work.latest.some([key for key in wanted if key not in self.latest])
        found = ((key, self.latest.get(key) or stored.get(key)) for key in wanted)
        return {key: kept.body for key, kept in found if kept is not None}

    def write(self, picture: Picture, work: InsideWork) -> None:
        """Store everything but the entries, which are sealed first."""
        work.latest.put(self.latest)
        work.disclosed.put(self.told.changes)
        self.held.write(work.held_back)
        work.withheld.put(picture.withholding.changes)
        work.names.put(picture.names_to_keep())
        work.names.put_former(picture.inventory.former_names(picture.inventory.moved_former_names()))
        for policy in self.policies:
            work.policies.activate(policy)


def begin_batch(picture: Picture, work: InsideWork, told: Told, size_of: Callable[[AudienceId], int]) -> Batch:
    """Return an empty batch over what is stored; `size_of` says how many entries an audience's stream has."""
    picture.withholding.begin()
    picture.audiences.scanning.settle()
    entries = Entries(picture.operator, picture.audiences, told, picture.withholding, size_of)
    return Batch(work, told, Held(work.held_back), entries)
