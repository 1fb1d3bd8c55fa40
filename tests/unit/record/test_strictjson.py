"""Strict JSON: what goes through, what is refused, and in which words."""

import json

import orjson
import pytest

from gateway.record import strictjson
from gateway.record.strictjson import Limits, NotStrictJson, Reason, dump, parse, parse_object, pointer_to

RECORD = {
    "@type": "Alarm",
    "id": "alm-1",
    "note": [{"text": 'tab\tquote" line\nslash\\ é 漢 😀'}],
    "n": [0, -1, 1.5, 9007199254740991, 1e100, True, None],
}


@pytest.mark.parametrize(
    "raw",
    [orjson.dumps(RECORD), json.dumps(RECORD).encode(), json.dumps(RECORD, indent=2, ensure_ascii=False).encode()],
    ids=["canonical", "escaped", "indented"],
)
def test_a_good_document_reads_the_same_however_it_is_written(raw):
    assert parse(raw) == RECORD
    assert parse(dump(parse(raw))) == RECORD


@pytest.mark.parametrize(
    "raw", [b"{}", b"[]", b'""', b"0", b"-0", b"null", b" [1 ] ", b'"\\u00e9\\/\\r"', b"1E2", b"-1e-7"]
)
def test_small_documents_are_read(raw):
    assert parse(raw) == json.loads(raw)


@pytest.mark.parametrize("raw", [b"[]", b'"a"', b"1", b"null"])
def test_only_an_object_is_an_object(raw):
    with pytest.raises(NotStrictJson) as refused:
        parse_object(raw)
    assert refused.value.reason is Reason.NOT_AN_OBJECT


def test_an_object_is_returned_as_one():
    assert parse_object(b'{"a":1}') == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "reason", "pointer"),
    [
        (b'{"a":{"b":1,"b":2}}', Reason.DUPLICATE_KEY, "/a/b"),
        (b'[{"x/y~":{"":0,"":0}}]', Reason.DUPLICATE_KEY, "/0/x~1y~0/"),
        (b'{"a":[0,"\\u0007"]}', Reason.CONTROL_CHARACTER, "/a/1"),
        (b'{"a":[9007199254740993]}', Reason.NUMBER_OUT_OF_RANGE, "/a/0"),
        (b'{"a":{"b":"\\ud800"}}', Reason.LONE_SURROGATE, "/a/b"),
        (b'{"a":1e999}', Reason.NUMBER_OUT_OF_RANGE, "/a"),
        (b'{"a\\u0000b":{"c":1}}', Reason.CONTROL_CHARACTER, ""),
        (b'{"a":{"line\\nend":"\\u0001"}}', Reason.CONTROL_CHARACTER, "/a/line\ufffdend"),
    ],
)
def test_a_refusal_points_to_the_place(raw, reason, pointer):
    with pytest.raises(NotStrictJson) as refused:
        parse(raw)
    assert (refused.value.reason, refused.value.pointer) == (reason, pointer)


def test_a_refusal_of_syntax_says_line_and_column():
    with pytest.raises(NotStrictJson, match="syntax in line 2, column 6"):
        parse(b'{\n"a": }')


def test_a_very_long_pointer_is_cut():
    assert len(pointer_to(["x" * 1000])) == 513


@pytest.mark.parametrize(
    "broken",
    [
        b'{"a":"CANARY","a":"CANARY"}',
        b'{"a":"CANARY\\u0000"}',
        b'{"a":"CANARY}',
        b'{"a":"CANARY"} CANARY',
        b'{"a":CANARY}',
        b'{"a":"CANARY\\ud800"}',
        b'{"a":"CANARY\xff"}',
        b'{"a":"CANARY","b":NaN}',
        b'{"a":"CANARY","b":1e999}',
        b"CANARY",
    ],
)
def test_a_refusal_repeats_no_value(broken):
    with pytest.raises(NotStrictJson) as refused:
        parse(broken)
    assert "CANARY" not in f"{refused.value} {refused.value.pointer} {refused.value.reason} {refused.value.args}"
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("spaces", [b"", b" "], ids=["canonical", "spaced"])
def test_limits_hold_exactly_on_both_ways(spaces):
    limits = Limits(max_bytes=200, max_depth=3, max_items=7)
    assert parse(spaces + b"[[[1]],2,3,4,5]", limits)
    assert parse(spaces + b"[[[]],[[]],[]]", limits)
    for raw, reason in [
        (b"[[[[]]]]", Reason.TOO_DEEP),
        (b"[1,[1,2],3,4,5,6]", Reason.TOO_MANY_ITEMS),
        (b'{"a":[],"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0}', Reason.TOO_MANY_ITEMS),
        (b"[" + b" " * 200 + b"]", Reason.TOO_LARGE),
    ]:
        with pytest.raises(NotStrictJson) as refused:
            parse(spaces + raw, limits)
        assert refused.value.reason is reason, raw


def test_the_short_way_is_taken_for_what_we_write_ourselves(monkeypatch):
    monkeypatch.setattr(strictjson, "_inspect", lambda *_: pytest.fail("took the long way"))
    many = {"@type": "Service", "supportingResource": [{"id": f"r-{n}"} for n in range(500)]}
    for value in (RECORD | {"n": 1}, many):
        assert parse(dump(value)) == value


def test_the_middle_way_is_taken_for_what_differs_in_spaces_only(monkeypatch):
    monkeypatch.setattr(strictjson, "_inspect", lambda *_: pytest.fail("took the long way"))
    assert parse(b'{ "a": [1.50, {"b": "c"}], "d": "\\/" }') == {"a": [1.5, {"b": "c"}], "d": "/"}


def test_doubled_keys_in_a_large_object_are_found_quickly():
    raw = b"{" + b",".join(b'"k%d":0' % (n % 19_000) for n in range(19_001)) + b"}"
    with pytest.raises(NotStrictJson) as refused:
        parse(raw)
    assert refused.value.pointer == "/k0"
