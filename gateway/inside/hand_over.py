"""Hand over what was sealed when the journal is worked through, and never because a batch of it ended.

A partner sees where a hand-over ended, by the checkpoints that it gets. How many lines a batch has, and which line ends
it, hangs on what is hidden: so streams go out at the end of the journal, and in a storm on the beat of the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.ids import StreamName
from gateway.inside.disclose import Discloser
from gateway.inside.replicate import Replicator
from gateway.ports import Clock

BEAT = timedelta(seconds=1)
"""How long a storm may keep what is sealed from going out."""


@dataclass(slots=True)
class HandOver:
    """Discloses and replicates by turns. One thread at a time."""

    discloser: Discloser
    replicator: Replicator
    now: Clock
    _grown: set[StreamName] | None = None  # at first all streams: an earlier process may have left something behind
    _since: datetime | None = None

    def run_once(self) -> bool:
        """Work through the next lines of the journal; return whether there may be more at once.

        Raises:
            StorageError: Call again later; what was sealed and not handed over goes with the next.
        """
        grown = self.discloser.run_once()
        is_behind = grown is not None and self.discloser.is_behind
        if grown and self._grown is not None:
            self._grown |= grown
        if self._is_due(is_behind=is_behind):
            self.replicator.run(self._grown)
            self._grown, self._since = set(), None
        return is_behind

    def _is_due(self, *, is_behind: bool) -> bool:
        if self._grown is not None and not self._grown:
            return False
        self._since = self._since or self.now()
        return not is_behind or self.now() - self._since >= BEAT
