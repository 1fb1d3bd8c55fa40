"""A real listener on loopback in a thread of its own, and raw sockets to talk to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.transport.server import Address, Listener, run, serve


class Recorder:
    """An ASGI application that answers with what it got, and remembers it."""

    def __init__(self, answer_bytes: int | None = None) -> None:
        self.seen: list[dict[str, Any]] = []
        self.scopes: list[dict[str, Any]] = []
        self._answer_bytes = answer_bytes

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan here")
        self.scopes.append(scope)
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        self.seen.append({"method": scope["method"], "path": scope["path"], "body": body.decode("latin-1")})
        content = json.dumps(self.seen[-1]).encode() if self._answer_bytes is None else bytes(self._answer_bytes)
        headers = [(b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


@dataclass
class Running:
    """Listeners that serve until the `with` block ends."""

    ports: list[int] = field(default_factory=list)
    stopped_after: float | None = None

    @property
    def port(self) -> int:
        return self.ports[0]


@contextlib.contextmanager
def listening(*listeners: Listener) -> Iterator[Running]:
    ready, running = threading.Event(), Running()
    failures: list[BaseException] = []
    control: dict[str, Any] = {}

    def bound(addresses: list[Address]) -> None:
        running.ports = [port for _, port in addresses]
        ready.set()

    async def main() -> None:
        control["loop"], control["stop"] = asyncio.get_running_loop(), asyncio.Event()
        await serve(listeners, control["stop"], on_bound=bound)

    def work() -> None:
        try:
            run(main())
        except BaseException as error:  # noqa: BLE001 handed to the test below
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait(10)
    try:
        if failures:
            raise failures[0]
        yield running
    finally:
        began = time.monotonic()
        if not failures:
            control["loop"].call_soon_threadsafe(control["stop"].set)
        thread.join(20)
        running.stopped_after = time.monotonic() - began
    assert not failures, failures


def connect(port: int, tls: ssl.SSLContext | None = None, timeout: float = 5) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout)
    return tls.wrap_socket(plain, server_hostname="127.0.0.1") if tls else plain


def read_to_end(sock: socket.socket) -> bytes:
    """Return everything until the other side closes; a reset is an end, too."""
    received = b""
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        while chunk := sock.recv(65536):
            received += chunk
    return received


def exchange(port: int, raw: bytes, tls: ssl.SSLContext | None = None) -> bytes:
    """Send `raw` and return everything until the listener closes."""
    with connect(port, tls) as sock:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            sock.sendall(raw)
        return read_to_end(sock)


def statuses(received: bytes) -> list[int]:
    """Return the status of each answer in `received`."""
    return [int(found) for found in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", received)]
