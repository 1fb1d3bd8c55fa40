"""Find what else is to be told when the inventory changes: records that did not change, but what is shown of them may.

| change | records | audiences |
|---|---|---|
| something depends on something else | about what it depends on | of the services that depend on it |
| a service comes to a party or leaves it | about all that the service depends on | this party |
| an attribute that is shown elsewhere, or in the scope | about all that the service depends on | of the service |
| an attribute that a condition reads | alarms about the object | all that are concerned or know of it |
| a party knows other names than before | what the egress check stopped | this party |

Whoever knows of a record and is no longer concerned is told too: for it, the record disappears. What is found here may
be too much, never too little: to look once more where nothing changed makes no entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ids import PartyId
from gateway.inside.audiences import Audience
from gateway.inside.picture import Picture
from gateway.inside.told import Told
from gateway.inventory.concerns import Concern
from gateway.inventory.inventory import Change, buyers, roles
from gateway.ports import RecordKey
from gateway.record.strictjson import Json

Ripple = tuple[Audience, RecordKey]

_ID_AND_NAME = frozenset({"id", "name"})


def concerned(picture: Picture, told: Told, concern: Concern) -> list[Audience]:
    """Return the audiences to tell of a record: those that it concerns, and those that know of it."""
    parties = {party for service in concern.services for party in picture.inventory.audiences_of(service)}
    found = {audience.id: audience for audience in picture.audiences.of_parties(sorted(parties))}
    for known in told.knowing((concern.record_type, concern.record_id)) - found.keys():
        audience = picture.audiences.get(known)
        if audience is not None:
            found[known] = audience
    return [found[audience] for audience in sorted(found)]


def ripples(picture: Picture, told: Told, concern: Concern) -> Iterator[Ripple]:
    """Yield who else is to be told of what, because of a record of the inventory; with repetitions, in no order."""
    change = concern.change
    if change is None:
        return
    if change.services:
        yield from _dependence(picture, change)
    changed = _changed(change.former, concern.record)
    if not changed:
        return
    if concern.record_type == "service":
        yield from _service(picture, concern, change.former or {}, changed)
    if concern.record_type != "dependency":
        yield from _object(picture, told, concern, changed)


def _dependence(picture: Picture, change: Change) -> Iterator[Ripple]:
    parties = {party for service in change.services for party in picture.inventory.audiences_of(service)}
    if change.record_type == "service":
        parties.update(buyers(change.former))  # it may leave a party and what it depended on in one record
    audiences = picture.audiences.of_parties(sorted(parties))
    if audiences:
        for key in picture.mentions.of_any(change.objects):
            yield from ((audience, key) for audience in audiences)


def _service(picture: Picture, concern: Concern, former: Json, changed: frozenset[str]) -> Iterator[Ripple]:
    parties = sorted({*buyers(former), *buyers(concern.record)})
    audiences = picture.audiences.of_parties(parties)
    affected = [audience for audience in audiences if _is_seen(audience, former, concern.record, changed)]
    if affected:
        for key in picture.mentions.of_any(picture.inventory.requirements_of(concern.record_id)):
            yield from ((audience, key) for audience in affected)
    if not changed.isdisjoint({*_ID_AND_NAME, "relatedParty"}):
        for audience in audiences:
            yield from ((audience, key) for key in picture.withholding.of(audience.id))


def _is_seen(audience: Audience, former: Json, now: Json, changed: frozenset[str]) -> bool:
    buyer = (PartyId(audience.party), audience.role)
    had, has = (buyer in roles(one) and audience.policy.covers(one) for one in (former, now))
    if had != has:
        return True
    sensitivity = audience.sensitivity
    return has and (
        sensitivity.speaks_of_services or (sensitivity.shows_services and not changed.isdisjoint(_ID_AND_NAME))
    )


def _object(picture: Picture, told: Told, concern: Concern, changed: frozenset[str]) -> Iterator[Ripple]:
    alarms = [key for key in picture.mentions.of(concern.record_id) if key[0] == "alarm"]
    if not alarms:
        return
    # All of them are about this one object, so they concern the same services; who knows of each may differ.
    services = picture.inventory.services_depending_on(concern.record_id)
    parties = {party for service in services for party in picture.inventory.audiences_of(service)}
    told.read(alarms)
    for key in alarms:
        knowing = (picture.audiences.get(one) for one in told.knowing(key))
        for audience in (*picture.audiences.of_parties(parties), *knowing):
            if audience is not None and audience.sensitivity.reads(changed):
                yield audience, key


def _changed(former: Json | None, now: Json) -> frozenset[str]:
    before = former or {}
    if before == now:
        return frozenset()
    return frozenset(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
