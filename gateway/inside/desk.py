"""The desk at which officers act: every act is signed, checked against the roll, and filed in the same transaction.

Whoever fails to file fails to act: nothing here is caught.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway.errors import InputError
from gateway.policy.approval.officers import Hand, Officer, at_the_desk, require_signed
from gateway.ports import Office

MOST_WORDS = 500


class ReasonRefused(InputError):
    """The words that go with the act are missing or too long."""

    code = "input.reason-refused"
    remedy = "Say why in 1 to 500 characters."


def sign(office: Office, hand: Hand, act: str, moment: datetime, **about: Any) -> Officer:
    """Let an officer sign an act, file it, and return the officer.

    Raises:
        UnknownOfficer, OfficerDisabled, SignatureRefused: The hand is not that of an officer who may act.
    """
    officer = at_the_desk(office.officers.every(), hand)
    token = hand.sign(act, moment, **about)
    require_signed(token, officer, act, **about)
    office.acts.append(act, officer.name, moment, {**about, "signature": token})
    return officer


def note(office: Office, act: str, moment: datetime, **about: Any) -> None:
    """File what time did, and nobody."""
    office.acts.append(act, None, moment, about)


def require_words(text: str, *, may_be_empty: bool = False) -> str:
    """Return `text` if it is fit to be filed; raise `ReasonRefused` otherwise."""
    told = text.strip()
    if len(told) > MOST_WORDS or not (told or may_be_empty) or not all(map(str.isprintable, told.splitlines())):
        raise ReasonRefused(f"{len(told)} characters")
    return told
