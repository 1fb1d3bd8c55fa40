"""One connection of a listener: uvicorn's HTTP protocol behind a guard.

Rules:
- Nothing reaches the parser before `head.check_head` has passed the whole head; then exactly as many body bytes as it
  declares, then the next head. Parser and guard must agree on where a request ends, else the connection ends.
- One request at a time: what a client sends ahead waits unread, so pipelining is in order and bounded.
- Every wait for the client has a deadline; every refusal is one fixed answer, after which the connection ends.
- The client's certificate goes into `scope["extensions"]["tls"]`; this module does not judge it (`caller` does).

It does not read the application's mind: how long an answer may take is the application's to bound.
"""

from __future__ import annotations

import asyncio
import enum
import json
import logging
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.transport.head import END_OF_HEAD, METHODS, REASONS, Head, HeadRefused, check_head, check_partial
from gateway.transport.limits import Limits

_log = logging.getLogger("gateway.transport")
_TLS_1_3 = 0x0304
_MAX_DISCARDED = 1024 * 1024
_HIGH_WATER = 64 * 1024

Refused = Callable[[str], None]
"""Told the reason, one of `head.REASONS`, of each request that this listener refused."""


class Phase(enum.Enum):
    """What this connection waits for from the client."""

    HEAD = "head"
    BODY = "body"
    NOTHING = "nothing"


def refusal(reason: str) -> bytes:
    """Return the complete answer to a request that was refused for `reason`.

    Standard: RFC 9457 section 3; RFC 9112 section 9.6 for the close.
    """
    status, advice = REASONS[reason]
    title = HeadRefused.summary()
    body = json.dumps(
        {"type": f"urn:demarc:error:{HeadRefused.code}", "title": title, "status": status.value, "detail": advice}
    ).encode()
    allow = f"allow: {', '.join(sorted(METHODS))}\r\n" if reason == "method" else ""
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/problem+json\r\n{allow}"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    ).encode() + body


_ANSWERS = {reason: refusal(reason) for reason in REASONS}


class _HeldFlow(FlowControl):
    """Flow control that the application cannot loosen while a later request waits unread."""

    held = False

    def resume_reading(self) -> None:
        """Read on, unless the guard holds the connection."""
        if not self.held:
            super().resume_reading()


