"""What is new must be looked at: routes, record types and leaves without cells fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.noninterference import coverage, material
from tests.noninterference.dress import TYPES, leaves
from tests.noninterference.model import NORTHLINK
from tests.noninterference.probes import PROBED
from tests.noninterference.promises import SHOWN
from tests.noninterference.site import create_template, opened, use_material
from tests.noninterference.surroundings import DECIDING


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


def test_the_cells_cover_every_leaf_that_can_be_hidden() -> None:
    cells = coverage.reachable()
    assert {(kind, leaf) for kind in TYPES for leaf in leaves(kind)} - {cell[:2] for cell in cells} <= {
        (kind, leaf) for kind in ("resource", "service", "dependency") for leaf in DECIDING[kind]
    } | {("dependency", leaf) for leaf in leaves("dependency")}
    assert NORTHLINK.role in coverage.SURFACES
