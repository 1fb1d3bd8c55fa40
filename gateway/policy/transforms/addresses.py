"""Addresses as the network that they lie in.

An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) counts as the IPv4 address, or its last bits would be told. Of one
that stands further in front, as in 6to4, no more bits are told than of the address by itself: what is told stays an
IPv6 network, and a shorter one. Where an operator has put IPv4 addresses into prefixes of its own cannot be known.

A zone (`fe80::1%ge-0/0/1`) is the name of an interface, and no part of the network.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

_BITS = 128
_MAPPED_BITS = 96

_CARRIERS = tuple(
    (IPv6Network(network), first)
    for network, first in (
        ("2002::/16", 16),  # 6to4
        ("2001::/32", 32),  # Teredo: the server; the client stands behind it
        ("64:ff9b::/96", 96),  # NAT64
        ("64:ff9b:1::/48", 48),  # NAT64 in a prefix of one's own: at the earliest place
        ("::ffff:0:0:0/96", 96),  # SIIT
        ("::/96", 96),  # IPv4-compatible
    )
)
"""Networks whose addresses carry an IPv4 address, with the bit at which it begins."""

_ISATAP = 0x00005EFE
_NOT_ISATAP = ~0x03000000
"""Without the two bits that say whether the address is unique and for a group."""


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
        longest = ipv4 if isinstance(network, IPv4Network) else min(ipv6, _first_bit(network.network_address) + ipv4)
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


def _first_bit(address: IPv6Address) -> int:
    """Return where an IPv4 address begins in an IPv6 address; behind its end when it carries none."""
    for carrier, first in _CARRIERS:
        if address in carrier:
            return first
    identifier = int(address) >> (_BITS - _MAPPED_BITS)
    return _MAPPED_BITS if identifier & (2**32 - 1) & _NOT_ISATAP == _ISATAP else _BITS
