"""What letters look like, and what else a text may say: tables whole, forms located, encodings found."""

from __future__ import annotations

import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.text import disguise
from gateway.policy.text.disguise import folded, is_overturned, places_of_squashed, rotated, squashed, visible
from gateway.policy.text.disguise_encodings import readings
from gateway.policy.text.disguise_forms import Form, compatible, decoded, turned

ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


def test_the_table_of_look_alikes_is_made_of_pairs() -> None:
    assert all(alike.isascii() and len(alike) == 1 for alike in disguise._LOOKALIKES.values())
    assert not any(letter.isascii() for letter in disguise._LOOKALIKES)


@pytest.mark.parametrize(
    "text",
    [
        "CORE-7.PAR",
        "c0r3 7 p4r",
        "соrе–7.раr",
        "ｃｏｒｅ７ｐａｒ",
        "𝐜𝐨𝐫𝐞-𝟕-𝐩𝐚𝐫",
        "ⓒⓞⓡⓔ⑦ⓟⓐⓡ",
        "🅲🅾🆁🅴7🅿🅰🆁",
        "çöré7pàr",
        "c\u200bo\u0336re_7|par",
        "ᴄᴏʀᴇ٧par",
    ],
)
def test_all_spellings_of_a_name_are_squashed_to_one(text: str) -> None:
    assert squashed(text) == squashed("core-7.par")


@given(ANY)
def test_each_squashed_character_has_its_place(text: str) -> None:
    places = places_of_squashed(text)
    assert len(places) == len(squashed(text))
    assert places == sorted(places)


@given(ANY)
def test_folding_twice_is_folding_once_and_what_is_visible_stays(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert visible(visible(text)) == visible(text)
    assert rotated(rotated(text)) == text


def test_overrides_and_lone_surrogates_overturn_a_text() -> None:
    assert is_overturned("a\u202eb")
    assert is_overturned("a\ud800")
    assert not is_overturned("שלום \u200f עולם")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("%63ore", "core"),
        ("%2563ore", "core"),
        ("&#99;or&#x65; &amp;amp; &eacute;", "core & é"),
        (r"\u0063or\x65 \143 \u{65}", "core c e"),
        ("=63ore=\nx", "corex"),
        ("c[.]7 (dot) 10[dot]0 a [at] b hxxps://c", "c.7.10.0 a@b https://c"),
        (r"{\"a\": \"b\"}", '{"a": "b"}'),
        ("caf%C3%A9 caf%E9", "café café"),
        ("nothing, 100 % of it & more", "nothing, 100 % of it & more"),
    ],
)
def test_escapes_are_undone_to_the_end(text: str, plain: str) -> None:
    form = decoded(text)
    assert form is not None
    assert form.text == plain


def test_too_many_layers_are_not_decoded() -> None:
    assert decoded("%" + "25" * 20 + "41") is None


@given(st.lists(st.sampled_from(["a", " ", "%41", "&#66;", "\\u0043", "=44", "[.]", "%2545"]), min_size=1, max_size=12))
def test_a_decoded_form_knows_where_it_came_from(parts: list[str]) -> None:
    text = "".join(parts)
    form = decoded(text)
    assert form is not None
    if form.text:
        assert form.source(0, len(form.text))[0] == 0 or form.text == text
    for at in range(len(form.text)):
        start, end = form.source(at, at + 1)
        assert 0 <= start < end <= len(text)
        again = decoded(text[start:end])
        assert again is not None
        assert form.text[at] in again.text


def test_letters_that_are_drawn_differently_become_plain() -> None:
    form = compatible(Form("ｘ\u0336ⓨ"))
    assert (form.text, form.source(1, 2)) == ("xy", (2, 3))


def test_a_form_in_another_order_knows_where_it_came_from() -> None:
    rot13, backwards, both = turned(Form("core 7"))
    assert (rot13.text, backwards.text, both.text) == ("pber 7", "7 eroc", "7 rebp")
    assert backwards.source(0, 1) == both.source(0, 1) == (5, 6)


@pytest.mark.parametrize(
    "word",
    [
        base64.b64encode(b"core-7.par").decode(),
        base64.urlsafe_b64encode(b"core-7.par").decode().rstrip("="),
        base64.b32encode(b"core-7.par").decode(),
        b"core-7.par".hex(),
        base64.b64encode(gzip.compress(b"core-7.par", mtime=0)).decode(),
        base64.b64encode(base64.b32encode(b"core-7.par")).decode(),
        "ab" + base64.b64encode(b"core-7.par").decode(),
        base64.b64encode(b"seen on core-7.par again").decode(),
    ],
)
def test_what_a_word_encodes_is_read(word: str) -> None:
    assert any("core-7.par" in reading for reading in readings(word))


def test_words_of_languages_encode_nothing() -> None:
    words = (
        "maintenance protection customers Wartungsarbeiten Unterbrechung interruption restablecido MAINTENANCE WINDOW"
    )
    assert [readings(word) for word in words.split()] == [()] * len(words.split())


@given(st.text(max_size=80))
def test_any_word_is_read_without_an_error(word: str) -> None:
    assert all(isinstance(reading, str) for reading in readings(word))
