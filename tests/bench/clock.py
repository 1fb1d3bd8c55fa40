"""How things are timed: the median of several rounds; CPU time and memory of processes as Linux tells them."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_TICKS = os.sysconf("SC_CLK_TCK")


def microseconds_each(work: Callable[[T], object], items: Sequence[T], rounds: int = 3) -> float:
    """Return the median over `rounds` of the mean time for one item."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        for item in items:
            work(item)
        times.append((time.perf_counter() - began) / len(items) * 1e6)
    return statistics.median(times)


def side_by_side(
    works: Sequence[tuple[Callable[[], Callable[[T], object]], Sequence[T]]], rounds: int, step: int = 500
) -> list[float]:
    """Return the median time for one item of each work, all done in turns, so that a busy machine is busy for all.

    Args:
        works: What makes the work, afresh for every round, and its items; equally many of each.
        rounds: How often everything is done.
        step: How many items are done at a turn.
    """
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        made = [make() for make, _ in works]
        for begin in range(0, len(works[0][1]), step):
            for work, (_, items), mean in zip(made, works, times, strict=True):
                mean.append(microseconds_each(work, items[begin : begin + step], 1))
    return [statistics.median(mean) for mean in times]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used so far, its threads and the kernel's work for it included."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_megabytes(pid: int, peak: str = "VmHWM") -> float:
    """Return the most memory that a process ever had resident."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(peak + ":"):
            return int(line.split()[1]) / 1024
    return 0.0
