"""What a peer's answer means: nothing counts as delivered that is not understood."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.answers import Verdict, read_answer

GAP, FORK = "urn:demarc:error:stream.gap", "urn:demarc:error:stream.fork"


def read(status, body, retry_after=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(status, raw, retry_after)


def test_a_receipt_acknowledges():
    reading = read(200, {"receipt": "x.y.z"})
    assert (reading.verdict, reading.receipt) == (Verdict.ACKNOWLEDGED, "x.y.z")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((200, body) for body in ({}, {"receipt": None}, {"receipt": ["x"]}, [], "x", b"", b"OK", b"\xff")),
        *((status, {"receipt": "x"}) for status in (201, 202, 204, 301, 401, 403, 409, 500, 503, 0, 999)),
        (200, b'{"receipt":"a","receipt":"b"}'),
        (200, b'{"receipt":"' + b"x" * 70_000 + b'"}'),
    ],
)
def test_what_is_no_receipt_never_counts_as_delivered(status, body):
    assert read(status, body).verdict is Verdict.RETRY


def test_a_gap_names_where_to_go_on():
    reading = read(409, {"type": GAP, "expected": 1100})
    assert (reading.verdict, reading.expected) == (Verdict.REWIND, 1100)


@pytest.mark.parametrize("expected", [None, -1, "7", 1.5, True, [1]])
def test_a_gap_without_a_position_is_tried_again(expected):
    assert read(409, {"type": GAP, "expected": expected}).verdict is Verdict.RETRY


def test_a_fork_stops():
    assert read(409, {"type": FORK}).verdict is Verdict.FORKED


@pytest.mark.parametrize("status", [200, 400, 404, 500])
@pytest.mark.parametrize("kind", [GAP, FORK])
def test_a_gap_or_fork_with_another_status_is_none(status, kind):
    assert read(status, {"type": kind, "expected": 3}).verdict not in (Verdict.REWIND, Verdict.FORKED)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_refusal_of_these_bytes_stops_because_sending_them_again_cannot_help(status):
    reading = read(status, {"type": "urn:demarc:error:exchange.malformed"})
    assert (reading.verdict, reading.detail) == (Verdict.REFUSED, f"{status} urn:demarc:error:exchange.malformed")


@pytest.mark.parametrize("problem", [None, 7, ["x"], "x" * 100, "é", {}])
def test_a_problem_type_that_is_none_is_not_repeated(problem):
    assert read(422, {"type": problem}).detail == "422 no problem type"


@pytest.mark.parametrize("status", [401, 403, 404, 409, 418, 429, 500, 502, 503])
def test_anything_else_is_tried_again(status):
    assert read(status, {"type": "urn:demarc:error:other"}).verdict is Verdict.RETRY


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        *((("0"), timedelta()), ("5", timedelta(seconds=5)), ("999999", timedelta(seconds=999999))),
        *(
            (text, None)
            for text in (None, "", "-1", "1.5", " 5", "1e3", "٣", "1000000", "Wed, 21 Oct 2026 07:28:00 GMT")
        ),
    ],
)
def test_r12_only_a_plain_number_of_seconds_is_a_wish(told, asked):
    assert read(503, {}, told).retry_after == asked


@given(st.integers(), st.binary(max_size=200), st.none() | st.text())
def test_any_answer_at_all_has_a_meaning(status, body, retry_after):
    assert isinstance(read_answer(status, body, retry_after).verdict, Verdict)
