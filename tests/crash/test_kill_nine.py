"""S-01, S-02: kill -9 of real processes at random moments under load: nothing lost, nothing doubled, all signed."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.ids import AudienceId
from gateway.keystore.files import load_master
from gateway.keystore.profiles import Purpose, profiles
from gateway.policy.transforms.pseudonym import Pseudonymiser, derive_audience_key
from gateway.record.strictjson import Json
from tests.network import INVENTORY, alarm, event
from tests.operators import ANNOUNCEMENTS, Folder, Operator, Process, until, wait_until_listening

MOMENTS = 50
ALARMS_AT_A_TIME = 20
VERSIONS = 3
LONGEST_WAIT = 0.5
STREAM = "aurora/northlink"
TARGETS = (
    ("aurora inside",),
    ("aurora outside",),
    ("northlink inside",),
    ("northlink outside",),
    ("aurora inside", "aurora outside"),
    ("northlink inside", "northlink outside"),
)
WEIGHTS = (6, 6, 6, 6, 2, 2)
POLICY = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: everything-about-alarms
audience: {operator: northlink}
records:
  alarm:
    fields:
      "@type": keep
      id: {pseudonym: alarm}
      perceivedSeverity: keep
      state: keep
      alarmChangedTime: keep
  service:
    fields:
      "@type": keep
      id: keep
      operatingStatus: keep
"""


@dataclass
class Load:
    """A client that hands in one batch after the other and never gives one up before it is acknowledged."""

    aurora: Operator
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[Json] = field(default_factory=list)
    repeats: int = 0
    unforeseen: list[str] = field(default_factory=list)

    def run(self) -> None:
        number = 0
        while not self.stop.is_set() and not self.unforeseen:
            for version in range(VERSIONS):
                self._hand_in([_version(number + one, version) for one in range(ALARMS_AT_A_TIME)])
            number += ALARMS_AT_A_TIME

    def _hand_in(self, alarms: list[Json]) -> None:
        events = [event(f"{one['id']}:{one['alarmChangedTime']}", one) for one in alarms]
        while not self.unforeseen:
            try:
                status, answer = self.aurora.post(events)
            except OSError:  # killed before, while or after it journalled: the client cannot know, and asks again
                self.repeats += 1
                time.sleep(0.05)
                continue
            taken = [one["status"] in ("accepted", "duplicate") for one in answer.get("results", ())]
            if status == 503:
                self.repeats += 1
            elif status == 200 and taken == [True] * len(alarms):
                self.acknowledged += alarms
                return
            else:
                self.unforeseen.append(f"{status} {answer}")


def _version(number: int, version: int) -> Json:
    """Return a version of an alarm; only every tenth weighs on the service, so that most entries are alarms."""
    changed = f"2026-11-23T09:{version:02}:{number % 60:02}Z"
    severity = "major" if number % 10 == 0 else "minor"
    return alarm(
        f"alm-{number}",
        perceivedSeverity=severity,
        state="cleared" if version == VERSIONS - 1 else "raised",
        alarmChangedTime=changed,
    )


@dataclass
class Killer:
    """Runs the four processes, ends some of them at random moments and starts them again at once."""

    aurora: Operator
    northlink: Operator
    dice: random.Random
    running: dict[str, Process] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    young: int = 0

    def start(self, name: str) -> None:
        operator, zone = name.split()
        self.running[name] = (self.aurora if operator == "aurora" else self.northlink).start(zone)

    def start_all(self) -> None:
        for name in ("aurora inside", "aurora outside", "northlink inside", "northlink outside"):
            self.start(name)
        self.wait_for_all()

    def wait_for_all(self) -> None:
        for name, process in self.running.items():
            wait_until_listening(process, name.split()[1], 120)

    def run(self, moments: int) -> None:
        for _ in range(moments):
            until(lambda: len(self._starting()) <= 1, 120, "not more than one of the four is starting")
            time.sleep(self.dice.uniform(0, LONGEST_WAIT))
            names = self.dice.choices(TARGETS, WEIGHTS)[0]
            self.young += not self._starting().isdisjoint(names)
            for name in names:
                assert self.running[name].is_running, self.running[name].printed()[-3000:]
                self.running[name].kill_nine()
                self.kills[name] += 1
            for name in names:
                self.start(name)

    def _starting(self) -> set[str]:
        return {
            name
            for name, process in self.running.items()
            if not process.has_announced("listens on", ANNOUNCEMENTS[name.split()[1]])
        }


