"""What a draft would change: of what is in force, and of what waits for its time.

Rules:
- What is published strikes out what waits, so it is held against that too. Else one officer could put off a narrowing
  that was decided, by publishing once more what is in force.
- What comes into force later than what waits leaves in force until then what is in force now. That is held against
  what waits as well.
- Breaking the glass strikes nothing out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.ids import AudienceId
from gateway.inside.in_force import EFFECT, base_of, filed_policy
from gateway.inside.language import Difference, Language
from gateway.policy.approval.approval import Kind, Part
from gateway.policy.language.document import DisclosurePolicy, digest
from gateway.ports import InsideWork
from gateway.ports.acts import Due


@dataclass(frozen=True, slots=True)
class Changes:
    """What a draft comes to now: a part and its difference for each audience, and what it would strike out."""

    parts: tuple[Part, ...]
    differences: tuple[Difference, ...]
    strikes: tuple[Due, ...]


def changes_of(
    work: InsideWork,
    language: Language,
    documents: Sequence[DisclosurePolicy],
    kind: Kind,
    effective_from: datetime | None,
) -> Changes:
    """Return what these policies would change, were they published now."""
    strikes = struck_out(work, kind, (document.audience for document in documents))
    differences = [_difference(work, language, document, effective_from, strikes) for document in documents]
    parts = [
        Part(document.audience, digest(document), base_of(work, document.audience).digest, found.digest, found.widens)
        for document, found in zip(documents, differences, strict=True)
    ]
    return Changes(tuple(parts), tuple(differences), strikes)


def struck_out(work: InsideWork, kind: Kind, audiences: Iterable[AudienceId]) -> tuple[Due, ...]:
    """Return the publications that wait for their time and would be struck out by one for these audiences."""
    if kind == "break-glass":
        return ()
    return tuple(due for audience in audiences for due in work.office.dues.of(audience) if due.what == EFFECT)


def _difference(
    work: InsideWork,
    language: Language,
    document: DisclosurePolicy,
    effective_from: datetime | None,
    strikes: Iterable[Due],
) -> Difference:
    base = base_of(work, document.audience).document
    told = language.compare(base, document)
    beside = []
    for due in strikes:
        publication = work.office.publications.get(due.publication) if due.audience == document.audience else None
        if publication is not None:
            waits = filed_policy(work, publication.policy)
            beside.append((f"against what waits until {_said(due.at)}", language.compare(waits, document)))
            if base is not None and effective_from is not None and effective_from > due.at:
                words = f"from {_said(due.at)} until {_said(effective_from)}"
                beside.append((words, language.compare(waits, base)))
    return _joined(told, beside)


def _joined(told: Difference, beside: Sequence[tuple[str, Difference]]) -> Difference:
    """Return all of it as one difference; without anything beside it the first as it is."""
    if not beside:
        return told
    said = json.dumps([told.digest, *([words, one.digest] for words, one in beside)])
    return Difference(
        told.widens or any(one.widens for _, one in beside),
        hashlib.sha256(said.encode()).hexdigest(),
        (*told.lines, *_lines(beside)),
    )


def _lines(beside: Iterable[tuple[str, Difference]]) -> Iterator[str]:
    for words, one in beside:
        yield from (f"{words}: {line}" for line in one.lines or ("nothing changes",))


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
