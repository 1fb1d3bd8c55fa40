"""What a broken glass came to: who, why, what it widened, and what was disclosed only because of it.

The entries are those that were sealed between the opening and the moment at which what replaced it was worked through;
`only_then` says what of them was there only for the glass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.ids import AudienceId, OperatorId, stream_between
from gateway.inside.filed import NoSuchDraft, filed_draft
from gateway.inside.in_force import filed_policy
from gateway.inside.language import Language
from gateway.inside.only_then import OnlyThen, only_then
from gateway.policy.approval.approval import Draft
from gateway.policy.language.document import DisclosurePolicy
from gateway.ports import InsideWork, Store
from gateway.ports.acts import Activation, Publication


@dataclass(frozen=True, slots=True)
class PartReport:
    """What it came to for one audience; `entries` are the first index and the one after the last."""

    audience: AudienceId
    widened: tuple[str, ...]
    ended_at: datetime | None
    cause: str
    entries: tuple[int, int]
    only: tuple[OnlyThen, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a broken glass came to."""

    draft: Draft
    seconds: tuple[str, ...]
    opened_at: datetime
    parts: tuple[PartReport, ...]


def report(store: Store[InsideWork], language: Language, operator: OperatorId, draft_id: str) -> Report:
    """Return the report of the glass that was broken with a draft.

    Raises:
        NoSuchDraft: There is none, or the glass was not broken with it.
    """
    with store.read() as work:
        filed = filed_draft(work, draft_id)
        publications = work.office.publications.of_draft(filed.draft.id)
        if filed.draft.kind != "break-glass" or not publications:
            raise NoSuchDraft(f"no glass was broken with {draft_id}")
        seconds = sorted({approval.officer for approval in work.office.drafts.approvals(filed.draft.id)})
        parts = tuple(_part(work, language, operator, publication) for publication in publications)
    return Report(filed.draft, tuple(seconds), publications[0].published_at, parts)


def _part(work: InsideWork, language: Language, operator: OperatorId, publication: Publication) -> PartReport:
    history = work.office.publications.history(publication.audience)
    opened = next(one for one in history if one.publication == publication.number)
    ended = next((one for one in history if one.version == opened.version + 1), None)
    entries = _entries(work, operator, opened, publication)
    regular, glass = _before(work, history, opened), filed_policy(work, publication.policy)
    held = work.streams.held(stream_between(operator, publication.audience))
    lines = enumerate(held.lines_between(*entries), start=entries[0])
    return PartReport(
        publication.audience,
        language.compare(regular, glass).lines,
        ended.at if ended else None,
        ended.cause if ended else "",
        entries,
        tuple(only_then(lines, regular, glass)) if ended else (),
    )


def _before(work: InsideWork, history: Sequence[Activation], opened: Activation) -> DisclosurePolicy:
    """Return the policy that was in force before the glass was broken; there always was one."""
    former = next(one for one in history if one.version == opened.version - 1)
    publication = work.office.publications.get(former.publication)
    if publication is None:
        raise NoSuchDraft(f"publication {former.publication}")
    return filed_policy(work, publication.policy)


def _entries(work: InsideWork, operator: OperatorId, opened: Activation, publication: Publication) -> tuple[int, int]:
    """Return the range that was noted when the glass was worked through, or the one up to now."""
    last = 0
    while acts := work.office.acts.after(last, 500):
        for act in acts:
            if act.kind == "policy.glass-report" and act.body["publication"] == publication.number:
                first, end = act.body["entries"]
                return first, end
        last = acts[-1].number
    state = work.streams.state(stream_between(operator, publication.audience))
    return opened.entries, state.size if state else opened.entries
