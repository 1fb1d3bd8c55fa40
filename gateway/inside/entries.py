"""Turn what an audience is shown into entries: no visible change, no entry; nothing unclean leaves.

Rules:
- What a policy discloses that was in force for a while only is not told once that while is over; what it withdraws is.
  The policy that comes after it tells all of it anew.
- An entry is written only if the canonical bytes of what is shown differ from what this audience was told last.
- The second barrier stands here: the contract, and the names of the inventory that the audience must not see. What it
  stops is kept for an officer, who can let names pass once, and nothing else.
- Everything in an entry is the audience's own: its pseudonyms, its index, its contract.

This module does not sign, and writes nothing down.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

from gateway.ids import AudienceId, OperatorId, Subject, audience_of_operator
from gateway.inside.audiences import Audience, Audiences, Shown
from gateway.inside.told import Told
from gateway.inside.withholding import OVERRULABLE, Withholding
from gateway.policy.egress.check import EgressRefused
from gateway.ports import RecordKey, Withheld
from gateway.record import entry, strictjson
from gateway.record.strictjson import Json

_ENTRY_CLASS = "event"


class Entries:
    """The entries of a batch, audience by audience, while it is worked through."""

    def __init__(
        self,
        origin: OperatorId,
        audiences: Audiences,
        told: Told,
        withholding: Withholding,
        size_of: Callable[[AudienceId], int],
    ) -> None:
        """Begin without entries; `size_of` says how many an audience's stream has already."""
        self._source = audience_of_operator(origin)
        self._audiences = audiences
        self._told = told
        self._withholding = withholding
        self._size_of = size_of
        self.lines: dict[AudienceId, list[bytes]] = {}

    def tell(
        self, audience: Audience, key: RecordKey, shown: Shown, at: datetime, permitted: bytes | None = None
    ) -> None:
        """Write what has to be said so that the audience knows of a record what it is shown, and no more.

        Args:
            audience: Who is told.
            key: The record.
            shown: What of it the policy shows now.
            at: When the journal took the line that is the cause.
            permitted: Digest of a disclosure in which an officer has let the names pass.
        """
        before = self._told.digest(audience.id, key)
        if shown.data is None:
            self._withholding.settle(audience.id, key)
            if before is not None:
                self._write(audience, key, self._line(audience, key, "withdrawn", {}), None)
            return
        if audience.is_over(at):
            return
        body = strictjson.dump(shown.data)
        digest = digest_of(body)
        waiting = self._withholding.get(audience.id, key)
        if digest == before:
            self._withholding.settle(audience.id, key)
            return
        if waiting is not None and waiting.is_discarded and waiting.digest == digest:
            return
        try:
            self._require_clean(audience, key, shown, may_name=permitted == digest)
            line = self._disclosure(audience, key, shown.data, known=before is not None)
        except EgressRefused as refusal:
            withheld = Withheld(audience.id, *key, digest, refusal.reason, refusal.pointer, body, at)
            self._withholding.stop(withheld)
        else:
            self._withholding.settle(audience.id, key)
            self._write(audience, key, line, digest)

    def is_clean(self, audience: Audience, key: RecordKey, shown: Shown) -> bool:
        """Tell whether the second barrier would let this pass."""
        try:
            self._require_clean(audience, key, shown, may_name=False)
        except EgressRefused:
            return False
        return True

    def _require_clean(self, audience: Audience, key: RecordKey, shown: Shown, *, may_name: bool) -> None:
        audiences, data = self._audiences, shown.data or {}
        known = audiences.names_known_to(audience)
        try:
            audiences.scanning.require_clean(audience.check, key[0], data, known)
        except EgressRefused as refusal:
            if refusal.reason not in OVERRULABLE or not may_name:
                raise

    def _disclosure(self, audience: Audience, key: RecordKey, shown: Json, *, known: bool) -> bytes:
        line = self._line(audience, key, entry.event_of(key[0], shown, known=known), shown)
        if len(line) > entry.MAX_BYTES:  # sealed, it would stop its stream for good: no step can carry it
            raise EgressRefused("too-large", "", f"{len(line)} bytes")
        return line

    def _line(self, audience: Audience, key: RecordKey, event: entry.EventKind, data: Json) -> bytes:
        """Return an entry; of a withdrawal the subject says which record, and anything more would say more."""
        index = self._size_of(audience.id) + len(self.lines.get(audience.id, ()))
        return entry.build(
            entry_id=audience.pseudonym(_ENTRY_CLASS, str(index)),
            source=self._source,
            record_type=key[0],
            event=event,
            subject=subject_of(audience, key),
            contract=audience.policy.contract_digest,
            data=data,
        )

    def _write(self, audience: Audience, key: RecordKey, line: bytes, digest: bytes | None) -> None:
        self.lines.setdefault(audience.id, []).append(line)
        self._told.put(audience.id, key, digest)


def subject_of(audience: Audience, key: RecordKey) -> Subject:
    """Return the audience's own name for a record."""
    return Subject(audience.pseudonym(*key))


def digest_of(body: bytes) -> bytes:
    """Return the digest by which a disclosure is remembered."""
    return blake2b(body, digest_size=16).digest()
