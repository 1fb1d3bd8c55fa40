"""Serve several listeners in one event loop: accept, handshake, guard, and a clean stop.

Rules:
- Connections are counted before their TLS handshake, and the handshake has a deadline.
- A refused handshake is logged with OpenSSL's own reason; nothing that the client sent gets into the log.
- The TLS context is asked for anew at each connection, so enrolling or removing a peer needs no restart.
- Stopping ends within `grace`: no new connections, requests in hand finish, what is left is cut off.

The caller owns signals: it sets `stop`.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import uvloop
from uvicorn.config import Config
from uvicorn.server import ServerState

from gateway.errors import SettingsError
from gateway.transport.gate import Gate, TooManyConnections
from gateway.transport.limits import Limits
from gateway.transport.protocol import GuardedProtocol, Refused

_log = logging.getLogger("gateway.transport")
_BACKLOG = 1024
_TICK = 0.02
_OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
T = TypeVar("T")

Tls = ssl.SSLContext | Callable[[], ssl.SSLContext] | None
Address = tuple[str, int]


class ListenerFailed(SettingsError):
    """A listener cannot be started."""

    code = "settings.listener-failed"
    remedy = "Choose an address of this machine and a free port, and read the log of the application."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One address and the application behind it.

    Attributes:
        app: An ASGI 3 application; several listeners of one application share one lifespan.
        host: Address or name to bind; the first address of a name is used.
        port: 0 takes a free port.
        tls: A context, or what returns the current one; None for plain HTTP, which only loopback may have.
        limits: What strangers are granted.
        name: How the log calls this listener.
        refused: Counts refusals by reason: closed vocabulary, fit for a metric.
    """

    app: Any
    host: str
    port: int
    tls: Tls = None
    limits: Limits = field(default_factory=Limits)
    name: str = "listener"
    refused: Counter[str] = field(default_factory=Counter)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in an event loop that suits a server."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


async def serve(
    listeners: Sequence[Listener],
    stop: asyncio.Event,
    *,
    on_bound: Callable[[list[Address]], None] = lambda _: None,
    grace: timedelta = timedelta(seconds=10),
) -> None:
    """Serve until `stop` is set, then end within `grace`.

    Args:
        listeners: What to serve; their addresses are bound before any application starts.
        stop: Set by the caller, for instance at SIGTERM.
        on_bound: Told the bound addresses, in the order of `listeners`, once all of them answer.
        grace: How long requests in hand may go on.

    Raises:
        ListenerFailed: An address cannot be bound, or an application refuses to start; nothing is left running.
    """
    sockets = _bind_all(listeners)
    try:
        configs = [_config(listener) for listener in listeners]
        lifespans = await _start_applications(listeners, configs)
        doors = [
            _Door(listener, config, sock, lifespans[id(listener.app)].state)
            for listener, config, sock in zip(listeners, configs, sockets, strict=True)
        ]
        accepting = [asyncio.create_task(door.accept()) for door in doors]
        on_bound([sock.getsockname()[:2] for sock in sockets])
        await _stopped_or_broken(stop, accepting)
    finally:
        for sock in sockets:
            sock.close()
    await asyncio.gather(*(door.close(grace * 0.9) for door in doors))
    for lifespan in lifespans.values():
        await asyncio.wait_for(lifespan.shutdown(), grace.total_seconds())
    for task in accepting:
        if not task.cancelled() and (error := task.exception()):
            raise error


async def _stopped_or_broken(stop: asyncio.Event, accepting: Sequence[asyncio.Task[None]]) -> None:
    """Wait for `stop`, or for an accept loop that ended by itself; then end all accept loops."""
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopping, *accepting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (stopping, *accepting):
            task.cancel()
        await asyncio.wait({stopping, *accepting})


def _bind_all(listeners: Sequence[Listener]) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for listener in listeners:
            sockets.append(_bind(listener))  # noqa: PERF401 the partial list is needed when one fails
    except ListenerFailed:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _bind(listener: Listener) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ListenerFailed(f"{listener.name}: no such address {listener.host!r}: {error.strerror}") from error
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise ListenerFailed(f"{listener.name}: {listener.host}:{listener.port}: {error.strerror}") from error
    return sock


def _config(listener: Listener) -> Config:
    config = Config(
        listener.app,
        http=GuardedProtocol,
        ws="none",
        lifespan="auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
    )
    config.load()
    return config


