"""Which version of a record an audience may know now: with an embargo or a cadence, not always the newest.

Rules:
- Without either, it is the newest version, always.
- With one, a new version waits, and so does what the inventory makes of a record; when it is due, the newest version
  that is due is told as the policy then shows it, with the services and the object as they stood when it was taken.
  What shows nothing any more is withdrawn at once.
- After the end of a policy that was in force for a while only, everything waits for the next one and its release.
- A review goes through all records when the rules changed and not the records: a new policy, an agreement that began
  or ended. It shows versions that were told already, or whose time has come, and no others. What an earlier policy did
  not look at may have changed since a version was taken: the record as it is now waits for its own time then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from gateway.inside.audiences import Audience
from gateway.inside.batch import Batch, Item
from gateway.inside.held import by_record, newest_due, rescheduled
from gateway.inside.picture import Picture, shown_types
from gateway.inside.snapshot import recalled, taken
from gateway.inventory.concerns import Concern
from gateway.policy.language.release import due_at
from gateway.ports import Kept, RecordKey, Version


def hold_or_tell(picture: Picture, batch: Batch, items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items that are told now; hold back the others."""
    for item in items:
        if item.audience.is_over(picture.clock) and not _shows_nothing(picture, item):
            # Nothing is told until another policy is in force, and that one says how long this waits.
            batch.held.hold(replace(_taken_now(picture, batch, item), due_at=picture.clock))
        elif item.audience.policy.release.is_immediate or _is_told_now(picture, batch, item):
            yield item


def _is_told_now(picture: Picture, batch: Batch, item: Item) -> bool:
    if _shows_nothing(picture, item):
        _forget(batch, item)
        return True
    version = _taken_now(picture, batch, item)
    batch.held.hold(version)
    return version.due_at is None


def _taken_now(picture: Picture, batch: Batch, item: Item) -> Version:
    """Return a record as it is now as a version, which is due at no time when it may be told at once."""
    due = due_at(item.audience.policy.release, picture.clock)
    body = taken(picture, item.audience, item.concern)
    is_due = due <= picture.clock
    return Version(item.audience.id, *item.key, batch.position, picture.clock, None if is_due else due, body)


def release_due(picture: Picture, batch: Batch, audience: Audience, said: str) -> Iterator[Item]:
    """Yield what the audience may know from now on, because the time `said` has come.

    Trust: A line that says a time which its own clock has not reached releases nothing that is not due by that clock.
    """
    until = min(datetime.fromisoformat(said), picture.clock)
    for versions in by_record(batch.work.held_back.due(audience.id, until)).values():
        yield _released(picture, batch, audience, versions[-1])


def _released(picture: Picture, batch: Batch, audience: Audience, version: Version) -> Item:
    batch.held.hold(replace(version, due_at=None))
    return Item(audience, recalled(picture, version))


def review(picture: Picture, batch: Batch, audience: Audience) -> Iterator[Item]:
    """Yield every record that the audience may know or knows, as it is shown to it now."""
    known = set(batch.told.read_audience(audience.id))
    seen: set[RecordKey] = set()
    for item in _reviewed(picture, batch, audience):
        seen.add(item.key)
        if item.key in known or _concerns(picture, audience, item.concern):
            yield item
    for record_type, record_id in sorted(known - seen):
        yield Item(audience, Concern(record_type, record_id, {}, ()))


def _concerns(picture: Picture, audience: Audience, concern: Concern) -> bool:
    return any(picture.audiences.is_own(audience, service) for service in picture.audiences.services_of(concern))


def _reviewed(picture: Picture, batch: Batch, audience: Audience) -> Iterator[Item]:
    release = audience.policy.release
    if release.is_immediate:
        batch.held.empty(audience.id)
        yield from (Item(audience, concern) for concern, _ in _newest(picture, batch))
        return
    waiting = by_record(batch.work.held_back.of_audience(audience.id))
    for concern, kept in _newest(picture, batch):
        item = Item(audience, concern)
        versions = [rescheduled(version, release) for version in waiting.get((audience.id, *item.key), ())]
        if not versions:
            if _may_be_told(picture, batch, item, kept):
                yield item
        elif _shows_nothing(picture, item):
            _forget(batch, item)
            yield item
        elif chosen := _chosen(picture, batch, item, versions):
            yield _released(picture, batch, audience, chosen)


def _chosen(picture: Picture, batch: Batch, item: Item, versions: list[Version]) -> Version | None:
    """Keep the versions of a record, and the record as it is now if it is none of them; return which may be told."""
    now = _taken_now(picture, batch, item)
    if now.body != versions[-1].body:
        versions.append(now)
    for version in versions:
        batch.held.hold(version)
    return newest_due(versions, picture.clock)


def _forget(batch: Batch, item: Item) -> None:
    """Let nothing of a record wait: if an older version were told later, it would show what is no longer to be seen."""
    batch.held.forget((item.audience.id, *item.key), batch.position + 1)


def _shows_nothing(picture: Picture, item: Item) -> bool:
    return picture.audiences.show(item.audience, item.concern, picture.clock).data is None


def _may_be_told(picture: Picture, batch: Batch, item: Item, kept: Kept) -> bool:
    """Decide about a record of which nothing was held back for this audience so far."""
    audience, key = item.audience, (item.audience.id, *item.key)
    is_known = batch.told.digest(audience.id, item.key) is not None
    if _shows_nothing(picture, item):
        return is_known
    due = due_at(audience.policy.release, kept.taken_at)
    is_due = is_known or due <= picture.clock  # what was told under an earlier policy is no secret any more
    body = taken(picture, audience, item.concern)
    batch.held.hold(Version(*key, batch.position, kept.taken_at, None if is_due else due, body))
    return is_due


def _newest(picture: Picture, batch: Batch) -> Iterator[tuple[Concern, Kept]]:
    """Yield the newest version of every record that can be shown; nothing of this batch is among them."""
    for record_type in shown_types():
        for kept in batch.work.latest.versions(record_type):
            yield picture.concern(record_type, kept.body), kept
