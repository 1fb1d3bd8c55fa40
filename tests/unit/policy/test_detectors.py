"""Pieces and their codes: what each word is by itself, which class it belongs to, and the quick way's word for word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.text import scrub_quick
from gateway.policy.text.detectors import LABELS, TOKEN, codes_of, pieces_in
from gateway.policy.text.detectors_labels import label_of
from gateway.policy.text.names import NameScanner
from gateway.policy.text.scrub import Scrubber
from gateway.policy.text.scrub_quick import UNSURE, quick

NOBODY = NameScanner(())
PARTS = ["{}", "1{0}:2{0}", "rt{}", "0{}", "10.0.0.{}", "down", "-3.{}", "{}ae", "#{}", "1{},"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("the line is down again", "wwfww"),
        ("at 10:04 on 22.11.2026, 22-Nov-2026 and 2026-11-22T10:04:00Z", "wdwdd&d"),
        ("-32.59 dBm, 99.98%, 41 °C, 12ms, 5-10 km", "D%dnLdR%"),
        ("IPv6 L2VPN 100GE 24x7", "BBdB"),
        ("10.0.0.1 xe-0/0/1 core-7 aGVsbG8K 4711xy", "xxxxx"),
        ("e.g. AT&T w/o link(s) up/down Mb/s", "wwwKww%"),
        ("rack VLAN ports", "kkk"),
        ("[address], ([host])", "ii"),
        ("c-o-r-e раris ⠏⠁ 1e-6", "xxxd"),
        ("下記は24時間後TY4です", "wnwxw"),
        ("Jean jean Mr Dear engineer: Contact", "gGTsmr"),
    ],
)
def test_each_piece_has_its_code(text: str, codes: str) -> None:
    assert codes_of(text) == codes


def test_pieces_are_without_the_punctuation_around_them() -> None:
    text = '  («10.0.0.1», "x")…'
    assert [text[piece.start : piece.end] for piece in pieces_in(text)] == ["10.0.0.1", "x"]


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("10.0.0.1/24", "address"),
        ("2001:db8::1", "address"),
        ("001a.2b3c.4d5e", "address"),
        ("00:1a:2b:3c:4d:5e", "address"),
        ("xe-0/0/1.100", "interface"),
        ("GigabitEthernet0/0/1", "interface"),
        ("Bundle-Ether100", "interface"),
        ("ae12", "interface"),
        ("7.0.0.10.in-addr.arpa", "host"),
        ("pe3.fra.example.net", "host"),
        ("noc@carrier.example", "mail"),
        ("https://x.example/y", "link"),
        ("+442079460958", "phone"),
        ("48.8566", "place"),
        ("123456", "number"),
        ("INC0012345", "number"),
        ("7.3.2", "number"),
        ("065ad66cb4e401827f675a56799be7ce", "code"),
        ("core-7", "name"),
        ("x" * 5000, "code"),
    ],
)
def test_a_word_that_goes_is_called_by_its_class(word: str, label: str) -> None:
    assert label in LABELS
    assert label_of(word) == label


def test_class_tokens_are_known_as_such() -> None:
    assert all(TOKEN.fullmatch(f"[{label}]") for label in LABELS)
    assert TOKEN.fullmatch("[anything]") is None


def test_the_quick_way_takes_out_single_words() -> None:
    assert quick("fan of 10.0.0.1, failed", NOBODY, frozenset()) == "fan of [address], failed"
    assert quick("fan failed", NOBODY, frozenset()) == "fan failed"


@pytest.mark.parametrize(
    "text",
    [
        "since \nat 10.0.0.1 now",
        "a\t10.0.0.1  b",
        " 10.0.0.1\nb",
        "a \n 10.0.0.1",
        "rack 3",
        "10.0.0.1 7",
        "a  10.0.0.1",
        "10.0.0.1 - x",
        "U 10.0.0.1",
        "%41 x",
        "x\u200b",
        "Jean",
    ],
)
def test_the_quick_way_gives_way_where_words_belong_together(text: str) -> None:
    assert quick(text, NOBODY, frozenset()) is UNSURE


def test_names_that_a_word_keeps_or_that_go_over_its_edge_are_left_to_the_closer_look() -> None:
    scanner = NameScanner(["下記は回線", "rtr-7.nord"])
    assert quick("at 下記は回線TY4 now", NOBODY, frozenset()) == "at 下記は回線[name] now"
    assert quick("at 下記は回線TY4 now", scanner, frozenset()) is UNSURE
    assert quick("at rtr-7 .nord now", scanner, frozenset()) is UNSURE
    assert quick("at rtr-7.nord near 10.0.0.1 now", scanner, frozenset()) == "at [host] near [address] now"


@given(st.lists(st.tuples(st.sampled_from(PARTS), st.integers(0, 9999)), min_size=1, max_size=6), st.integers(0, 9999))
def test_what_was_seen_before_changes_nothing(parts: list[tuple[str, int]], other: int) -> None:
    """Texts that differ in digits only share what is remembered of them; each is cleaned as if it were the first."""
    texts = [" ".join(part.format(number) for part, number in parts)]
    texts.append(" ".join(part.format((number + other) % 10_000) for part, number in parts))
    together = [quick(text, NOBODY, frozenset()) for text in texts]
    scrub_quick._PATTERNS.clear()
    assert quick(texts[1], NOBODY, frozenset()) == together[1]


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("towards 4312 since", "towards [number] since"),
        ("lost 1200 packets in 300 m, 120 min", "lost 1200 packets in 300 m, 120 min"),
        ("eos-spinel is down, follow-up on-call", "[name] is down, follow-up on-call"),
        ("ESODOOSRUAOO is queueing", "[name] is queueing"),
        ("routerl and Tunnelll fall", "[name] and [name] fall"),
    ],
)
def test_letters_and_digits_that_stand_for_each_other_go(text: str, output: str) -> None:
    assert Scrubber(NOBODY).scrub(text) == output


def test_the_quick_way_gives_way_where_a_name_goes_over_a_blank_or_is_known() -> None:
    scanner = NameScanner(["edge rtr-7 nord", "svc-0017"])
    assert quick("at edge rtr-7 nord now", scanner, frozenset()) is UNSURE
    assert quick("at svc-0017 now", scanner, frozenset({"svc-0017"})) is UNSURE
    assert quick("at svc-0017 now", scanner, frozenset()) == "at [name] now"
