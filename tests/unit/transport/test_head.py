"""The head check on bytes alone."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.transport.head import METHODS, REASONS, HeadLimits, HeadRefused, check_head, check_partial
from gateway.transport.protocol import refusal

LIMITS = HeadLimits(max_body_bytes=1000)


def head(*fields: bytes, line: bytes = b"POST /x?y=%20 HTTP/1.1", host: bytes = b"Host: a") -> bytes:
    return b"\r\n".join([line, *([host] if host else []), *fields, b"", b""])


def reason(raw: bytes) -> str:
    with pytest.raises(HeadRefused) as refused:
        check_head(raw, LIMITS)
    return refused.value.reason


def test_the_framing_of_a_good_head_is_returned() -> None:
    found = check_head(head(b"content-length: 007", b"Connection: x, Close", b"X:"), LIMITS)
    assert (found.method, found.target, found.content_length, found.is_last) == ("POST", b"/x?y=%20", 7, True)


def test_a_head_without_length_has_no_body() -> None:
    found = check_head(head(), LIMITS)
    assert (found.content_length, found.is_last) == (0, False)


@pytest.mark.parametrize("host", [b"a", b"a.test:8443", b"127.0.0.1:1", b"[::1]", b"[::1]:443", b"A-b_c.test"])
def test_usual_hosts_pass(host: bytes) -> None:
    check_head(head(host=b"Host: " + host), LIMITS)


@pytest.mark.parametrize(
    "target", [b"/", b"/a/b.c", b"/a?b=/../c&d=//e", b"/a/customer:acme", b"/a?f=x%2Fy", b"/.a/..b"]
)
def test_usual_targets_pass(target: bytes) -> None:
    assert check_head(head(line=b"GET " + target + b" HTTP/1.1"), LIMITS).target == target


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (head(b"Content-Length: 1001"), "body-size"),
        (head(b"Content-Length: 1000000000000000"), "length"),
        (head(b"Content-Length: 1", b"Transfer-Encoding: chunked"), "framing"),
        (head(b"Transfer-Encoding: chunked"), "chunked"),
        (head(b"Expect: 100-continue"), "expect"),
        (head(b"Upgrade: h2c"), "upgrade"),
        (head(host=b""), "host"),
        (head(b"Host: a"), "host"),
        (head(b"Authorization: a", b"authorization: b"), "repeated"),
        (head(line=b"GET / HTTP/1.0"), "version"),
        (head(line=b"GET / HTTP/2.0"), "version"),
        (head(line=b"TRACE / HTTP/1.1"), "method"),
        (head(line=b"GET /" + b"a" * 4096 + b" HTTP/1.1"), "target-size"),
        (head(b"X: " + b"a" * 16384), "head-size"),
        (head(*[b"X: a"] * 100), "head-size"),
        (head(b"X: a\x7fb"), "field"),
    ],
)
def test_each_refusal_has_its_reason(raw: bytes, expected: str) -> None:
    assert reason(raw) == expected


def test_fields_that_may_repeat_do() -> None:
    check_head(head(b"Accept: a", b"Accept: b", b"X-Forwarded-For: a", b"X-Forwarded-For: b"), LIMITS)


@pytest.mark.parametrize("raw", [b"\x16\x03\x01", b" GET", b"GET / HTTP/1.1\nHost", b"GET / HTTP/1.0\r\nH", b"get "])
def test_a_hopeless_beginning_is_refused_at_once(raw: bytes) -> None:
    with pytest.raises(HeadRefused):
        check_partial(raw, LIMITS)


def test_every_beginning_of_a_good_head_may_go_on() -> None:
    raw = head(b"Content-Length: 3", b"X: y", line=b"DELETE /a?b HTTP/1.1")
    for length in range(len(raw) - 3):
        check_partial(raw[:length], LIMITS)
    check_head(raw, LIMITS)


@pytest.mark.parametrize("which", sorted(REASONS))
def test_every_refusal_is_one_complete_answer_that_closes(which: str) -> None:
    raw_head, _, body = refusal(which).partition(b"\r\n\r\n")
    assert b"content-length: %d" % len(body) in raw_head
    assert b"connection: close" in raw_head
    assert raw_head.startswith(b"HTTP/1.1 4" if which != "version" else b"HTTP/1.1 505")
    assert REASONS[which][1].endswith(".")


PIECES = st.lists(
    st.sampled_from(
        [
            b"GET",
            b" ",
            b"/",
            b"HTTP/1.1",
            b"\r\n",
            b"\n",
            b"\r",
            b"Host",
            b":",
            b"a",
            b"Content-Length",
            b"5",
            b"\0",
            b"\xff",
        ]
    ),
    max_size=30,
)


@given(st.one_of(st.binary(max_size=300), PIECES.map(b"".join)))
def test_anything_at_all_is_framed_or_refused(raw: bytes) -> None:
    for check in (check_partial, check_head):
        with contextlib.suppress(HeadRefused):
            check(raw, LIMITS)


@given(st.sampled_from(sorted(METHODS)), st.binary(min_size=1, max_size=3))
def test_what_passes_has_no_byte_that_a_parser_may_read_otherwise(method: str, junk: bytes) -> None:
    raw = method.encode() + b" / HTTP/1.1\r\nHost: a\r\nX: " + junk + b"\r\n\r\n"
    try:
        check_head(raw, LIMITS)
    except HeadRefused:
        return
    assert not set(junk) & (set(range(32)) - {9}) - {127} or b"\r\n" in raw[20:-4]
    assert b"\r\n\r\n" not in raw[:-4]
