"""Put a published policy in force: a line of the journal, like everything that decides, and the standing with it.

Rules:
- The version of an audience's policies rises with each that comes into force, also when an older one comes back.
- What a publication is compared with is the regular policy, never the one behind a broken glass: else a widening for
  two hours could be made a lasting one by a single officer.
- A regular policy that comes into force mends a broken glass at once.
- What is in force for a while says so in its line. From its end on it discloses nothing, whether it was mended or not.
- A policy that is read again from the store must have the digest under which it was filed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.errors import StorageError
from gateway.ids import AudienceId, OperatorId, PolicyDigest, stream_between
from gateway.inside.desk import note
from gateway.inside.picture import POLICY
from gateway.policy.language.document import DisclosurePolicy, digest
from gateway.policy.reading.parser import parse
from gateway.ports import InsideWork, NewLine
from gateway.ports.acts import Activation, Due, Publication, Standing
from gateway.record.strictjson import Json, dump

EFFECT, REVERT, REPORT = "effect", "revert", "report"
BY_OFFICER, BY_CLOCK = "officer", "clock"


class PolicyAltered(StorageError):
    """A policy of the store is not what its digest says."""

    code = "storage.policy-altered"
    remedy = "Restore the inside store from a backup, and find out who wrote to it."
    retryable = False


@dataclass(frozen=True, slots=True)
class Base:
    """What a publication would replace; both None when nothing is in force."""

    digest: PolicyDigest | None
    document: DisclosurePolicy | None


def filed_policy(work: InsideWork, policy: PolicyDigest) -> DisclosurePolicy:
    """Return a policy from the store, after checking that it is the one that its digest names."""
    document = parse(_stored_text(work, policy), policy)
    if digest(document) != policy:
        raise PolicyAltered(f"the policy {policy} has the digest {digest(document)}")
    return document


def filed_text(work: InsideWork, policy: PolicyDigest) -> str:
    """Return the text of a policy from the store, after checking that it is the one that its digest names."""
    filed_policy(work, policy)
    return _stored_text(work, policy)


def _stored_text(work: InsideWork, policy: PolicyDigest) -> str:
    text = work.office.artefacts.text(policy)
    if text is None:
        raise PolicyAltered(f"there is no policy {policy}")
    return text


def regular_publication(work: InsideWork, audience: AudienceId) -> Publication | None:
    """Return the publication that is in force but for broken glass."""
    number = work.office.standings.get(audience).regular
    return None if number is None else work.office.publications.get(number)


def base_digest(work: InsideWork, audience: AudienceId) -> PolicyDigest | None:
    """Return the digest of what a publication would replace."""
    publication = regular_publication(work, audience)
    if publication is not None:
        return publication.policy
    older = _published_before_there_were_officers(work, audience)
    return None if older is None else digest(older)


def base_of(work: InsideWork, audience: AudienceId) -> Base:
    """Return what a publication would replace."""
    publication = regular_publication(work, audience)
    if publication is not None:
        return Base(publication.policy, filed_policy(work, publication.policy))
    older = _published_before_there_were_officers(work, audience)
    return Base(None if older is None else digest(older), older)


def _published_before_there_were_officers(work: InsideWork, audience: AudienceId) -> DisclosurePolicy | None:
    for active in work.policies.active():
        if active.audience == audience:
            return parse(active.text, audience)
    return None


def activate(
    work: InsideWork,
    operator: OperatorId,
    publication: Publication,
    cause: str,
    source: str,
    at: datetime,
    until: datetime | None = None,
) -> Activation:
    """Journal a publication; it is in force for all lines after it. The standing's version moves with it.

    Args:
        work: A writing unit of work.
        operator: Us.
        publication: What comes into force.
        cause: As `Activation` has it.
        source: `officer` or `clock`.
        at: The time now.
        until: When it ends, if it is in force for a while only.
    """
    audience, office = publication.audience, work.office
    filed_policy(work, publication.policy)
    standing = office.standings.get(audience)
    version = standing.version + 1
    told: Json = {
        "audience": audience,
        "digest": publication.policy,
        "version": version,
        "text": office.artefacts.text(publication.policy),
    }
    body = dump(told if until is None else {**told, "until": until.isoformat()})
    # The position makes each activation a line of its own: an older policy that comes back is a decision too.
    key = hashlib.sha256(f"{POLICY}\x00{work.journal.end()}\x00{publication.policy}".encode()).digest()
    work.journal.append([NewLine(POLICY, source, key, hashlib.sha256(body).digest(), body)], at)
    stream = stream_between(operator, audience)
    state = work.streams.state(stream)
    entries = state.size if state else 0
    activation = Activation(audience, version, publication.number, cause, at, work.journal.end(), entries)
    office.publications.activate(activation)
    office.standings.put(replace(standing, version=version))
    return activation


def make_regular(
    work: InsideWork, operator: OperatorId, publication: Publication, cause: str, source: str, at: datetime
) -> Activation:
    """Put a publication in force until another one replaces it; what waited before it will not come."""
    supersede_waiting(work, publication, at)
    activation = activate(work, operator, publication, cause, source, at)
    mend(work, publication.audience, cause, at)
    standing = work.office.standings.get(publication.audience)
    work.office.standings.put(replace(standing, regular=publication.number))
    return activation


def supersede_waiting(work: InsideWork, publication: Publication, at: datetime) -> None:
    """Strike out publications of the audience whose time has not come: this one was decided later."""
    for due in work.office.dues.of(publication.audience):
        if due.what == EFFECT:
            work.office.dues.remove(due)
            if due.publication != publication.number:
                note(
                    work.office,
                    "policy.superseded",
                    at,
                    audience=due.audience,
                    publication=due.publication,
                    by=publication.number,
                )


def mend(work: InsideWork, audience: AudienceId, cause: str, at: datetime) -> None:
    """Note that a broken glass is mended, if there is one, and that its report is to be written."""
    standing: Standing = work.office.standings.get(audience)
    if standing.glass is None:
        return
    for due in work.office.dues.of(audience):
        if due.what == REVERT:
            work.office.dues.remove(due)
    work.office.dues.add(Due(standing.glass, REPORT, audience, at))
    work.office.standings.put(replace(standing, glass=None, glass_ends=None))
    note(work.office, "policy.glass-mended", at, audience=audience, publication=standing.glass, cause=cause)
