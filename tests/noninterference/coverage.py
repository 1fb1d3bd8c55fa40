"""Which cells were exercised: leaf x surface x relation, and route x relation. All that can be reached is the bar.

A leaf's cell counts when a relation changed that leaf somewhere in the hidden part of a world, and what came out on the
surface was compared. A route's cell counts when it was asked in such a pair. Leaves come from the schemas and routes
from the routers, so that a new one has no cell yet and fails the run. What cannot be reached stands in `GAPS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.noninterference.dress import TYPES, leaves
from tests.noninterference.pairs import Pair
from tests.noninterference.probes import PROBED
from tests.noninterference.relation_of_values import FREE
from tests.noninterference.relations import RELATIONS
from tests.noninterference.surroundings import DECIDING

SURFACES = {
    "operator": {"deliveries": "pushed line", "exchange": "push next"},
    "customer": {"collections": "query", "pages": "page query"},
}
"""By role: every surface, and how the label of an observation on it begins."""
LISTENERS = {"operator": ("exchange", "exchange routes"), "customer": ("public", "public routes")}
"""By role: the listener that is asked, and what its routes are called as a surface."""

Cell = tuple[str, str, str]
"""A leaf (`alarm:state`) or a route, a surface, and a relation."""


@dataclass(frozen=True)
class Gap:
    """Leaves that some relations cannot change, on any surface; `but` are exceptions, all with `*` for anything."""

    relations: tuple[str, ...]
    reason: str
    leaves: tuple[str, ...] = ("*",)
    but: tuple[str, ...] = ()

    def holds(self, leaf: str, relation: str) -> bool:
        """Tell whether the cells of this leaf and relation are left out."""
        return relation in self.relations and _is_like(leaf, self.leaves) and not _is_like(leaf, self.but)


GAPS = (
    Gap(("R9", "R10"), "Restarts, faults and settings change no record."),
    Gap(
        ("R8",),
        "Another network has other resources; beside them only what names one changes.",
        but=(
            "resource:*", "dependency:requires.all", "service:supportingResource.id", "alarm:alarmedObject.id",
            "change-request:targetEntity.id", "change-request:impactEntity.id",
        ),
    ),
    Gap(("R8",), "Conditions of the terms read it, so it is the same in every network.", ("resource:interconnect",)),
    Gap(
        ("R6",),
        "What is made up is the past of first versions; those are of alarms that were raised, and no more.",
        ("alarm:alarmChangedTime", "alarm:alarmClearedTime"),
    ),
    Gap(
        ("R1",),
        "It says which record this is, whom it concerns, or since when: R2, R4, R5, R6 and R7 change whole records.",
        tuple(f"{kind}:{leaf}" for kind, found in DECIDING.items() for leaf in found if leaf not in FREE.get(kind, ())),
    ),
)  # fmt: skip


def wanted() -> set[Cell]:
    """Return every cell that a run has to come by."""
    return {cell for cell in _product() if not _is_left_out(cell)} | _route_cells()


def left_out() -> set[Cell]:
    """Return every cell that no run can come by."""
    return {cell for cell in _product() if _is_left_out(cell)}


def covered(pairs: Iterable[Pair]) -> set[Cell]:
    """Return the cells that these pairs came by."""
    return {cell for pair in pairs if not pair.is_discarded for cell in _cells(pair)}


def idle_gaps() -> list[Gap]:
    """Return entries of the table that leave nothing out."""
    return [gap for gap in GAPS if not any(gap.holds(leaf, relation) for leaf, _, relation in _product())]


def _product() -> Iterator[Cell]:
    for relation in RELATIONS:
        for surfaces in SURFACES.values():
            for surface in surfaces:
                for record_type in TYPES:
                    for leaf in leaves(record_type):
                        yield f"{record_type}:{leaf}", surface, relation


def _route_cells() -> set[Cell]:
    return {
        (route, surface, relation)
        for listener, surface in LISTENERS.values()
        for route in PROBED[listener]
        for relation in RELATIONS
    }


def _is_left_out(cell: Cell) -> bool:
    leaf, _, relation = cell
    return any(gap.holds(leaf, relation) for gap in GAPS)


def _is_like(leaf: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(leaf, pattern) for pattern in patterns)


def _cells(pair: Pair) -> Iterator[Cell]:
    side = pair.first
    asked = [label.split(" ") for label in side.labels if label.startswith("route ")]
    routes = {words[2] for words in asked}
    known = {f"{record_type}:{leaf}" for record_type in TYPES for leaf in leaves(record_type)}
    surfaces = [
        surface for surface, label in SURFACES[side.role].items() if any(one.startswith(label) for one in side.labels)
    ]
    for relation, touched in side.touched.items():
        yield from ((route, LISTENERS[side.role][1], relation) for route in routes)
        changed = {f"{record_type}:{leaf}" for record_type, leaf in touched} & known
        yield from ((leaf, surface, relation) for surface in surfaces for leaf in changed)


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
