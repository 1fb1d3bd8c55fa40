"""The scanner for names: whole names in any spelling, nothing else, and the same whatever the order of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.text.names import NameScanner, normal

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


@given(TEXT)
def test_the_normal_form_is_a_fixed_point(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(TEXT.filter(lambda text: len(normal(text).strip()) >= 4), TEXT)
def test_a_name_is_found_between_blanks_wherever_it_stands(name: str, around: str) -> None:
    scanner = NameScanner([name])
    for text in (name, f"{around} {name} {around}", f"{around}\n{name}", f"{name}.{around}", name.upper()):
        if normal(name).strip() in normal(text):
            assert name in scanner.hits(text) or normal(name) != normal(name).strip()


@given(st.lists(TEXT, max_size=8), TEXT)
def test_known_names_never_make_more_hits(names: list[str], text: str) -> None:
    scanner = NameScanner(names)
    assert scanner.hits(text, frozenset(names[:4])) <= scanner.hits(text) <= frozenset(names)


def test_spellings_of_one_name_are_all_told() -> None:
    assert NameScanner(["Core-7", "CORE-7"]).hits("core-7") == {"Core-7", "CORE-7"}


def test_overlapping_names_are_all_found() -> None:
    scanner = NameScanner(["core-7", "core-7/1", "7/1.lyon", "core-7/1.lyon"])
    assert scanner.hits("x core-7/1.lyon x") == {"core-7", "core-7/1", "7/1.lyon", "core-7/1.lyon"}


@pytest.mark.parametrize("name", ["", "a", "LYS", " LYS ", "l\u200bys"])
def test_what_is_too_short_is_no_identifier(name: str) -> None:
    assert NameScanner([name]).hits("a LYS lys l\u200bys") == frozenset()


def test_a_scanner_without_names_finds_nothing() -> None:
    assert NameScanner(()).hits("anything") == frozenset()
