"""What is filed of drafts and policies, found by the names that people have for it.

| name | what it is |
|---|---|
| `2459f85cff01` | a draft, by its id or a beginning of it that no other draft has |
| `operator:northlink` | the policy in force for an audience |
| `operator:northlink@3` | the policy that was in force for it as version 3 |
"""

from __future__ import annotations

import re

from gateway.errors import InputError
from gateway.ids import AudienceId
from gateway.inside.in_force import filed_text
from gateway.ports import ActivePolicy, InsideWork
from gateway.ports.acts import FiledDraft

_BEGINNING = re.compile(r"[0-9a-f]{4,16}")


class NoSuchDraft(InputError):
    """There is no draft of this id, or several begin like that."""

    code = "policy.no-such-draft"
    remedy = "Give the id that `demarc policy list` shows, or a beginning of it that no other draft has."


class NothingFiled(InputError):
    """The audience has no such policy."""

    code = "policy.nothing-filed"
    remedy = "Give an audience with a version that `demarc policy history AUDIENCE` shows."


def filed_draft(work: InsideWork, draft_id: str) -> FiledDraft:
    """Return the draft of this id, or the only one whose id begins like that.

    Raises:
        NoSuchDraft: There is none, or there are several.
    """
    filed = work.office.drafts.get(draft_id)
    if filed is not None:
        return filed
    found = work.office.drafts.beginning(draft_id) if _BEGINNING.fullmatch(draft_id) else []
    if len(found) != 1:
        several = ": several drafts begin like that" if found else ""
        raise NoSuchDraft(f"{draft_id[:80]!r}{several}")
    return found[0]


def text_in_force(work: InsideWork, audience: AudienceId, version: int | None = None) -> str:
    """Return the text of the policy in force, or of the one that was as this version: word for word as it is stored.

    Raises:
        NothingFiled: There is none.
    """
    if version is None:
        active = _active(work, audience)
        if active is None:
            raise NothingFiled(f"nothing is in force for {_short(audience)}")
        return active.text
    for activation in work.office.publications.history(audience):
        publication = work.office.publications.get(activation.publication)
        if activation.version == version and publication is not None:
            return filed_text(work, publication.policy)
    raise NothingFiled(f"{_short(audience)} has no version {version}")


def name_in_force(work: InsideWork, audience: AudienceId) -> str:
    """Return the name under which the text of the policy in force can be asked for later too."""
    active = _active(work, audience)
    position = active.position if active else None
    versions = (one.version for one in work.office.publications.history(audience) if one.position == position)
    version = next(versions, None)
    return _short(audience) if version is None else f"{_short(audience)}@{version}"


def _active(work: InsideWork, audience: AudienceId) -> ActivePolicy | None:
    return next((one for one in work.policies.active() if one.audience == audience), None)


def _short(audience: AudienceId) -> str:
    return audience.removeprefix("urn:demarc:")
