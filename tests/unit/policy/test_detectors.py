"""Pieces and their codes: what each word is by itself, which class it belongs to, and the quick way's word for word."""

from __future__ import annotations

import pytest

from gateway.policy.detectors import LABELS, TOKEN, codes_of, pieces_in
from gateway.policy.detectors_labels import label_of
from gateway.policy.names import NameScanner
from gateway.policy.scrub_quick import UNSURE, quick

NOBODY = NameScanner(())


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
    "text", ["rack 3", "10.0.0.1 7", "a  10.0.0.1", "10.0.0.1 - x", "U 10.0.0.1", "%41 x", "x\u200b", "Jean"]
)
def test_the_quick_way_gives_way_where_words_belong_together(text: str) -> None:
    assert quick(text, NOBODY, frozenset()) is UNSURE


def test_the_quick_way_gives_way_where_a_name_goes_over_a_blank_or_is_known() -> None:
    scanner = NameScanner(["edge rtr-7 nord", "svc-0017"])
    assert quick("at edge rtr-7 nord now", scanner, frozenset()) is UNSURE
    assert quick("at svc-0017 now", scanner, frozenset({"svc-0017"})) is UNSURE
    assert quick("at svc-0017 now", scanner, frozenset()) == "at [name] now"
