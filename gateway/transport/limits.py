"""What one listener grants a stranger: sizes, numbers and time, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from gateway.transport.head import HeadLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one listener.

    Attributes:
        head: How large a request may be.
        head_deadline: From the connection, or from the first byte of a later request, to the end of its head.
        body_deadline: From the end of the head to the end of the body.
        idle_deadline: How long a connection may stand between two requests.
        write_deadline: How long a client may leave an answer unread.
        linger: How long a refused client may go on sending, so that it can read why it was refused.
        handshake_deadline: From the connection to the end of the TLS handshake.
        shutdown_deadline: How long a client may take to say goodbye in TLS.
        max_connections: Open connections of this listener, handshakes included.
        max_connections_per_client: The same per client address (per /64 in IPv6).
    """

    head: HeadLimits = field(default_factory=HeadLimits)
    head_deadline: timedelta = timedelta(seconds=10)
    body_deadline: timedelta = timedelta(seconds=30)
    idle_deadline: timedelta = timedelta(seconds=65)
    write_deadline: timedelta = timedelta(seconds=30)
    linger: timedelta = timedelta(milliseconds=500)
    handshake_deadline: timedelta = timedelta(seconds=5)
    shutdown_deadline: timedelta = timedelta(seconds=2)
    max_connections: int = 1000
    max_connections_per_client: int = 100
