"""Ports of the officers' office: who may decide, what was proposed, approved and put in force, and every act of it.

All of them live in the inside store, in one unit of work with the journal: a policy comes into force together with the
act that says so, or not at all. What is filed here is never changed: acts, drafts, approvals, policies, publications
and activations only grow, and the store itself refuses anything else. Only `Standings` and `Dues` move.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from gateway.evidence.jws import Jws
from gateway.ids import AudienceId, PolicyDigest
from gateway.record.strictjson import Json, dump

if TYPE_CHECKING:  # the outside loads all ports, and must not load anything of policies
    from gateway.policy.approval.approval import Approval, Draft, Kind
    from gateway.policy.approval.officers import Officer


class OfficerRoll(Protocol):
    """Everybody who was ever enrolled. Name, person and key of an officer never change."""

    def add(self, officer: Officer) -> None:
        """Enrol an officer; the caller has checked that name and key are free."""
        ...

    def disable(self, name: str, at: datetime) -> None:
        """Disable an officer for good."""
        ...

    def every(self) -> Mapping[str, Officer]:
        """Return all of them by name, disabled ones too."""
        ...


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done; `officer` is None for what time did. `digest` covers the act and the one before it."""

    number: int
    at: datetime
    kind: str
    officer: str | None
    body: Json
    former: bytes
    digest: bytes


BEGINNING = bytes(32)
"""What the first act follows."""


def chained(act: Act) -> bytes:
    """Return the digest that `act` must have: it covers the act and, through `former`, all before it."""
    said = dump([act.number, act.at.isoformat(), act.kind, act.officer, act.body])
    return hashlib.sha256(act.former + said).digest()


class Acts(Protocol):
    """Everything that officers did, chained by digests, oldest first."""

    def append(self, kind: str, officer: str | None, at: datetime, body: Json) -> Act:
        """Add one act behind the last one."""
        ...

    def after(self, number: int, limit: int) -> Sequence[Act]:
        """Return at most `limit` acts beyond `number`, in order."""
        ...

    def last(self) -> Act | None:
        """Return the newest act."""
        ...


@dataclass(frozen=True, slots=True)
class FiledDraft:
    """A draft with the author's signature and the text it came from; `bases` are the policies that it extends."""

    draft: Draft
    signature: Jws
    file: str
    source: str
    bases: Mapping[str, str]


class Drafts(Protocol):
    """What was proposed, and who approved it."""

    def add(self, filed: FiledDraft) -> None:
        """File a draft. Idempotence: the same draft again changes nothing."""
        ...

    def get(self, draft_id: str) -> FiledDraft | None:
        """Return the draft of this id."""
        ...

    def beginning(self, letters: str) -> Sequence[FiledDraft]:
        """Return the drafts whose id begins with these hexadecimal digits."""
        ...

    def newest(self, limit: int) -> Sequence[FiledDraft]:
        """Return at most `limit` drafts, newest first."""
        ...

    def approve(self, draft_id: str, approval: Approval, at: datetime) -> None:
        """File an approval; several of one officer may be filed."""
        ...

    def approvals(self, draft_id: str) -> Sequence[Approval]:
        """Return all approvals of a draft, oldest first."""
        ...


class Artefacts(Protocol):
    """Effective policies by their digest: the text that comes into force, word for word."""

    def keep(self, digest: PolicyDigest, audience: AudienceId, text: str) -> None:
        """Keep a policy. Idempotence: a digest that is kept already stays as it is."""
        ...

    def text(self, digest: PolicyDigest) -> str | None:
        """Return the text of a policy."""
        ...


@dataclass(frozen=True, slots=True)
class Publication:
    """That a policy was published for one audience, by which draft."""

    number: int
    audience: AudienceId
    policy: PolicyDigest
    draft: str
    kind: Kind
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Activation:
    """That a publication came into force; the version of an audience's policies rises with each.

    Attributes:
        audience: Whose.
        version: Above all former ones of this audience.
        publication: Which.
        cause: `published`, `effective`, `break-glass` or `revert`.
        at: When it was journalled.
        position: The line of the journal from which on it is in force.
        entries: How many entries the audience's stream had then.
    """

    audience: AudienceId
    version: int
    publication: int
    cause: str
    at: datetime
    position: int
    entries: int


class Publications(Protocol):
    """What was published, and when it was in force."""

    def add(self, audience: AudienceId, policy: PolicyDigest, draft: Draft, at: datetime) -> Publication:
        """File a publication under the next number."""
        ...

    def get(self, number: int) -> Publication | None:
        """Return one publication."""
        ...

    def of_draft(self, draft_id: str) -> Sequence[Publication]:
        """Return what was published by a draft; empty means it is not spent."""
        ...

    def activate(self, activation: Activation) -> None:
        """File that a publication came into force.

        Raises:
            StorageError: The audience had this version already.
        """
        ...

    def history(self, audience: AudienceId) -> Sequence[Activation]:
        """Return what was in force for an audience, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand for one audience now.

    Attributes:
        audience: Whose.
        version: Of its last activation; 0 before the first.
        regular: The publication in force, or that will be again when a broken glass is mended.
        glass: The publication that is in force for a while instead.
        glass_ends: When that ends.
        stopped: Why the audience was cut off, or None.
    """

    audience: AudienceId
    version: int = 0
    regular: int | None = None
    glass: int | None = None
    glass_ends: datetime | None = None
    stopped: str | None = None


class Standings(Protocol):
    """How things stand, one row per audience."""

    def get(self, audience: AudienceId) -> Standing:
        """Return the standing; one of version 0 when there was never anything."""
        ...

    def put(self, standing: Standing) -> None:
        """Replace the standing."""
        ...

    def every(self) -> Sequence[Standing]:
        """Return all of them, by audience."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """Something that time will do: `effect` of a publication, `revert` of a broken glass, or its `report`."""

    publication: int
    what: str
    audience: AudienceId
    at: datetime


class Dues(Protocol):
    """What time has still to do."""

    def add(self, due: Due) -> None:
        """Note something to do."""
        ...

    def until(self, moment: datetime) -> Sequence[Due]:
        """Return what is due at `moment`, earliest first."""
        ...

    def of(self, audience: AudienceId) -> Sequence[Due]:
        """Return all that is noted for an audience."""
        ...

    def remove(self, due: Due) -> None:
        """Strike something out: it was done, or will not be."""
        ...


class Office(Protocol):
    """All of it, on one transaction."""

    officers: OfficerRoll
    acts: Acts
    drafts: Drafts
    artefacts: Artefacts
    publications: Publications
    standings: Standings
    dues: Dues
