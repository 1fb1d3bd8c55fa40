"""The processes that the demo starts: each with a log of its own, watched, measured, and ended by its id.

Rules:
- A child that ends before it is asked to fails the demo, with the end of its log.
- Children are in sessions of their own, so that Ctrl-C reaches the demo alone, which then ends them in order. On
  Linux they end with the demo even when it is killed.
- Nothing of our environment that configures a gateway (`DEMARC_*`) reaches them.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import gateway
from gateway.cli.instance import SUPERVISOR

COMMAND = (sys.executable, "-m", "gateway.cli.main")
_LOG_LINES = 25
_END_SECONDS = 15


class DemoFailed(Exception):
    """The demo cannot go on; the text says why, for whoever started it."""


@dataclass(slots=True)
class Child:
    """One process of a gateway."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    peak_bytes: int = 0

    def log_end(self) -> str:
        """Return the last lines of its log."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-_LOG_LINES:]) or "(the log is empty)"


@dataclass(slots=True)
class Children:
    """All processes of the demo. The caller must call `end`, whatever happens."""

    folder: Path
    every: list[Child] = field(default_factory=list)

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start `demarc` with `arguments`; what it says goes to `<name>.log`."""
        log = self.folder / f"{name.replace(' ', '-')}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*COMMAND, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=environment() | {SUPERVISOR: str(os.getpid())},
                start_new_session=True,
            )
        self.every.append(Child(name, process, log))

    def require_alive(self) -> None:
        """Raise `DemoFailed` when a process has ended by itself."""
        for child in self.every:
            if child.process.poll() is not None:
                status = child.process.returncode
                raise DemoFailed(f"{child.name} ended by itself with status {status}; its log:\n{child.log_end()}")

    def measure(self) -> None:
        """Note how much memory each process has held at most."""
        for child in self.every:
            child.peak_bytes = max(child.peak_bytes, resident_bytes(child.process.pid))

    def end(self) -> dict[str, int]:
        """Ask each process to end (SIGTERM) and return their exit statuses by name; kill what does not obey."""
        for child in self.every:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + _END_SECONDS
        for child in self.every:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        return {child.name: child.process.returncode for child in self.every}


def run(*arguments: str) -> str:
    """Run one `demarc` command and return what it printed; raise `DemoFailed` with its complaint."""
    return run_python("-m", "gateway.cli.main", *arguments)


def run_python(*arguments: str) -> str:
    """Run this interpreter and return what it printed; raise `DemoFailed` with its complaint."""
    done = subprocess.run(
        [sys.executable, *arguments], env=environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr + done.stdout).decode("utf-8", "replace").strip()
        raise DemoFailed(f"`{' '.join(arguments)}` ended with status {done.returncode}:\n{said}")
    return done.stdout.decode("utf-8", "replace")


def environment() -> dict[str, str]:
    """Return our environment without settings of gateways, and with the way to this very package."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEMARC_")}
    root = str(Path(gateway.__file__).resolve().parent.parent)
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH", ""))))}


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that were free a moment ago."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def accepts(port: int) -> bool:
    """Tell whether something listens on a port of loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def resident_bytes(pid: int) -> int:
    """Return the largest resident memory that a process has had, or has now where the system does not tell more."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False).stdout.strip()
        return int(told or 0) * 1024
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
