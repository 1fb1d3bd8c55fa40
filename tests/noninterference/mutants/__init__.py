"""Planted leaks: each is a patch of one place of the product, put on for one run and taken off again.

The product has no hook for them. A mutant that the harness no longer kills means that the net has a hole, or that the
code it patched is gone; both are for somebody to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

Patch = Callable[[ExitStack], None]


@dataclass(frozen=True)
class Mutant:
    """One planted leak; `role` and `hint` say who would notice and under which relations, to find it soon."""

    name: str
    says: str
    patch: Patch
    role: str = ""
    hint: tuple[str, ...] = ()

    @property
    def takes_questions(self) -> bool:
        """Whether it leaks at the doors, to those who ask, and not in what is told anyway."""
        return self.patch.__module__.endswith((".doors", ".exchange"))


MUTANTS: dict[str, Mutant] = {}


def mutant(name: str, *, role: str = "", hint: tuple[str, ...] = ()) -> Callable[[Patch], Patch]:
    """Enter a patch into the list."""

    def enter(patch: Patch) -> Patch:
        MUTANTS[name] = Mutant(name, (patch.__doc__ or "").strip(), patch, role, hint)
        return patch

    return enter


@contextmanager
def applied(name: str) -> Iterator[None]:
    """Have one leak for the length of a block."""
    load()
    with ExitStack() as stack:
        MUTANTS[name].patch(stack)
        yield


def load() -> dict[str, Mutant]:
    """Return all of them."""
    from tests.noninterference.mutants import doors, exchange, inside, policy  # noqa: F401

    return MUTANTS
