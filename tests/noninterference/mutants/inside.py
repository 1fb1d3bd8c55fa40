"""Planted leaks of the inside: what is told, when, in which order, and under which numbers."""

from __future__ import annotations

import hashlib
import itertools
import json
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import gateway.inside.seal as sealing
from gateway.inside import disclose, entries, settle, work_through
from gateway.inside.audiences import Audiences
from gateway.inside.batch import Batch, Item
from gateway.inside.disclose import Discloser
from gateway.inside.entries import Entries
from gateway.inside.hand_over import HandOver
from gateway.inside.ingest import Ingester
from gateway.inside.picture import Picture
from gateway.inside.told import Told
from gateway.inventory import assess, concerns, episodes, held, status
from gateway.inventory.inventory import Inventory
from gateway.record import entry
from tests.noninterference.mutants import mutant
from tests.noninterference.mutants.patching import swap, without_second_barrier, wrap

HIDDEN = ("R2", "R7")


def _entry_ids(stack: ExitStack, number: Any) -> None:
    """Let the ids of entries follow from something beside the stream's own count."""

    def line(former: Any, self: Any, audience: Any, key: Any, event: Any, data: Any) -> bytes:
        real = entry.build

        def build(*, entry_id: str, **named: Any) -> bytes:
            return real(entry_id=audience.pseudonym("event", f"{entry_id}/{number()}"), **named)

        entry.build = build
        try:
            return former(self, audience, key, event, data)
        finally:
            entry.build = real

    wrap(stack, Entries, "_line", line)


@mutant("entry-for-hidden-change", role="operator", hint=("R2",))
def _(stack: ExitStack) -> None:
    """Every version of a record makes an entry, also when nothing that shows has changed."""
    numbers = itertools.count()
    swap(
        stack,
        entries,
        "digest_of",
        lambda body: hashlib.blake2b(body + str(next(numbers)).encode(), digest_size=16).digest(),
    )


@mutant("entry-id-counts-all", role="operator", hint=HIDDEN)
def _(stack: ExitStack) -> None:
    """Entries are numbered through for all audiences."""
    numbers = itertools.count()
    _entry_ids(stack, lambda: next(numbers))


@mutant("entry-id-from-journal", role="operator", hint=HIDDEN)
def _(stack: ExitStack) -> None:
    """The id of an entry follows from the position of its line in the journal."""
    position = [0]

    def take(former: Any, picture: Any, batch: Batch, lines: Any) -> None:
        position[0] = lines[0].position
        former(picture, batch, lines)

    wrap(stack, disclose, "work_through", take)
    _entry_ids(stack, lambda: position[0])


@mutant("entry-id-counts-refused", role="operator", hint=("R9",))
def _(stack: ExitStack) -> None:
    """Records that were refused use up numbers of entries."""
    refused = [0]

    def take(former: Any, self: Any, source: str, offers: Any) -> Any:
        outcomes = former(self, source, offers)
        refused[0] += sum(one.status == "quarantined" for one in outcomes)
        return outcomes

    wrap(stack, Ingester, "take", take)
    _entry_ids(stack, lambda: refused[0])


@mutant("restart-shows", role="operator", hint=("R9",))
def _(stack: ExitStack) -> None:
    """Ids of entries tell how often the process began."""
    began = [0]

    def load(former: Any, self: Any, work: Any) -> Any:
        began[0] += 1
        return former(self, work)

    wrap(stack, Discloser, "_load", load)
    _entry_ids(stack, lambda: began[0])


@mutant("withdrawal-of-the-never-told", role="operator", hint=("R2", "R7"))
def _(stack: ExitStack) -> None:
    """What an audience never saw is withdrawn from it all the same."""

    def tell(former: Any, self: Entries, audience: Any, key: Any, shown: Any, *rest: Any) -> None:
        if shown.data is None and self._told.digest(audience.id, key) is None:
            self._write(audience, key, self._line(audience, key, "withdrawn", {}), None)
            return
        former(self, audience, key, shown, *rest)

    wrap(stack, Entries, "tell", tell)