async def _start_applications(listeners: Sequence[Listener], configs: Sequence[Config]) -> dict[int, Any]:
    """Start each application once, and return its lifespan by the identity of the application."""
    started: dict[int, Any] = {}
    for listener, config in zip(listeners, configs, strict=True):
        if id(listener.app) in started:
            continue
        lifespan = config.lifespan_class(config)
        await lifespan.startup()
        if lifespan.should_exit:
            for earlier in started.values():
                await earlier.shutdown()
            raise ListenerFailed(f"{listener.name}: the application did not start")
        started[id(listener.app)] = lifespan
    return started


class _Door:
    """One listener at work."""

    def __init__(self, listener: Listener, config: Config, sock: socket.socket, state: dict[str, Any]) -> None:
        self._listener = listener
        self._config = config
        self._socket = sock
        self._app_state = state
        self._server_state = ServerState()
        self._gate = Gate(listener.limits)
        self._admissions: set[asyncio.Task[None]] = set()

    async def accept(self) -> None:
        """Accept until cancelled; each connection is admitted in a task of its own."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(self._socket)
            except OSError as error:
                await self._after_failed_accept(error)
                continue
            task = loop.create_task(self._admit(connection, str(address[0])))
            self._admissions.add(task)
            task.add_done_callback(self._admissions.discard)

    async def _after_failed_accept(self, error: OSError) -> None:
        """Go on after an error of one connection; wait when the machine is out of something."""
        if error.errno == errno.EBADF:
            raise error
        _log.warning("%s: cannot accept: %s", self._listener.name, error.strerror)
        await asyncio.sleep(0.5 if error.errno in _OUT_OF_FILES else 0)

    async def _admit(self, connection: socket.socket, address: str) -> None:
        """Count the connection, shake hands, and hand it to its protocol."""
        try:
            client = self._gate.enter(address)
        except TooManyConnections as error:
            self._note("connections", address, str(error))
            connection.close()
            return
        protocol = _Counted(self._protocol_arguments(), on_lost=lambda: self._gate.leave(client))
        try:
            await self._shake_hands(connection, protocol)
        except OSError as error:  # ssl.SSLError and TimeoutError are OSErrors
            self._note("handshake", address, _reason(error))
        finally:
            if not protocol.is_made:
                connection.close()
                self._gate.leave(client)

    async def _shake_hands(self, connection: socket.socket, protocol: GuardedProtocol) -> None:
        tls, limits = self._listener.tls, self._listener.limits
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = tls() if callable(tls) else tls
        loop = asyncio.get_running_loop()
        if context is None:
            await loop.connect_accepted_socket(lambda: protocol, connection)
            return
        await loop.connect_accepted_socket(
            lambda: protocol,
            connection,
            ssl=context,
            ssl_handshake_timeout=limits.handshake_deadline.total_seconds(),
            ssl_shutdown_timeout=limits.shutdown_deadline.total_seconds(),
        )

    def _protocol_arguments(self) -> tuple[Config, ServerState, dict[str, Any], Limits, Refused]:
        return self._config, self._server_state, self._app_state, self._listener.limits, self._count

    def _count(self, reason: str) -> None:
        self._listener.refused[reason] += 1

    def _note(self, what: str, address: str, reason: str) -> None:
        self._count(what)
        _log.warning("%s: %s of %s refused: %s", self._listener.name, what, address, reason)

    async def close(self, grace: timedelta) -> None:
        """Let requests in hand finish, then cut off what is left."""
        for admission in self._admissions:
            admission.cancel()
        state = self._server_state
        for open_connection in list(state.connections):
            open_connection.shutdown()
        try:
            async with asyncio.timeout(grace.total_seconds()):
                while state.connections or state.tasks or self._admissions:  # noqa: ASYNC110 uvicorn's sets tell nobody
                    await asyncio.sleep(_TICK)
        except TimeoutError:
            _log.warning("%s: %d requests cut off at the stop", self._listener.name, len(state.tasks))
            await self._cut_off()

    async def _cut_off(self) -> None:
        state = self._server_state
        for task in list(state.tasks):
            task.cancel()
        for left in list(state.connections):
            left.transport.abort()
        await asyncio.sleep(_TICK)


class _Counted(GuardedProtocol):
    """A connection that gives its place back when it ends."""

    def __init__(
        self, arguments: tuple[Config, ServerState, dict[str, Any], Limits, Refused], on_lost: Callable[[], None]
    ) -> None:
        super().__init__(*arguments)
        self._on_lost = on_lost
        self.is_made = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.is_made = True
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._on_lost()


def _reason(error: OSError) -> str:
    """Return why a handshake failed, in words of OpenSSL or of the system and never of the client."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"client certificate: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return error.reason or "TLS error"
    if isinstance(error, (TimeoutError, ConnectionAbortedError)):  # the latter is what event loops raise
        return "the TLS handshake took too long"
    return error.strerror or type(error).__name__
