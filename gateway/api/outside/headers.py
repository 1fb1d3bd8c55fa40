"""The closed list of response headers: what is not on it does not leave, whoever set it.

Every answer of the public listener passes here, refusals and failures included (threats D-13, C-06, C-22). A HEAD is
answered with the headers of the GET and no body.

Does not: add `Server` and `Date`; the server is started with both switched off.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

VARIABLE = frozenset(
    {
        b"allow",
        b"connection",
        b"content-length",
        b"content-type",
        b"location",
        b"refresh",
        b"retry-after",
        b"set-cookie",
        b"www-authenticate",
        b"x-result-count",
        b"x-total-count",
    }
)
"""Headers that an answer may bring along."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode("ascii")),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    # Not "no-referrer": that would make browsers send `Origin: null` with our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
"""Headers that every answer has, with these very values."""


@dataclass(frozen=True, slots=True)
class ClosedHeaders:
    """An ASGI application around `app` whose answers carry nothing but listed headers."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back through the list."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def closed(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name.lower() in VARIABLE]
                message = {**message, "headers": [*kept, *ALWAYS]}
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, closed)
