"""Tell audiences of records so that in the end every reference stands exactly where its target is disclosed.

Rules:
- The items of one line are told in an order that says nothing of internal identifiers: by the audience's own names.
- Whether a record is disclosed to an audience is whether that audience was told of it, and not withdrawn. Records that
  are told together count as told before the first of them is, so that references between them come at once.
- When a record appears to an audience, or disappears, what refers to it is told again, in the same batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from gateway.ids import RecordId, RecordTypeName
from gateway.inside.audiences import Audience, IsDisclosed
from gateway.inside.batch import Batch, Item
from gateway.inside.entries import subject_of
from gateway.inside.picture import Picture
from gateway.inside.snapshot import recalled
from gateway.ports import DisclosedKey, RecordKey

_Expected = Mapping[DisclosedKey, bool]


def settle(picture: Picture, batch: Batch, items: Iterable[Item]) -> None:
    """Tell these items, and whatever is to be told because of that."""
    todo, is_first = list(items), True
    while todo:
        ordered = _ordered(todo)
        # Later rounds expect nothing, so that records whose references stop each other come to rest.
        expected = _expected(picture, batch, ordered) if is_first else {}
        is_first = False
        before = {(item.audience.id, *item.key): _is_told(batch, item) for item in ordered if _matters(picture, item)}
        for item in ordered:
            is_disclosed = _predicate(batch, item, expected)
            shown = picture.audiences.show(item.audience, item.concern, picture.clock, is_disclosed)
            batch.entries.tell(item.audience, item.key, shown, picture.clock, item.permitted)
        todo = list(_referring(picture, batch, ordered, before, expected))


def _ordered(items: Sequence[Item]) -> Sequence[Item]:
    """Return the items by audience and rank, then by the audience's own names; the first of each record only."""
    if len(items) == 1:
        return items
    once: dict[DisclosedKey, Item] = {}
    for item in items:
        once.setdefault((item.audience.id, *item.key), item)
    ordered = sorted(once.values(), key=lambda item: (item.audience.id, item.rank))
    ranks = [(item.audience.id, item.rank) for item in ordered]
    if all(one != another for one, another in pairwise(ranks)):
        return ordered  # most lines: one item for each audience, so nothing is to be put in an order
    return sorted(ordered, key=lambda item: (item.audience.id, item.rank, subject_of(item.audience, item.key)))


def _matters(picture: Picture, item: Item) -> bool:
    """Tell whether anything shown to the audience could refer to this record."""
    return item.audience.sensitivity.refers and bool(picture.referrers.of(item.key))


def _is_told(batch: Batch, item: Item) -> bool:
    return batch.told.digest(item.audience.id, item.key) is not None


def _expected(picture: Picture, batch: Batch, items: Sequence[Item]) -> _Expected:
    """Return what will be disclosed once the items are told, as far as something may refer to it."""
    expected: dict[DisclosedKey, bool] = {}
    for item in items:
        if _matters(picture, item):
            shown = picture.audiences.show(item.audience, item.concern, picture.clock)
            expected[item.audience.id, *item.key] = shown.data is not None and (
                _is_told(batch, item) or batch.entries.is_clean(item.audience, item.key, shown)
            )
    return expected


def _predicate(batch: Batch, item: Item, expected: _Expected) -> IsDisclosed:
    audience = item.audience.id

    def is_disclosed(record_type: str, record_id: str) -> bool:
        key = (RecordTypeName(record_type), RecordId(record_id))
        known = expected.get((audience, *key))
        return batch.told.digest(audience, key) is not None if known is None else known

    return is_disclosed


def _referring(
    picture: Picture, batch: Batch, items: Sequence[Item], before: Mapping[DisclosedKey, bool], expected: _Expected
) -> Iterable[Item]:
    """Yield what refers to records that appeared or disappeared, unless it was told just now and expected that."""
    now = {(item.audience.id, *item.key) for item in items}
    for item in items:
        key = (item.audience.id, *item.key)
        if key not in before:
            continue
        is_told = _is_told(batch, item)
        sources = picture.referrers.of(item.key)
        if is_told == expected.get(key, before[key]):
            sources = {source for source in sources if (item.audience.id, *source) not in now}
            if is_told == before[key]:
                continue
        yield from again(picture, batch, item.audience, sources)


def again(picture: Picture, batch: Batch, audience: Audience, sources: Iterable[RecordKey]) -> Iterable[Item]:
    """Yield records as items once more, in the version that the audience may know."""
    if audience.policy.release.is_immediate:
        for source, body in batch.newest(sources).items():
            yield Item(audience, picture.concern(source[0], body))
        return
    for source in sources:
        version = batch.held.released((audience.id, *source))
        if version is not None:
            yield Item(audience, recalled(picture, version))
