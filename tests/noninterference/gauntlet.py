"""Let every planted leak run until the harness catches it: is the net itself any good?"""

from __future__ import annotations

from dataclasses import dataclass

from tests.noninterference.mutants import Mutant, load
from tests.noninterference.pairs import Pair, Twins
from tests.noninterference.worker import Look

MOST_PAIRS = 24
_FIRST = 5_000
_ASKING, _LISTENING = 0.06, 0.0
"""How much is asked: some leaks take questions to see, others show in what is told."""


@dataclass
class Kill:
    """How a leak was caught, or that it was not yet (`by` is empty)."""

    name: str
    by: str = ""
    relations: tuple[str, ...] = ()
    comparisons: int = 0
    pairs: int = 0
    seconds: float = 0

    def take(self, pair: Pair) -> None:
        """Note what one more pair showed."""
        self.pairs += 1
        self.seconds += pair.first.seconds + pair.second.seconds
        by, at = "" if pair.is_discarded else _caught(pair), pair.differs_at
        self.comparisons += pair.comparisons if not by or at is None else at + 1
        if by:
            self.by, self.relations = by, pair.first.relations


def run(twins: Twins, names: list[str] | None = None) -> list[Kill]:
    """Try pairs on every planted leak until one shows it; the leaks take turns, so that both processes are busy."""
    known = load()
    kills = [Kill(name) for name in names or sorted(known)]
    for turn in range(MOST_PAIRS):
        alive = [kill for kill in kills if not kill.by]
        pairs = twins.look_at_all([_look(known[kill.name], turn) for kill in alive])
        for kill, pair in zip(alive, pairs, strict=True):
            kill.take(pair)
    return kills


def _look(mutant: Mutant, turn: int) -> Look:
    """Return what to look at in this turn: first under the relations that its author expected, then under any."""
    expected = turn < MOST_PAIRS * 3 // 4
    share = _ASKING if mutant.takes_questions or not expected else _LISTENING
    return Look(_FIRST + turn, mutant.name, mutant.hint if expected else (), mutant.role, share)


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
