"""Which cells were exercised: leaf x surface x relation, and every route; 100% of what can be reached is the bar.

A cell counts when a pair in which the relation changed the leaf somewhere was compared on the surface. Leaves come from
the schemas and routes from the routers, so that a new one has no cell yet and fails the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.noninterference.dress import TYPES, leaves
from tests.noninterference.pairs import Pair
from tests.noninterference.surroundings import DECIDING

SURFACES = {"operator": ("deliveries",), "customer": ("collections", "pages")}
_BY_RECORD = ("R2", "R4", "R5", "R6", "R7")
_INVENTORY = ("resource", "service", "dependency")

Cell = tuple[str, str, str, str]
"""Record type, leaf, surface, relation."""


def reachable() -> set[Cell]:
    """Return every cell that a run has to come by."""
    return {
        (record_type, leaf, surface, relation)
        for surfaces in SURFACES.values()
        for surface in surfaces
        for relation in ("R1", "R2", "R8")
        for record_type in TYPES
        for leaf in leaves(record_type)
        if _can_touch(relation, record_type, leaf)
    }


def _can_touch(relation: str, record_type: str, leaf: str) -> bool:
    """Tell whether a relation can change a leaf at all; the others change whole records, or nothing of any record."""
    if relation == "R1":
        return leaf not in DECIDING[record_type] and leaf != "@type"
    if relation == "R8":
        return record_type == "resource" and leaf not in DECIDING["resource"]
    return record_type not in _INVENTORY


def covered(pairs: Iterable[Pair]) -> set[Cell]:
    """Return the cells that these pairs came by."""
    return {cell for pair in pairs if not pair.is_discarded for cell in _cells(pair)}


def _cells(pair: Pair) -> Iterator[Cell]:
    side = pair.first
    for surface in SURFACES[side.role]:
        for relation, touched in side.touched.items():
            for record_type, leaf in touched:
                yield (record_type, leaf, surface, relation)


def relations_missing(pairs: Iterable[Pair]) -> set[tuple[str, str]]:
    """Return the pairs of role and relation that never occurred."""
    found = {
        (pair.first.role, relation) for pair in pairs if not pair.is_discarded for relation in pair.first.relations
    }
    return {(role, f"R{number}") for role in SURFACES for number in range(1, 11)} - found


def routes_of(app: Any) -> set[str]:
    """Return the paths of every route of an application, also those that an included router keeps to itself."""
    routed = app.routes if hasattr(app, "closed") else app.app
    waiting, found = list(routed.routes), set()
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if hasattr(route, "endpoint"):
            found.add(route.path)
        elif inner is not None and hasattr(inner, "routes"):
            waiting += inner.routes
        else:
            raise AssertionError(f"an unknown kind of route: {route!r}")
    return found
