"""What each audience knows of each record while a batch is worked through: as stored, and as the batch changes it.

What is not asked for is not read. A record is read once a batch, for all audiences; for a review, all records of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from gateway.ids import AudienceId
from gateway.ports import Disclosed, DisclosedKey, RecordKey


class Told:
    """Digests of what was told last, with the changes that are not written yet."""

    def __init__(self, disclosed: Disclosed | None) -> None:
        """Begin with what is stored, or with nothing told to anybody when that is None."""
        self._disclosed = disclosed
        self._read: set[RecordKey] = set()
        self._whole: set[AudienceId] = set()
        self._digests: dict[DisclosedKey, bytes | None] = {}
        self._knowing: dict[RecordKey, set[AudienceId]] = {}
        self.changes: dict[DisclosedKey, bytes | None] = {}

    def read(self, keys: Iterable[RecordKey]) -> None:
        """Read at once what will be asked for."""
        fresh = [key for key in dict.fromkeys(keys) if key not in self._read]
        if not fresh:
            return
        self._read.update(fresh)
        for key, known in (self._disclosed.of_records(fresh) if self._disclosed else {}).items():
            for audience, digest in known.items():
                self._note(audience, key, digest)

    def read_audience(self, audience: AudienceId) -> Set[RecordKey]:
        """Read everything that one audience knows; return the records."""
        if audience not in self._whole:
            self._whole.add(audience)
            for key, digest in (self._disclosed.of_audience(audience) if self._disclosed else {}).items():
                self._note(audience, key, digest)
        known = (key for key in self._digests if key[0] == audience and self._digests[key] is not None)
        return {(record_type, record_id) for _, record_type, record_id in known}

    def knowing(self, key: RecordKey) -> Set[AudienceId]:
        """Return the audiences that know something of a record now."""
        self.read([key])
        return self._knowing.get(key, frozenset())

    def digest(self, audience: AudienceId, key: RecordKey) -> bytes | None:
        """Return the digest of what an audience was told last of a record, None when that is nothing."""
        if audience not in self._whole:
            self.read([key])
        return self._digests.get((audience, *key))

    def put(self, audience: AudienceId, key: RecordKey, digest: bytes | None) -> None:
        """Remember what an audience is told now; None when it is withdrawn."""
        self.digest(audience, key)  # what is stored must not come over the change later
        self._digests[audience, *key] = self.changes[audience, *key] = digest
        knowing = self._knowing.setdefault(key, set())
        (knowing.discard if digest is None else knowing.add)(audience)

    def _note(self, audience: AudienceId, key: RecordKey, digest: bytes) -> None:
        if (audience, *key) not in self._digests:
            self._digests[audience, *key] = digest
            self._knowing.setdefault(key, set()).add(audience)