@pytest.mark.slow
def test_kill_nine_at_fifty_random_moments_loses_and_doubles_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("KILL_SEED", random.randrange(10**6)))
    with Folder(tmp_path) as folder:
        aurora, northlink = folder.pair()
        aurora.load(INVENTORY)
        aurora.publish(POLICY)
        killer, load = Killer(aurora, northlink, random.Random(seed)), Load(aurora)
        killer.start_all()
        began = time.monotonic()
        client = threading.Thread(target=load.run, name="load")
        client.start()
        try:
            killer.run(MOMENTS)
        finally:
            killer.wait_for_all()
            load.stop.set()
            client.join(60)
        under_fire = time.monotonic() - began
        assert not load.unforeseen
        assert len(load.acknowledged) > MOMENTS * ALARMS_AT_A_TIME, "it was no load"
        until(lambda: aurora.is_through(northlink), 60, "everything is disclosed, receipted and imported")
        lasted = time.monotonic() - began
        _print_figures(seed, killer, load, northlink, under_fire, lasted)
        _require_each_once_and_in_order(aurora, northlink, load.acknowledged)
        _require_proof(aurora, northlink)
        for process in killer.running.values():
            assert process.stop() == 0, process.printed()[-3000:]


def _print_figures(
    seed: int, killer: Killer, load: Load, northlink: Operator, under_fire: float, lasted: float
) -> None:
    print(  # noqa: T201 - the figures are a result
        f"\nseed {seed}: {len(load.acknowledged)} records acknowledged, {len(northlink.lines(STREAM))} entries,"
        f" {sum(killer.kills.values())} kills at {MOMENTS} moments ({killer.young} of them on whatever was starting),"
        f" {load.repeats} requests repeated, {under_fire:.0f} s under fire, {lasted:.0f} s until all was through"
    )
    print("  " + ", ".join(f"{name}: {count}" for name, count in sorted(killer.kills.items())))  # noqa: T201


def _require_each_once_and_in_order(aurora: Operator, northlink: Operator, acknowledged: list[Json]) -> None:
    audience = AudienceId("urn:demarc:operator:northlink")
    master = load_master(aurora.keys, profiles()[Purpose.PSEUDONYM])
    token = Pseudonymiser(derive_audience_key(master, audience)).token
    wanted = {token("alarm", one["id"]): [] for one in acknowledged}
    for one in acknowledged:
        wanted[token("alarm", one["id"])].append(one["alarmChangedTime"])
    held: dict[str, list[str]] = {subject: [] for subject in wanted}
    ids = set()
    entries = [json.loads(line) for line in northlink.lines(STREAM)]
    for entry in entries:
        ids.add(entry["id"])
        if entry["data"]["@type"] == "Alarm":
            held[entry["subject"]].append(entry["data"]["alarmChangedTime"])
    assert len(ids) == len(entries)
    assert held == wanted


def _require_proof(aurora: Operator, northlink: Operator) -> None:
    received = northlink.lines(STREAM)
    assert aurora.lines_inside(STREAM) == aurora.lines(STREAM) == received == northlink.lines_inside(STREAM)
    for operator in (aurora, northlink):
        assert f"{STREAM}: {len(received)} entries" in operator.verify()
        assert f"receipted up to {len(received)}" in operator.verify()
        with operator.outside() as work:
            assert [state.stopped for state in work.streams.states()] == [None]
    with northlink.inside() as work:
        assert work.quarantine.count() == 0
    with aurora.inside() as work:
        assert work.quarantine.count() == 0
