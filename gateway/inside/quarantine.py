"""Decide about disclosures that the egress check stopped: let one pass as it is, or never tell it.

Rules:
- Only what was stopped for a name can be let pass: policy and ceiling let that text be kept, and somebody has judged
  that the name in it may be known. What breaks the audience's contract or is too long cannot, nor can a text that is
  not clean: it was to be scrubbed, and no officer alone goes beyond the policy.
- The decision is about these very bytes: when the record or the policy has moved on since, it decides nothing.
- It is an officer's signed act, and a line of the journal; whoever discloses reads it there, in its place.

If we die before the commit, nothing happened; after it, the journal has the decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.errors import InputError, PolicyError
from gateway.inside.desk import require_words, sign
from gateway.inside.picture import VERDICT
from gateway.inside.withholding import OVERRULABLE
from gateway.policy.approval.officers import Hand
from gateway.ports import Clock, InsideWork, NewLine, Store, Withheld
from gateway.record.strictjson import dump

Decision = Literal["release", "discard"]


class NothingWithheld(InputError):
    """Nothing with this number waits for a decision."""

    code = "quarantine.unknown"
    remedy = "Give a number that `demarc policy quarantine list` shows."


class NotOverrulable(PolicyError):
    """What stopped this disclosure is no matter of judgement."""

    code = "quarantine.not-overrulable"
    remedy = "Correct the policy or the record; the disclosure is tried again by itself."


@dataclass(frozen=True, slots=True)
class QuarantineDesk:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    now: Clock

    def waiting(self) -> Sequence[Withheld]:
        """Return what waits for a decision, oldest first."""
        with self.store.read() as work:
            return [one for one in work.withheld.every() if not one.is_discarded]

    def show(self, number: int) -> Withheld:
        """Return one of them.

        Raises:
            NothingWithheld: It was decided about, told or replaced, or never was.
        """
        with self.store.read() as work:
            return _waiting(work, number)

    def require_releasable(self, number: int) -> Withheld:
        """Return one of them that an officer can let pass, to be looked at.

        Raises:
            NothingWithheld, NotOverrulable: It does not wait, or was stopped for something else than a name.
        """
        found = self.show(number)
        _require_overrulable(found)
        return found

    def release(self, number: int, hand: Hand, reason: str, seen: bytes | None = None) -> Withheld:
        """Let the audience be told exactly this, names and all.

        Args:
            number: Of what waits.
            hand: The officer's.
            reason: Why.
            seen: The digest of what the officer was shown: a number may come to stand for something else.

        Raises:
            NothingWithheld: Nothing with this number waits, or no longer what was shown.
            NotOverrulable: It was stopped for something else than a name.
            ReasonRefused, UnknownOfficer, OfficerDisabled, SignatureRefused: It is not signed as it must be.
        """
        return self._decide(number, hand, reason, "release", seen)

    def discard(self, number: int, hand: Hand, reason: str) -> Withheld:
        """Never tell the audience this; a newer version of the record is looked at anew.

        Raises:
            NothingWithheld: Nothing with this number waits.
            ReasonRefused, UnknownOfficer, OfficerDisabled, SignatureRefused: It is not signed as it must be.
        """
        return self._decide(number, hand, reason, "discard")

    def _decide(self, number: int, hand: Hand, reason: str, decision: Decision, seen: bytes | None = None) -> Withheld:
        told, moment = require_words(reason), self.now()
        with self.store.write() as work:
            found = _waiting(work, number)
            if seen not in (None, found.digest):
                raise NothingWithheld(f"number {number} is no longer what was shown")
            if decision == "release":
                _require_overrulable(found)
            about = {
                "audience": found.audience,
                "type": found.record_type,
                "id": found.record_id,
                "digest": found.digest.hex(),
            }
            officer = sign(work.office, hand, f"quarantine.{decision}", moment, **about, reason=told)
            body = dump({**about, "decision": decision, "officer": officer.name, "reason": told})
            # The position makes each decision a line of its own: the same bytes may be stopped and decided about again.
            key = hashlib.sha256(f"{VERDICT}\x00{work.journal.end()}\x00".encode() + body).digest()
            line = NewLine(VERDICT, "officer", key, hashlib.sha256(body).digest(), body)
            work.journal.append([line], moment)
        return found


def _require_overrulable(found: Withheld) -> None:
    if found.reason not in OVERRULABLE:
        raise NotOverrulable(f"{found.reason} at {found.pointer or 'the whole'}")


def _waiting(work: InsideWork, number: int) -> Withheld:
    found = work.withheld.get(number)
    if found is None or found.is_discarded:
        raise NothingWithheld(f"number {number}")
    return found
