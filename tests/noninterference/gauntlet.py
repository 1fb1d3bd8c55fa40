"""Let every planted leak run until the harness catches it: is the net itself any good?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.noninterference.mutants import Mutant, load
from tests.noninterference.pairs import Pair, Twins

MOST_PAIRS = 12
_WEIGHT = 0.35


@dataclass(frozen=True)
class Kill:
    """How a leak was caught, or that it was not (`by` is empty)."""

    name: str
    by: str
    relations: tuple[str, ...]
    comparisons: int
    pairs: int
    seconds: float


def run(twins: Twins, names: list[str] | None = None) -> Iterator[Kill]:
    """Yield what became of each planted leak."""
    known = load()
    for name in names or sorted(known):
        yield hunt(twins, known[name])


def hunt(twins: Twins, mutant: Mutant) -> Kill:
    """Try pairs until one shows the leak: first such as its author expected, then any."""
    compared, seconds = 0, 0.0
    for number in range(MOST_PAIRS):
        hint = mutant.hint if number < MOST_PAIRS // 2 else ()
        # Each turn begins elsewhere, but always at the same place for the same leak.
        pair = twins.look(5_000 + number, mutant.name, hint, mutant.role, _WEIGHT)
        seconds += pair.first.seconds + pair.second.seconds
        by = _caught(pair)
        if by and not pair.is_discarded:
            at = pair.differs_at
            return Kill(
                mutant.name,
                by,
                pair.first.relations,
                compared + (pair.comparisons if at is None else at + 1),
                number + 1,
                seconds,
            )
        compared += pair.comparisons
    return Kill(mutant.name, "", (), compared, MOST_PAIRS, seconds)


def _caught(pair: Pair) -> str:
    """Return what showed the leak: the label of the observation, or the second net."""
    at = pair.differs_at
    if at is not None:
        labels = pair.first.labels if at < len(pair.first.labels) else pair.second.labels
        return labels[at] if at < len(labels) else "another number of observations"
    return f"canary: {pair.escaped[0]}" if pair.escaped else ""


def table(kills: list[Kill]) -> str:
    """Return the kills as a table."""
    rows = [f"{'planted leak':32} {'comparisons':>11} {'pairs':>5} {'s':>5}  relations, and what showed it"]
    for kill in kills:
        how = f"{'+'.join(kill.relations)}: {kill.by[:70]}" if kill.by else "NOT CAUGHT"
        rows.append(f"{kill.name:32} {kill.comparisons:>11,} {kill.pairs:>5} {kill.seconds:>5.1f}  {how}")
    return "\n".join(rows)
