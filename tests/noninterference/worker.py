"""One of two processes: it lets the first (or second) worlds of cases happen and gives back what was seen.

The two have different hash seeds on purpose: nothing that leaves may hang on the order of a set.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import logging
import os
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from tests.noninterference.canaries import Net
from tests.noninterference.cases import Case, case, hidden_canaries
from tests.noninterference.mutants import applied
from tests.noninterference.run import Observation, observe
from tests.noninterference.site import create_template, use_material

P = ParamSpec("P")
T = TypeVar("T")
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where there is one


@dataclass(frozen=True)
class Look:
    """What to look at: a case by its number, perhaps with a planted leak, by chosen relations and observer.

    `share` is how much the observer asks of all that it could; with `keep` the bytes come back too.
    """

    seed: int
    mutant: str = ""
    hint: tuple[str, ...] = ()
    role: str = ""
    share: float = 1
    keep: bool = False


@dataclass
class Side:
    """What one process found out about its world of a case."""

    seed: int
    marks: list[bytes]
    labels: list[str]
    told: bytes
    visible: int
    entries: int
    withheld: int
    seconds: float
    escaped: list[str] = field(default_factory=list)
    raw: list[tuple[str, bytes]] = field(default_factory=list)
    relations: tuple[str, ...] = ()
    differing: int = 0
    touched: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    role: str = ""


_here: dict[str, Path] = {}


def begin(material: str) -> None:
    """Prepare the process: keys, and empty stores to copy."""
    logging.getLogger("gateway").addHandler(logging.NullHandler())
    logging.getLogger("gateway").propagate = False
    folder = tempfile.mkdtemp(prefix="noninterference-", dir=MEMORY if MEMORY.is_dir() else None)
    _here["scratch"] = Path(folder)
    use_material(Path(material))
    create_template(_here["scratch"] / "template")
    _here["template"] = _here["scratch"] / "template"
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def in_words(function: Callable[P, T]) -> Callable[P, T]:
    """Let a failure go to the other process as text: what was raised may not survive the way there."""

    @functools.wraps(function)
    def called(*args: P.args, **named: P.kwargs) -> T:
        try:
            return function(*args, **named)
        except Exception:  # noqa: BLE001 - told as it is
            raise RuntimeError(f"{function.__name__}{args}: {traceback.format_exc()}") from None

    return called


@in_words
def look(at: Look, side: int) -> Side:
    """Return what the observer sees of one world of a case, as digests."""
    started = time.process_time()
    found = case(at.seed, at.hint, at.role)
    seen = saw(found, side, at.mutant, at.share)
    world, told = (found.first, found.second)[side - 1], found.told[side - 1]
    marks = [hashlib.blake2b(one.label.encode() + b"\0" + one.raw, digest_size=12).digest() for one in seen.seen]
    return Side(
        at.seed,
        marks,
        [one.label[:120] for one in seen.seen],
        hashlib.blake2b(told.encode()).digest(),
        found.visible[side - 1],
        sum(one.label.startswith("stream entry") for one in seen.seen),
        seen.withheld,
        time.process_time() - started,
        [
            *Net(hidden_canaries(world, told)).escaped(_answers(seen)),
            *(f"{token} links two parties" for token in seen.linkable),
        ],
        [(one.label, one.raw) for one in seen.seen] if at.keep else [],
        found.relations,
        found.differing if side == 1 else 0,
        {name: sorted(leaves) for name, leaves in found.change.touched.items()},
        found.who.role,
    )


def _answers(seen: Observation) -> list[bytes]:
    return [one.raw for one in seen.seen]


def saw(found: Case, side: int, mutant: str = "", share: float = 1) -> Observation:
    """Let one world of a case happen."""
    world = (found.first, found.second)[side - 1]
    with ExitStack() as stack:
        if mutant:
            stack.enter_context(applied(mutant))
        return observe(world, found.who, found.clues, found.seed, _here["template"], _here["scratch"], share)


def end() -> int:
    """Clear up; return the hash seed that this process had."""
    import shutil

    shutil.rmtree(_here["scratch"], ignore_errors=True)
    gc.freeze()  # the process ends: nothing is worth collecting, and looking takes seconds
    return int(os.environ.get("PYTHONHASHSEED", "-1"))
