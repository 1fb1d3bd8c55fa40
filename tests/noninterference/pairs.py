"""Run cases in two processes at once, world by world, and compare what was seen, byte by byte."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tests.noninterference import material, worker
from tests.noninterference.report import explain
from tests.noninterference.views import Views, views
from tests.noninterference.worker import Look, Side

HASH_SEEDS = (11, 4242)


@dataclass(frozen=True)
class Pair:
    """What came of one case."""

    first: Side
    second: Side

    @property
    def is_discarded(self) -> bool:
        """Whether the worlds disagree on what may be known."""
        return self.first.told != self.second.told

    @property
    def comparisons(self) -> int:
        """Return how many observations were compared."""
        return max(len(self.first.marks), len(self.second.marks))

    @property
    def differs_at(self) -> int | None:
        """Return the number of the first observation that differs, None when all are alike."""
        for number, (one, other) in enumerate(zip(self.first.marks, self.second.marks, strict=False)):
            if one != other:
                return number
        if len(self.first.marks) != len(self.second.marks):
            return min(len(self.first.marks), len(self.second.marks))
        return None

    @property
    def escaped(self) -> list[str]:
        """Return hidden texts that got out in either world."""
        return self.first.escaped + self.second.escaped


class Twins:
    """The two processes."""

    def __init__(self, pools: tuple[ProcessPoolExecutor, ProcessPoolExecutor]) -> None:
        self._pools = pools

    def look(self, at: Look) -> Pair:
        """Return what came of one case."""
        return next(self.look_at_all([at]))

    def explain(self, at: Look) -> str:
        """Return the report on one case, worked out in one of the processes."""
        return self._pools[0].submit(explain, at).result()

    def views(self, seeds: Iterable[tuple[int, str]]) -> Iterator[Views]:
        """Yield what the reference and what the gateway show at the end of the first worlds of cases."""
        waiting = [self._pools[number % 2].submit(views, *one) for number, one in enumerate(seeds)]
        for one in waiting:
            yield one.result()

    def look_at_all(self, looks: Iterable[Look]) -> Iterator[Pair]:
        """Yield what came of many cases, in their order; both processes always have something to do."""
        waiting = [
            tuple(pool.submit(worker.look, at, side) for side, pool in enumerate(self._pools, 1)) for at in looks
        ]
        try:
            for one, other in waiting:
                yield Pair(one.result(), other.result())
        finally:  # whoever stops half-way must not leave work for those who come after
            for future in chain.from_iterable(waiting):
                future.cancel()


@contextmanager
def twins() -> Iterator[Twins]:
    """Start both processes, each with a hash seed of its own, and the same keys."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        keys = Path(folder) / "keys.json"
        material.create(keys)
        pools = []
        for number in HASH_SEEDS:
            former = os.environ.get("PYTHONHASHSEED")
            os.environ["PYTHONHASHSEED"] = str(number)
            try:
                pool = stack.enter_context(ProcessPoolExecutor(1, context, worker.begin, (str(keys),)))
                pool.submit(os.getpid).result()  # it starts with its first task, and must start now
            finally:
                os.environ.pop("PYTHONHASHSEED")
                if former is not None:
                    os.environ["PYTHONHASHSEED"] = former
            pools.append(pool)
        yield Twins((pools[0], pools[1]))
        for pool in pools:
            pool.submit(worker.end).result()
