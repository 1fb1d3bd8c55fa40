"""H-01 to H-09 and H-31: what a stranger may do to a listener before any application sees it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.transport.head import HeadLimits
from gateway.transport.limits import Limits
from gateway.transport.server import Listener
from tests.listening import Recorder, Running, connect, exchange, listening, read_to_end, statuses

VECTORS = Path(os.environ.get("DEMARC_VECTORS", Path(__file__).parents[3] / "shared" / "vectors"))
SHORT = Limits(
    head=HeadLimits(max_body_bytes=100_000),
    head_deadline=timedelta(seconds=0.4),
    body_deadline=timedelta(seconds=0.4),
    idle_deadline=timedelta(seconds=0.3),
    write_deadline=timedelta(seconds=0.4),
    linger=timedelta(seconds=0.02),
    max_connections=40,
    max_connections_per_client=20,
)
HOST = b"Host: gateway.test\r\n"


class Edge:
    def __init__(self, running: Running, app: Recorder, refused: Counter[str]) -> None:
        self.port, self.app, self.refused = running.port, app, refused


@pytest.fixture
def edge() -> Iterator[Edge]:
    app = Recorder()
    listener = Listener(app=app, host="127.0.0.1", port=0, limits=SHORT)
    with listening(listener) as running:
        yield Edge(running, app, listener.refused)


def post(*fields: bytes, body: bytes = b"", line: bytes = b"POST /x HTTP/1.1") -> bytes:
    return b"\r\n".join([line, b"Host: gateway.test", *fields, b"", b""]) + body


def refused(edge: Edge, raw: bytes) -> int:
    """Return the one status with which `raw` was refused; the application saw nothing."""
    received = exchange(edge.port, raw)
    assert edge.app.scopes == []
    assert len(statuses(received)) == 1, received
    assert b"connection: close" in received
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"date:" not in head.lower()
    assert b"server:" not in head.lower()
    assert json.loads(body)["type"] == "urn:demarc:error:http.request-refused"
    return statuses(received)[0]


def test_a_plain_request_is_answered(edge: Edge) -> None:
    received = exchange(edge.port, post(b"Content-Length: 3", b"Connection: close", body=b"abc"))
    assert statuses(received) == [200]
    assert edge.app.seen == [{"method": "POST", "path": "/x", "body": "abc"}]
    assert b"date:" not in received.lower()
    assert b"server:" not in received.lower()


# --- H-01, H-05 ---

SMUGGLED = b"0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([b"Content-Length: 6", b"Transfer-Encoding: chunked"], 400),
        ([b"Transfer-Encoding: chunked", b"Content-Length: 6"], 400),
        ([b"Transfer-Encoding: chunked"], 411),
        ([b"Transfer-Encoding: xchunked"], 411),
        ([b"Transfer-Encoding: chunked, identity"], 411),
        ([b"Transfer-Encoding:\tchunked"], 411),
        ([b"Transfer-Encoding: \x0bchunked"], 400),
        ([b"Transfer-Encoding : chunked"], 400),
        ([b"transfer-encoding: chunked", b"Transfer-Encoding: identity"], 400),
        ([b"X: y\r\n Transfer-Encoding: chunked"], 400),
    ],
)
def test_h01_transfer_encoding_never_frames_a_body(edge: Edge, fields: list[bytes], status: int) -> None:
    assert refused(edge, post(*fields, body=SMUGGLED)) == status


def test_h01_transfer_encoding_in_http_1_0(edge: Edge) -> None:
    raw = post(b"Transfer-Encoding: chunked", body=SMUGGLED, line=b"POST / HTTP/1.0")
    assert refused(edge, raw) == 505


# --- H-02 ---


@pytest.mark.parametrize(
    "fields",
    [
        [b"Content-Length: 5", b"Content-Length: 6"],
        [b"Content-Length: 5", b"Content-Length: 5"],
        [b"Content-Length: +5"],
        [b"Content-Length: 0x5"],
        [b"Content-Length: 5,5"],
        [b"Content-Length: -5"],
        [b"Content-Length: 18446744073709551616"],
        [b"Content-Length: "],
        [b"Content-Length: 5 5"],
        [b"Content-Length: 5_0"],
        [b"Content-Length: \xb2"],
        [b"Content-Length : 5"],
    ],
)
def test_h02_a_doubtful_content_length(edge: Edge, fields: list[bytes]) -> None:
    assert refused(edge, post(*fields, body=b"12345")) == 400


# --- H-03 ---


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        b" GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n\tb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX\0: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x1bb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\tHTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        b"GET /\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_h03_a_head_with_two_readings(edge: Edge, raw: bytes) -> None:
    assert refused(edge, raw) == 400


# --- H-04 ---


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: user@a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a,b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a:port\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        b"GET http://other.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET //other.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_h04_h25_a_doubtful_host_or_target(edge: Edge, raw: bytes) -> None:
    assert refused(edge, raw) == 400


@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE", b"PRI", b"get", b"BREW"])
def test_h24_other_methods_are_not_offered(edge: Edge, method: bytes) -> None:
    assert refused(edge, method + b" / HTTP/1.1\r\nHost: a\r\n\r\n") in {400, 405}


def test_h31_an_upgrade_is_not_offered(edge: Edge) -> None:
    raw = post(b"Connection: Upgrade", b"Upgrade: websocket", line=b"GET / HTTP/1.1")
    assert refused(edge, raw) == 400


@pytest.mark.parametrize(
    "name", [b"Content-Type", b"Authorization", b"Content-Encoding", b"Client-Cert", b"Cookie", b"Range"]
)
def test_a_field_with_one_value_appears_once(edge: Edge, name: bytes) -> None:
    assert refused(edge, post(name + b": a", name.lower() + b": b")) == 400


# --- H-06 ---


def test_h06_what_follows_a_close_is_ignored(edge: Edge) -> None:
    raw = post(b"Connection: close", line=b"GET /1 HTTP/1.1") + post(line=b"GET /2 HTTP/1.1")
    assert statuses(exchange(edge.port, raw)) == [200]
    assert [seen["path"] for seen in edge.app.seen] == ["/1"]


def test_h06_a_thousand_requests_at_once_are_answered_in_order(edge: Edge) -> None:
    raw = b"".join(post(b"Content-Length: 2", body=b"ab", line=b"POST /%d HTTP/1.1" % n) for n in range(1000))
    received = exchange(edge.port, raw)
    assert statuses(received) == [200] * 1000
    assert [seen["path"] for seen in edge.app.seen] == [f"/{n}" for n in range(1000)]
    assert {seen["body"] for seen in edge.app.seen} == {"ab"}


def test_h06_a_body_is_never_read_as_a_request(edge: Edge) -> None:
    inner = post(line=b"GET /admin HTTP/1.1")
    raw = post(b"Content-Length: %d" % len(inner), body=inner) + post(b"Connection: close", line=b"GET /2 HTTP/1.1")
    assert statuses(exchange(edge.port, raw)) == [200, 200]
    assert [seen["path"] for seen in edge.app.seen] == ["/x", "/2"]


def test_a_bad_request_after_a_good_one_ends_the_connection(edge: Edge) -> None:
    raw = post(line=b"GET /1 HTTP/1.1") + b"GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n" + post(line=b"GET /3 HTTP/1.1")
    assert statuses(exchange(edge.port, raw)) == [200, 400]
    assert [seen["path"] for seen in edge.app.seen] == ["/1"]


# --- H-07 ---


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (post(b"X: " + b"a" * 16 * 1024), 431),
        (post(b"X: " + b"a" * 100 * 1024), 431),
        (post(b"X: " + b"a" * 10_000_000), 431),
        (post(*[b"X%d: a" % n for n in range(101)]), 431),
        (post(*[b"X%d: a" % n for n in range(20_000)]), 431),
        (b"GET /" + b"a" * 4096 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    ],
)
def test_h07_a_head_beyond_the_limits(edge: Edge, raw: bytes, status: int) -> None:
    received = exchange(edge.port, raw)
    assert edge.app.scopes == []
    assert statuses(received) in ([status], [])  # a client that sends on for long may see the reset first
    assert sum(edge.refused.values()) == 1


def test_h07_the_largest_head_within_the_limits_passes(edge: Edge) -> None:
    padding = SHORT.head.max_head_bytes - len(post(b"Connection: close", b"X: "))
    raw = post(b"Connection: close", b"X: " + b"a" * padding)
    assert len(raw) == SHORT.head.max_head_bytes
    assert statuses(exchange(edge.port, raw)) == [200]


# --- H-08 ---


def drip(sock: socket.socket, raw: bytes, pause: float = 0.05, within: float = 3) -> tuple[bytes, float]:
    """Send `raw` byte by byte until the listener closes; return what it answered and when."""
    began = time.monotonic()
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        for byte in raw:
            sock.sendall(bytes([byte]))
            time.sleep(pause)
            if time.monotonic() - began > within:
                break
    return read_to_end(sock), time.monotonic() - began


def test_h08_a_head_that_drips_is_dropped_at_the_deadline(edge: Edge) -> None:
    with connect(edge.port) as sock:
        received, took = drip(sock, post(b"X: " + b"a" * 200))
    assert statuses(received) in ([408], [])
    assert 0.3 < took < 2
    assert edge.refused["late"] == 1
    assert edge.app.scopes == []


def test_h08_a_connection_that_says_nothing_is_dropped(edge: Edge) -> None:
    began = time.monotonic()
    assert exchange(edge.port, b"") == b""
    assert 0.3 < time.monotonic() - began < 2


def test_h08_a_body_that_drips_is_dropped_at_the_deadline(edge: Edge) -> None:
    with connect(edge.port) as sock:
        sock.sendall(post(b"Content-Length: 1000"))
        received, took = drip(sock, b"a" * 200)
    assert statuses(received) in ([408], [])
    assert 0.3 < took < 2
    assert edge.app.seen == []


def test_h08_an_idle_connection_is_closed_without_a_word(edge: Edge) -> None:
    with connect(edge.port) as sock:
        sock.sendall(post(line=b"GET /1 HTTP/1.1"))
        began = time.monotonic()
        assert statuses(read_to_end(sock)) == [200]
    assert 0.2 < time.monotonic() - began < 1.5


def test_h08_a_late_second_head_is_dropped(edge: Edge) -> None:
    with connect(edge.port) as sock:
        sock.sendall(post(line=b"GET /1 HTTP/1.1"))
        time.sleep(0.1)
        received, took = drip(sock, post(b"X: " + b"a" * 200))
    assert statuses(received) in ([200, 408], [200], [])
    assert took < 2


@pytest.mark.parametrize("last", [b"Connection: close", b"X: keep"])
def test_h08_an_answer_that_is_not_read_is_cut_off(last: bytes) -> None:
    app = Recorder(answer_bytes=30_000_000)
    with listening(Listener(app=app, host="127.0.0.1", port=0, limits=SHORT)) as running, connect(running.port) as sock:
        sock.sendall(post(last, line=b"GET / HTTP/1.1"))
        time.sleep(1.2)
        received = b""
        with contextlib.suppress(OSError):
            while chunk := sock.recv(1_000_000):
                received += chunk
        assert 0 < len(received) < 30_000_000


# --- H-09 ---


def test_h09_a_body_over_the_cap_is_refused_before_it_is_read(edge: Edge) -> None:
    with connect(edge.port) as sock:
        sock.sendall(post(b"Content-Length: 100001"))
        assert statuses(read_to_end(sock)) == [413]
    assert edge.app.scopes == []


def test_h09_a_hundred_megabytes_are_not_taken_in(edge: Edge) -> None:
    received = exchange(edge.port, post(b"Content-Length: 100000000", body=b"a" * 20_000_000))
    assert statuses(received) in ([413], [])
    assert edge.refused["body-size"] == 1
    assert edge.app.scopes == []


def test_h09_expect_is_refused(edge: Edge) -> None:
    assert refused(edge, post(b"Content-Length: 5", b"Expect: 100-continue")) == 417


def test_a_body_at_the_cap_passes(edge: Edge) -> None:
    raw = post(b"Content-Length: 100000", b"Connection: close", body=b"a" * 100_000)
    assert statuses(exchange(edge.port, raw)) == [200]
    assert len(edge.app.seen[0]["body"]) == 100_000


# --- connections ---


def test_m21_one_client_has_only_so_many_connections(edge: Edge) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(SHORT.max_connections_per_client):
            stack.enter_context(connect(edge.port))
        time.sleep(0.05)
        assert exchange(edge.port, post(b"Connection: close")) == b""
    time.sleep(0.05)
    assert edge.refused["connections"] == 1
    assert statuses(exchange(edge.port, post(b"Connection: close"))) == [200]


def test_a_stop_lets_the_request_in_hand_finish_and_ends_the_rest() -> None:
    app = Recorder()
    with listening(Listener(app=app, host="127.0.0.1", port=0)) as running:
        idle = connect(running.port)
        idle.sendall(post(line=b"GET /1 HTTP/1.1"))
        assert idle.recv(65536)
        silent = connect(running.port)
    with idle, silent:
        assert idle.recv(10) == b""
        assert silent.recv(10) == b""
    assert running.stopped_after is not None
    assert running.stopped_after < 2


# --- H-32: published cases ---


def strict_cases() -> list[dict[str, object]]:
    file = VECTORS / "llhttp" / "request-cases.json"
    if not file.exists():
        return []
    cases = json.loads(file.read_text())
    return [case for case in cases if case["meta"]["type"] == "request"]


def with_host(raw: bytes) -> bytes:
    """Return the case with a Host field, without which we would refuse it for that alone."""
    line, end, rest = raw.partition(b"\r\n")
    return line + end + HOST + rest if end and b"host:" not in raw.lower() else raw


@pytest.mark.parametrize("change", [bytes, with_host], ids=["as published", "with a Host"])
def test_h32_no_published_invalid_request_reaches_the_application(change: Callable[[bytes], bytes]) -> None:
    """Only the valid first of two requests may be answered, where the published fault is in what follows it."""
    cases = strict_cases()
    if not cases:
        pytest.skip("needs the published vectors")
    app, reached, short = Recorder(), [], timedelta(seconds=0.03)
    limits = Limits(linger=short, idle_deadline=short, head_deadline=short, body_deadline=short)
    with listening(Listener(app=app, host="127.0.0.1", port=0, limits=limits)) as running:
        for case in cases:
            before = len(app.seen)
            text = str(case["raw_latin1"])
            exchange(running.port, change(text.encode("latin-1" if max(text) < "\u0100" else "utf-8")))
            if case["llhttp_error"] and len(app.seen) > before:
                reached.append((case["llhttp_error"], case["section"], len(app.seen) - before))
    assert sum(bool(case["llhttp_error"]) for case in cases) >= 60
    assert [entry for entry in reached if entry[0] != "Data after `Connection: close`" or entry[2] != 1] == []
