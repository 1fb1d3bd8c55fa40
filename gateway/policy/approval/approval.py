"""Whether a draft may be published: four eyes over exactly what will be in force, and over what it changes.

In this order; a draft passes only if all of it holds:

 (1) spent       the draft was not published before
 (2) author      the author is an officer who is enabled now, and signed this draft
 (3) unmoved     what each audience has now, and the difference to it, are what the author and the approver were shown
 (4) four eyes   if any part widens: at least one approval that counts

An approval counts if it is signed by an enabled officer's enrolled key, over this draft, these policies, these
differences and what they replace; if it is not older than `APPROVAL_LIFE` and not from the future; and if neither the
person nor the key is the author's.

Pure: the caller brings the clock, and compares the policies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from gateway.errors import IdentityError, PolicyError
from gateway.evidence.jws import Jws
from gateway.ids import AudienceId, PolicyDigest
from gateway.policy.approval.officers import Officer, Officers, enabled, require_signed
from gateway.record.strictjson import Json

APPROVAL_LIFE = timedelta(days=7)
SUBMIT, APPROVE = "policy.submit", "policy.approve"
Kind: TypeAlias = Literal["publication", "rollback", "break-glass"]


class ApprovalMissing(PolicyError):
    """The draft widens what somebody learns, and no second officer has approved it."""

    code = "policy.approval-missing"
    remedy = "Let an officer who is another person than the author review the draft and approve it."


class ApprovalRefused(PolicyError):
    """The approval of the draft does not count."""

    code = "policy.approval-refused"
    remedy = "Let another enabled officer, who is not the author, approve the draft as it stands now."


class DraftMoved(PolicyError):
    """What the draft would replace is not what it was when the draft was shown."""

    code = "policy.draft-moved"
    remedy = "Submit the policy again, so that the difference to what is in force now is shown and approved."


class DraftSpent(PolicyError):
    """The draft was published before."""

    code = "policy.draft-spent"
    remedy = "Submit the policy again if it is to be published once more."


@dataclass(frozen=True, slots=True)
class Part:
    """What a draft does to one audience: which policy replaces which, and the digest of the difference shown."""

    audience: AudienceId
    policy: PolicyDigest
    base: PolicyDigest | None
    diff: str
    widens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Policies that an officer proposes, one for each audience concerned.

    Attributes:
        kind: What it is about.
        author: The officer's name.
        parts: One for each audience, by audience.
        submitted_at: When; it makes each draft one of its own, so that an approval serves once (threat C-15).
        message: Why.
        effective_from: Not before then; None means at once.
        lasts: How long, for breaking the glass; None means until something replaces it.
    """

    kind: Kind
    author: str
    parts: tuple[Part, ...]
    submitted_at: datetime
    message: str = ""
    effective_from: datetime | None = None
    lasts: timedelta | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of all that the draft says, in hex."""
        return _digest(claims_of(self))

    @property
    def id(self) -> str:
        """What people call the draft."""
        return self.digest[:16]

    @property
    def widens(self) -> bool:
        """Whether anybody learns anything more by it."""
        return any(part.widens for part in self.parts)


@dataclass(frozen=True, slots=True)
class Approval:
    """A signed approval as it was filed."""

    officer: str
    token: Jws


class ApprovalFault(IdentityError):
    """One approval does not count."""

    code = "policy.approval-fault"
    remedy = "Let another officer approve."


def claims_of(draft: Draft) -> Json:
    """Return what the draft says, as JSON."""
    return {
        "kind": draft.kind,
        "author": draft.author,
        "parts": [[part.audience, part.policy, part.base, part.diff, part.widens] for part in draft.parts],
        "submitted": draft.submitted_at.isoformat(),
        "message": draft.message,
        "from": draft.effective_from and draft.effective_from.isoformat(),
        "lasts": draft.lasts and int(draft.lasts.total_seconds()),
    }


def draft_of(claims: Json) -> Draft:
    """Return the draft that `claims_of` wrote."""
    begins, lasts = claims["from"], claims["lasts"]
    return Draft(
        kind=claims["kind"],
        author=claims["author"],
        parts=tuple(Part(*part) for part in claims["parts"]),
        submitted_at=datetime.fromisoformat(claims["submitted"]),
        message=claims["message"],
        effective_from=None if begins is None else datetime.fromisoformat(begins),
        lasts=None if lasts is None else timedelta(seconds=lasts),
    )


def particulars(draft: Draft) -> Json:
    """Return what author and approver sign: the draft, the policies, the differences shown, and what they replace."""
    return {
        "draft": draft.digest,
        "policy": _digest([part.policy for part in draft.parts]),
        "diff": _digest([part.diff for part in draft.parts]),
        "base": _digest([part.base for part in draft.parts]),
    }


def require_publishable(
    draft: Draft,
    signature: Jws,
    now: Sequence[Part],
    approvals: Iterable[Approval],
    officers: Officers,
    moment: datetime,
    *,
    is_spent: bool,
) -> tuple[Approval, ...]:
    """Check all of the above, and return the approvals that count.

    Args:
        draft: As it was filed.
        signature: The author's, over the draft.
        now: The same parts, computed afresh against what is in force now.
        approvals: All that were filed for this draft.
        officers: All who were ever enrolled.
        moment: The time now.
        is_spent: Whether it was published before.

    Raises:
        DraftSpent, DraftMoved, ApprovalMissing, ApprovalRefused: It may not be published.
        UnknownOfficer, OfficerDisabled, SignatureRefused: The author is not, or no longer, who may propose.
    """
    if is_spent:
        raise DraftSpent(f"draft {draft.id} was published already")
    author = enabled(officers, draft.author)
    require_signed(signature, author, SUBMIT, **particulars(draft))
    _require_unmoved(draft, now)
    if not draft.widens:
        return ()
    return _counting(draft, author, approvals, officers, moment)


def require_counts(draft: Draft, author: Officer, approval: Approval, officers: Officers, moment: datetime) -> None:
    """Check one approval.

    Raises:
        UnknownOfficer, OfficerDisabled, SignatureRefused: Not signed by an officer's key over this draft.
        ApprovalFault: The author's own, expired, or from the future.
    """
    officer = enabled(officers, approval.officer)
    statement = require_signed(approval.token, officer, APPROVE, **particulars(draft))
    if officer.person == author.person or officer.key_id == author.key_id:
        raise ApprovalFault(_one_person(officer, author))
    if not statement.at <= moment < statement.at + APPROVAL_LIFE:
        raise ApprovalFault(f"the approval of {officer.name} at {statement.at:%Y-%m-%d %H:%M} is not valid now")


def _one_person(officer: Officer, author: Officer) -> str:
    if officer.name == author.name:
        return f"{officer.name} is the author"
    return f"{officer.name} and the author, {author.name}, are one person: {author.person}"


def _counting(
    draft: Draft, author: Officer, approvals: Iterable[Approval], officers: Officers, moment: datetime
) -> tuple[Approval, ...]:
    counting, faults = [], []
    for approval in approvals:
        try:
            require_counts(draft, author, approval, officers, moment)
        except IdentityError as fault:
            faults.append(str(fault))
        else:
            counting.append(approval)
    if counting:
        return tuple(counting)
    if faults:
        raise ApprovalRefused("; ".join(faults))
    raise ApprovalMissing(f"draft {draft.id} widens what {', '.join(_widened(draft))} may learn")


def _require_unmoved(draft: Draft, now: Sequence[Part]) -> None:
    for shown, found in zip(draft.parts, now, strict=True):
        if shown != found and shown.base == found.base:
            raise DraftMoved(f"what the draft changes for {shown.audience} is no longer what was shown")
        if shown != found:
            raise DraftMoved(f"for {shown.audience} the draft was shown against {_short(shown.base)}, now it would"
                             f" replace {_short(found.base)}")  # fmt: skip


def _widened(draft: Draft) -> list[str]:
    return [part.audience for part in draft.parts if part.widens]


def _short(digest: str | None) -> str:
    return "nothing" if digest is None else digest[:12]


def _digest(said: Any) -> str:
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
