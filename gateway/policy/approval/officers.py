"""Who may decide about policies, and what their signatures say.

Rules:
- An officer is a name, a person and a key. However many names and keys a person has, it is one person (threat P-14).
- Whatever an officer does is a signed statement: which act, by whom, when, and about exactly what.
- Only the key that was enrolled under the name that the statement gives can have signed it.

Does not: decide what needs a second officer (`approval`, `roster`), or know where keys are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.errors import IdentityError
from gateway.evidence import jws
from gateway.evidence.jws import Jws, Signer, TokenRefused, thumbprint
from gateway.ids import KeyId
from gateway.record.strictjson import Json

TYP = "demarc-act+jwt"


class UnknownOfficer(IdentityError):
    """There is no officer of this name."""

    code = "officer.unknown"
    remedy = "Give the name of an officer that `demarc officer list` shows."


class OfficerDisabled(IdentityError):
    """The officer was disabled."""

    code = "officer.disabled"
    remedy = "Let an officer act that `demarc officer list` shows as enabled."


class SignatureRefused(IdentityError):
    """The officer's signature does not fit the enrolled key or what is to be signed."""

    code = "officer.signature-refused"
    remedy = "Sign with the private key that belongs to the public key enrolled for this officer."


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who may decide."""

    name: str
    person: str
    key: Ed25519PublicKey
    enrolled_at: datetime
    disabled_at: datetime | None = None

    @property
    def key_id(self) -> KeyId:
        """The thumbprint of the key."""
        return thumbprint(self.key)

    @property
    def is_enabled(self) -> bool:
        """Whether the officer may still act."""
        return self.disabled_at is None


Officers = Mapping[str, Officer]
"""Every officer who was ever enrolled, by name."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What an officer signed; `about` are the particulars of the act."""

    act: str
    by: str
    at: datetime
    about: Json


@dataclass(frozen=True, slots=True)
class Hand:
    """An officer at the desk: the name, and the private key that proves it."""

    officer: str
    signer: Signer

    def sign(self, act: str, at: datetime, **about: Any) -> Jws:
        """Return a signed statement."""
        return jws.sign({"act": act, "by": self.officer, "at": at.isoformat(), "about": about}, TYP, self.signer)


def enabled(officers: Officers, name: str) -> Officer:
    """Return the officer of this name who may act.

    Raises:
        UnknownOfficer, OfficerDisabled: There is none.
    """
    officer = officers.get(name)
    if officer is None:
        raise UnknownOfficer(f"no officer is called {name!r}")
    if not officer.is_enabled:
        raise OfficerDisabled(f"{name} was disabled at {officer.disabled_at}")
    return officer


def at_the_desk(officers: Officers, hand: Hand) -> Officer:
    """Return the officer who may act and whose own key the hand holds.

    Raises:
        UnknownOfficer, OfficerDisabled: There is none.
        SignatureRefused: The key is another one.
    """
    officer = enabled(officers, hand.officer)
    if hand.signer.key_id != officer.key_id:
        owner = next((one.name for one in officers.values() if one.key_id == hand.signer.key_id), None)
        whose = "nobody who is enrolled" if owner is None else owner
        raise SignatureRefused(f"the key is not that of {officer.name} but of {whose}")
    return officer


def read_statement(token: str, officer: Officer) -> Statement:
    """Return what `officer` signed.

    Raises:
        SignatureRefused: Not signed by this officer's key, not in this officer's name, or not a statement.

    Trust: The officer said so. Whether it still holds, and is about what it should be, is the caller's to decide.
    """
    try:
        claims = jws.verify(token, TYP, {officer.key_id: officer.key})
    except TokenRefused as error:
        raise SignatureRefused(f"{officer.name}: {error}") from error
    if set(claims) != {"act", "by", "at", "about"} or claims["by"] != officer.name:
        raise SignatureRefused(f"{officer.name}: the statement is not in this officer's name")
    return Statement(str(claims["act"]), officer.name, _moment(claims["at"]), dict(claims["about"]))


def require_signed(token: str, officer: Officer, act: str, **about: Any) -> Statement:
    """Check that `officer` signed exactly this act with exactly these particulars, and return the statement.

    Raises:
        SignatureRefused: It is another key, name, act, or about something else.
    """
    statement = read_statement(token, officer)
    if statement.act != act or statement.about != about:
        raise SignatureRefused(f"{officer.name}: signed {statement.act}, not {act} of what is at hand")
    return statement


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise SignatureRefused("the time of the statement is no time") from error
    if moment.tzinfo is None:
        raise SignatureRefused("the time of the statement has no zone")
    return moment
