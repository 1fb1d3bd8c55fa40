"""Two real operators in a temporary folder: stores, keys, descriptors, a policy, and their four processes."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gateway import settings
from gateway.inside.ingest import Offer
from gateway.record.strictjson import Json, dump
from gateway.wiring.inside import Inside, build
from tests.bench import sample
from tests.bench.clock import cpu_seconds, resident_megabytes
from tests.officers import four_eyes

ROOT = Path(__file__).resolve().parents[2]
STREAM = "aurora/northlink"
_LISTENERS = {"inside": 1, "outside": 2}
_COMMAND = (sys.executable, "-m", "gateway.cli.main")


@dataclass(slots=True)
class Operator:
    """One operator: its folder, and its processes by zone."""

    home: Path
    inside_port: int
    exchange_port: int
    public_port: int
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.home.name

    @property
    def token(self) -> str:
        return (self.home / "keys" / "inside" / "ingest.token").read_text(encoding="ascii").strip()

    def build(self) -> Inside:
        return build(settings.load(self.home))

    def start(self, *zones: str) -> None:
        """Start processes."""
        for zone in zones:
            command = [*_COMMAND, "serve", zone, "--home", str(self.home)]
            with self._log(zone).open("w", encoding="utf-8") as errors:
                self.processes[zone] = subprocess.Popen(command, cwd=ROOT, stderr=errors, text=True)

    def wait_until_listening(self) -> None:
        """Wait until every listener of the started processes is bound."""
        deadline = time.monotonic() + 60
        for zone, process in self.processes.items():
            while self._log(zone).read_text(encoding="utf-8").count("listens on") < _LISTENERS[zone]:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"{self.name} {zone} did not start: {self._log(zone).read_text(encoding='utf-8')}"
                    )
                time.sleep(0.02)

    def _log(self, zone: str) -> Path:
        return self.home / f"{zone}.log"

    def stop(self) -> None:
        """End all processes."""
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes.values():
            process.wait(30)
        self.processes.clear()

    def pause(self, zone: str) -> None:
        """Let a process stand still, at a moment when it has nothing to do."""
        os.kill(self.processes[zone].pid, signal.SIGSTOP)

    def resume(self, zone: str) -> None:
        os.kill(self.processes[zone].pid, signal.SIGCONT)


@dataclass(slots=True)
class Pair:
    """aurora, which discloses, and northlink, which receives."""

    aurora: Operator
    northlink: Operator
    journalled: int = 0

    def journal(self, records: Iterable[Json], at_a_time: int = 5000) -> int:
        """Put records into aurora's journal by its own use case; return how many."""
        inside = self.aurora.build()
        waiting, count = iter(records), 0
        while offers := [Offer(b"", record) for record in itertools.islice(waiting, at_a_time)]:
            for outcome in inside.ingester().take("bench", offers):
                if outcome.status != "accepted":
                    raise RuntimeError(f"{outcome.status}: {outcome.reason} at {outcome.pointer}")
            count += len(offers)
        for database in inside.databases:
            database.close()
        return count

    def start(self) -> None:
        """Start all four processes and wait until aurora knows its partner."""
        for operator in (self.northlink, self.aurora):
            operator.start("outside", "inside")
        for operator in (self.northlink, self.aurora):
            operator.wait_until_listening()
        time.sleep(1.0)

    def processes(self) -> Iterator[tuple[str, int]]:
        for operator in (self.aurora, self.northlink):
            for zone, process in operator.processes.items():
                yield f"{operator.name} {zone}", process.pid

    def cpu(self) -> dict[str, float]:
        return {name: cpu_seconds(pid) for name, pid in self.processes()}

    def memory(self) -> dict[str, float]:
        return {name: resident_megabytes(pid) for name, pid in self.processes()}


class Watch:
    """Looks at stores from beside, read-only, as anybody with the file could."""

    def __init__(self, home: Path, zone: str) -> None:
        self._connection = sqlite3.connect(f"file:{home / zone}.db?mode=ro", uri=True, isolation_level=None)

    def number(self, query: str, *values: object) -> int:
        """Return the one number that `query` gives, 0 for none."""
        row = self._connection.execute(query, values).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def receipted(self) -> int:
        """Return how many entries of the stream have a receipt on disk."""
        return self.number("SELECT max(size) FROM receipt WHERE stream = ?", STREAM)

    def rows(self, query: str, *values: object) -> Iterator[tuple[object, ...]]:
        """Yield the rows that `query` gives."""
        yield from self._connection.execute(query, values)

    def close(self) -> None:
        self._connection.close()


@contextlib.contextmanager
def two_operators(folder: Path, parties: int = 1) -> Iterator[Pair]:
    """Create both operators, pin each with the other, and give northlink a policy; nothing runs yet."""
    aurora, northlink = (_create(folder / name) for name in ("aurora", "northlink"))
    for one, other in ((aurora, northlink), (northlink, aurora)):
        inside = one.build()
        enroller = inside.enroller()
        enroller.pin(enroller.read((other.home / "descriptor.json").read_bytes()))
    pair = Pair(aurora, northlink)
    pair.journal(sample.inventory(parties))
    four_eyes(aurora.build()).publish(sample.policy(conditional=True), "bench.yaml")
    try:
        yield pair
    finally:
        for operator in (aurora, northlink):
            operator.stop()


@contextlib.contextmanager
def one_operator(folder: Path) -> Iterator[Operator]:
    """Create one operator and run its inside."""
    operator = _create(folder / "aurora")
    try:
        operator.start("inside")
        operator.wait_until_listening()
        yield operator
    finally:
        operator.stop()


def _create(home: Path) -> Operator:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        ports = [one.getsockname()[1] for one in sockets]
    operator = Operator(home, *ports)
    command = [*_COMMAND, "init", str(home), "--operator", home.name, "--name", home.name.title()]
    command += ["--inside-port", str(ports[0]), "--exchange-port", str(ports[1]), "--public-port", str(ports[2])]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return operator


def encoded(records: Iterable[Json]) -> bytes:
    """Return records as NDJSON."""
    return b"\n".join(map(dump, records))
