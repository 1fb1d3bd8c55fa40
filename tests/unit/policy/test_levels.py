"""Levels of rules, and which of two rules shows more."""

from __future__ import annotations

import pytest

from gateway.ids import RecordTypeName
from gateway.policy.language.document import (
    Bucket,
    Constant,
    Count,
    Drop,
    FieldRule,
    Generalise,
    Hierarchy,
    Keep,
    Lift,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Template,
    Transform,
    Truncate,
)
from gateway.policy.language.levels import Level, compare, level_of
from gateway.record.paths import Catalogue

SEVERITY = Catalogue.of(RecordTypeName("alarm")).nodes["perceivedSeverity"]


def rule(transform: Transform | None) -> FieldRule | None:
    return None if transform is None else FieldRule("x", transform)


@pytest.mark.parametrize(
    ("transform", "level"),
    [
        (None, Level.DROP),
        (Drop(), Level.DROP),
        (Constant("a"), Level.SUBSTITUTE),
        (Template("{a}"), Level.SUBSTITUTE),
        (Lift("service", ("id",)), Level.SUBSTITUTE),
        (Count("service"), Level.SUBSTITUTE),
        (Map((("a", "b"),)), Level.GENERALISE),
        (Map((("a", "a"),)), Level.KEEP),
        (Map((("a 1", "A-1"),)), Level.KEEP),
        (Map((("a", "x"), ("b", "y"))), Level.KEEP),
        (Map((("a", "x"), ("b", "x"), ("c", "y"))), Level.GENERALISE),
        (Truncate("day"), Level.GENERALISE),
        (Truncate("second"), Level.KEEP),
        (Round(10), Level.GENERALISE),
        (Round(0.001), Level.KEEP),
        (Round(0.01), Level.KEEP),
        (Bucket((0, 1)), Level.GENERALISE),
        (Generalise("metro"), Level.GENERALISE),
        (Prefix(24, 64), Level.GENERALISE),
        (Prefix(25, 64), Level.KEEP),
        (Prefix(24, 65), Level.KEEP),
        (Prefix(32, 64), Level.KEEP),
        (Prefix(24, 128), Level.KEEP),
        (Mask(0, 4), Level.GENERALISE),
        (Pseudonym("alarm"), Level.PSEUDONYM),
        (Scrub(), Level.SCRUB),
        (Keep(), Level.KEEP),
    ],
)
def test_every_transform_has_a_level(transform: Transform | None, level: Level) -> None:
    assert level_of(transform) is level
    assert level_of(rule(transform)) is level


def test_rounding_an_integer_to_one_keeps_it() -> None:
    priority = Catalogue.of(RecordTypeName("service-problem")).nodes["priority"]
    assert level_of(Round(1), priority) is Level.KEEP
    assert level_of(Round(2), priority) is Level.GENERALISE


def test_words_that_a_leaf_cannot_have_do_not_make_a_table_coarse() -> None:
    padded = Map((("critical", "x"), ("major", "y"), ("no-1", "x"), ("no-2", "y"), ("no-3", "y")))
    assert level_of(padded, None) is Level.GENERALISE
    assert level_of(padded, SEVERITY) is Level.KEEP
    lumped = Map((("critical", "bad"), ("major", "bad"), ("minor", "fair"), ("warning", "fair")))
    assert level_of(lumped, SEVERITY) is Level.GENERALISE


