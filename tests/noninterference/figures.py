"""What a run came to, in figures; and whether it was worth anything."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from tests.noninterference import coverage
from tests.noninterference.pairs import Pair

DECLASSIFIED = Path(__file__).with_name("declassified.toml")
MOST_DECLASSIFIED = 3
MOST_DISCARDED = 0.05
LEAST_VISIBLE = 5
LEAST_DIFFERING = 10
LEAST_SHARE_DIFFERING = 0.8


@dataclass
class Figures:
    """A run, as numbers."""

    pairs: int
    comparisons: int
    differences: list[int]
    escaped: list[str]
    discarded: float
    visible: float
    entries: float
    differing: float
    seconds: float
    cells: int
    missing: list[Any] = field(default_factory=list)

    def complaints(self, *, wants_all_cells: bool = True) -> list[str]:
        """Return why the run shows nothing, or what it showed; empty when all is well."""
        found = [f"case {seed}: the worlds look different" for seed in self.differences]
        found += [f"escaped: {one}" for one in self.escaped[:5]]
        if self.discarded >= MOST_DISCARDED:
            found.append(f"{self.discarded:.1%} of the pairs were discarded")
        if self.visible < LEAST_VISIBLE:
            found.append(f"only {self.visible:.1f} visible records per world: there is hardly anything to see")
        if self.differing < LEAST_SHARE_DIFFERING:
            found.append(f"only {self.differing:.0%} of the pairs differ in {LEAST_DIFFERING} hidden atoms")
        if len(declassified()) > MOST_DECLASSIFIED:
            found.append("too much is declared as not to be compared")
        if wants_all_cells and self.missing:
            found.append(f"{len(self.missing)} cells without a comparison, such as {self.missing[:5]}")
        return found

    def text(self) -> str:
        """Return the figures for people."""
        cells = f"{self.cells - len(self.missing):,} of {self.cells:,}"
        return "\n".join(
            [
                f"pairs of worlds          {self.pairs:,}",
                f"comparisons              {self.comparisons:,}",
                f"differences              {len(self.differences)}",
                f"hidden texts that got out {len(self.escaped)}",
                f"discarded pairs          {self.discarded:.1%} (bar: below {MOST_DISCARDED:.0%})",
                f"visible records a world  {self.visible:.1f} (bar: {LEAST_VISIBLE})",
                f"entries a world          {self.entries:.1f}",
                f"pairs with {LEAST_DIFFERING}+ atoms     {self.differing:.0%} (bar: {LEAST_SHARE_DIFFERING:.0%})",
                f"cells                    {cells}",
                f"declassified             {len(declassified())} (bar: {MOST_DECLASSIFIED})",
                f"processor seconds        {self.seconds:.0f}",
            ]
        )


def figures(pairs: Sequence[Pair]) -> Figures:
    """Return the figures of a run."""
    kept = [pair for pair in pairs if not pair.is_discarded]
    reachable = coverage.reachable()
    return Figures(
        len(pairs),
        sum(pair.comparisons for pair in kept),
        [pair.first.seed for pair in kept if pair.differs_at is not None],
        [f"case {pair.first.seed}: {one}" for pair in kept for one in pair.escaped],
        1 - len(kept) / max(1, len(pairs)),
        mean(pair.first.visible for pair in kept),
        mean(pair.first.entries for pair in kept),
        mean(pair.first.differing >= LEAST_DIFFERING for pair in kept),
        sum(pair.first.seconds + pair.second.seconds for pair in pairs),
        len(reachable) + 20,
        sorted(reachable - coverage.covered(kept)) + sorted(coverage.relations_missing(kept)),
    )


def declassified() -> list[dict[str, Any]]:
    """Return what is declared as not to be compared, each with an owner."""
    declared: list[dict[str, Any]] = tomllib.loads(DECLASSIFIED.read_text(encoding="utf-8")).get("entry", [])
    return declared
