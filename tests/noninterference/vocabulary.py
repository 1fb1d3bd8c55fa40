"""Words that worlds are made of: mined device output where the vectors are here, made-up look-alikes otherwise.

Every text that a world draws carries a canary of its own, twelve characters that look natural, so that a leak shows
wherever it comes out, also where both worlds agree.
"""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path
from random import Random

from gateway.sources.sites import Plan, plan_of

VECTORS = Path(os.environ.get("DEMARC_VECTORS", Path(__file__).parents[3] / "shared" / "vectors"))
GRAPHS = ("Geant2012", "Abilene", "Aarnet", "Agis", "Arpanet19706", "Bellcanada", "BtEurope", "Cesnet2001")
CANARY = re.compile(r"[bcdfghjkmnpqrstvwxz]q[bcdfghjkmnpqrstvwxz]{2}[2-9]{2}[bcdfghjkmnpqrstvwxz]{4}[2-9]{2}")
_CONSONANTS = "bcdfghjkmnpqrstvwxz"
_INTERFACE = re.compile(r"\b(?:Ethernet|Eth|xe-|ge-|GigabitEthernet|TenGigE|port-channel)\d[\d/.:]{0,8}")
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_NOTICE = (
    "Dear customer, our optical team will exchange an amplifier during this window and you may notice errors on the"
    " path; the splice crew is on site, capacity is rerouted, please open no ticket, we call you back after the work"
)
_NOTICE_WORDS = tuple(_NOTICE.split())
_FOREIGN = (
    "Störung",
    "ремонт",
    "障害対応",
    "coupure fibre",
    "\u202ewen\u202c",
    "e\u0301tape",
    "İstanbul",
    "ﬁbre",
    "🛠 splice",
)


def canary(rng: Random) -> str:
    """Return twelve characters that occur nowhere else."""
    letters = [rng.choice(_CONSONANTS) for _ in range(7)]
    digits = "".join(rng.choice("23456789") for _ in range(4))
    return f"{letters[0]}q{letters[1]}{letters[2]}{digits[:2]}{''.join(letters[3:])}{digits[2:]}"


def device(rng: Random) -> str:
    """Return the name of an interface or a router, with a canary."""
    return rng.choice(("{0}-{1}", "{1}.{0}", "cr1-{1}:{0}")).format(_real(rng), canary(rng))


def sentence(rng: Random, longest: int) -> str:
    """Return free text with a canary somewhere in it, of very different lengths and languages."""
    words = [*rng.choices(_NOTICE_WORDS, k=rng.randrange(0, 9)), canary(rng)]
    if rng.random() < 0.2:
        words.append(rng.choice(_FOREIGN))
    if rng.random() < 0.2:
        words.append(_real(rng))
    rng.shuffle(words)
    return " ".join(words)[:longest]


@functools.cache
def plan(number: int) -> Plan:
    """Return one of the topologies."""
    return plan_of(f"topozoo/{GRAPHS[number % len(GRAPHS)]}")


def _real(rng: Random) -> str:
    """Return one name, by a single draw: worlds have the same shape with the vectors and without."""
    return _mined()[int(rng.random() * len(_mined()))]


@functools.cache
def _mined() -> tuple[str, ...]:
    """Return interfaces and addresses of real device output, or made-up ones where it is not here."""
    found: dict[str, None] = {}
    files = sorted((VECTORS / "network-cli").glob("*/*/*"))[::25] if VECTORS.is_dir() else []
    for file in files:
        if file.is_file() and len(found) < 300:
            text = file.read_text(encoding="utf-8", errors="replace")[:20_000]
            found.update(dict.fromkeys(_INTERFACE.findall(text)[:3] + _ADDRESS.findall(text)[:3]))
    rng = Random(20261123)
    for _ in range(60):
        found[f"xe-{rng.randrange(9)}/{rng.randrange(4)}/{rng.randrange(48)}"] = None
        found[f"192.0.2.{rng.randrange(1, 255)}"] = None
    return tuple(found)
