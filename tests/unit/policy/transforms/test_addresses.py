"""Addresses as the network that they lie in (threats P-21, D-52)."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.oracle.values import _network as reference_network
from gateway.policy.transforms.addresses import networking


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("192.0.2.77", "192.0.0.0/16"),
        ("192.0.2.77/24", "192.0.0.0/16"),
        ("192.0.0.0/8", "192.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("192.0.2.77/255.255.255.0", "192.0.0.0/16"),
        ("2001:db8:1:2::7", "2001:db8::/32"),
        ("2001:DB8::/20", "2001::/20"),
        ("::1", "::/32"),
        ("::ffff:192.0.2.77", "192.0.0.0/16"),
        ("::ffff:c000:24d/120", "192.0.0.0/16"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:0:0/90", "::/32"),
    ],
)
def test_an_address_becomes_its_network(value: str, expected: str) -> None:
    assert networking(16, 32)(value) == expected


@pytest.mark.parametrize(
    "value",
    ["", " ", "core-7", "192.0.2.77 core-7", "192.0.2.077", "192.0.2.256", "192.0.2", "10.0.0.1/33", "::1/129",
     "10.0.0.1\n", "１０.0.0.1", "0x0a000001", "167772161", 167772161, None, True, [], {}, b"\x0a\x00\x00\x01"],
)  # fmt: skip
def test_what_is_no_address_gives_nothing(value: Any) -> None:
    assert networking(32, 128)(value) is None


@given(st.ip_addresses(), st.integers(0, 32), st.integers(0, 128))
def test_nothing_below_the_given_length_is_told(address: Any, ipv4: int, ipv6: int) -> None:
    """P-21: two addresses of one network give the same text, whatever their last bits."""
    said = networking(ipv4, ipv6)(str(address))
    assert said is not None
    network = ipaddress.ip_network(said)
    assert network.prefixlen <= (ipv4 if network.version == 4 else ipv6)
    assert networking(ipv4, ipv6)(str(network.network_address)) == said
    assert networking(ipv4, ipv6)(said) == said


@pytest.mark.parametrize("zone", ["eth0", "core-7.hidden.example", "1"])
@pytest.mark.parametrize("length", ["", "/128", "/64"])
def test_a_zone_is_the_name_of_an_interface_and_does_not_leave(zone: str, length: str) -> None:
    assert networking(32, 128)(f"fe80::1%{zone}{length}") == ("fe80::/64" if length == "/64" else "fe80::1/128")


CARRIED = [
    ("2002:c000:24d:1:2:3:4:5", "2002:c000::/32"),
    ("2001:0:c000:24d:8000:63bf:3fff:fdb2", "2001:0:c000::/48"),
    ("64:ff9b::192.0.2.77", "64:ff9b::c000:0/112"),
    ("64:ff9b:1:c000:2:4d00::", "64:ff9b:1:c000::/64"),
    ("::ffff:0:192.0.2.77", "::ffff:0:c000:0/112"),
    ("::192.0.2.77", "::c000:0/112"),
    ("2001:db8:1:2:0:5efe:192.0.2.77", "2001:db8:1:2:0:5efe:c000:0/112"),
    ("fe80::200:5efe:192.0.2.77", "fe80::200:5efe:c000:0/112"),
]


@pytest.mark.parametrize(("value", "expected"), CARRIED)
def test_of_an_ipv4_address_inside_of_an_ipv6_address_no_more_is_told_than_of_itself(value: str, expected: str) -> None:
    """6to4, Teredo, NAT64, SIIT, IPv4-compatible and ISATAP carry one in the clear (threat P-21)."""
    assert networking(16, 128)(value) == expected
    assert networking(16, 128)(expected) == expected
    assert networking(16, 24)(value) == str(ipaddress.ip_network(f"{value}/24", strict=False))


@given(st.sampled_from([value for value, _ in CARRIED]), st.integers(0, 32), st.integers(0, 128))
def test_the_written_reference_finds_the_same_addresses_inside(value: str, ipv4: int, ipv6: int) -> None:
    assert networking(ipv4, ipv6)(value) == reference_network(value, ipv4, ipv6)
