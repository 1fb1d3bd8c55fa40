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
    missing: list[coverage.Cell] = field(default_factory=list)
    left_out: int = 0
    wrongly_left_out: list[coverage.Cell] = field(default_factory=list)

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
        if self.wrongly_left_out:
            found.append(f"reached, but declared out of reach: {self.wrongly_left_out[:5]}")
        return found

    def text(self) -> str:
        """Return the figures for people."""
        reached = f"{self.cells - len(self.missing):,} of {self.cells:,} (bar: all)"
        beyond = f"{self.left_out:,} out of reach, by {len(coverage.GAPS)} reasons"
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
                f"cells                    {reached}; {beyond}",
                f"declassified             {len(declassified())} (bar: {MOST_DECLASSIFIED})",
                f"processor seconds        {self.seconds:.0f}",
            ]
        )


def figures(pairs: Sequence[Pair]) -> Figures:
    """Return the figures of a run."""
    kept = [pair for pair in pairs if not pair.is_discarded]
    wanted, covered, left_out = coverage.wanted(), coverage.covered(kept), coverage.left_out()
    return Figures(
        pairs=len(pairs),
        comparisons=sum(pair.comparisons for pair in kept),
        differences=[pair.first.seed for pair in kept if pair.differs_at is not None],
        escaped=[f"case {pair.first.seed}: {one}" for pair in kept for one in pair.escaped],
        discarded=1 - len(kept) / max(1, len(pairs)),
        visible=mean(pair.first.visible for pair in kept),
        entries=mean(pair.first.entries for pair in kept),
        differing=mean(pair.first.differing >= LEAST_DIFFERING for pair in kept),
        seconds=sum(pair.first.seconds + pair.second.seconds for pair in pairs),
        cells=len(wanted),
        missing=sorted(wanted - covered),
        left_out=len(left_out),
        wrongly_left_out=sorted(left_out & covered),
    )


def declassified() -> list[dict[str, Any]]:
    """Return what is declared as not to be compared, each with an owner."""
    declared: list[dict[str, Any]] = tomllib.loads(DECLASSIFIED.read_text(encoding="utf-8")).get("entry", [])
    return declared
