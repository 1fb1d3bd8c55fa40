"""A public topology as a plan of sites and lines between them: codes, places, shortest paths.

The `topohub` package carries the graphs. Its own reader leaves the file open, so the data file is read here. A node of
GEANT is a country by a two-letter code; which city and country it stands for is written down in `_CITIES`.
"""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from gateway.errors import InputError

_KEY = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+){1,3}")

_CITIES = {
    "at": ("Vienna", "AT"),
    "be": ("Brussels", "BE"),
    "bg": ("Sofia", "BG"),
    "ch": ("Bern", "CH"),
    "cy": ("Nicosia", "CY"),
    "cz": ("Prague", "CZ"),
    "de": ("Frankfurt", "DE"),
    "dk": ("Copenhagen", "DK"),
    "ee": ("Tallinn", "EE"),
    "es": ("Madrid", "ES"),
    "fi": ("Turku", "FI"),
    "fr": ("Paris", "FR"),
    "gr": ("Athens", "GR"),
    "hr": ("Zagreb", "HR"),
    "hu": ("Budapest", "HU"),
    "ie": ("Dublin", "IE"),
    "il": ("Tel Aviv", "IL"),
    "is": ("Reykjavik", "IS"),
    "it": ("Milan", "IT"),
    "lt": ("Kaunas", "LT"),
    "lu": ("Luxembourg", "LU"),
    "lv": ("Riga", "LV"),
    "me": ("Podgorica", "ME"),
    "mk": ("Skopje", "MK"),
    "mt": ("Valletta", "MT"),
    "nl": ("Amsterdam", "NL"),
    "no": ("Lillehammer", "NO"),
    "pl": ("Poznan", "PL"),
    "pt": ("Lisbon", "PT"),
    "ro": ("Bucharest", "RO"),
    "rs": ("Belgrade", "RS"),
    "ru": ("Moscow", "RU"),
    "se": ("Stockholm", "SE"),
    "sk": ("Bratislava", "SK"),
    "sl": ("Ljubljana", "SI"),
    "tr": ("Ankara", "TR"),
    "uk": ("London", "GB"),
}


class UnknownTopology(InputError):
    """There is no topology of this name."""

    code = "input.unknown-topology"
    remedy = "Name a topology of the topohub package, such as topozoo/Geant2012."


@dataclass(frozen=True, slots=True)
class Site:
    """A place with equipment: a short code such as `nl`, and where it is."""

    code: str
    city: str
    country: str | None
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Route:
    """A line between two sites, by their codes, and its length in km; its number is its place in the plan."""

    number: int
    ends: tuple[str, str]
    length_km: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Sites by code and routes between them, in the order of the topology."""

    sites: dict[str, Site]
    routes: tuple[Route, ...]

    def degree(self, code: str) -> int:
        """Return how many routes end at a site."""
        return sum(code in route.ends for route in self.routes)

    def shortest_path(self, start: str, end: str) -> tuple[Route, ...]:
        """Return the routes of the shortest way, in its order; the same one each time. Empty if there is none."""
        queue: list[tuple[float, str, tuple[int, ...]]] = [(0.0, start, ())]
        done: set[str] = set()
        while queue:
            length, here, way = heapq.heappop(queue)
            if here == end:
                return tuple(self.routes[number] for number in way)
            if here in done:
                continue
            done.add(here)
            for route in self.routes:
                if here in route.ends:
                    there = route.ends[1] if route.ends[0] == here else route.ends[0]
                    heapq.heappush(queue, (length + route.length_km, there, (*way, route.number)))
        return ()


def plan_of(topology_key: str) -> Plan:
    """Read a topology of `topohub`, for example `topozoo/Geant2012`; raise `UnknownTopology`."""
    graph = _read(topology_key)
    sites: dict[str, Site] = {}
    code_of: dict[str, str] = {}
    for node, code in _with_codes(graph["nodes"]):
        city, country = _CITIES.get(code, (code.upper(), None))
        longitude, latitude = node.get("pos") or (0.0, 0.0)
        sites[code] = Site(code, city, country, longitude, latitude)
        code_of[str(node["id"])] = code
    ends = [(code_of[str(edge["source"])], code_of[str(edge["target"])]) for edge in graph["edges"]]
    lengths = [float(edge.get("dist") or 1.0) for edge in graph["edges"]]
    between = [(pair, length) for pair, length in zip(ends, lengths, strict=True) if pair[0] != pair[1]]
    return Plan(sites, tuple(Route(number, pair, length) for number, (pair, length) in enumerate(between)))


def _read(topology_key: str) -> dict[str, Any]:
    if not _KEY.fullmatch(topology_key):
        raise UnknownTopology(f"{topology_key[:80]!r} is no name of a topology")
    try:
        text = resources.files("topohub").joinpath("data", f"{topology_key}.json").read_text(encoding="utf-8")
    except OSError as missing:
        raise UnknownTopology(f"topohub has no {topology_key[:80]!r}") from missing
    graph: dict[str, Any] = json.loads(text)
    return graph


def _with_codes(nodes: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    taken: set[str] = set()
    for node in nodes:
        code = re.sub(r"[^a-z0-9]", "", str(node.get("name", "")).lower())[:12] or "n"
        if code in taken:
            code = f"{code}x{node['id']}"
        taken.add(code)
        yield node, code
