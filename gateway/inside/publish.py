"""Publish a draft: what was shown and approved comes into force, or nothing does.

The difference is computed before the writing transaction, because it may take a while; the transaction looks again
whether what it was computed against is still in force, or still waits for its time. So of two publications at once, one
wins and the other is told.

If we die before the commit, nothing happened; after it, the draft is spent and the journal has the policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.errors import InputError
from gateway.ids import AudienceId, OperatorId, PolicyDigest
from gateway.inside.desk import sign
from gateway.inside.differences import struck_out
from gateway.inside.filed import filed_draft
from gateway.inside.in_force import BY_OFFICER, EFFECT, base_digest, filed_policy, make_regular, supersede_waiting
from gateway.inside.language import Language
from gateway.inside.propose import FiledText, Proposal, Proposer, Wish, proposal_of
from gateway.policy.approval.approval import Approval, Draft, DraftMoved, Part, particulars, require_publishable
from gateway.policy.approval.officers import Hand
from gateway.policy.language.document import DisclosurePolicy, digest
from gateway.ports import Clock, InsideWork, Store
from gateway.ports.acts import Due, FiledDraft, Publication

PUBLISH = "policy.publish"


class NoSuchVersion(InputError):
    """The audience never had such a policy."""

    code = "policy.no-such-version"
    remedy = "Give the digest, or its beginning, of a policy that `demarc policy history AUDIENCE` shows."


class NotForPublishing(InputError):
    """The draft is not one to publish."""

    code = "policy.not-for-publishing"
    remedy = "Break the glass with `demarc policy break-glass`, which ends by itself."


@dataclass(frozen=True, slots=True)
class Published:
    """What was published for one audience; `version` is None while its time has not come."""

    audience: AudienceId
    name: str
    digest: PolicyDigest
    version: int | None
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Publisher:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    language: Language
    operator: OperatorId
    now: Clock

    def publish(self, draft_id: str, hand: Hand) -> tuple[Published, ...]:
        """Put a draft in force for all its audiences, or note when its time will come.

        Args:
            draft_id: Of a draft that was submitted, and approved if it widens.
            hand: Of any officer; the author or the approver may publish.

        Raises:
            NoSuchDraft, DraftSpent, DraftMoved: It is not, or no longer, what was shown.
            ApprovalMissing, ApprovalRefused: It widens, and no second officer's approval counts.
            CeilingExceeded: The ceiling came down since.
            UnknownOfficer, OfficerDisabled, SignatureRefused: Author or publisher is not an officer who may act.
        """
        moment = self.now()
        with self.store.read() as work:
            filed = filed_draft(work, draft_id)
            proposal = proposal_of(work, self.language, filed)
            documents = [filed_policy(work, part.policy) for part in filed.draft.parts]
        if filed.draft.kind == "break-glass":
            raise NotForPublishing(f"draft {draft_id} is for breaking the glass")
        self.language.require_within_ceiling(documents)
        with self.store.write() as work:
            require_now(work, filed, proposal, moment)
            about = {**particulars(filed.draft), "parts": [[part.audience, part.policy] for part in proposal.parts]}
            sign(work.office, hand, PUBLISH, moment, **about)
            return tuple(
                self._publish_part(work, filed.draft, part, document.name, moment)
                for part, document in zip(filed.draft.parts, documents, strict=True)
            )

    def is_in_force(self, documents: Sequence[DisclosurePolicy]) -> bool:
        """Tell whether to publish these now would come to nothing: no other policy, no glass to mend."""
        with self.store.read() as work:
            return all(
                base_digest(work, one.audience) == digest(one)
                and work.office.standings.get(one.audience).glass is None
                and not struck_out(work, "publication", [one.audience])
                for one in documents
            )

    def _publish_part(self, work: InsideWork, draft: Draft, part: Part, name: str, moment: datetime) -> Published:
        publication = work.office.publications.add(part.audience, part.policy, draft, moment)
        if draft.effective_from is not None and draft.effective_from > moment:
            supersede_waiting(work, publication, moment)
            work.office.dues.add(Due(publication.number, EFFECT, part.audience, draft.effective_from))
            return Published(part.audience, name, part.policy, None, draft.effective_from)
        activation = make_regular(work, self.operator, publication, "published", BY_OFFICER, moment)
        return Published(part.audience, name, part.policy, activation.version)

    def roll_back(self, audience: AudienceId, hand: Hand, to: str | None = None, message: str = "") -> Proposal:
        """Make a draft of an older policy of this audience; it is published like any other.

        Args:
            audience: Whose policy.
            hand: The author's.
            to: The digest, or its beginning; None means the regular policy before the present one.
            message: Why.

        Raises:
            NoSuchVersion: There is none, or several begin like that.
        """
        with self.store.read() as work:
            document = filed_policy(work, _older(work, audience, to))
        self.language.require_within_ceiling([document])
        text = self.language.write(document)
        wish = Wish(message=message, kind="rollback")
        proposer = Proposer(self.store, self.language, self.now)
        return proposer.file([document], FiledText(f"rollback of {audience}", text), hand, wish)


def require_now(work: InsideWork, filed: FiledDraft, proposal: Proposal, moment: datetime) -> tuple[Approval, ...]:
    """Check within the writing transaction that a draft may be published; return the approvals that count."""
    draft = filed.draft
    if struck_out(work, draft.kind, (part.audience for part in draft.parts)) != proposal.strikes:
        raise DraftMoved(f"what draft {draft.id} would strike out is no longer what it was compared with")
    parts = [replace(part, base=base_digest(work, part.audience)) for part in proposal.parts]
    return require_publishable(
        draft,
        filed.signature,
        parts,
        work.office.drafts.approvals(draft.id),
        work.office.officers.every(),
        moment,
        is_spent=bool(work.office.publications.of_draft(draft.id)),
    )


def _older(work: InsideWork, audience: AudienceId, to: str | None) -> PolicyDigest:
    """Return the digest of an earlier regular policy."""
    former = [
        publication.policy
        for activation in work.office.publications.history(audience)
        if (publication := _regular(work, activation.publication)) is not None
    ]
    if to is None:
        present = base_digest(work, audience)
        found = [policy for policy in former if policy != present][-1:]
    else:
        found = list(dict.fromkeys(policy for policy in former if policy.startswith(to)))
    if len(found) != 1:
        raise NoSuchVersion(f"{audience} has {len(found) or 'no'} such policies")
    return found[0]


def _regular(work: InsideWork, number: int) -> Publication | None:
    publication = work.office.publications.get(number)
    return None if publication is None or publication.kind == "break-glass" else publication
