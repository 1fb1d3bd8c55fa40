"""Ask an ASGI application without sockets, threads or an event loop, and write down every byte of its answer.

Nothing in the gateway's applications waits for anything but threads that run its own synchronous code; run in place,
an answer is one uninterrupted call. That makes tens of thousands of pairs of answers affordable.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import anyio.to_thread

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """One request; `certificate` is what TLS would have verified."""

    label: str
    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    certificate: str | None = None
    listener: str = "public"


@dataclass
class Answer:
    """What came back, to the last byte; `error` is what the application raised on to its server, which nobody sees."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    error: BaseException | None = None

    def raw(self) -> bytes:
        """Return status line, headers in their order, and body."""
        lines = [b"HTTP/1.1 %d" % self.status, *(name + b": " + value for name, value in self.headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body

    def header(self, name: str) -> str:
        """Return the first header of this name."""
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == name.encode()), "")


@contextlib.contextmanager
def threads_in_place() -> Iterator[None]:
    """Run what would go to a thread at once in this one."""

    async def run_sync(function: Callable[..., Any], *args: Any, **_options: Any) -> Any:
        return function(*args)

    former = anyio.to_thread.run_sync
    anyio.to_thread.run_sync = run_sync  # type: ignore[assignment]
    try:
        yield
    finally:
        anyio.to_thread.run_sync = former


def ask(app: App, request: Request) -> Answer:
    """Return the answer of `app`."""
    answer, chunks = Answer(), [request.body]

    async def receive() -> Scope:
        if chunks:
            return {"type": "http.request", "body": chunks.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: Scope) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], [(bytes(n), bytes(v)) for n, v in message["headers"]]
        else:
            answer.body += message.get("body", b"")

    call: Any = app(_scope(request), receive, send)
    try:
        call.send(None)
    except StopIteration:
        return answer
    except Exception as error:  # noqa: BLE001 - what the server would log; the caller has its answer already
        answer.error = error
        return answer
    raise AssertionError(f"{request.method} {request.path} waits for something")


def _scope(request: Request) -> Scope:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    if request.body:
        headers.append((b"content-length", str(len(request.body)).encode()))
    chain = [request.certificate] if request.certificate else []
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "https",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "root_path": "",
        "headers": [(b"host", b"gateway.example"), *headers],
        "client": ("192.0.2.77", 4711),
        "server": ("192.0.2.1", 443),
        "extensions": {"tls": {"client_cert_chain": chain}},
        "state": {},
    }
