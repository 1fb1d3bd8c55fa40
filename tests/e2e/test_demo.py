"""`demarc demo` as a newcomer runs it: it holds, and whatever happens it leaves no process behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes through /proc"),
]
ROOT = Path(__file__).parents[2]
CHECKS = (
    r"northlink learns no internal name: 1,\d{3} names searched in [\d,]+ bytes on the wire, none found; \d+ of",
    r"acme learns no internal name: 1,\d{3} names searched in [\d,]+ bytes on the wire, none found; \d+ of",
    r"the status page shows what acme bought: 6 of 6 services",
    r"streams verify at aurora: .*aurora/northlink: (\d+) entries, receipted up to \1",
    r"streams verify at northlink: aurora/northlink: (\d+) entries, receipted up to \1",
    r"both sides hold the same stream: (\d+) and \1 entries, roots (\w{16}) and \2",
    r"every entry to northlink is receipted: (\d+) of \1",
    r"northlink sees one problem a service: \d\d+ alarms inside, 4 problems of 4 affected services",
    r"acme sees one problem a service: \d\d+ alarms inside, 2 problems of 2 affected services",
    r"after repair and work all is well: 0 ",
    r"nothing is in quarantine: 0 at aurora, 0 at northlink",
    r"each process stays below 200 MB: aurora inside \d+ MB, ",
    r"processes end cleanly at SIGTERM: 4 processes, all with exit status 0",
)


class Demo:
    """One run whose temporary folder is `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.output = folder.parent / f"{folder.name}.txt"
        with self.output.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway.cli.main", "demo", *options],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=os.environ | {"TMPDIR": str(folder), "NO_COLOR": "1"},
            )

    def wait(self, seconds: float = 120) -> int:
        try:
            return self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)
                self.process.wait(30)

    def wait_until(self, happened: Callable[[], bool], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not happened():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.1)

    def text(self) -> str:
        return self.output.read_text("utf-8")

    def gateways(self) -> list[int]:
        """Return the ids of processes that run with a home in our folder."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                told = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"\0serve\0" in told and os.fsencode(self.folder) in told:
                found.append(int(entry.name))
        return sorted(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tmp"
    made.mkdir()
    return made


def test_the_demo_holds_what_it_promises_and_clears_up(folder: Path) -> None:
    demo = Demo(folder, "--once", "--show-wire")
    status, text = demo.wait(), demo.text()
    assert status == 0, text
    for check in CHECKS:
        assert re.search(rf"^ok +{check}", text, re.MULTILINE), (check, text)
    assert "FAILED" not in text
    assert "POST /exchange/v1/streams/aurora/entries HTTP/1.1" in text
    assert '{"receipt":"' in text
    assert list(folder.iterdir()) == []
    assert demo.gateways() == []


def test_an_interrupted_demo_leaves_nothing_behind(folder: Path) -> None:
    demo = Demo(folder, "--once")
    demo.wait_until(lambda: len(demo.gateways()) == 4)
    demo.process.send_signal(signal.SIGTERM)
    assert demo.wait(60) == 130, demo.text()
    assert demo.gateways() == []
    assert list(folder.iterdir()) == []


def test_a_demo_whose_gateway_dies_says_so_shows_its_log_and_keeps_the_folder(folder: Path) -> None:
    demo = Demo(folder)
    demo.wait_until(lambda: "until Ctrl-C" in demo.text())
    os.kill(demo.gateways()[0], signal.SIGKILL)
    assert demo.wait(60) == 1, demo.text()
    assert "aurora inside ended by itself with status -9; its log:" in demo.text()
    assert "FAILED processes end cleanly at SIGTERM: FOUND aurora inside with -9" in demo.text()
    assert demo.gateways() == []
    (kept,) = folder.iterdir()
    assert f"Everything is kept, with the logs, in {kept}" in demo.text()
    assert (kept / "aurora-inside.log").exists()
