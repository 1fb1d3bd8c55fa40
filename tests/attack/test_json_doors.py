"""Attacks on the JSON parser, by the number that the threat catalogue gives them."""

import pytest

from gateway.record.strictjson import NotStrictJson, Reason, parse
from gateway.record.validation import findings

pytestmark = pytest.mark.timeout(20)  # a refusal that takes long is a door too


def refusal(raw: bytes) -> Reason:
    """Return why `raw` is refused."""
    with pytest.raises(NotStrictJson) as refused:
        parse(raw)
    return refused.value.reason


@pytest.mark.parametrize("depth", [33, 900, 1000, 1024, 10_000, 100_000])
@pytest.mark.parametrize(
    ("opening", "middle", "closing"), [(b"[", b"", b"]"), (b'{"a":', b"1", b"}"), (b'[{"a":', b"1", b"}]")]
)
@pytest.mark.parametrize("space", [b"", b" "])
def test_h12_deep_nesting_is_refused(depth, opening, middle, closing, space):
    assert refusal(space + opening * depth + middle + closing * depth) in {Reason.TOO_DEEP, Reason.SYNTAX}


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"":'])
def test_h12_deep_nesting_that_never_closes_is_refused(opening):
    assert refusal(opening * 100_000) in {Reason.TOO_DEEP, Reason.SYNTAX}


def test_h12_depth_32_is_read():
    assert parse(b"[" * 32 + b"]" * 32)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (b"9" * 5000, Reason.NUMBER_TOO_PRECISE),
        (b"1" + b"0" * 5000, Reason.NUMBER_OUT_OF_RANGE),
        (b"1e400", Reason.NUMBER_OUT_OF_RANGE),
        (b"-1e400", Reason.NUMBER_OUT_OF_RANGE),
        (b"1e-400", Reason.NUMBER_OUT_OF_RANGE),
        (b"9007199254740992", Reason.NUMBER_OUT_OF_RANGE),
        (b"-9007199254740993", Reason.NUMBER_OUT_OF_RANGE),
        (b"18446744073709551616", Reason.NUMBER_TOO_PRECISE),
        (b"0." + b"1" * 400, Reason.NUMBER_TOO_PRECISE),
        (b"1e" + b"9" * 4000, Reason.NUMBER_OUT_OF_RANGE),
    ],
)
@pytest.mark.parametrize("frame", [b"%s", b'{"a":[%s]}', b' {"a": %s}'])
def test_h13_numbers_that_a_double_cannot_hold_are_refused(number, reason, frame):
    assert refusal(frame % number) is reason


def test_h13_the_largest_safe_integer_and_minus_zero_are_read():
    assert parse(b"[9007199254740991,-9007199254740991,-0,-0.0]") == [2**53 - 1, 1 - 2**53, 0, 0]


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity"])
@pytest.mark.parametrize("frame", [b"%s", b'{"a":%s}', b"[1, %s]"])
def test_h14_what_is_no_number_is_refused(word, frame):
    assert refusal(frame % word) is Reason.NOT_A_NUMBER


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"\\u00e9":1,"\xc3\xa9":2}',
        b'[[{"x":{"a":1,"b":2,"a":3}}]]',
        b'{"":1,"":1}',
        b'{ "a" : 1 , "a" : 2 }',
        b'{"a":{},"a":{}}',
    ],
)
def test_h15_duplicate_keys_are_refused(raw):
    assert refusal(raw) is Reason.DUPLICATE_KEY


@pytest.mark.parametrize("half", [b"\\ud800", b"\\udfff", b"\\ude00\\ud83d", b"\\ud800\\ud800", b"\\uD83Dx"])
@pytest.mark.parametrize("frame", [b'"%s"', b'{"a":"%s"}', b'{"%s":1}'])
def test_h16_lone_and_swapped_surrogates_are_refused(half, frame):
    assert refusal(frame % half) is Reason.LONE_SURROGATE


