"""Whole operators in a folder: made through the command line, run as the real processes, read through the wiring.

    with Folder(tmp_path) as folder:
        aurora, northlink = folder.pair()           # two instances that have pinned each other
        aurora.load(INVENTORY)
        aurora.publish(partner_policy("northlink"))
        aurora.serve("inside"), aurora.serve("outside"), northlink.serve("outside")
        aurora.post([alarm("alm-1")])
        until(lambda: northlink.lines("aurora/northlink"))

Leaving the `with` block ends every process. `tests.network` has an inventory and records, `tests.counterpart` operators
of which there are only keys.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from gateway import settings
from gateway.cli.instance import SUPERVISOR
from gateway.evidence.stream import MAX_STEP_BYTES, MAX_STEP_ENTRIES, Step
from gateway.ids import OperatorId, StreamName
from gateway.keystore.files import load_signing_key
from gateway.keystore.profiles import Purpose, profiles
from gateway.party.descriptor import fingerprint
from gateway.ports import Delivery, InsideWork, OutsideWork
from gateway.record.strictjson import Json
from gateway.wiring import inside as inside_wiring
from gateway.wiring import outside as outside_wiring
from tests.officers import FourEyes, four_eyes

ROOT = Path(__file__).parents[1]
DEMARC = (sys.executable, "-m", "gateway.cli.main")
ANNOUNCEMENTS = {"inside": 1, "outside": 2, "both": 3}
T = TypeVar("T")


def until(holds: Callable[[], T], seconds: float = 30.0, what: str = "") -> T:
    """Return the first true answer of `holds`; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or holds}")
        time.sleep(0.05)
    return answer


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@dataclass
class Process:
    """One program that runs, with all that it prints in a file."""

    name: str
    command: Sequence[str]
    log: Path
    running: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        with self.log.open("ab") as log:
            # It ends with this thread, so that a broken test run leaves nothing behind.
            environment = {**os.environ, SUPERVISOR: str(os.getpid())}
            self.running = subprocess.Popen(self.command, cwd=ROOT, stdout=log, stderr=log, env=environment)
        self._printed_before = self.log.stat().st_size

    @property
    def pid(self) -> int:
        return self.running.pid

    @property
    def is_running(self) -> bool:
        return self.running.poll() is None

    def printed(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._printed_before)
            return log.read().decode("utf-8", "replace")

    def has_announced(self, text: str, times: int = 1) -> bool:
        if not self.is_running and self.printed().count(text) < times:
            raise AssertionError(f"{self.name} ended with {self.running.returncode}:\n{self.printed()[-3000:]}")
        return self.printed().count(text) >= times

    def kill_nine(self) -> None:
        """End the process at this instruction, whatever it does."""
        self.running.kill()
        self.running.wait(10)

    def stop(self) -> int:
        """Ask the process to end, as an init system would, and return its exit status."""
        self.running.terminate()
        try:
            return self.running.wait(20)
        except subprocess.TimeoutExpired:
            self.kill_nine()
            raise AssertionError(f"{self.name} did not end on SIGTERM:\n{self.printed()[-3000:]}") from None


