"""The demo's relay: it passes everything on, writes all of it down, and lets in only whom it may."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.demo.tap import Tap, messages
from gateway.transport.server import Listener
from gateway.transport.tls import client_context, exchange_context
from tests.listening import Recorder, exchange, listening
from tests.pki import Identity, client_identity, new_authority, pem, server_identity

REQUEST = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"


class Two:
    """Aurora's client and northlink's server, with an authority each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.aurora, self.northlink = new_authority("aurora"), new_authority("northlink")
        self.caller: Identity = client_identity(folder, self.aurora, "aurora", "aurora-client")
        self.called: Identity = server_identity(folder, self.northlink)

    @property
    def listen(self) -> ssl.SSLContext:
        anchors = [pem(self.aurora.certificate)]
        return exchange_context(self.called.certificate_file, self.called.key_file, anchors)

    def call(self, identity: Identity | None = None) -> ssl.SSLContext:
        one = identity or self.caller
        return client_context(one.certificate_file, one.key_file, [pem(self.northlink.certificate)])

    @contextlib.contextmanager
    def tapped(self, upstream: int) -> Iterator[tuple[Tap, int]]:
        tap = Tap(("127.0.0.1", upstream), self.listen, self.call())
        try:
            yield tap, tap.open()
        finally:
            tap.close()


def test_what_passes_the_tap_arrives_unchanged_and_is_written_down(tmp_path: Path) -> None:
    two, app = Two(tmp_path), Recorder()
    with listening(Listener(app=app, host="127.0.0.1", port=0, tls=two.listen)) as running:
        with two.tapped(running.port) as (tap, port):
            answer = exchange(port, REQUEST, two.call())
    assert app.seen == [{"method": "POST", "path": "/x", "body": "secret"}]
    assert tap.there == REQUEST
    assert answer.startswith(b"HTTP/1.1 200")
    assert tap.back == answer


def test_many_connections_are_kept_apart(tmp_path: Path) -> None:
    two = Two(tmp_path)
    with listening(Listener(app=Recorder(300_000), host="127.0.0.1", port=0, tls=two.listen)) as running:
        with two.tapped(running.port) as (tap, port):
            answers = [exchange(port, REQUEST, two.call()) for _ in range(3)]
    assert [bytes(one.there) for one in tap.conversations] == [REQUEST] * 3
    assert [bytes(one.back) for one in tap.conversations] == answers


def test_nothing_is_written_down_any_more_once_recording_ends(tmp_path: Path) -> None:
    two = Two(tmp_path)
    with listening(Listener(app=Recorder(), host="127.0.0.1", port=0, tls=two.listen)) as running:
        with two.tapped(running.port) as (tap, port):
            tap.is_recording = False
            assert b"secret" in exchange(port, REQUEST, two.call())
    assert (tap.there, tap.back) == (b"", b"")


@pytest.mark.parametrize("who", ["nobody", "somebody of another authority"])
def test_without_a_certificate_of_aurora_nobody_gets_through(tmp_path: Path, who: str) -> None:
    two, app = Two(tmp_path), Recorder()
    if who == "nobody":
        tls = ssl.create_default_context(cadata=pem(two.northlink.certificate))
    else:
        tls = two.call(client_identity(tmp_path, new_authority("mallory"), "aurora", "mallory"))
    with listening(Listener(app=app, host="127.0.0.1", port=0, tls=two.listen)) as running:
        with two.tapped(running.port) as (tap, port):
            with contextlib.suppress(ssl.SSLError, ConnectionError):
                assert exchange(port, REQUEST, tls) == b""
    assert app.seen == []
    assert tap.there == b""


def test_a_tap_with_nobody_behind_it_closes_the_connection_and_lives_on(tmp_path: Path) -> None:
    two, app = Two(tmp_path), Recorder()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with two.tapped(free) as (_, port):
        assert exchange(port, REQUEST, two.call()) == b""
        with listening(Listener(app=app, host="127.0.0.1", port=free, tls=two.listen)):
            assert b"secret" in exchange(port, REQUEST, two.call())


def test_messages_are_cut_where_their_length_says() -> None:
    one, other = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", b"GET /\r\nHost: x\r\n\r\n"
    assert list(messages(one + other + one)) == [one, other, one]
