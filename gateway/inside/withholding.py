"""What the egress check stopped, by audience: kept until it is told, replaced or withdrawn.

The same disclosure is stopped once: it is neither quarantined nor announced again when it is tried again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.ids import AudienceId
from gateway.ports import DisclosedKey, RecordKey, Refused, Withheld

EGRESS = "egress"
OVERRULABLE = frozenset({"name"})
"""Reasons of the egress check that an officer can overrule; all others are no matter of judgement.

A text that is not clean is not among them: what the scrubber takes out, neither policy nor ceiling let anybody keep.
"""


class Withholding:
    """Disclosures that wait for a decision, with the changes that are not written yet."""

    def __init__(self, stored: Iterable[Withheld] = ()) -> None:
        self._by_audience: dict[AudienceId, dict[RecordKey, Withheld]] = {}
        self.changes: dict[DisclosedKey, Withheld | None] = {}
        self.refused: list[Refused] = []
        for one in stored:
            self._keep(one)

    def of(self, audience: AudienceId) -> Sequence[RecordKey]:
        """Return the records of which something waits for this audience."""
        return tuple(self._by_audience.get(audience, ()))

    def get(self, audience: AudienceId, key: RecordKey) -> Withheld | None:
        """Return what waits."""
        return self._by_audience.get(audience, {}).get(key)

    def stop(self, withheld: Withheld) -> None:
        """Keep a disclosure that was stopped, in place of an older one of the same record."""
        former = self.get(withheld.audience, (withheld.record_type, withheld.record_id))
        if former is not None and former.digest == withheld.digest:
            return
        self._keep(withheld)
        self.changes[withheld.key] = withheld
        source = f"{EGRESS}:{withheld.audience}"
        self.refused.append(Refused(source, withheld.reason, withheld.pointer, withheld.body))

    def discard(self, withheld: Withheld) -> None:
        """Remember an officer's decision that this disclosure is never told."""
        self._keep(withheld)
        self.changes[withheld.key] = withheld

    def settle(self, audience: AudienceId, key: RecordKey) -> None:
        """Forget what waited: the record was told, or is not to be told any more."""
        if self._by_audience.get(audience, {}).pop(key, None) is not None:
            self.changes[audience, *key] = None

    def begin(self) -> None:
        """Begin a batch: what was changed so far is written."""
        self.changes, self.refused = {}, []

    def _keep(self, one: Withheld) -> None:
        self._by_audience.setdefault(one.audience, {})[one.record_type, one.record_id] = one
