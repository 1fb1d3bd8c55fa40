"""One name in several spellings is one name."""

from __future__ import annotations

import pytest

from gateway.policy.text.names import NOT_READ, NameScanner
from gateway.policy.text.scrub import Scrubber
from gateway.policy.text.spellings import spellings

NAMES = [
    "Müller-Thurgau GmbH",
    "Zuerich-Altstetten",
    "2001:db8::1",
    "10::1",
    "10.0.0.1",
    "Kleyerstraße",
    "2001:db8:7::/48",
]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mueller-Thurgau GmbH also down", "Müller-Thurgau GmbH"),
        ("MULLER-THURGAU GMBH", "Müller-Thurgau GmbH"),
        ("in Zürich-Altstetten since", "Zuerich-Altstetten"),
        ("at Kleyerstrasse now", "Kleyerstraße"),
        ("peer 2001:DB8:0:0:0:0:0:1 lost", "2001:db8::1"),
        ("peer 2001:0db8:0000:0000:0000:0000:0000:0001 lost", "2001:db8::1"),
        ("net 2001:0db8:0007:0000:0000:0000:0000:0000/48", "2001:db8:7::/48"),
        ("peer 10:0:0:0:0:0:0:1 lost", "10::1"),
        ("010.000.000.001 and", "10.0.0.1"),
        ("1.0.0.10.in-addr.arpa", "10.0.0.1"),
    ],
)
def test_a_name_is_found_in_its_other_spellings(text: str, name: str) -> None:
    assert NameScanner(NAMES).hits(text) == {name}


def test_another_spelling_that_the_reader_knows_is_known() -> None:
    scanner = NameScanner(NAMES)
    known = frozenset({"Müller-Thurgau GmbH"})
    assert scanner.hits("Mueller-Thurgau GmbH down", known) == frozenset()
    assert Scrubber(scanner).scrub("line of Mueller-Thurgau GmbH down", known) == "line of Mueller-Thurgau GmbH down"


def test_a_spelling_of_two_names_is_of_both() -> None:
    assert NameScanner(["Mueller AG", "Müller AG"]).hits("at Mueller AG") == {"Mueller AG", "Müller AG"}


@pytest.mark.parametrize("name", ["rt1.par", "Paris", "1/0/1", "999.1.1.1", "::ffff:1.2.3.4.5"])
def test_most_names_have_one_spelling(name: str) -> None:
    assert list(spellings(name)) == [name]


def test_a_word_that_opens_without_end_counts_as_any_name() -> None:
    import base64
    import zlib

    bomb = base64.b64encode(zlib.compress(b"a" * 65_000, 9)).decode()
    scanner = NameScanner(NAMES)
    assert scanner.hits(f"see {bomb} for more") == {NOT_READ}
    assert Scrubber(scanner).scrub(f"see {bomb} for more") == "see [code] for more"