def test_h16_a_pair_of_surrogates_is_one_character():
    assert parse(b'"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize(
    "raw",
    [
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        '{"a":1}'.encode("utf-16-le"),
        '{"a":1}'.encode("utf-16-be"),
        '{"a":1}'.encode("utf-32"),
        b'"\xc0\xaf"',
        b'"\xed\xa0\xbd\xed\xb8\x80"',
        b'"\xff"',
        b'"\xe9"',
        b'"\xf4\x90\x80\x80"',
        b'{"\x80":1}',
    ],
)
def test_h17_what_is_not_plain_utf8_is_refused(raw):
    assert refusal(raw) in {Reason.BYTE_ORDER_MARK, Reason.NOT_UTF_8, Reason.SYNTAX}


@pytest.mark.parametrize("code", [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
@pytest.mark.parametrize("frame", [b'"%s"', b'{"a":"x%s"}', b'{"%s":1}', b' ["%s"]'])
def test_h18_control_characters_are_refused_however_they_are_written(code, frame):
    assert refusal(frame % (b"\\u%04x" % code)) is Reason.CONTROL_CHARACTER
    assert refusal(frame % bytes([code])) in {Reason.CONTROL_CHARACTER, Reason.SYNTAX}


@pytest.mark.parametrize("escape", [b"\\b", b"\\f"])
def test_h18_short_escapes_of_control_characters_are_refused(escape):
    assert refusal(b'"%s"' % escape) is Reason.CONTROL_CHARACTER


def test_h18_tabs_and_line_ends_are_text():
    assert parse(b'"a\\tb\\r\\nc\\\\u0000"') == "a\tb\r\nc\\u0000"


@pytest.mark.parametrize("code", [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF])
def test_h18_noncharacters_are_refused(code):
    assert refusal(b'["%s"]' % chr(code).encode()) is Reason.NONCHARACTER


@pytest.mark.parametrize("character", ["\ufb00", "\ufffd", "\U0001f47e", "ﷲ"])
def test_h18_neighbours_of_noncharacters_are_text(character):
    assert parse(f'"{character}"'.encode()) == character


def test_h18_a_mountain_of_combining_marks_is_too_long_for_any_attribute():
    record = {"@type": "Resource", "id": "r-1", "name": "e" + "\u0301" * 500_000}
    assert [found.rule for found in findings("resource", record)] == ["maxLength"]


@pytest.mark.parametrize(
    "identifier", ["re\u0301s", "r\u00e9s", "\uff11\uff12", "\u0131d", "a\u200bb", "\u0430bc", "a\tb", "a\n"]
)
def test_h19_identifiers_are_printable_ascii(identifier):
    record = {"@type": "Resource", "id": identifier, "name": "x"}
    assert [(found.pointer, found.rule) for found in findings("resource", record)] == [("/id", "not")]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,}',
        b"[1,]",
        b"{'a':1}",
        b'{"a":1}//c',
        b'/*c*/{"a":1}',
        b"{a:1}",
        b'{"a":1}{"a":1}',
        b'{"a":1}\n{"b":2}',
        b'{"a":1}\x00',
        b'{"a" 1}',
        b"[01]",
        b"[+1]",
        b"[.5]",
        b"[0x10]",
        b"[1_000]",
        b"tru",
        b"True",
        b'"\\x41"',
    ],
)
def test_h20_what_is_nearly_json_is_refused(raw):
    assert refusal(raw) in {Reason.SYNTAX, Reason.TRAILING_DATA}


@pytest.mark.parametrize("raw", [b"", b" ", b"\n\n\t"])
def test_h20_nothing_is_no_document(raw):
    assert refusal(raw) is Reason.EMPTY


@pytest.mark.parametrize(
    "raw",
    [
        b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}",
        b"[" + b"1," * 1_000_000 + b"1]",
        b"[" + b"[]," * 100_000 + b"1]",
    ],
)
def test_h21_too_many_items_are_refused(raw):
    assert refusal(raw) is Reason.TOO_MANY_ITEMS


def test_h21_an_oversized_document_is_refused_unread():
    assert refusal(b"x" * 5_000_000) is Reason.TOO_LARGE