def test_a_hierarchy_that_puts_no_words_together_hides_nothing() -> None:
    technology = (Hierarchy("technology", (("ethernet", ("epl", "evpl")), ("ip", ("ip-transit",)))),)
    alone = (Hierarchy("technology", (("ethernet", ("epl",)), ("ip", ("ip-transit",)))),)
    assert level_of(Generalise("technology"), None, technology) is Level.GENERALISE
    assert level_of(Generalise("technology"), None, alone) is Level.KEEP
    assert level_of(Generalise("country"), None, alone) is Level.GENERALISE


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (None, Constant("a")),
        (Drop(), Keep()),
        (Constant("a"), Keep()),
        (Constant("a"), Template("{a}")),
        (Template("{a}"), Keep()),
        (Count("note"), Keep()),
        (Lift("service", ("id",)), Lift("service", ("name", "id"))),
        (Truncate("hour"), Truncate("minute")),
        (Truncate("second"), Keep()),
        (Round(15), Round(5)),
        (Round(0.3), Round(0.1)),
        (Bucket((0, 100)), Bucket((0, 10, 100))),
        (Generalise("region"), Generalise("country")),
        (Generalise("country"), Generalise("metro")),
        (Prefix(8, 32), Prefix(16, 32)),
        (Mask(0, 0), Mask(2, 2)),
        (Mask(2, 2), Keep()),
        (Pseudonym("a"), Keep()),
        (Scrub(), Keep()),
        (Map((("a", "b"),)), Map((("a", "b"), ("c", "d")))),
        (Map((("a", "b"),), "o"), Map((("a", "b"), ("c", "d")), "o")),
        (Map((("a", "b"),)), Keep()),
    ],
)
def test_the_lesser_of_two_rules_is_known_from_both_sides(narrow: Transform | None, wide: Transform | None) -> None:
    assert compare(rule(narrow), rule(wide), None) == "narrower"
    assert compare(rule(wide), rule(narrow), None) == "wider"
    assert compare(rule(wide), rule(wide), None) == "equal"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Constant(1), Constant(True)),
        (Constant(1), Constant(1.0)),
        (Constant("a"), Constant("b")),
        (Template("{a}"), Template("{b}")),
        (Count("service"), Keep()),
        (Lift("service", ("id",)), Lift("service", ("name",))),
        (Pseudonym("a"), Pseudonym("b")),
        (Pseudonym("a"), Prefix(8, 8)),
        (Pseudonym("a"), Scrub()),
        (Scrub(), Mask(0, 4)),
        (Round(10), Round(15)),
        (Round(10), Round(5)),
        (Template("{service.id}"), Keep()),
        (Template("{service.id}"), Count("service")),
        (Bucket((0, 10)), Bucket((5, 10))),
        (Prefix(8, 64), Prefix(16, 32)),
        (Mask(0, 4), Mask(2, 4)),
        (Truncate("day"), Pseudonym("a")),
        (Map((("a", "x"), ("b", "y"))), Map((("a", "y"), ("b", "x")))),
        (Map((("a", "x"),), "y"), Map((("b", "x"),), "y")),
        (Generalise("metro"), Generalise("technology")),
    ],
)
def test_rules_that_have_no_order_are_incomparable(one: Transform, other: Transform) -> None:
    assert compare(rule(one), rule(other), None) == "incomparable"
    assert compare(rule(other), rule(one), None) == "incomparable"


def test_the_words_of_a_leaf_count_and_others_do_not() -> None:
    some, more = Map((("critical", "bad"),)), Map((("critical", "bad"), ("no-severity", "good")))
    assert compare(rule(some), rule(more), SEVERITY) == "equal"
    assert compare(rule(some), rule(more), None) == "narrower"


def test_a_word_that_leaves_a_group_can_be_told_from_those_that_stay() -> None:
    some, more = Map((("a", "x"),)), Map((("a", "x"), ("b", "x")))
    assert compare(rule(some), rule(more), None) == "incomparable"


def test_a_hierarchy_is_compared_by_what_it_says() -> None:
    old = (Hierarchy("t", (("x", ("a", "b")),)),)
    split = (Hierarchy("t", (("x", ("a",)), ("y", ("b",)))),)
    less = (Hierarchy("t", (("x", ("a",)),)),)
    told = rule(Generalise("t"))
    assert compare(told, told, None, old, old) == "equal"
    assert compare(told, told, None, less, split) == "narrower"
    assert compare(told, told, None, split, less) == "wider"
    assert compare(told, told, None, less, old) == "incomparable"
    assert compare(told, told, None, split, old) == "incomparable"
    assert compare(told, told, None, (), old) == "incomparable"
    assert compare(told, rule(Map((("a", "x"), ("b", "x"), ("x", "x")))), None, old) == "equal"


def test_a_new_name_is_no_other_disclosure() -> None:
    assert compare(FieldRule("x", Keep(), "y"), FieldRule("x", Keep()), None) == "equal"
