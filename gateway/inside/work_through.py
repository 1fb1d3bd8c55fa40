"""Work through lines of the journal: what each comes to, for every audience, as one batch that can be written.

Rules:
- Records are taken as many as there are; any other line is a batch of its own, so that it finds everything written.
- What an audience with an embargo or a cadence may know of a record waits; what it may no longer know does not.
- The result depends on the lines alone, not on how many are read at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

import orjson

from gateway.ids import AudienceId, RecordId, RecordTypeName
from gateway.inside.audiences import Audience
from gateway.inside.batch import Batch, Item
from gateway.inside.ingest import RECORD
from gateway.inside.picture import NEVER_SHOWN, POLICY, TIME, VERDICT, Picture, end_of
from gateway.inside.review import hold_or_tell, release_due, review
from gateway.inside.ripples import concerned, ripples
from gateway.inside.settle import again, settle
from gateway.inventory.concerns import Concern
from gateway.ports import ActivePolicy, Kept, Line, RecordKey
from gateway.record import schemas, strictjson

_RANKS = {"service": 1, "service-problem": 2}
_RIPPLE = 3


def work_through(picture: Picture, batch: Batch, lines: Sequence[Line]) -> None:
    """Take some of these lines, at least the first; `batch.position` says how far it came."""
    first = lines[0]
    if first.kind == RECORD:
        taken = list(takewhile(lambda line: line.kind == RECORD, lines))
        _take_records(picture, batch, taken)
        batch.position = taken[-1].position
        return
    picture.pass_to(first.received_at)
    batch.position = first.position
    if first.kind == POLICY:
        _take_policy(picture, batch, first)
    elif first.kind == TIME:
        _take_time(picture, batch, first)
    elif first.kind == VERDICT:
        _take_verdict(picture, batch, first)


def _take_records(picture: Picture, batch: Batch, lines: Sequence[Line]) -> None:
    records = [orjson.loads(line.body) for line in lines]  # the strict door of the journal has read them before
    types = [schemas.type_of(record) for record in records]
    asked = zip(types, records, strict=True)
    batch.told.read((kind, record["id"]) for kind, record in asked if kind not in NEVER_SHOWN)
    for line, record_type, record in zip(lines, types, records, strict=True):
        picture.pass_to(line.received_at)
        batch.position = line.position
        concerns = picture.assess(record_type, record, line)
        for concern in concerns:
            body = line.body if concern.record is record else strictjson.dump(concern.record)
            batch.latest[concern.record_type, concern.record_id] = Kept(body, picture.clock)
        settle(picture, batch, hold_or_tell(picture, batch, _items(picture, batch, concerns)))


def _items(picture: Picture, batch: Batch, concerns: Sequence[Concern]) -> list[Item]:
    """Return whom to tell of what because of one line."""
    items = []
    for number, concern in enumerate(concerns):
        if concern.record_type not in NEVER_SHOWN:
            rank = _RANKS.get(concern.record_type, 0) if number else 0
            items += [Item(audience, concern, rank) for audience in concerned(picture, batch.told, concern)]
    told = {(item.audience.id, item.key) for item in items}
    more: dict[tuple[AudienceId, RecordKey], Audience] = {}
    for concern in concerns:
        for audience, key in ripples(picture, batch.told, concern):
            if (audience.id, key) not in told:
                more[audience.id, key] = audience
    return [*items, *_rippled(picture, batch, more)] if more else items


def _rippled(picture: Picture, batch: Batch, more: dict[tuple[AudienceId, RecordKey], Audience]) -> Iterator[Item]:
    keys = dict.fromkeys(key for _, key in more)
    batch.told.read(keys)
    concerns = {key: picture.concern(key[0], body) for key, body in batch.newest(keys).items()}
    for (_, key), audience in more.items():
        if key in concerns:
            yield Item(audience, concerns[key], _RIPPLE)


def _take_policy(picture: Picture, batch: Batch, line: Line) -> None:
    told = orjson.loads(line.body)
    active = ActivePolicy(AudienceId(told["audience"]), told["digest"], told["text"], line.position)
    batch.policies.append(active)
    settle(picture, batch, review(picture, batch, picture.audiences.activate(active, end_of(line))))


def _take_time(picture: Picture, batch: Batch, line: Line) -> None:
    body = orjson.loads(line.body)
    audience = picture.audiences.get(AudienceId(body["audience"]))
    if audience is None:
        return
    if "due" in body:
        settle(picture, batch, release_due(picture, batch, audience, body["due"]))
    else:
        settle(picture, batch, review(picture, batch, audience))


def _take_verdict(picture: Picture, batch: Batch, line: Line) -> None:
    """Let a disclosure pass that was stopped, or never; nothing when something else would be told by now."""
    body = orjson.loads(line.body)
    audience = picture.audiences.get(AudienceId(body["audience"]))
    key = (RecordTypeName(body["type"]), RecordId(body["id"]))
    waiting = picture.withholding.get(audience.id, key) if audience else None
    if audience is None or waiting is None or waiting.digest.hex() != body["digest"]:
        return
    if body["decision"] == "discard":
        picture.withholding.discard(replace(waiting, is_discarded=True))
    else:
        items = again(picture, batch, audience, [key])
        settle(picture, batch, [replace(item, permitted=waiting.digest) for item in items])
