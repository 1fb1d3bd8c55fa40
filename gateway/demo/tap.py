"""A relay between two gateways that writes down, in plaintext, what they say to each other.

Rules:
- It speaks TLS 1.3 on both sides, as the called gateway towards the caller and as the caller towards the called one.
  That takes the keys of both, which only the demo has, because it made them.
- A caller without a certificate under the anchors of `listen` does not get past the handshake.
- Bytes are written down before they are passed on, so that nothing passes that is not in the record.

It reads nothing of what it relays: connections, not requests, go through it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

_CHUNK = 65536
_SECONDS = 10


@dataclass(slots=True)
class Conversation:
    """The plaintext of one connection, in both directions."""

    there: bytearray = field(default_factory=bytearray)
    back: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Tap:
    """One relay on a loopback port of its own, in a thread of its own, from `open` to `close`."""

    upstream: tuple[str, int]
    listen: ssl.SSLContext
    call: ssl.SSLContext
    conversations: list[Conversation] = field(default_factory=list)
    is_recording: bool = True
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def open(self) -> int:
        """Begin to listen; return the port."""
        self._thread = threading.Thread(target=self._loop.run_forever, name="tap", daemon=True)
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(_SECONDS)

    def close(self) -> None:
        """End all connections and stop listening; the record stays."""
        if self._thread is None or self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._loop.close()

    @property
    def there(self) -> bytes:
        """All that callers said so far."""
        return b"".join(bytes(one.there) for one in self.conversations)

    @property
    def back(self) -> bytes:
        """All that they were answered so far."""
        return b"".join(bytes(one.back) for one in self.conversations)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0, ssl=self.listen)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._loop.shutdown_asyncgens()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine of a server runs in a task
        self._tasks.add(task)
        conversation = Conversation()
        self.conversations.append(conversation)
        host, port = self.upstream
        writers = [writer]
        try:
            far_reader, far_writer = await asyncio.open_connection(host, port, ssl=self.call, server_hostname=host)
            writers.append(far_writer)
            await asyncio.gather(
                self._pump(reader, far_writer, conversation.there), self._pump(far_reader, writer, conversation.back)
            )
        except (OSError, asyncio.CancelledError):
            pass  # the caller sees a closed connection and tries again, as with any relay
        finally:
            for one in writers:
                await _closed(one)
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, record: bytearray) -> None:
        try:
            while chunk := await reader.read(_CHUNK):
                if self.is_recording:
                    record += chunk
                writer.write(chunk)
                await writer.drain()
        finally:
            writer.close()  # TLS has no half-open connections here: one side's end is the other's


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, asyncio.CancelledError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), 1)


def messages(raw: bytes) -> Iterator[bytes]:
    """Yield the HTTP/1.1 messages in one direction of a conversation, each head with its body of `Content-Length`."""
    while raw:
        head, separator, rest = raw.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        yield head + separator + rest[:length]
        raw = rest[length:]
