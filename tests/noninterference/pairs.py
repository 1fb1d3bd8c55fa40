"""Run cases in two processes at once, world by world, and compare what was seen, byte by byte."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.noninterference import material, worker
from tests.noninterference.report import explain
from tests.noninterference.views import views
from tests.noninterference.worker import Side

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

    def look(
        self,
        seed: int,
        mutant: str = "",
        hint: tuple[str, ...] = (),
        role: str = "",
        weight: float = 0,
        *,
        keep: bool = False,
    ) -> Pair:
        """Return what came of one case."""
        sides = self._submit(seed, mutant, hint, role, weight, keep=keep)
        return Pair(sides[0].result(), sides[1].result())

    def explain(self, seed: int, mutant: str = "", hint: tuple[str, ...] = (), role: str = "") -> str:
        """Return the report on one case, worked out in one of the processes."""
        return self._pools[0].submit(explain, seed, mutant, hint, role).result()

    def views(self, seed: int, role: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the reference and what the gateway show at the end of the first world of a case."""
        return self._pools[seed % 2].submit(views, seed, role).result()

    def look_at_all(self, seeds: Iterable[int]) -> Iterator[Pair]:
        """Yield what came of many cases, in their order; both processes always have something to do."""
        waiting = [self._submit(seed, "", (), "", 0, keep=False) for seed in seeds]
        for one, other in waiting:
            yield Pair(one.result(), other.result())

    def _submit(
        self, seed: int, mutant: str, hint: tuple[str, ...], role: str, weight: float, *, keep: bool
    ) -> tuple[Future[Side], Future[Side]]:
        one, other = (
            pool.submit(worker.look, seed, side, mutant, hint, role, weight, keep=keep)
            for side, pool in enumerate(self._pools, 1)
        )
        return one, other


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
