"""Addresses as the network that they lie in.

An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) counts as the IPv4 address, or its last bits would be told. A zone
(`fe80::1%ge-0/0/1`) is the name of an interface, and no part of the network.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network

_MAPPED_BITS = 96


@functools.lru_cache(maxsize=1024)
def networking(ipv4: int, ipv6: int) -> Callable[[object], str | None]:
    """Return the function that gives the network of at most these lengths (bits) around an address or prefix."""

    def network_around(value: object) -> str | None:
        if type(value) is not str:
            return None
        try:
            network = _bare(ip_network(value, strict=False))
        except ValueError:
            return None
        longest = ipv4 if network.version == 4 else ipv6
        return str(network.supernet(new_prefix=longest) if network.prefixlen > longest else network)

    return network_around


def _bare(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """Return the network as IPv4 where it is IPv4, and without a zone."""
    if isinstance(network, IPv4Network):
        return network
    mapped = network.network_address.ipv4_mapped
    if mapped is not None:
        return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return IPv6Network((int(network.network_address), network.prefixlen))
