"""Run the harness for longer than the tests do: `python -m tests.noninterference --pairs 1000 --seed 1 --mutants`."""

from __future__ import annotations

import argparse
import sys

from tests.noninterference import gauntlet
from tests.noninterference.figures import figures
from tests.noninterference.pairs import Pair, twins


def main() -> int:
    """Compare pairs of worlds, print what came of it, and fail on a difference, an escape or an empty run."""
    wanted = _arguments()
    complaints: list[str] = []
    with twins() as both:
        pairs: list[Pair] = []
        for number, pair in enumerate(both.look_at_all(range(wanted.seed, wanted.seed + wanted.pairs)), 1):
            pairs.append(pair)
            if number % 25 == 0:
                pass
        if pairs:
            found = figures(pairs)
            complaints += found.complaints(wants_all_cells=wanted.pairs >= 50)
            for _seed in found.differences[: wanted.explain]:
                pass
        if wanted.mutants:
            kills = list(gauntlet.run(both))
            complaints += [f"{kill.name} was not caught" for kill in kills if not kill.by]
    for _complaint in complaints:
        pass
    return 1 if complaints else 0


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m tests.noninterference", description=__doc__)
    reader.add_argument("--pairs", type=int, default=100, help="how many pairs of worlds")
    reader.add_argument("--seed", type=int, default=0, help="the number of the first pair")
    reader.add_argument("--mutants", action="store_true", help="let every planted leak run until it is caught")
    reader.add_argument("--explain", type=int, default=3, help="how many differences to trace to hidden atoms")
    return reader.parse_args()


if __name__ == "__main__":
    sys.exit(main())
