"""Count the open connections of one listener, and turn away those beyond its limits.

A connection is counted from the moment it is accepted, so half-open handshakes count too (threat M-21).
"""

from __future__ import annotations

import ipaddress
from collections import Counter

from gateway.errors import InputError
from gateway.transport.limits import Limits


class TooManyConnections(InputError):
    """There are more connections than this listener serves at once."""

    code = "http.too-many-connections"
    remedy = "Close idle connections, and connect again later."
    retryable = True


class Gate:
    """The connections of one listener, in total and by client network."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._total = 0
        self._by_client: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """How many connections are open now."""
        return self._total

    def enter(self, address: str) -> str:
        """Count one more connection and return the key to give to `leave`.

        Raises:
            TooManyConnections: The listener or this client has as many as it may have; nothing was counted.
        """
        client = _client_network(address)
        if self._total >= self._limits.max_connections:
            raise TooManyConnections("the listener is full")
        if self._by_client[client] >= self._limits.max_connections_per_client:
            raise TooManyConnections("this client address has too many connections")
        self._total += 1
        self._by_client[client] += 1
        return client

    def leave(self, client: str) -> None:
        """Count one connection less."""
        self._total -= 1
        self._by_client[client] -= 1
        if not self._by_client[client]:
            del self._by_client[client]


def _client_network(address: str) -> str:
    """Return what one client is: an IPv4 address, or the /64 that an IPv6 host can choose from freely."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
