"""D-36, D-37: what identifies does not come out of free text, in whatever disguise; ordinary sentences do."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.text import (
    detectors,
    detectors_labels,
    detectors_rules,
    detectors_shapes,
    disguise_encodings,
    disguise_forms,
)
from gateway.policy.text.detectors import LABELS, Piece, codes_of, pieces_in
from gateway.policy.text.detectors_rules import SUSPECT, Sight, findings
from gateway.policy.text.names import NameScanner
from gateway.policy.text.scrub import Scrubber
from tests import mined, planted
from tests.attack import scrub_report
from tests.attack.scrub_report import SCRUBBER, leaks
from tests.disguises import ADDRESS_DISGUISES, DISGUISES

NAMES = [name for names in planted.INVENTORY.values() for name in names]
NOBODY = Scrubber(NameScanner(()))


def _is_ordinary(text: str) -> bool:
    """Tell whether a disguise left nothing but a word of letters or a number of up to four digits."""
    return re.fullmatch(r"[A-Za-z-]+|\d{1,4}", text) is not None


def test_d36_d37_no_planted_identifier_comes_out_in_any_disguise(
    record_property: Callable[[str, object], None],
) -> None:
    assert len(DISGUISES) >= 40
    identifiers = list(planted.identifiers())
    found = [
        *leaks(identifiers, DISGUISES),
        *leaks(scrub_report.addresses(one.text for one in identifiers), ADDRESS_DISGUISES),
    ]
    record_property("figures", f"{len(identifiers)} identifiers in {len(DISGUISES)} disguises: {len(found)} came out")
    assert found == []


def test_d36_no_mined_identifier_comes_out_in_any_disguise(vectors: Path) -> None:
    identifiers = scrub_report.mined_identifiers(vectors, 80)
    found = list(leaks(identifiers, DISGUISES))
    assert [leak for leak in found if not _is_ordinary(leak[2])] == []


@pytest.mark.slow
def test_d36_no_mined_identifier_comes_out_of_whole_router_outputs_and_notices(vectors: Path) -> None:
    assert list(scrub_report.whole_outputs(vectors)) == []


def test_ordinary_sentences_come_out_as_they_are() -> None:
    assert scrub_report.unharmed(planted.CLEAN) == (len(planted.CLEAN), [])


def test_most_sentences_of_notices_come_out_as_they_are(
    vectors: Path, record_property: Callable[[str, object], None]
) -> None:
    sentences = mined.clean_sentences(vectors)
    kept, spoilt = scrub_report.unharmed(sentences)
    record_property("figures", f"{kept} of {len(sentences)} clean sentences unharmed")
    assert len(sentences) > 150
    assert kept >= 0.95 * len(sentences), spoilt


def test_every_name_of_the_inventory_is_taken_out_wherever_it_stands() -> None:
    for name in NAMES:
        for text in (
            name,
            f"({name})",
            f'"{name}"',
            f"x {name}.",
            f"{name}\n{name}",
            f"é{name}" if name[0].isdigit() else f"– {name} –",
        ):
            output = SCRUBBER.scrub(text)
            assert output is None or name.casefold() not in output.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "cut near EPL Paris-Lyon 17",
        "EPL  Paris–Lyon 17 is down",
        "epl paris-lyon 17",
        "svc-00417 and svc-00417-b",
    ],
)
def test_names_that_the_reader_knows_stay(text: str) -> None:
    scrubber = Scrubber(NameScanner([*NAMES, "svc-00417", "svc-00417-b", "Paris"], {"Paris"}))
    assert scrubber.scrub(text, frozenset({"EPL Paris-Lyon 17", "svc-00417", "svc-00417-b"})) == text
    assert scrubber.scrub(text) != text


def test_a_hidden_name_within_a_known_one_goes() -> None:
    scrubber = Scrubber(NameScanner(["EPL core-7.par Lyon", "core-7.par", "Lyon"], {"Lyon"}))
    assert (
        scrubber.scrub("EPL core-7.par Lyon is down", frozenset({"EPL core-7.par Lyon"})) == "EPL [name] [name] is down"
    )


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("ping 10.0.0.1 fails", "ping [address] fails"),
        ("call +44 20 7946 0958 now", "call [phone] now"),
        ("see https://nms.example/t/4711 please", "see [link] please"),
        ("write to noc@carrier.example today", "write to [mail] today"),
        ("rack B12, slot 3", "rack [place], slot [place]"),
        ("VLANs 100, 200 and 300 are down", "VLANs [interface] and [interface] are down"),
        ("contact Jean Dupont on site", "contact [person] on site"),
        ("at 60 Hudson Street", "at [place]"),
        ("xe-0/0/1.100 flaps", "[interface] flaps"),
        ("10 .0.0.1 is gone", "[name] is gone"),
    ],
)
def test_a_class_token_says_what_stood_there(text: str, output: str) -> None:
    assert NOBODY.scrub(text) == output


def test_d45_a_class_token_does_not_tell_how_long_the_secret_was() -> None:
    assert NOBODY.scrub("on ge-0/0/1 since") == NOBODY.scrub("on HundredGigE0/7/0/3 since")


@pytest.mark.parametrize("text", ["\u202e1.0.0.01", "a \u2066b", "x\ud800", "%" + "25" * 40 + "41", "&#8238;abc"])
def test_what_cannot_be_read_safely_is_withheld(text: str) -> None:
    assert NOBODY.scrub(text) is None


# --- laws ------------------------------------------------------------------------------------------------------------

ODD = st.sampled_from([*DISGUISES.values()])
PIECE = st.one_of(
    st.text(max_size=12),
    st.sampled_from([identifier.text for identifier in planted.identifiers()]),
    st.sampled_from([word for sentence in planted.CLEAN for word in sentence.split()]),
    st.sampled_from([f"[{label}]" for label in LABELS]),
    st.builds(lambda identifier, write: write(identifier.text), st.sampled_from(list(planted.identifiers())), ODD),
)
TEXT = st.lists(PIECE, max_size=8).flatmap(
    lambda parts: st.sampled_from([" ", "", "\n", "-", "/"]).map(lambda by: by.join(parts))
)


@given(TEXT)
def test_scrubbing_twice_is_scrubbing_once(text: str) -> None:
    output = SCRUBBER.scrub(text)
    assert output is None or SCRUBBER.scrub(output) == output


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_any_text_at_all_is_cleaned_or_withheld(text: str) -> None:
    output = SCRUBBER.scrub(text)
    assert output is None or isinstance(output.encode(), bytes)


def test_naughty_strings_are_cleaned_or_withheld(vectors: Path) -> None:
    import json

    for text in json.loads((vectors / "blns" / "blns.json").read_text()):
        for long in (text, text * (1024 // max(1, len(text)))):
            output = SCRUBBER.scrub(long)
            assert output is None or SCRUBBER.scrub(output) == output


@given(st.text(alphabet=sorted("xqbwCUYhyLlv1nMN0oDR+dBHkKcf&%ZTtrmsugGjOaezS?pi.E"), max_size=12))
def test_whatever_a_rule_marks_the_quick_look_has_seen(codes: str) -> None:
    """The quick look decides alone that a text is clean, so it may never see less than the rules."""
    pieces = [Piece(at * 2, at * 2 + 1, code) for at, code in enumerate(codes)]
    if list(findings(Sight("ζ " * len(codes), pieces, codes))):
        assert SUSPECT.search(codes)


@given(TEXT)
def test_the_quick_look_sees_the_same_pieces(text: str) -> None:
    assert codes_of(text) == "".join(piece.code for piece in pieces_in(text))


# --- cost ------------------------------------------------------------------------------------------------------------


def _repeats(pattern: re.Pattern[str]) -> list[int]:
    """Return for each nesting of repetitions in an expression how often its innermost part may repeat at most."""
    from re import _constants as op  # type: ignore[attr-defined]
    from re import _parser  # type: ignore[attr-defined]

    found: list[int] = []

    def walk(items: object, times: int) -> None:
        for code, argument in items:  # type: ignore[attr-defined]
            if code in {op.MAX_REPEAT, op.MIN_REPEAT}:
                low, high, inner = argument
                found.append(times * int(high))
                walk(inner, times * (int(high) if low != high else 1))
            elif code is op.POSSESSIVE_REPEAT:
                walk(argument[2], times)  # what never goes back costs its length once
            elif code is op.SUBPATTERN:
                walk(argument[-1], times)
            elif code is op.BRANCH:
                for branch in argument[1]:
                    walk(branch, times)
            elif code in {op.ASSERT, op.ASSERT_NOT}:
                walk(argument[1], times)

    walk(_parser.parse(pattern.pattern, pattern.flags), 1)
    return found


def _expressions() -> list[re.Pattern[str]]:
    modules = (detectors, detectors_labels, detectors_rules, detectors_shapes, disguise_encodings, disguise_forms)
    values = [value for module in modules for value in vars(module).values()]
    flat = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
    return [
        part
        for value in flat
        for part in (value if isinstance(value, tuple) else (value,))
        if isinstance(part, re.Pattern)
    ]


def test_no_expression_repeats_without_bound_what_it_may_have_to_give_back() -> None:
    """An expression may look at each character a bounded number of times: that is what keeps time linear."""
    expressions = _expressions()
    assert len(expressions) > 30
    # One word is at most 256 characters when these are applied; see `detectors_alone.code_of`.
    on_single_words = {"_CORE", "_READABLE", "_BASE64", "_BASE32", "_HEXADECIMAL", "_UNDIVIDED", "_ORDINARY"}
    named = {
        id(value): name
        for module in (detectors, detectors_rules, disguise_encodings)
        for name, value in vars(module).items()
    }
    for expression in expressions:
        if named.get(id(expression)) not in on_single_words:
            assert all(times <= 100_000 for times in _repeats(expression)), expression.pattern


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        ".",
        "1.",
        "a-",
        "&#9",
        "%2",
        "=4",
        "\\u0",
        "(",
        "[dot",
        "10.",
        "ab/",
        "A",
        "\u200b",
        "é",
        "漢",
        " ",
        "l ",
        "0 ",
        "x@",
        "::",
        "[host]",
        "Jean ",
        "rack ",
        "aB",
        "base64",
        "\n",
    ],
)
def test_work_grows_with_the_text_and_no_faster(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: how many words are classified and scanned for a text of 5 and of 50 times its length."""
    counts: list[int] = []
    for size in (2_000, 20_000):
        seen = 0
        original = detectors.code_of

        def counted(core: str, followed_by: str, original: Callable[[str, str], str] = original) -> str:
            nonlocal seen
            seen += 1 + len(core)
            return original(core, followed_by)

        monkeypatch.setattr(detectors, "code_of", counted)
        SCRUBBER.scrub(unit * (size // len(unit)))
        monkeypatch.setattr(detectors, "code_of", original)
        counts.append(seen)
    assert counts[1] <= 15 * counts[0] + 20_000


def test_a_hundred_kilobytes_of_anything_come_to_an_end() -> None:
    dice = random.Random(7)
    parts = [identifier.text for identifier in planted.identifiers()]
    text = " ".join(dice.choice(parts) for _ in range(8_000))
    assert len(text) > 100_000
    output = SCRUBBER.scrub(text)
    assert output is None or SCRUBBER.scrub(output) == output


def test_what_is_long_and_escaped_all_over_is_not_read_whole_for_each_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.policy.text import scrub

    read: list[int] = []
    monkeypatch.setattr(scrub, "label_of", lambda word: read.append(len(word)) or "name")
    NOBODY.scrub("漢%41" * 2000)
    assert len(read) > 1000
    assert max(read) <= 256
