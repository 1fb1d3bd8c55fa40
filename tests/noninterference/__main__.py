"""Run the harness for longer than the tests do: `python -m tests.noninterference --pairs 1000 --seed 1 --mutants`."""

from __future__ import annotations

import argparse
import sys

from tests.noninterference import gauntlet
from tests.noninterference.figures import figures
from tests.noninterference.pairs import Pair, Twins, twins
from tests.noninterference.worker import Look

ENOUGH_FOR_ALL_CELLS = 40


def main() -> int:
    """Compare pairs of worlds, print what came of it, and fail on a difference, an escape or an empty run."""
    wanted = _arguments()
    complaints: list[str] = []
    with twins() as both:
        if wanted.pairs:
            complaints += _compare(both, wanted)
        if wanted.mutants:
            complaints += _hunt(both)
    for complaint in complaints:
        _say(f"FAILED: {complaint}")
    return 1 if complaints else 0


def _compare(both: Twins, wanted: argparse.Namespace) -> list[str]:
    pairs: list[Pair] = []
    looks = [Look(seed) for seed in range(wanted.seed, wanted.seed + wanted.pairs)]
    for number, pair in enumerate(both.look_at_all(looks), 1):
        pairs.append(pair)
        if number % 25 == 0:
            _say(f"{number} pairs")
    found = figures(pairs)
    _say(found.text())
    for seed in found.differences[: wanted.explain]:
        _say(both.explain(Look(seed)))
    return found.complaints(wants_all_cells=wanted.pairs >= ENOUGH_FOR_ALL_CELLS)


def _hunt(both: Twins) -> list[str]:
    kills = gauntlet.run(both)
    _say(gauntlet.table(kills))
    return [f"{kill.name} was not caught" for kill in kills if not kill.by]


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is what the command is for


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m tests.noninterference", description=__doc__)
    reader.add_argument("--pairs", type=int, default=100, help="how many pairs of worlds")
    reader.add_argument("--seed", type=int, default=0, help="the number of the first pair")
    reader.add_argument("--mutants", action="store_true", help="let every planted leak run until it is caught")
    reader.add_argument("--explain", type=int, default=3, help="how many differences to trace to hidden atoms")
    return reader.parse_args()


if __name__ == "__main__":
    sys.exit(main())
