"""Who depends on whom, as a directed graph of object identifiers: services and resources alike.

Rules:
- An edge says that its first object cannot work without its second.
- Every edge belongs to the record that stated it; stating again replaces that record's former edges. Two records may
  state the same edge, and it goes when the last of them no longer does.
- Cycles are allowed: everything on a cycle depends on everything on it.

This module does not know which identifiers are services, and remembers no answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Edge = tuple[str, str]
Owner = tuple[str, str]

_NONE: dict[str, int] = {}


class DependencyGraph:
    """Edges by owner, with reachability in both directions."""

    def __init__(self) -> None:
        # A tuple and not a set: most records state one edge, and there may be a million of them.
        self._owned: dict[Owner, tuple[Edge, ...]] = {}
        self._requires: dict[str, dict[str, int]] = {}
        self._required_by: dict[str, dict[str, int]] = {}

    def differences(self, owner: Owner, edges: Iterable[Edge]) -> tuple[frozenset[Edge], frozenset[Edge]]:
        """Return the edges that `owner` would no longer state, and those that it would state for the first time."""
        stated = frozenset(edge for edge in edges if edge[0] != edge[1])
        former = frozenset(self._owned.get(owner, ()))
        return former - stated, stated - former

    def state(self, owner: Owner, edges: Iterable[Edge]) -> frozenset[str]:
        """Replace what `owner` states; return the objects whose own requirements changed by it."""
        stated = frozenset(edge for edge in edges if edge[0] != edge[1])
        former = frozenset(self._owned.get(owner, ()))
        if stated == former:
            return frozenset()
        for edge in former - stated:
            self._drop(edge)
        for edge in stated - former:
            self._add(edge)
        if stated:
            self._owned[owner] = tuple(stated)
        else:
            del self._owned[owner]
        return frozenset(dependent for dependent, _ in stated ^ former)

    def dependents_of(self, object_id: str) -> frozenset[str]:
        """Return every object that cannot work without `object_id`, itself included."""
        return _reach(object_id, self._required_by)

    def requirements_of(self, object_id: str) -> frozenset[str]:
        """Return every object without which `object_id` cannot work, itself included."""
        return _reach(object_id, self._requires)

    def identifiers(self) -> Iterator[str]:
        """Yield, with repetitions, what the owners and the objects of all edges are called."""
        for (_, owner), edges in self._owned.items():
            yield owner
            for edge in edges:
                yield from edge

    def _add(self, edge: Edge) -> None:
        dependent, required = edge
        for ends, near, far in ((self._requires, dependent, required), (self._required_by, required, dependent)):
            counts = ends.setdefault(near, {})
            counts[far] = counts.get(far, 0) + 1

    def _drop(self, edge: Edge) -> None:
        dependent, required = edge
        for ends, near, far in ((self._requires, dependent, required), (self._required_by, required, dependent)):
            counts = ends[near]
            counts[far] -= 1
            if not counts[far]:
                del counts[far]
            if not counts:
                del ends[near]


def _reach(start: str, ends: dict[str, dict[str, int]]) -> frozenset[str]:
    seen, todo = {start}, [start]
    while todo:
        fresh = ends.get(todo.pop(), _NONE).keys() - seen
        seen |= fresh
        todo.extend(fresh)
    return frozenset(seen)
