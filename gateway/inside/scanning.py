"""Look for the inventory's names in what is about to leave, exactly as they are known at this line of the journal.

Rules:
- Every name that was in the inventory by now is looked for, also those that came with this very line; so what is found
  does not depend on how many lines are read at once.
- To build a scanner for all names takes long, so names that come are put into small ones first, which are joined as
  they grow in number; in the end a name was built into a scanner a few times, however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from gateway.ids import RecordTypeName
from gateway.inventory.inventory import Inventory
from gateway.policy.egress.check import EgressCheck
from gateway.policy.text.name_layers import LayeredScanner
from gateway.policy.text.names import NameScanner
from gateway.policy.text.scrub import Scrubber
from gateway.record.strictjson import Json

_GROWTH = 4
"""A scanner is joined with the next one as soon as it has not this many times as many names."""


class Scanning:
    """The scanner and the scrubber over the names of one inventory. One thread at a time."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._layers: list[tuple[Sequence[str], NameScanner]] = []
        self._scanner = NameScanner(())
        self._scrubber = Scrubber(self._scanner)
        self._seen = self._settled = 0

    @property
    def scanner(self) -> NameScanner:
        """What looks for every name of the inventory as it is now."""
        self._catch_up()
        return self._scanner

    def require_clean(self, check: EgressCheck, record_type: RecordTypeName, data: Json, known: Set[str]) -> None:
        """Raise `EgressRefused` unless `data` may be sealed for an audience that knows these names."""
        check.require_clean(record_type, data, self.scanner, known)

    @property
    def scrubber(self) -> Scrubber:
        """What takes every name of the inventory as it is now out of free text."""
        self._catch_up()
        return self._scrubber

    def settle(self) -> None:
        """Join all scanners if no names came since this was called last; to be called now and then."""
        if self._settled == self._inventory.names_count and len(self._layers) > 1:
            self._layers = []
            self._add(self._inventory.names_since(0))
        self._settled = self._inventory.names_count

    def _catch_up(self) -> None:
        names = list(self._inventory.names_since(self._seen))
        if not names:
            return
        self._seen = self._inventory.names_count
        while self._layers and len(self._layers[-1][0]) <= _GROWTH * len(names):
            names = [*self._layers.pop()[0], *names]
        self._add(names)

    def _add(self, names: Sequence[str]) -> None:
        # The places are those of the inventory at any time: a name that turns out to be more is none from then on.
        places = self._inventory.places()
        self._layers.append((names, NameScanner(names, places)))
        scanners = [scanner for _, scanner in self._layers]
        self._scanner = scanners[0] if len(scanners) == 1 else LayeredScanner(scanners, places)
        self._scrubber = Scrubber(self._scanner)
