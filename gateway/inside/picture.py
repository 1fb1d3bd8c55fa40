"""What the inside knows at one position of the journal, in memory: inventory, conditions, policies in force.

It is rebuilt from the store at start and after any failure, and moves line by line. Nothing here is disclosed. Time
enters as the lines' own, and never goes back: a line that claims to be older than one before it counts as just as old.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import orjson

from gateway.ids import OperatorId, RecordTypeName
from gateway.inside.audiences import Audiences
from gateway.inside.referrers import Referrers
from gateway.inside.withholding import Withholding
from gateway.inventory.assess import Assessor
from gateway.inventory.concerns import Concern, concern_of
from gateway.inventory.inventory import INVENTORY_TYPES, Inventory
from gateway.inventory.mentions import Mentions
from gateway.ports import ActivePolicy, InsideWork, Line
from gateway.record import schemas
from gateway.record.strictjson import Json

POLICY = "policy"
TIME = "time"
VERDICT = "verdict"
CLOCK = "disclose-clock"
"""The cursor under which the journal's own clock is kept, in microseconds since 1970."""

NEVER_SHOWN = frozenset({RecordTypeName("resource"), RecordTypeName("dependency")})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Picture:
    """The state that the journal's lines act upon. One thread at a time."""

    def __init__(self, operator: OperatorId, pseudonym_master: bytes) -> None:
        self.operator = operator
        self.inventory = Inventory()
        self.audiences = Audiences(pseudonym_master, self.inventory)
        self.mentions = Mentions()
        self.referrers = Referrers()
        self.withholding = Withholding()
        self.clock = _EPOCH
        self._names_kept = self._demoted_kept = 0
        self._assessor = Assessor(self.inventory, operator)

    def load(self, work: InsideWork) -> None:
        """Take up the state that the store has."""
        self.inventory.remember_names(work.names.every())
        self.note_kept()
        self.inventory.remember_former_names(work.names.former())
        self._assessor.load(self._kept(work))
        self.inventory.moved_former_names()  # all of that is stored
        for active in work.policies.active():
            self.audiences.activate(active, _end_in_journal(work, active))
        self.withholding = Withholding(work.withheld.every())
        self.clock = _EPOCH + work.cursors.get(CLOCK) * _MICROSECOND

    def pass_to(self, received_at: datetime) -> datetime:
        """Move the clock on to a line's time, unless it is further already; return what it says now."""
        self.clock = max(self.clock, received_at)
        return self.clock

    @property
    def microseconds(self) -> int:
        """What the clock says, as it is stored."""
        return (self.clock - _EPOCH) // _MICROSECOND

    def names_to_keep(self) -> Mapping[str, bool]:
        """Return the names that came since `note_kept`, or turned out to stand for more than a place."""
        inventory = self.inventory
        names = {*inventory.names_since(self._names_kept), *inventory.demoted[self._demoted_kept :]}
        return {name: name in inventory.places() for name in sorted(names)}

    def note_kept(self) -> None:
        """Take note that all names so far are stored."""
        self._names_kept, self._demoted_kept = self.inventory.names_count, len(self.inventory.demoted)

    def assess(self, record_type: RecordTypeName, record: Json, line: Line) -> list[Concern]:
        """Take one record; return what is to be kept and told because of it."""
        concerns = self._assessor.assess(record_type, record, line.received_at)
        for concern in concerns:
            self._note(concern.record_type, concern.record)
        return concerns

    def concern(self, record_type: RecordTypeName, body: bytes) -> Concern:
        """Return whom a record that is held concerns now."""
        return concern_of(self.inventory, record_type, orjson.loads(body))

    def _kept(self, work: InsideWork) -> Iterator[tuple[RecordTypeName, Json]]:
        for record_type in dict.fromkeys((*sorted(INVENTORY_TYPES), *shown_types())):
            for body in work.latest.every(record_type):
                record = orjson.loads(body)
                self._note(record_type, record)
                yield record_type, record

    def _note(self, record_type: RecordTypeName, record: Json) -> None:
        if record_type not in NEVER_SHOWN:
            self.mentions.note(record_type, record)
            self.referrers.note(record_type, record)


def shown_types() -> tuple[RecordTypeName, ...]:
    """Return the record types that a policy can disclose; resources and dependencies never are."""
    return tuple(name for name in schemas.record_types() if name not in NEVER_SHOWN)


def end_of(line: Line) -> datetime | None:
    """Return when what a policy's line puts in force ends, if it is in force for a while only."""
    until = orjson.loads(line.body).get("until")
    return None if until is None else datetime.fromisoformat(until)


def _end_in_journal(work: InsideWork, active: ActivePolicy) -> datetime | None:
    found = work.journal.after(active.position - 1, 1)
    return end_of(found[0]) if found and found[0].position == active.position else None
