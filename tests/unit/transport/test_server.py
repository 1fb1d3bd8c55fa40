"""Starting and stopping listeners."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.transport.server import Address, Listener, ListenerFailed, run, serve

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def slow_app(seconds: float, events: list[str]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] == "lifespan.startup":
                events.append("startup")
                await send({"type": "lifespan.startup.complete"})
            events.append(message["type"].removeprefix("lifespan."))
            await send({"type": "lifespan.shutdown.complete"})
            return
        await asyncio.sleep(seconds)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


async def during(listeners: list[Listener], grace: float, visit: Callable[[list[Address]], Awaitable[bytes]]) -> bytes:
    """Serve, visit, set the stop while the visit goes on, and return what the visit got."""
    stop, bound = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(listeners, stop, on_bound=bound.set_result, grace=timedelta(seconds=grace)))
    visiting = asyncio.ensure_future(visit(await bound))
    await asyncio.sleep(0.1)
    stop.set()
    await serving
    return await visiting


async def fetch(addresses: list[Address]) -> bytes:
    reader, writer = await asyncio.open_connection(*addresses[-1])
    writer.write(GET)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def test_a_request_in_hand_finishes_after_the_stop_and_the_application_ends_last() -> None:
    events: list[str] = []
    app = slow_app(0.3, events)
    pair = [Listener(app=app, host="127.0.0.1", port=0), Listener(app=app, host="127.0.0.1", port=0)]
    received = run(during(pair, 5, fetch))
    assert received.endswith(b"ok")
    assert b"connection: close" in received
    assert events == ["startup", "shutdown"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_request_that_does_not_end_is_cut_off_within_the_grace() -> None:
    events: list[str] = []
    began = time.monotonic()
    received = run(during([Listener(app=slow_app(60, events), host="127.0.0.1", port=0)], 0.5, fetch))
    assert b"ok" not in received
    assert time.monotonic() - began < 30, "the application would have gone on for 60"
    assert events == ["startup", "shutdown"]


def test_a_taken_port_is_named_and_nothing_is_left_running() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listeners = [
            Listener(app=slow_app(0, []), host="127.0.0.1", port=0),
            Listener(app=slow_app(0, []), host="127.0.0.1", port=port, name="exchange"),
        ]
        with pytest.raises(ListenerFailed, match=f"exchange: 127.0.0.1:{port}"):
            run(serve(listeners, asyncio.Event()))


def test_an_application_that_does_not_start_is_named() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no store"})

    with pytest.raises(ListenerFailed, match="portal"):
        run(serve([Listener(app=app, host="127.0.0.1", port=0, name="portal")], asyncio.Event()))
