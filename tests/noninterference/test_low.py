"""The reference tells worlds apart that a party may tell apart, and no others."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.noninterference.generate import draw_world
from tests.noninterference.low import final_view, low
from tests.noninterference.model import ACME, NORTHLINK, Observer
from tests.noninterference.relations import RELATIONS, related
from tests.noninterference.surroundings import type_of


@pytest.mark.parametrize("who", [NORTHLINK, ACME], ids=lambda who: who.party)
@pytest.mark.parametrize("relation", RELATIONS)
def test_a_relation_changes_nothing_that_may_be_known(relation: str, who: Observer) -> None:
    world = draw_world(3)
    change = related(world, who, (relation,), Random(7))
    assert low(change.world, who) == low(world, who)
    assert change.world != world


def test_a_visible_change_is_a_difference() -> None:
    world = draw_world(3)
    shown = {key for key in final_view(world, NORTHLINK) if key[0] == "trouble-ticket" or key[0] == "alarm"}
    steps = [
        step for step in world.steps if step.kind != "record" or (type_of(step.body), step.body["id"]) not in shown
    ]
    assert low(replace(world, steps=tuple(steps)), NORTHLINK) != low(world, NORTHLINK)


def test_a_later_beat_is_a_difference() -> None:
    world = draw_world(3)
    later = [replace(step, at=step.at + 100) if step.kind == "tick" else step for step in world.steps]
    assert low(world.with_steps(later), NORTHLINK) != low(world, NORTHLINK)
