"""An example for a change: a made-up record, and what the audience would see of it before and after.

What is shown comes from the reference evaluator on both policies, so an example is also the proof that the change is
one. Where none can be made, or both policies show the same of it, the example says so.

Pseudonyms, free text and services in an example are placeholders: the keys and the inventory are not here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.ids import RecordTypeName
from gateway.policy.diff.changes import Change, Diff
from gateway.policy.filter.context import Context
from gateway.policy.language.document import Bucket, DisclosurePolicy, Map, Mask, Prefix, Round
from gateway.policy.language.references import BY_TYPE, references_around, target_of, types_of
from gateway.policy.oracle import reference
from gateway.policy.symbolic.domain import leaf_at
from gateway.policy.symbolic.witness import TIME, Witness, placed, synthesise
from gateway.record.paths import FieldPath, Leaf
from gateway.record.strictjson import Json

_SERVICE: Final = RecordTypeName("service")
_MOST_SAMPLES: Final = 40
_ADDRESSES: Final = ("192.0.2.77", "2001:db8::77")
_TEXTS: Final = (*_ADDRESSES, "witness-0123456789-abcdefghij")


@dataclass(frozen=True, slots=True)
class Example:
    """One record under both policies; None means that nothing of it is disclosed."""

    witness: Witness
    before: Json | None
    after: Json | None

    @property
    def is_shown(self) -> bool:
        """Whether the audience would see a difference."""
        return self.before != self.after


def example(difference: Diff, change: Change) -> Example | None:
    """Return an example for a change about records, one with a difference if any is found; else the first, or None."""
    found = (
        Example(witness, seen(difference.old, witness), seen(difference.new, witness))
        for witness in itertools.islice(_witnesses(difference, change), _MOST_SAMPLES)
    )
    first = next(found, None)
    if first is None or first.is_shown:
        return first
    return next((one for one in found if one.is_shown), first)


def seen(document: DisclosurePolicy | None, witness: Witness) -> Json | None:
    """Return what the audience of a policy would see of a made-up record."""
    if document is None:
        return None
    context = Context(
        services=(witness.record if witness.record_type == _SERVICE else _service(),),
        about=witness.about,
        pseudonym=lambda pseudonym_class, identifier: f"({pseudonym_class} pseudonym of {identifier})",
        is_disclosed=lambda _record_type, _identifier: True,
        scrub=lambda text: f"(scrubbed: {text})",
    )
    return reference.disclose(document, witness.record_type, witness.record, context)


def _service() -> Json:
    made = synthesise(_SERVICE, {"id": "witness-service", "name": "Witness service"}, None)
    assert made is not None  # noqa: S101  The schema of services is ours.
    return made.record


def _witnesses(difference: Diff, change: Change) -> Iterator[Witness]:
    """Yield records with different values at the place of a change, all of which answer its question."""
    document = difference.new if change.widens else difference.old
    if change.witness is None or change.question is None or document is None:
        return
    for value in (None, *samples(difference, change)) if change.place else (None,):
        made = completed(document, change.witness, change.place, value)
        if made is not None and change.question.is_answered_by(made):
            yield made


def completed(document: DisclosurePolicy, witness: Witness, place: str | None, value: object) -> Witness | None:
    """Return the record with something at a path, and with what references around it need to lead somewhere."""
    if place is None:
        return witness
    path = FieldPath.parse(place)
    made: Witness | None = witness
    for around in references_around(witness.record_type, path):
        types = types_of(document, witness.record_type, around)
        if made is not None and types and target_of(witness.record_type, around) == BY_TYPE:
            made = placed(made, str(around.member("@referredType")), next(iter(types)))
    return made and placed(made, place, value)


def samples(difference: Diff, change: Change) -> Iterator[object]:
    """Yield values that the two rules may show differently."""
    if change.record_type is None or change.place is None:
        return
    leaf = leaf_at(change.record_type, change.place)
    if not isinstance(leaf, Leaf):
        return
    yield from leaf.enum
    if leaf.kind == "date-time":
        yield TIME
    for document in (difference.old, difference.new):
        section = document.section(change.record_type) if document else None
        for rule in section.fields if section else ():
            if rule.path == change.place:
                yield from telling(rule.transform)
        for hierarchy in document.hierarchies if document else ():
            yield from (word for _, words in hierarchy.groups for word in words)
    if leaf.kind in ("string", "any"):
        yield from _TEXTS
    yield from (1, 2, 5, 12, 49, 149, 1234567) if leaf.kind in ("integer", "number", "any") else ()


def telling(transform: object) -> Iterator[object]:
    """Yield values at the edges of a transform."""
    match transform:
        case Map(entries):
            yield from (word for word, said in entries if word == said)
            yield from (word for word, said in entries if word != said)
        case Mask(first, last):
            yield from ("abcdefghijklmnopqrst"[: first + last + more] for more in (3, 4, 5))
        case Bucket(bounds):
            yield from bounds
        case Prefix():
            yield from _ADDRESSES
        case Round(step):
            yield from (step, step * 1.5, step * 7)