@mutant("withdrawal-names-the-record", role="operator")
def _(stack: ExitStack) -> None:
    """A withdrawal carries the record's internal id."""

    def line(former: Any, self: Any, audience: Any, key: Any, event: Any, data: Any) -> bytes:
        return former(self, audience, key, event, {"id": key[1]} if event == "withdrawn" else data)

    wrap(stack, Entries, "_line", line)


@mutant("subject-is-raw", role="operator")
def _(stack: ExitStack) -> None:
    """Entries name records as the inside does."""
    swap(stack, entries, "subject_of", lambda _audience, key: key[1])


@mutant("subject-is-of-the-version", role="operator", hint=("R1", "R2"))
def _(stack: ExitStack) -> None:
    """The pseudonym of a record follows from all that it holds."""

    def show(former: Any, self: Any, audience: Any, concern: Any, *rest: Any) -> Any:
        bodies[concern.record_type, concern.record_id] = json.dumps(concern.record, sort_keys=True)
        return former(self, audience, concern, *rest)

    bodies: dict[Any, str] = {}
    wrap(stack, Audiences, "show", show)
    wrap(
        stack,
        entries,
        "subject_of",
        lambda former, audience, key: audience.pseudonym(key[0], key[1] + bodies.get(key, "")),
    )


@mutant("time-of-the-last-line", role="operator", hint=("R5", "R2"))
def _(stack: ExitStack) -> None:
    """Checkpoints carry the time at which the inside last took any record."""

    def seal(former: Any, self: Discloser, batch: Batch) -> Any:
        at = self._picture.clock if self._picture else datetime(2026, 11, 23, tzinfo=UTC)
        real, self._now = self._now, lambda: at
        try:
            return former(self, batch)
        finally:
            self._now = real

    wrap(stack, Discloser, "_seal", seal)


@mutant("segments-by-batch", role="operator", hint=("R10",))
def _(stack: ExitStack) -> None:
    """Streams go out after every batch of the inside."""

    def run_once(self: HandOver) -> bool:
        grown = self.discloser.run_once()
        if grown:
            self.replicator.run(grown)
        return grown is not None

    swap(stack, HandOver, "run_once", run_once)


@mutant("segments-by-total-load", role="operator", hint=("R2", "R7"))
def _(stack: ExitStack) -> None:
    """A segment has as many entries as fit beside those of the others."""

    def seal(former: Any, self: Discloser, batch: Batch) -> Any:
        load = sum(map(len, batch.entries.lines.values()))
        real, sealing.MAX_SEGMENT_ENTRIES = sealing.MAX_SEGMENT_ENTRIES, 1 + load % 4
        try:
            return former(self, batch)
        finally:
            sealing.MAX_SEGMENT_ENTRIES = real

    from gateway.inside import replicate
    from gateway.outside import push

    wrap(stack, Discloser, "_seal", seal)
    swap(stack, replicate, "MAX_SEGMENT_ENTRIES", 1)
    swap(stack, push, "MAX_STEP_ENTRIES", 1)


@mutant("told-by-internal-order", role="operator", hint=("R8", "R1"))
def _(stack: ExitStack) -> None:
    """Records that are told together come in an order of their hidden contents."""

    def ordered(items: Any) -> list[Item]:
        return sorted(
            items,
            key=lambda item: (item.audience.id, hashlib.sha256(json.dumps(item.concern.record).encode()).digest()),
        )

    swap(stack, settle, "_ordered", ordered)


@mutant("everybody-is-concerned", role="operator", hint=HIDDEN)
def _(stack: ExitStack) -> None:
    """Services count as everybody's."""
    swap(stack, Inventory, "has_role", lambda *_: True)
    swap(stack, Inventory, "audiences_of", lambda *_: ("acme", "bolt", "northlink", "southwind"))
    without_second_barrier(stack)


@mutant("lift-shows-all-services", role="operator", hint=("R7", "R8", "R2"))
def _(stack: ExitStack) -> None:
    """What is affected is lifted to the services of everybody."""

    def context(former: Any, self: Audiences, audience: Any, concern: Any, *rest: Any) -> Any:
        found = former(self, audience, concern, *rest)
        every = [self._inventory.service(one) for one in concern.services]
        return replace(found, services=[one for one in every if one is not None]) if found.services else found

    wrap(stack, Audiences, "context", context)
    without_second_barrier(stack)


