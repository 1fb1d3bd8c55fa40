"""Draft a policy, show what it would change, and approve it: the steps before anything comes into force.

What is shown is computed afresh each time, against what is in force then. Approving is done over what was shown: when
the difference is no longer the author's, nothing is signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from gateway.inside.desk import require_words, sign
from gateway.inside.differences import changes_of
from gateway.inside.filed import filed_draft
from gateway.inside.in_force import filed_policy
from gateway.inside.language import Difference, Language
from gateway.policy.approval.approval import (
    APPROVE,
    SUBMIT,
    Approval,
    ApprovalFault,
    ApprovalRefused,
    Draft,
    DraftMoved,
    DraftSpent,
    Kind,
    Part,
    particulars,
    require_counts,
)
from gateway.policy.approval.officers import Hand, at_the_desk, enabled
from gateway.policy.language.document import DisclosurePolicy, digest
from gateway.ports import Clock, InsideWork, Store
from gateway.ports.acts import Due, FiledDraft

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft with what it would change now; `is_moved` when that is not what its author was shown.

    `strikes` are the publications whose time has not come and that would be struck out.
    """

    draft: Draft
    differences: tuple[Difference, ...]
    parts: tuple[Part, ...]
    strikes: tuple[Due, ...] = ()
    approvals: tuple[Approval, ...] = ()
    is_spent: bool = False

    @property
    def is_moved(self) -> bool:
        """Whether something else came into force, or waits to, since the draft was made."""
        return self.parts != self.draft.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an officer says beside the policy itself."""

    message: str = ""
    effective_from: datetime | None = None
    lasts: timedelta | None = None
    kind: Kind = "publication"
    bases: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    tests: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Proposer:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    language: Language
    now: Clock

    def submit(self, text: str, file: str, hand: Hand, wish: Wish | None = None) -> Proposal:
        """File a draft signed by its author, and return what it would change.

        Args:
            text: The policy's document.
            file: What findings call it.
            hand: The author's.
            wish: Why, from when on, and the bases and tests that stand beside the document.

        Raises:
            PolicyRefused: With every finding; nothing is filed.
            CeilingExceeded, PolicyTestsFailed: It can be used, but must not.
            UnknownOfficer, OfficerDisabled, SignatureRefused: Not an officer.
        """
        wish = wish or Wish()
        return self.file(self.checked(text, file, wish), FiledText(file, text, wish.bases), hand, wish)

    def checked(self, text: str, file: str, wish: Wish) -> Sequence[DisclosurePolicy]:
        """Return the effective policies of a document that may be proposed.

        Raises:
            PolicyRefused, CeilingExceeded, PolicyTestsFailed: It cannot be used, or must not.
        """
        documents = self.language.load(text, file, wish.bases)
        self.language.require_within_ceiling(documents)
        self.language.require_tested(documents, wish.tests)
        return documents

    def file(self, documents: Sequence[DisclosurePolicy], origin: FiledText, hand: Hand, wish: Wish) -> Proposal:
        """File a draft of effective policies that were checked."""
        moment, message = self.now(), require_words(wish.message, may_be_empty=True)
        ordered = sorted(documents, key=lambda document: document.audience)
        with self.store.read() as work:
            found = changes_of(work, self.language, ordered, wish.kind, wish.effective_from)
        draft = Draft(
            kind=wish.kind,
            author=hand.officer,
            parts=found.parts,
            submitted_at=moment,
            message=message,
            effective_from=wish.effective_from,
            lasts=wish.lasts,
        )
        signature = hand.sign(SUBMIT, moment, **particulars(draft))
        with self.store.write() as work:
            if work.office.drafts.get(draft.id) is None:  # else this very draft was filed, and reported lost
                self._file(work, FiledDraft(draft, signature, origin.file, origin.text, origin.bases), ordered, hand)
        return Proposal(draft, found.differences, found.parts, found.strikes)

    def _file(self, work: InsideWork, filed: FiledDraft, documents: Sequence[DisclosurePolicy], hand: Hand) -> None:
        office = work.office
        sign(office, hand, SUBMIT, filed.draft.submitted_at, **particulars(filed.draft))
        for document in documents:
            office.artefacts.keep(digest(document), document.audience, self.language.write(document))
        office.drafts.add(filed)

    def review(self, draft_id: str) -> Proposal:
        """Return a draft with what it would change now."""
        with self.store.read() as work:
            return proposal_of(work, self.language, filed_draft(work, draft_id))

    def approve(self, draft_id: str, hand: Hand) -> Proposal:
        """Sign a draft as the second officer: these policies, and the differences that are returned.

        Raises:
            NoSuchDraft, DraftSpent, DraftMoved: There is nothing to approve, or no longer what was proposed.
            ApprovalRefused: The officer is the author, or the same person.
        """
        moment = self.now()
        with self.store.read() as work:
            proposal = proposal_of(work, self.language, filed_draft(work, draft_id))
        require_unspent_and_unmoved(proposal)
        with self.store.write() as work:
            file_approval(work, proposal.draft, hand, moment)
        return proposal


@dataclass(frozen=True, slots=True)
class FiledText:
    """Where a draft comes from: the document as it was written, and the bases beside it."""

    file: str
    text: str
    bases: Mapping[str, str] = field(default_factory=lambda: NOTHING)


def require_unspent_and_unmoved(proposal: Proposal) -> None:
    """Check that a draft is still what was proposed, and was not published.

    Raises:
        DraftSpent, DraftMoved: It is not.
    """
    draft = proposal.draft
    if proposal.is_spent:
        raise DraftSpent(f"draft {draft.id} was published already")
    if proposal.is_moved:
        raise DraftMoved(f"draft {draft.id} no longer changes what it was submitted to change")


def file_approval(work: InsideWork, draft: Draft, hand: Hand, moment: datetime) -> None:
    """Let a second officer sign a draft, and file the approval with the act.

    Raises:
        ApprovalRefused: The officer is the author, or the same person.
    """
    approval = Approval(hand.officer, hand.sign(APPROVE, moment, **particulars(draft)))
    officers = work.office.officers.every()
    at_the_desk(officers, hand)
    try:
        require_counts(draft, enabled(officers, draft.author), approval, officers, moment)
    except ApprovalFault as fault:
        raise ApprovalRefused(str(fault)) from fault
    work.office.drafts.approve(draft.id, approval, moment)
    sign(work.office, hand, APPROVE, moment, **particulars(draft))


def proposal_of(work: InsideWork, language: Language, filed: FiledDraft) -> Proposal:
    """Return a filed draft with what it would change now."""
    draft = filed.draft
    documents = [filed_policy(work, part.policy) for part in draft.parts]
    found = changes_of(work, language, documents, draft.kind, draft.effective_from)
    approvals = tuple(work.office.drafts.approvals(draft.id))
    is_spent = bool(work.office.publications.of_draft(draft.id))
    return Proposal(draft, found.differences, found.parts, found.strikes, approvals, is_spent)