@dataclass(frozen=True)
class Operator:
    """One instance on this machine."""

    id: OperatorId
    home: Path
    ingest_port: int
    exchange_port: int
    public_port: int
    ending: contextlib.ExitStack

    # --- commands ---

    def run(self, *arguments: str, stdin: bytes = b"", status: int = 0) -> str:
        """Run a command on this instance and return what it prints to standard output."""
        return demarc(*arguments, "--home", str(self.home), stdin=stdin, status=status)

    def pin(self, descriptor: bytes) -> None:
        """Pin a partner's descriptor, fingerprint compared."""
        self.run("peer", "add", "-", "--fingerprint", fingerprint(descriptor), stdin=descriptor)

    def publish(self, policy: str) -> None:
        """Put a policy in force by two officers; commands would do the same, one process each."""
        self.four_eyes.publish(policy)

    @property
    def four_eyes(self) -> FourEyes:
        """Its officers; no ceiling holds for them."""
        return four_eyes(self._inside)

    def load(self, records: Sequence[Json]) -> None:
        self.run("record", "add", "-", stdin=b"\n".join(json.dumps(one).encode() for one in records))

    def add_customer(self, customer: str) -> str:
        """Enrol a customer and return its token."""
        return self.run("customer", "add", customer, "--name", customer.title()).strip()

    def verify(self) -> str:
        """Check every stream of the outside store again; a broken one fails the test."""
        return self.run("stream", "verify")

    # --- processes ---

    def start(self, zone: str = "both") -> Process:
        """Start a process without waiting; it ends with the test at the latest."""
        words = [] if zone == "both" else [zone]
        process = Process(
            f"{self.id} {zone}",
            [*DEMARC, "serve", *words, "--home", str(self.home)],
            self.home.parent / f"{self.id}-{zone}.log",
        )
        self.ending.callback(process.kill_nine)
        return process

    def serve(self, zone: str = "both") -> Process:
        """Start a process and wait until all of its listeners listen."""
        process = self.start(zone)
        wait_until_listening(process, zone)
        return process

    # --- doors ---

    @property
    def ingest_token_file(self) -> Path:
        return self.home / "keys" / "inside" / "ingest.token"

    @property
    def ingest_url(self) -> str:
        return f"http://127.0.0.1:{self.ingest_port}/ingest/v1/records"

    @property
    def alertmanager_url(self) -> str:
        return f"http://127.0.0.1:{self.ingest_port}/ingest/v1/alertmanager"

    def post(self, records: Sequence[Json], timeout: float = 10.0) -> tuple[int, Any]:
        """Hand records (or CloudEvents) in over HTTP; return the status and the answer.

        Raises:
            OSError: There was no answer.
        """
        body = b"\n".join(json.dumps(one).encode() for one in records)
        headers = {
            "authorization": f"Bearer {self.ingest_token_file.read_text().strip()}",
            "content-type": "application/x-ndjson",
        }
        request = urllib.request.Request(self.ingest_url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    # --- what it holds ---

    @property
    def descriptor(self) -> bytes:
        return (self.home / "descriptor.json").read_bytes()

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    def signer(self, purpose: Purpose) -> Any:
        return load_signing_key(self.keys, profiles()[purpose])

    @functools.cached_property
    def _outside(self) -> outside_wiring.Outside:
        wired = outside_wiring.build(settings.load(self.home))
        self.ending.callback(wired.database.close)
        return wired

    @functools.cached_property
    def _inside(self) -> inside_wiring.Inside:
        wired = inside_wiring.build(settings.load(self.home))
        for database in wired.databases:
            self.ending.callback(database.close)
        return wired

    def outside(self) -> AbstractContextManager[OutsideWork]:
        """One reading transaction on the outside store."""
        return self._outside.store.read()

    def changing_outside(self) -> AbstractContextManager[OutsideWork]:
        """One writing transaction on the outside store, for what no command does yet."""
        return self._outside.store.write()

    def inside(self) -> AbstractContextManager[InsideWork]:
        """One reading transaction on the inside store."""
        return self._inside.store.read()

    def lines(self, stream: str) -> list[bytes]:
        """Return the entries of a stream in the outside store."""
        with self.outside() as work:
            return lines_of(work, stream)

    def lines_inside(self, stream: str) -> list[bytes]:
        """Return the entries of a stream in the inside store."""
        with self.inside() as work:
            return lines_of(work, stream)

    def entries(self, stream: str) -> list[Json]:
        """Return the entries of a stream in the outside store, parsed."""
        return [json.loads(line) for line in self.lines(stream)]

    def delivery(self, stream: str) -> Delivery:
        with self.outside() as work:
            return work.deliveries.get(StreamName(stream))

    def is_through(self, audience: Operator) -> bool:
        """Tell whether the journal is disclosed to its end and all of it receipted by and imported at `audience`."""
        stream = StreamName(f"{self.id}/{audience.id}")
        with self.inside() as work:
            if work.cursors.get("disclose") < work.journal.end():
                return False
            state = work.streams.state(stream)
        size = state.size if state else 0
        if self.delivery(stream).acknowledged != size:
            return False
        with audience.inside() as work:
            imported = work.streams.state(stream)
        return (imported.size if imported else 0) == size


@dataclass
class Folder:
    """A place for operators; leaving its `with` block ends all of their processes."""

    path: Path
    ending: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.close()

    def operator(self, name: str) -> Operator:
        """Create an instance through the command line."""
        ports = free_ports(3)
        home = self.path / name
        options = ("--inside-port", "--exchange-port", "--public-port")
        told = [text for option, port in zip(options, ports, strict=True) for text in (option, str(port))]
        told += ["--exchange-url", f"https://127.0.0.1:{ports[1]}"]
        demarc("init", str(home), "--operator", name, "--name", f"{name.title()} Networks", *told)
        return Operator(OperatorId(name), home, *ports, self.ending)

    def pair(self, first: str = "aurora", second: str = "northlink") -> tuple[Operator, Operator]:
        """Create two instances that have pinned each other."""
        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(self.operator, (first, second))
            list(pool.map(lambda pinning: pinning[0].pin(pinning[1].descriptor), ((one, other), (other, one))))
        return one, other

    def program(self, name: str, *command: str) -> Process:
        """Start a program of another make; it ends with the test."""
        process = Process(name, command, self.path / f"{name}.log")
        self.ending.callback(process.kill_nine)
        return process


def demarc(*arguments: str, stdin: bytes = b"", status: int = 0) -> str:
    """Run the command line; return its standard output, and fail on another exit status than `status`."""
    done = subprocess.run([*DEMARC, *arguments], cwd=ROOT, input=stdin, capture_output=True, timeout=120, check=False)
    assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stderr.decode()}{done.stdout.decode()}"
    return done.stdout.decode()


def wait_until_listening(process: Process, zone: str, seconds: float = 60.0) -> None:
    """Return when every listener of a `serve` process listens."""
    until(lambda: process.has_announced("listens on", ANNOUNCEMENTS[zone]), seconds, f"{process.name} listens")


def steps_of(work: InsideWork | OutsideWork, stream: str) -> Iterator[Step]:
    """Yield a held stream from its first entry on, in the steps in which it would be sent."""
    first = 0
    while step := work.streams.step_from(StreamName(stream), first, MAX_STEP_ENTRIES, MAX_STEP_BYTES):
        yield step
        first = step.size


def lines_of(work: InsideWork | OutsideWork, stream: str) -> list[bytes]:
    """Return the entries of a stream."""
    return [bytes(line) for step in steps_of(work, stream) for line in step.lines]