@mutant("minor-alarms-count", role="operator", hint=("R2", "R1"))
def _(stack: ExitStack) -> None:
    """An alarm that the terms hide for being minor impairs services."""

    def weight(alarm: Any) -> Any:
        if not status.is_active(alarm):
            return None
        return status.Weight.CRITICAL if alarm.get("perceivedSeverity") == "critical" else status.Weight.MAJOR

    swap(stack, held, "weight_of_alarm", weight)


@mutant("problems-count-everybody", role="operator", hint=("R2", "R7"))
def _(stack: ExitStack) -> None:
    """The priority of a problem grows with the number of problems there are."""
    numbers = itertools.count()

    def opened(former: Any, *args: Any) -> Any:
        return {**former(*args), "priority": 1 + next(numbers) % 9}

    wrap(stack, assess, "open_episode", opened)


@mutant("problem-is-named-by-count", role="operator", hint=("R2", "R7"))
def _(stack: ExitStack) -> None:
    """Problems are numbered in the order in which any service fails."""
    numbers = itertools.count()
    wrap(stack, episodes, "_identifier", lambda former, *args: f"{former(*args)}-{next(numbers)}")


@mutant("tickets-of-the-neighbours", role="operator", hint=HIDDEN)
def _(stack: ExitStack) -> None:
    """A ticket concerns every service of whoever it names one of."""

    def concerned(former: Any, inventory: Any, record_type: str, record: Any) -> Any:
        found = former(inventory, record_type, record)
        if record_type != "trouble-ticket":
            return found
        return tuple(sorted(inventory._services))

    wrap(stack, concerns, "services_concerned", concerned)


@mutant("policy-line-in-contract", role="operator", hint=("R2", "R6"))
def _(stack: ExitStack) -> None:
    """The contract's name carries the journal's position of the policy."""

    def activate(former: Any, self: Audiences, active: Any, *rest: Any) -> Any:
        audience = former(self, active, *rest)
        digest = hashlib.sha256(f"{audience.policy.contract_digest}{active.position}".encode()).hexdigest()
        changed = replace(audience, policy=replace(audience.policy, contract_digest=digest))
        self._by_id[audience.id] = changed
        self._by_party = {
            party: tuple(changed if one.id == changed.id else one for one in found)
            for party, found in self._by_party.items()
        }
        return changed

    wrap(stack, Audiences, "activate", activate)


@mutant("names-stop-constants", role="operator", hint=("R2",))
def _(stack: ExitStack) -> None:
    """A name of the inventory that occurs anywhere in an entry stops it, the policy's own words too."""
    from gateway.policy.egress.check import EgressRefused

    def clean(former: Any, self: Entries, audience: Any, key: Any, shown: Any, *rest: Any, **named: Any) -> None:
        former(self, audience, key, shown, *rest, **named)
        body = json.dumps(shown.data, ensure_ascii=False)
        known = self._audiences.names_known_to(audience)
        names = self._audiences._inventory.names_since(0)
        if any(name in body for name in names if name not in known):
            raise EgressRefused("name", "", "found")

    wrap(stack, Entries, "_require_clean", clean)


@mutant("stale-inventory-after-fault", role="operator", hint=("R9",))
def _(stack: ExitStack) -> None:
    """After a failure of the store everything is told once more."""

    def load(former: Any, self: Discloser, work: Any) -> Picture:
        found = former(self, work)
        fresh[0] = self._position > 0
        return found

    def digest(former: Any, self: Told, audience: Any, key: Any) -> Any:
        found = former(self, audience, key)
        return b"another" if fresh[0] and found is not None else found

    fresh = [False]
    wrap(stack, Discloser, "_load", load)
    wrap(stack, Told, "digest", digest)


@mutant("others-policy-reviews-all", role="operator", hint=("R7",))
def _(stack: ExitStack) -> None:
    """New terms of one party end the memory of what all others were told."""
    forgotten = [False]

    def take(former: Any, picture: Any, batch: Batch, line: Any) -> None:
        forgotten[0] = not forgotten[0]
        former(picture, batch, line)

    wrap(stack, work_through, "_take_policy", take)
    wrap(stack, entries, "digest_of", lambda former, body: former(body + bytes([forgotten[0]])))