class GuardedProtocol(HttpToolsProtocol):
    """One connection; built by `server` for each client that it admits."""

    flow: _HeldFlow

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], limits: Limits, on_refusal: Refused
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._limits = limits
        self._on_refusal = on_refusal
        self._phase = Phase.HEAD
        self._waiting = bytearray()
        self._body_left = 0
        self._is_last = False
        self._parser_is_done = False
        self._has_been_idle = False
        self._discarded = 0
        self._tls: dict[object, object] | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    # --- the connection ---

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection over, after its TLS handshake."""
        super().connection_made(transport)
        self.flow = _HeldFlow(transport)
        transport.set_write_buffer_limits(high=_HIGH_WATER)
        self._tls = _tls_extension(transport)
        self._expect(Phase.HEAD, self._limits.head_deadline)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything; the application hears `http.disconnect`."""
        self._phase = Phase.NOTHING
        self._waiting.clear()
        self._stop_reading_timer()
        self._stop_writing_timer()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Finish the request in hand and close; close at once when there is none."""
        if self._is_answering():
            self._is_last = True
            self.cycle.keep_alive = False
        else:
            self._close()

    # --- from the client ---

    def data_received(self, data: bytes) -> None:
        """Take bytes as they come, and pass on what may be passed on."""
        if self._phase is Phase.NOTHING:
            self._discard(len(data))
            return
        self._waiting += data
        try:
            self._advance()
        except HeadRefused as error:
            self._refuse(error.reason)
        except httptools.HttpParserError:
            self._refuse("parser")

    def _advance(self) -> None:
        while self._waiting and not self.transport.is_closing():
            if self._phase is Phase.BODY:
                self._take_body()
            elif self._phase is Phase.HEAD:
                if self._is_answering():
                    self._hold()
                    return
                if not self._take_head():
                    return
            else:
                self._waiting.clear()

    def _take_head(self) -> bool:
        """Pass one head on, and tell whether there was a whole one."""
        end = self._waiting.find(END_OF_HEAD, 0, self._limits.head.max_head_bytes)
        if end < 0:
            check_partial(self._waiting, self._limits.head)
            if self._has_been_idle:
                self._expect(Phase.HEAD, self._limits.head_deadline)
            return False
        raw = bytes(self._waiting[: end + len(END_OF_HEAD)])
        head = check_head(raw, self._limits.head)
        del self._waiting[: len(raw)]
        self._begin(head, raw)
        return True

    def _begin(self, head: Head, raw: bytes) -> None:
        self._is_last = head.is_last
        self._body_left = head.content_length
        self._parser_is_done = False
        self._phase = Phase.BODY  # before the parser starts the application, which may answer at once
        self.parser.feed_data(raw)
        if self._body_left:
            self._require_agreement(is_done=False)
            if len(self._waiting) < self._body_left:
                self._expect(Phase.BODY, self._limits.body_deadline)
        else:
            self._end_of_request()

    def _take_body(self) -> None:
        chunk = bytes(self._waiting[: self._body_left])
        del self._waiting[: len(chunk)]
        self._body_left -= len(chunk)
        self.parser.feed_data(chunk)
        if not self._body_left:
            self._end_of_request()

    def _end_of_request(self) -> None:
        self._require_agreement(is_done=True)
        self._stop_reading_timer()
        self._phase = Phase.NOTHING if self._is_last else Phase.HEAD
        if not self._is_answering():
            self._await_next()

    def _require_agreement(self, *, is_done: bool) -> None:
        if self._parser_is_done is not is_done:
            raise HeadRefused("parser")

    def on_message_complete(self) -> None:
        """Note that the parser sees the end of the request here."""
        self._parser_is_done = True
        super().on_message_complete()

    def on_message_begin(self) -> None:
        """Start the scope of a request, with the certificate of this connection."""
        super().on_message_begin()
        if self._tls is not None:
            self.scope["extensions"] = {"tls": self._tls}

    def _hold(self) -> None:
        """Leave what was sent ahead, and what follows it, unread until the answer is out."""
        self.flow.pause_reading()
        self.flow.held = True

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # --- to the client ---

    def on_response_complete(self) -> None:
        """Go on with the next request, once this one has been read to its end as well."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._abort_unless_read()
            return
        self.flow.held = False
        self.flow.resume_reading()
        if self._phase is not Phase.BODY:
            self._await_next()

    def _await_next(self) -> None:
        if self._is_last:
            self._close()
            return
        self._expect(Phase.HEAD, self._limits.idle_deadline)
        self._has_been_idle = True
        if self._waiting:
            self.loop.call_soon(self.data_received, b"")

    def pause_writing(self) -> None:
        """Give the client a deadline to read what is waiting for it."""
        super().pause_writing()
        self._abort_unless_read()

    def resume_writing(self) -> None:
        """Note that the client reads; a closing connection must still be read to its end in time."""
        if not self.transport.is_closing():
            self._stop_writing_timer()
        super().resume_writing()

    def _refuse(self, reason: str) -> None:
        """Answer with the fixed refusal, unless an answer is under way, and end the connection."""
        _log.info("request from %s refused: %s", self.client[0] if self.client else "unknown", reason)
        self._on_refusal(reason)
        self._phase = Phase.NOTHING
        self._waiting.clear()
        self._stop_reading_timer()
        cycle = self.cycle if self._is_answering() else None
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        if self.transport.is_closing():
            return
        if cycle is None or not cycle.response_started:
            self.transport.write(_ANSWERS[reason])
        self.flow.held = False
        self.flow.resume_reading()
        self._read_timer = self.loop.call_later(self._limits.linger.total_seconds(), self._close)

    def _discard(self, size: int) -> None:
        """Count what a refused client still sends; reading it lets the refusal arrive before the reset."""
        self._discarded += size
        if self._discarded > _MAX_DISCARDED:
            self.transport.abort()

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
        self._abort_unless_read()

    # --- deadlines ---

    def _expect(self, phase: Phase, within: timedelta) -> None:
        self._stop_reading_timer()
        self._has_been_idle = False
        self._phase = phase
        self._read_timer = self.loop.call_later(within.total_seconds(), self._is_late)

    def _is_late(self) -> None:
        """End a connection that kept us waiting: silently between requests, with a reason within one."""
        self._read_timer = None
        if self.transport.is_closing():
            return
        if self._phase is Phase.HEAD and not self._waiting:
            self._close()
        else:
            self._refuse("late")

    def _abort_unless_read(self) -> None:
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self._limits.write_deadline.total_seconds(), self._abort)

    def _abort(self) -> None:
        self._write_timer = None
        self.transport.abort()

    def _stop_reading_timer(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None

    def _stop_writing_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


def _tls_extension(transport: asyncio.Transport) -> dict[object, object] | None:
    """Return what TLS knows about the client, in the shape of the ASGI TLS extension; None without TLS."""
    tls = transport.get_extra_info("ssl_object")
    if tls is None:
        return None
    der = tls.getpeercert(binary_form=True)
    chain = [ssl.DER_cert_to_PEM_cert(der)] if der else []
    return {"client_cert_chain": chain, "client_cert_error": None, "tls_version": _TLS_1_3, "cipher_suite": None}
