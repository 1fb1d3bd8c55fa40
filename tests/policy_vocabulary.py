"""Values at the edges, from which random policies and records are made: texts, numbers, times, addresses, countries."""

from __future__ import annotations

import math
import random
from typing import Any

from tests.policy_side import TIMES

EDGE_TIMES = (
    "2024-02-29T23:59:59.999Z",
    "2026-12-31T23:59:59.9999999-00:00",
    "2027-01-01T00:00:00+00:01",
    "2100-02-29T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-03-29T02:30:00+02:00",
    "2026-11-22t10:04:31z",
    "2026-11-22T10:04:31.Z",
    "2026-11-22T10:04:31.5+23:59",
    "2026-11-22T10:04:31Z\n",
)
TEXTS = ("", "rt1.par.aurora", "svc-geneva", "Lyon – Part-Dieu", "a\nb", "ключ", "null", "0")
MORE_TEXTS = (
    *("noc", "NOC", "a", "fiber cut", "true", "{id}", "}}", '"', "\\", "\u2028", "****", "x" * 11, "x" * 200),
    *("Zürich", "Zu\u0308rich", "ｎｏｃ", "n\u200boc", "😀😀😀😀😀", "e\u0301" * 6, "İstanbul", "ǅ"),
)
WORDS = ("epl", "evpl", "ip-transit", "wave", "dark-fibre", "ethernet", "ip", "EPL", "é", "e\u0301")
ADDRESSES = (
    *("192.0.2.77", "10.0.0.0/8", "10.1.2.3/24", "0.0.0.0", "255.255.255.255/32", "10.1.2.3/255.255.0.0"),  # noqa: S104
    *("10.1.2.3/0.0.255.255", "2001:db8:1:2::7", "2001:DB8::/48", "::", "::/0", "fe80::1%eth0", "fe80::1%rt1/64"),
    *(
        "::ffff:192.0.2.77",
        "::ffff:10.1.2.3/104",
        "::ffff:10.1.2.3/96",
        "::ffff:10.1.2.3/90",
        "::ffff:1.2.3.4%ge-0/0/1",
    ),
    *(
        "010.1.2.3",
        "10.1.2",
        "1.2.3.4.5",
        "10.1.2.3/33",
        "10.1.2.3/",
        " 10.1.2.3",
        "10.1.2.3\n",
        "１0.1.2.3",
        "3232235777",
    ),
    *("2001:db8::1/129", "[2001:db8::1]", "1.2.3.4:80", "64:ff9b::192.0.2.1"),
)
COUNTRIES = ("FR", "DE", "CH", "JP", "US", "BR", "NO", "ZA", "AQ", "XX", "fr", "FRA", "", "F", "ＦＲ", "FR\n")
CITIES = ("Paris", "Lyon", "Zürich", "Zu\u0308rich", "", "İstanbul", "Oslo", "São Paulo")
SELECTED = ("bandwidth", "vlan id", "node:7/1", "Band Width", "x")
NUMBERS = (0, 1, -7, 3.5, 1.0, 2**53 - 1)
EDGE_NUMBERS = (
    *(0.0, -0.0, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 2.675, 1.005, 0.1 + 0.2, 4.35, 0.29, 1e-7, 5e-324, 1e22, 1e300, -1e300),
    *(2**53, 2**53 + 2, -(2**53), -(2**53) - 2, 2.0**53, 2.0**53 + 2, 10**17, 9007199254740991.0, 4503599627370495.5),
)
ODD: tuple[Any, ...] = (
    *(None, True, False, 1, 1.5, "x", "", [], {}, [[1]], {"id": "rt1.par.aurora"}, ["a", 1, None], -1),
    *(
        [{}],
        [{"id": "svc-geneva", "name": "x"}],
        [[{"name": "bandwidth", "value": 1}]],
        {"city": "Paris"},
        {"name": {}},
    ),
)


def random_time(dice: random.Random) -> str:
    """Return a time, mostly a good one near the edge of something."""
    if dice.random() < 0.3:
        return dice.choice((*TIMES, *EDGE_TIMES))
    day = dice.choice(["01", "15", "28", "29", "30", "31"])
    clock = dice.choice(["00:00:00", "23:59:59", f"{dice.randrange(24):02}:{dice.randrange(60):02}:59"])
    fraction = dice.choice(["", ".0", ".999999", f".{dice.randrange(10**7)}"])
    offset = dice.choice(["Z", "+00:00", "-00:00", "+14:00", "-12:00", "+05:45", "-23:59"])
    return f"{dice.choice([1, 1999, 2026, 9999]):04}-{dice.randrange(1, 13):02}-{day}T{clock}{fraction}{offset}"


def random_integer(dice: random.Random) -> Any:
    """Return a number for an integer's place; now and then one that does not fit there."""
    size = dice.choice([3, 20, 300, 2**31, 2**53 + 3])
    return dice.choice([dice.randrange(-size, size), dice.randrange(10), 0, 2**53, -(2**53) - 1, 1.0, 2.5])


def random_number(dice: random.Random) -> Any:
    """Return a number: of many sizes, halves, neighbours of round numbers."""
    near = dice.choice([0.5, 1.0, 2.5, 10.0, 100.0, 1e6, 2.0**52]) * dice.choice([1, -1, 3])
    return dice.choice(
        [
            dice.choice((*NUMBERS, *EDGE_NUMBERS)),
            random_integer(dice),
            math.nextafter(near, dice.choice([math.inf, -math.inf])),
            dice.randrange(-10_000, 10_000) / 100,
            dice.uniform(-180, 180),
        ]
    )


def random_text(dice: random.Random) -> str:
    """Return a text, an address now and then."""
    if dice.random() < 0.15:
        return random_address(dice)
    if dice.random() < 0.3:
        return dice.choice(WORDS)
    if dice.random() < 0.3:
        return "".join(dice.choice("abcé \u0301😀ж0.") for _ in range(dice.randrange(16)))
    return dice.choice((*TEXTS, *MORE_TEXTS))


def random_address(dice: random.Random) -> str:
    """Return an address or a prefix, or something like one."""
    if dice.random() < 0.5:
        return dice.choice(ADDRESSES)
    if dice.random() < 0.5:
        address, longest = ".".join(str(dice.randrange(256)) for _ in range(4)), 32
    else:
        groups = [f"{dice.randrange(2**16):x}" for _ in range(8)]
        address, longest = ":".join(groups), 128
    return address + (f"/{dice.randrange(longest + 1)}" if dice.random() < 0.5 else "")
