"""A step as bytes: what is written is read, and every other form is refused before anything else happens."""

from __future__ import annotations

import json

import pytest

from gateway.evidence.stream import MAX_ENTRY_BYTES, MAX_STEP_ENTRIES, Step
from gateway.evidence.wire import MAX_BODY_BYTES, MalformedStep, StepTooLarge, decode, encode

STEP = Step(1200, [b'{"a":1}', b'{"b":2}'], "x.y.z")
HEAD = {"from": 0, "count": 1, "checkpoint": "x.y.z"}


def body(head, *lines):
    raw = head if isinstance(head, bytes) else json.dumps(head).encode()
    return b"\n".join([raw, *lines]) + b"\n"


def test_a_step_is_read_as_it_was_written():
    assert decode(encode(STEP)) == STEP
    assert encode(STEP) == b'{"from":1200,"count":2,"checkpoint":"x.y.z"}\n{"a":1}\n{"b":2}\n'


def test_the_last_newline_may_be_missing():
    assert decode(encode(STEP)[:-1]) == STEP


@pytest.mark.parametrize(
    "raw",
    [
        *(
            b"",
            b"\n",
            b"{}",
            b"[]",
            b"null",
            b"\xff",
            b"\xef\xbb\xbf" + encode(STEP),
            encode(STEP).decode().encode("utf-16"),
        ),
        *(body({name: HEAD[name] for name in HEAD if name != missing}, b"x") for missing in HEAD),
        body({**HEAD, "more": 1}, b"x"),
        *(body({**HEAD, "from": value}, b"x") for value in (-1, 1.0, "0", None, True, 2**53)),
        *(body({**HEAD, "count": value}, b"x") for value in (0, -1, 1.0, "1", None, True, 2, 2**40 and 3)),
        *(body({**HEAD, "checkpoint": value}, b"x") for value in (None, 1, ["x"], {})),
        body(b'{"from":0,"from":0,"count":1,"checkpoint":"x"}', b"x"),
        body(HEAD),
        body(HEAD, b""),
        body(HEAD, b"x", b""),
        body(HEAD, b"", b"x"),
        body(HEAD, b"x", b"y"),
    ],
)
def test_any_other_form_is_refused(raw):
    with pytest.raises(MalformedStep):
        decode(raw)


def test_the_largest_step_is_read():
    step = Step(0, [b"x"] * MAX_STEP_ENTRIES, "t")
    assert decode(encode(step)) == step
    step = Step(0, [b"x" * MAX_ENTRY_BYTES], "t")
    assert decode(encode(step)) == step


@pytest.mark.parametrize(
    "step",
    [
        Step(0, [b"x"] * (MAX_STEP_ENTRIES + 1), "t"),
        Step(0, [b"x" * (MAX_ENTRY_BYTES + 1)], "t"),
        Step(0, [b"x" * 60_000] * 75, "t"),
        Step(0, [b"x"], "t" * MAX_BODY_BYTES),
    ],
    ids=["entries", "one entry", "bytes", "head"],
)
def test_a_larger_step_is_refused_as_too_large(step):
    with pytest.raises(StepTooLarge):
        decode(encode(step))
