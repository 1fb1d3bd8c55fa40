"""Break the glass: let named peers learn more for a few hours, by two officers, with a reason, ending by itself.

The regular policy stays what publications are compared with, and what is in force again when the time is over; the end
is noted in the same transaction that begins it, so that nothing has to be remembered. The second officer's approval is
filed in that transaction too: if the glass cannot be broken, nothing is left that somebody could publish for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.errors import PolicyError
from gateway.ids import AudienceId, OperatorId
from gateway.inside.desk import require_words, sign
from gateway.inside.filed import filed_draft
from gateway.inside.in_force import BY_OFFICER, REVERT, activate, filed_policy
from gateway.inside.language import Language
from gateway.inside.propose import (
    NOTHING,
    FiledText,
    Proposal,
    Proposer,
    Wish,
    file_approval,
    proposal_of,
    require_unspent_and_unmoved,
)
from gateway.inside.publish import Published, require_now
from gateway.inside.stop import require_two_persons
from gateway.policy.approval.approval import Draft, Part, particulars
from gateway.policy.approval.officers import Hand, at_the_desk
from gateway.ports import Clock, InsideWork, Store
from gateway.ports.acts import Due

LONGEST = timedelta(hours=24)
BREAK = "policy.break-glass"


class BreakGlassRefused(PolicyError):
    """The glass cannot be broken like that."""

    code = "policy.break-glass-refused"
    remedy = "Break it for at most 24 hours, for audiences that have a regular policy and no broken glass."


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    language: Language
    operator: OperatorId
    now: Clock

    def propose(
        self,
        text: str,
        file: str,
        lasts: timedelta,
        reason: str,
        first: Hand,
        bases: Mapping[str, str] = NOTHING,
        second: Hand | None = None,
    ) -> Proposal:
        """File what is to be in force for a while, and return what it would change.

        With the `second` officer at the desk too, nothing is filed that `open` would refuse.

        Raises:
            BreakGlassRefused: Too long, or for an audience without a regular policy.
            SecondOfficerRefused: Both are the same person.
            ReasonRefused, PolicyRefused, CeilingExceeded: Without a reason, or not a policy that may be.
        """
        _require_short(lasts)
        wish = Wish(message=require_words(reason), lasts=lasts, kind="break-glass", bases=bases)
        proposer = Proposer(self.store, self.language, self.now)
        documents = proposer.checked(text, file, wish)
        if second is not None:
            self._require_openable([one.audience for one in documents], first, second)
        return proposer.file(documents, FiledText(file, text, bases), first, wish)

    def open(self, draft_id: str, second: Hand) -> tuple[Published, ...]:
        """Let the second officer sign what `propose` returned, and put it in force until its time is over.

        Raises:
            BreakGlassRefused: The draft is for something else, or an audience has a broken glass already.
            ApprovalRefused: The second officer is the first, or the same person.
            DraftMoved, DraftSpent: Something else came into force in between, or this very draft did.
            CeilingExceeded: The ceiling came down since.

        **Invariant**: Whatever is raised, nothing was signed or filed.
        """
        moment = self.now()
        with self.store.read() as work:
            filed = filed_draft(work, draft_id)
            lasts = _span_of(filed.draft)
            proposal = proposal_of(work, self.language, filed)
            documents = [filed_policy(work, part.policy) for part in filed.draft.parts]
        require_unspent_and_unmoved(proposal)
        self.language.require_within_ceiling(documents)
        with self.store.write() as work:
            for part in filed.draft.parts:
                _require_whole_glass(work, part.audience)
            file_approval(work, filed.draft, second, moment)
            require_now(work, filed, proposal, moment)
            about = {**particulars(filed.draft), "reason": filed.draft.message, "until": (moment + lasts).isoformat()}
            sign(work.office, second, BREAK, moment, **about)
            return tuple(self._open_part(work, filed.draft, part, moment, moment + lasts) for part in filed.draft.parts)

    def _require_openable(self, audiences: Iterable[AudienceId], first: Hand, second: Hand) -> None:
        with self.store.read() as work:
            officers = work.office.officers.every()
            require_two_persons(at_the_desk(officers, first), at_the_desk(officers, second))
            for audience in audiences:
                _require_whole_glass(work, audience)

    def _open_part(self, work: InsideWork, draft: Draft, part: Part, moment: datetime, ends: datetime) -> Published:
        office = work.office
        publication = office.publications.add(part.audience, part.policy, draft, moment)
        activation = activate(work, self.operator, publication, "break-glass", BY_OFFICER, moment, until=ends)
        opened = replace(office.standings.get(part.audience), glass=publication.number, glass_ends=ends)
        office.standings.put(opened)
        office.dues.add(Due(publication.number, REVERT, part.audience, ends))
        return Published(part.audience, filed_policy(work, part.policy).name, part.policy, activation.version)


def _require_short(lasts: timedelta) -> None:
    if not timedelta(0) < lasts <= LONGEST:
        hours = f"{lasts / timedelta(hours=1):g}"
        raise BreakGlassRefused(f"{hours} hours are not more than 0 and at most {LONGEST // timedelta(hours=1)}")


def _span_of(draft: Draft) -> timedelta:
    """Return how long a draft for breaking the glass is to last."""
    if draft.kind != "break-glass" or draft.lasts is None:
        raise BreakGlassRefused(f"draft {draft.id} is not for breaking the glass")
    _require_short(draft.lasts)
    return draft.lasts


def _require_whole_glass(work: InsideWork, audience: AudienceId) -> None:
    standing = work.office.standings.get(audience)
    if standing.regular is None or standing.glass is not None:
        raise BreakGlassRefused(
            f"{audience} has {'no regular policy' if standing.regular is None else 'a broken glass already'}"
        )
