"""Who may bring in an officer, and who may put one out.

Rules:
- Until two persons have ever been enrolled, the shell on the inside host is enough: somebody has to be the first.
- After that an enrolment needs the signatures of two persons. One would be enough to invent a second one.
- A new key for a person needs that person's own signature and somebody else's, by the same rule.
- A disabling needs the signature of another person than the one concerned, and leaves two persons.
- A key serves one officer and nothing else: no second officer, and no purpose of a gateway, ours or a partner's.

Does not: verify signatures (`officers`); it is told who signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from gateway.errors import IdentityError
from gateway.ids import KeyId
from gateway.policy.approval.officers import Officer, Officers, enabled

LEAST_PERSONS = 2
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")


class OfficerRefused(IdentityError):
    """The officer cannot be enrolled or disabled like that."""

    code = "officer.refused"
    remedy = "Choose a name, a person and a key that are in nobody else's use."


class OfficerSignaturesMissing(IdentityError):
    """The signatures that this change of officers needs are not all there."""

    code = "officer.signatures-missing"
    remedy = "Let two enrolled persons sign an enrolment, and somebody else than the one concerned a disabling."


class TooFewOfficers(IdentityError):
    """Fewer than two persons would be left to decide."""

    code = "officer.too-few"
    remedy = "Enrol the successor first."


def persons(officers: Iterable[Officer]) -> frozenset[str]:
    """Return who is behind these officers."""
    return frozenset(officer.person for officer in officers)


def is_founded(officers: Officers) -> bool:
    """Tell whether two persons were ever enrolled: disabling somebody does not open the door of the beginning again."""
    return len(persons(officers.values())) >= LEAST_PERSONS


def require_enrolment(officers: Officers, candidate: Officer, signers: Iterable[Officer], foreign: Set[KeyId]) -> None:
    """Check that `candidate` may be enrolled.

    Args:
        officers: Who was ever enrolled.
        candidate: Who is to be.
        signers: Officers whose signature under this very enrolment was verified.
        foreign: Keys that serve a gateway.

    Raises:
        OfficerRefused: The name, person or key will not do.
        OfficerSignaturesMissing: Not signed by two persons, and two were enrolled before.
    """
    for what, text in (("name", candidate.name), ("person", candidate.person)):
        if not _NAME.fullmatch(text):
            raise OfficerRefused(f"{text!r} is no {what}: use 1 to 63 of a-z, 0-9, dot and hyphen")
    if candidate.name in officers:
        raise OfficerRefused(f"{candidate.name} is enrolled already; a new key needs a new name")
    taken = {officer.key_id: officer.name for officer in officers.values()}
    if candidate.key_id in taken:
        raise OfficerRefused(f"the key is that of {taken[candidate.key_id]}")
    if candidate.key_id in foreign:
        raise OfficerRefused("the key serves a gateway")
    if is_founded(officers) and len(persons(_acting(officers, signers))) < LEAST_PERSONS:
        raise OfficerSignaturesMissing("an enrolment needs the signatures of two enrolled persons")


def require_disabling(officers: Officers, name: str, signers: Iterable[Officer]) -> Officer:
    """Check that the officer `name` may be disabled, and return it.

    Raises:
        UnknownOfficer, OfficerDisabled: There is nobody to disable.
        OfficerSignaturesMissing: Nobody else signed, and two persons were enrolled before.
        TooFewOfficers: The four eyes would be two.
    """
    concerned = enabled(officers, name)
    if not is_founded(officers):
        return concerned
    if not persons(_acting(officers, signers)) - {concerned.person}:
        raise OfficerSignaturesMissing(f"somebody else than {concerned.person} has to sign")
    left = persons(one for one in officers.values() if one.is_enabled and one.name != name)
    if len(left) < LEAST_PERSONS:
        raise TooFewOfficers(f"without {name} only {', '.join(sorted(left)) or 'nobody'} would be left")
    return concerned


def _acting(officers: Officers, signers: Iterable[Officer]) -> list[Officer]:
    return [enabled(officers, signer.name) for signer in signers]
