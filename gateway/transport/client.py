"""The one HTTP client: to one peer, over TLS, bounded in time and size. The only module that imports httpx.

Rules:
- HTTPS only, with the context of that peer; nothing is taken from the environment (proxies, CA bundles, key logs).
- A redirect is an error and is not followed; an encoded answer is an error and is not decoded (threats M-24, H-11).
- One deadline over the whole exchange, however slowly the peer sends; the answer is cut at a cap.

Whether an answer means success is the caller's to decide, by its status.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from gateway.errors import PeerError, SettingsError

_KEPT = ("content-type", "retry-after")


class InsecurePeerAddress(SettingsError):
    """The address of a peer is not a plain HTTPS address."""

    code = "settings.insecure-peer-address"
    remedy = "Give the peer's address as https://host[:port][/path], without user, query or fragment."


class PeerUnreachable(PeerError):
    """The other operator's gateway does not answer."""

    code = "peer.unreachable"
    remedy = "Check the address and the network; the gateway tries again by itself."


class PeerTlsRefused(PeerError):
    """The other operator's gateway did not prove who it is, or did not accept our certificate."""

    code = "peer.tls-refused"
    remedy = "Compare trust anchors, names and validity of both sides' certificates; read the other side's log."


class PeerAnswerUnusable(PeerError):
    """The other operator's gateway gave an answer that is too large, encoded, a redirect or not HTTP."""

    code = "peer.answer-unusable"
    remedy = "Ask the other operator whether something stands in front of its gateway."


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long one exchange with a peer may take, and how large its answer may be."""

    connect: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=60)
    max_answer_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer answered; `headers` are those few that we act upon, in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class PeerCutOff(PeerError):
    """The other operator is no longer served."""

    code = "peer.cut-off"
    remedy = "Let officers resume the delivery with `demarc policy resume` when there is no reason to stop it any more."


async def while_served(
    exchange: Coroutine[Any, Any, Answer], is_served: Callable[[], bool], seconds: float = 0.25
) -> Answer:
    """Return what `exchange` does, and break it off, connection and all, when the peer is served no longer.

    Args:
        exchange: One exchange with a peer.
        is_served: Asked again and again while the exchange lasts; a stop must not wait for a slow peer (threat P-19).
        seconds: How long to wait between two questions.

    Raises:
        PeerCutOff: It was broken off; what the peer took is not known.
    """
    running = asyncio.ensure_future(exchange)
    try:
        while not (await asyncio.wait({running}, timeout=seconds))[0]:
            if not is_served():
                raise PeerCutOff("stopped while sending")
        return running.result()
    finally:
        if not running.done():
            running.cancel()
            await asyncio.wait({running}, timeout=1.0)  # until the connection is closed


class PeerClient:
    """A client of one peer's gateway; keeps connections open between requests. Use as `async with`."""

    def __init__(self, base_url: str, tls: ssl.SSLContext, deadlines: Deadlines | None = None) -> None:
        """Prepare a client; nothing is sent yet.

        Raises:
            InsecurePeerAddress: `base_url` is not a plain HTTPS address.
        """
        self._deadlines = deadlines or Deadlines()
        seconds = self._deadlines.total.total_seconds()
        try:
            self._http = httpx.AsyncClient(
                base_url=require_https(base_url),
                verify=tls,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(seconds, connect=self._deadlines.connect.total_seconds()),
                limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=50),
                headers={"accept-encoding": "identity", "user-agent": "demarc"},
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise InsecurePeerAddress("not an address that can be connected to") from error

    async def __aenter__(self) -> PeerClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def get(self, path: str) -> Answer:
        """Fetch `path`; the errors are those of `post`."""
        return await self._exchange(self._request("GET", path))

    async def post(self, path: str, body: bytes, content_type: str, *, content_encoding: str | None = None) -> Answer:
        """Send `body` and return the answer, whatever its status.

        Raises:
            PeerUnreachable: No connection, no complete answer in time, or the connection broke. Try again.
            PeerTlsRefused: The peer's certificate does not verify, or it refused ours at once. Nothing was sent.
            PeerAnswerUnusable: The answer is not one of a gateway; whether the peer took the body is not known.
        """
        headers = {"content-type": content_type}
        if content_encoding is not None:
            headers["content-encoding"] = content_encoding
        return await self._exchange(self._request("POST", path, content=body, headers=headers))

    def _request(self, method: str, path: str, **more: Any) -> httpx.Request:
        if not path.startswith("/"):
            raise InsecurePeerAddress("a path begins with a slash")
        return self._http.build_request(method, path, **more)

    async def _exchange(self, request: httpx.Request) -> Answer:
        try:
            async with asyncio.timeout(self._deadlines.total.total_seconds()):
                response = await self._http.send(request, stream=True)
                try:
                    return await self._read(response)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise PeerUnreachable("no complete answer within the deadline") from error
        except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
            raise _broken(error) from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, UnicodeError) as error:
            raise _failed(error) from error

    async def _read(self, response: httpx.Response) -> Answer:
        if response.is_redirect or 300 <= response.status_code < 400:
            raise PeerAnswerUnusable(f"a redirect ({response.status_code})")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise PeerAnswerUnusable("an encoded answer, though none was asked for")
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self._deadlines.max_answer_bytes:
                raise PeerAnswerUnusable("a larger answer than was agreed")
        kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
        return Answer(response.status_code, kept, bytes(body))


def require_https(address: str) -> str:
    """Return `address` if it is a plain HTTPS address.

    Raises:
        InsecurePeerAddress: It is anything else.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise InsecurePeerAddress("not an address") from error
    is_plain = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and port != 0
    if not is_plain or parts.query or parts.fragment or not address.isascii() or not address.isprintable():
        raise InsecurePeerAddress("not a plain https address")
    return address


def _broken(error: httpx.HTTPError) -> PeerError:
    """Tell a peer that hung up from one that does not speak HTTP: h11 gives the former no status line at all."""
    if "disconnected" in str(error) or "closed connection" in str(error):
        return PeerUnreachable("the peer closed the connection without an answer; it may have refused our certificate")
    return PeerAnswerUnusable("not an answer of HTTP/1.1")


def _failed(error: BaseException) -> PeerError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return PeerTlsRefused(f"its certificate: {cause.verify_message}")
        if isinstance(cause, ssl.SSLError):
            return PeerTlsRefused(f"TLS: {cause.reason}")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ReadError | httpx.WriteError):
        return PeerUnreachable("the connection broke; the peer may not have registered our certificate")
    return PeerUnreachable(type(error).__name__)
