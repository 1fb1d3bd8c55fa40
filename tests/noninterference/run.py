"""Let one world happen before one observer's eyes, and write down everything that reaches it."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from gateway.evidence import wire
from tests.chain import Faults
from tests.noninterference import material
from tests.noninterference.asking import Request, threads_in_place
from tests.noninterference.model import CUSTOMERS, MINUTE, OPERATORS, Observer, Step, World
from tests.noninterference.own_stream import OwnStream
from tests.noninterference.probes import BROWSER, FORM, Clues, Prober, bearer
from tests.noninterference.site import Site, material_of, opened
from tests.noninterference.terms import policy_text

FULL = {"operator": 16.0, "customer": 3.4}
"""How much is sent once a world has come to its end: what a partner may ask is less, and sooner answered."""
_ON_THE_WAY = 0.08
_PROBED_TICKS = (4, 6)
_TOKEN = re.compile(rb"\b[a-z]{3}-[A-Z2-7]{16}\b")
_numbers = itertools.count()


@dataclass(frozen=True)
class Seen:
    """One thing that reached the observer: how it came about, and its bytes."""

    label: str
    raw: bytes


@dataclass
class Observation:
    """Everything that one observer saw of one world, in order; and what shows that there was something to see."""

    seen: list[Seen] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    withheld: int = 0
    linkable: list[str] = field(default_factory=list)


def observe(
    world: World, who: Observer, clues: Clues, seed: int, template: Path, scratch: Path, share: float = 1
) -> Observation:
    """Run `world` and return what `who` saw.

    `seed` decides what it sends and how it answers, alike in both worlds; `share` how much of all that it has it sends.
    """
    folder = scratch / f"world-{next(_numbers)}"
    trips = (0, 3, 5)[seed % 3]
    with threads_in_place(), opened(template, folder, world.settings, trips, by_officers=seed % 8 == 3) as site:
        return _Run(site, who, clues, seed, share).through(world)


def _end_of(world: World) -> int:
    """Return when the observer asks at last: at a time that hangs on no hidden step."""
    return max(step.at for step in world.steps if step.kind == "tick") + MINUTE


class _Run:
    def __init__(self, site: Site, who: Observer, clues: Clues, seed: int, share: float) -> None:
        self._site = site
        self._weight = share * FULL[who.role]
        self._who = who
        own = material_of(who.party if who.role == "operator" else "northlink")
        self._prober = Prober(who, clues, Random(seed), own.certificate, material_of("stranger").certificate, own.seal)
        self._found = Observation()
        self._pushed = self._asked = self._noises = 0
        self._foreign: dict[str, OwnStream] = {}

    def through(self, world: World) -> Observation:
        ticks = 0
        for step in world.steps:
            self._site.set_time(step.at)
            if step.kind == "tick":
                ticks += 1
                self._site.beat()
                self._note_pushes(ticks)
                if ticks in _PROBED_TICKS:
                    self._probe(min(_ON_THE_WAY, self._weight))
            else:
                self._take(step)
        self._site.set_time(_end_of(world))
        self._probe(self._weight)
        stream = self._site.stream(self._who.party, self._who.role)
        self._found.seen += [Seen(f"stream {label}", line) for label, line in stream]
        self._found.linkable = self._linkable([line for _, line in stream])
        with self._site.inside.read() as work:
            self._found.withheld = sum(one.source.startswith("egress") for one in work.quarantine.newest(10_000))
        return self._found

    def _take(self, step: Step) -> None:
        match step.kind:
            case "record":
                status = self._site.take(step.body)
                if status == "quarantined":
                    raise AssertionError(f"{step.key} was not taken")
            case "junk":
                self._site.take(step.body)
            case "policy":
                self._site.publish(policy_text(step.body))
            case "restart":
                self._site.start()
            case "fault":
                kind = "lost" if step.body % 2 else "applied"
                self._site.faults = Faults(at=step.body, kind=kind)  # type: ignore[arg-type]
            case "outage":
                self._site.peers[self._other(OPERATORS)].away += step.body
            case "foreign":
                self._push_foreign(step.body)
            case "noise":
                self._make_noise(step.body)

    def _other(self, parties: tuple[str, ...]) -> str:
        return next(one for one in reversed(parties) if one != self._who.party)

    # --- the observer ---

    def _note_pushes(self, ticks: int) -> None:
        if self._who.role != "operator":
            return
        pushes = self._site.peers[self._who.party].pushes
        for now, path, body in pushes[self._pushed :]:
            head, *lines = body.split(b"\n")
            when = f"{now.isoformat()} {path} ".encode()
            self._found.seen.append(Seen(f"push in beat {ticks}", when + head))
            self._found.seen += [Seen(f"pushed line in beat {ticks}", line) for line in lines]
        self._pushed = len(pushes)

    def _probe(self, weight: float) -> None:
        if not weight:
            return
        batch = self._prober.batch(weight)
        answer: Any = None
        try:
            while True:
                request = batch.send(answer)
                self._interrupt()
                answer = self._site.ask(request, self._who.party)
                if answer.error is not None:
                    self._found.errors.append(f"{request.label}: {answer.error!r}")
                self._found.seen.append(
                    Seen(f"{request.label} {request.method} {request.path}?{request.query}", answer.raw())
                )
        except StopIteration:
            return

    def _linkable(self, lines: list[bytes]) -> list[str]:
        """Return pseudonyms of the observer that another party has too: two who compare notes could tell by them."""
        parties = [*((one, "operator") for one in OPERATORS), *((one, "customer") for one in CUSTOMERS)]
        own = {token for line in lines for token in _TOKEN.findall(line)}
        others = {
            token
            for party, role in parties
            if (party, role) != (self._who.party, self._who.role)
            for _, line in self._site.stream(party, role)
            for token in _TOKEN.findall(line)
        }
        return sorted(token.decode() for token in own & others)

    # --- everybody else ---

    def _interrupt(self) -> None:
        """Let somebody else ask something between two requests of the observer."""
        every = self._site.settings.get("between", 0)
        self._asked += 1
        if every and self._asked % every == 0:
            self._make_noise(1)

    def _push_foreign(self, count: int) -> None:
        """Let the other operator push entries of its own to aurora."""
        name = self._other(OPERATORS)
        keys = self._site.peers[name].keys
        stream = self._foreign.setdefault(name, OwnStream(name, keys.seal))
        path, kind = f"/exchange/v1/streams/{name}/entries", (("content-type", wire.CONTENT_TYPE),)
        request = Request(
            "", "POST", path, headers=kind, body=stream.step(count), certificate=keys.certificate, listener="exchange"
        )
        if self._site.ask(request, name).status == 200:
            stream.take(count)

    def _make_noise(self, count: int) -> None:
        """Let other parties and strangers send this and that."""
        customer = self._other(CUSTOMERS)
        token = material.TOKENS[customer]
        form = (("origin", "https://gateway.example"), ("content-type", FORM))
        requests = [
            Request("", "GET", "/tmf-api/serviceInventory/v4/service", "", bearer(token)),
            Request("", "GET", "/tmf-api/serviceInventory/v4/service/nothing", "", bearer(token)),
            Request("", "POST", "/status/sign-in", headers=form, body=f"token={token}".encode()),
            Request("", "GET", "/status", headers=BROWSER),
            Request("", "GET", "/tmf-api/serviceInventory/v4/service", "a=b", bearer("dmc_wrong")),
            Request("", "POST", "/exchange/v1/streams/southwind/entries", body=b"rubbish", listener="exchange"),
        ]
        for _ in range(count * 3):
            self._site.ask(requests[self._noises % len(requests)], f"{customer} or a stranger")
            self._noises += 1
