"""What is new must be looked at: routes, record types and leaves without cells fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.noninterference import coverage, material
from tests.noninterference.dress import TYPES, leaves
from tests.noninterference.figures import figures
from tests.noninterference.pairs import Pair
from tests.noninterference.probes import PROBED
from tests.noninterference.promises import SHOWN
from tests.noninterference.site import create_template, opened, use_material
from tests.noninterference.surroundings import DECIDING
from tests.noninterference.worker import Side


@pytest.mark.parametrize("listener", ["public", "exchange"])
def test_every_route_has_probes_of_its_own(listener: str, tmp_path: Path) -> None:
    material.create(tmp_path / "keys.json")
    use_material(tmp_path / "keys.json")
    create_template(tmp_path / "template")
    with opened(tmp_path / "template", tmp_path / "world", {}, 0) as site:
        assert coverage.routes_of(site.apps[listener]) == PROBED[listener]


def test_every_record_type_has_worlds() -> None:
    assert {*SHOWN, "resource", "dependency"} == set(TYPES) == set(DECIDING)


def test_what_decides_is_in_the_schemas() -> None:
    for record_type, deciding in DECIDING.items():
        assert set(deciding) - {"alarmedObject.@type"} <= set(leaves(record_type)), record_type


def test_every_leaf_and_every_route_has_cells_on_every_surface() -> None:
    cells = coverage.wanted()
    every = {f"{kind}:{leaf}" for kind in TYPES for leaf in leaves(kind)}
    for surfaces in coverage.SURFACES.values():
        for surface in surfaces:
            assert {leaf for leaf, where, _ in cells if where == surface} == every
    for listener, surface in coverage.LISTENERS.values():
        assert {route for route, where, _ in cells if where == surface} == PROBED[listener]


def test_every_entry_of_the_table_leaves_something_out() -> None:
    assert coverage.idle_gaps() == []
    assert not coverage.wanted() & coverage.left_out()


def test_a_leaf_that_no_relation_changed_fails_the_run() -> None:
    found = figures([_pair({"R1": [("alarm", "specificProblem")]})])
    assert ("alarm:specificProblem", "deliveries", "R1") not in found.missing
    assert ("alarm:specificProblem", "deliveries", "R2") in found.missing
    assert ("alarm:specificProblem", "pages", "R1") in found.missing
    assert any("without a comparison" in complaint for complaint in found.complaints())


def test_a_cell_that_is_reached_may_not_be_left_out() -> None:
    found = figures([_pair({"R9": [("alarm", "specificProblem")]})])
    assert found.wrongly_left_out == [("alarm:specificProblem", "deliveries", "R9")]
    assert any("declared out of reach" in complaint for complaint in found.complaints())


def _pair(touched: dict[str, list[tuple[str, str]]]) -> Pair:
    label = "pushed line in beat 2"
    side = Side(1, [b""], [label], b"", 9, 9, 0, 0.1, touched=touched, differing=20, role="operator")
    return Pair(side, side)
