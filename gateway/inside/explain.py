"""Explain what one audience is shown of one record, with everything around the policy that has a say in it.

Reads only. An explanation holds internal values: it is for the operator's own people, and no door outside has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from gateway.errors import InputError
from gateway.ids import AudienceId, RecordId, RecordTypeName
from gateway.inside.audiences import Audience
from gateway.inside.disclose import Configuration
from gateway.inside.entries import digest_of
from gateway.inside.filed import name_in_force, text_in_force
from gateway.inside.picture import Picture, shown_types
from gateway.inside.told import Told as Known
from gateway.inventory.concerns import Concern, concern_of
from gateway.policy.answers.explain import Explanation, explain
from gateway.policy.egress.check import EgressRefused
from gateway.policy.filter.context import Context
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.language.release import due_at
from gateway.policy.reading.parser import parse
from gateway.ports import Clock, InsideWork, Store
from gateway.record import schemas, strictjson, validation
from gateway.record.strictjson import Json


class NoPolicyInForce(InputError):
    """The audience has no policy in force, and so learns nothing."""

    code = "policy.none-in-force"
    remedy = "Publish a policy for the audience, or name one to explain by."


class NoSuchRecord(InputError):
    """No record of a type that can be disclosed has this identifier."""

    code = "record.none-such"
    remedy = "Give the record's `id` as it is inside, or a file with the record."


@dataclass(frozen=True, slots=True)
class Told:
    """The explanation, and what is around it.

    Attributes:
        audience: Who would be shown the record.
        explanation: What the policy's section makes of it.
        obstacles: What keeps the record in whatever its section says; empty when nothing does.
        remarks: What else has a say: that it is told later, or that an officer let it pass.
        shown_by: What `demarc policy show` prints with the lines that the explanation names; None for a file.
    """

    audience: AudienceId
    explanation: Explanation
    obstacles: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    shown_by: str | None = None

    @property
    def is_disclosed(self) -> bool:
        """Whether the audience is told of the record, now or later."""
        return self.explanation.disclosed is not None and not self.obstacles


@dataclass(frozen=True, slots=True)
class Explainer:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    configuration: Configuration
    now: Clock

    def explain(self, audience: AudienceId, record: Json | str, document: DisclosurePolicy | None = None) -> list[Told]:
        """Return the explanation for a record, or for each record held that has this identifier.

        Args:
            audience: Who would be shown it.
            record: A record as it might come, or the identifier of one that is held.
            document: The effective policy to explain by, instead of the one in force.

        Raises:
            NoPolicyInForce: There is none, and no other was given.
            NoSuchRecord: Nothing is held under the identifier.
            InvalidRecord: The record does not follow its schema.
        """
        picture = Picture(self.configuration.operator, self.configuration.pseudonym_master)
        with self.store.read() as work:
            picture.load(work)
            reader = picture.audiences.put(document or _in_force(picture, work, audience))
            shown_by = None if document else reader.policy.document.file
            if isinstance(record, str):
                found = [(kind, work.latest.get(kind, RecordId(record))) for kind in shown_types()]
                records = [(kind, orjson.loads(body)) for kind, body in found if body is not None]
            else:
                records = [_checked(record)]
                _suppose(picture, *records[0])
            if not records:
                raise NoSuchRecord(str(record))
            told = [_told(picture, work, reader, kind, one, self.now()) for kind, one in records]
            return [replace(one, shown_by=shown_by) for one in told]


def _in_force(picture: Picture, work: InsideWork, audience: AudienceId) -> DisclosurePolicy:
    """Return the policy in force, under the name by which its text can be asked for."""
    if picture.audiences.get(audience) is None:
        raise NoPolicyInForce(audience)
    return parse(text_in_force(work, audience), name_in_force(work, audience))


def _suppose(picture: Picture, record_type: RecordTypeName, record: Json) -> None:
    """Let the inventory have a service from a file: it concerns itself, as it would if it had come."""
    if record_type == "service":
        picture.inventory.apply(record_type, record)


def _checked(record: Json) -> tuple[RecordTypeName, Json]:
    record_type = schemas.type_of(record)
    validation.require_valid(record_type, record)
    return record_type, record


def _told(
    picture: Picture, work: InsideWork, reader: Audience, record_type: RecordTypeName, record: Json, now: datetime
) -> Told:
    def is_disclosed(kind: str, identifier: str) -> bool:
        body = work.latest.get(RecordTypeName(kind), RecordId(identifier))
        if body is None:
            return False
        return picture.audiences.show(reader, picture.concern(RecordTypeName(kind), body), now).data is not None

    concern = concern_of(picture.inventory, record_type, record)
    context = picture.audiences.context(reader, concern, is_disclosed)
    explanation = explain(reader.policy, record_type, record, context)
    obstacles = [*_obstacles(picture, reader, concern, context, now)]
    remarks = [*_delays(reader, now)]
    if explanation.disclosed is not None and (stop := _stop(picture, reader, record_type, explanation.disclosed)):
        if _was_told(work, reader, concern, explanation.disclosed):
            remarks.append(f"{stop} An officer let it pass, and it was told as it is.")
        else:
            obstacles.append(stop)
    return Told(reader.id, explanation, tuple(obstacles), tuple(remarks))


def _obstacles(picture: Picture, reader: Audience, concern: Concern, context: Context, now: datetime) -> Iterator[str]:
    """Yield what keeps the record in whatever its section says."""
    if not concern.services:
        yield "The record concerns no service that the inventory knows."
    elif not context.services:
        theirs = [one for one in concern.services if picture.inventory.has_role(one, reader.party, reader.role)]
        if theirs:
            yield f"The agreement's scope leaves out {', '.join(theirs)}, the audience's services that it concerns."
        else:
            yield f"None of the services that it concerns names the audience as {reader.role}."
    if not reader.policy.is_valid_on(now.date()):
        yield f"The agreement is not valid on {now.date()}."


def _delays(reader: Audience, now: datetime) -> Iterator[str]:
    if not reader.policy.release.is_immediate:
        due = due_at(reader.policy.release, now)
        yield f"A change that came now would be told at {due.isoformat()}, by the policy's release."


def _stop(picture: Picture, reader: Audience, record_type: RecordTypeName, shown: Json) -> str | None:
    """Return why the egress check stops this; None when it does not."""
    try:
        known = picture.audiences.names_known_to(reader)
        picture.audiences.scanning.require_clean(reader.check, record_type, shown, known)
    except EgressRefused as refused:
        return f"The egress check stops it: {refused}."
    return None


def _was_told(work: InsideWork, reader: Audience, concern: Concern, shown: Json) -> bool:
    """Tell whether the audience was told exactly this; what the check stops can only be told by an officer's act."""
    told = Known(work.disclosed).digest(reader.id, (concern.record_type, concern.record_id))
    return told == digest_of(strictjson.dump(shown))
