"""`demarc demo`: set up, play, check, stay until interrupted, and leave nothing behind.

Exit status 0 only if every check held. After a failure the folder stays, with the logs of all processes, and is named.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text

from gateway.demo import checks
from gateway.demo.acts import Acts
from gateway.demo.checks import Check
from gateway.demo.customer import AnswerRefused
from gateway.demo.processes import Children, DemoFailed
from gateway.demo.stage import HOST, build
from gateway.demo.story import story_of
from gateway.demo.tap import messages
from gateway.demo.teller import TICK_SECONDS, Teller, teller_for
from gateway.errors import DemarcError
from gateway.record.strictjson import dump
from gateway.sources.topology import records_of_topology

_INTERRUPTED = 130
_WIRE = ("alertmanager.json", "push.http", "receipt.http")
_WIRE_OF_INTEREST = b'"ServiceProblem"'


@dataclass(slots=True)
class _Run:
    """One run of the demo: what has to be cleaned up, and what was found."""

    folder: Path
    children: Children
    began: float
    resources: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    checks: list[Check] = field(default_factory=list)
    failure: str = ""
    is_interrupted: bool = False
    took: float = 0.0


def play(*, once: bool, show_wire: bool = False) -> int:
    """Run the demo and return its exit status.

    Args:
        once: End after the checks; without it, stay until interrupted.
        show_wire: Print the bytes of one push and of its receipt at the end.
    """
    console = Console(highlight=False, soft_wrap=True)
    folder = Path(tempfile.mkdtemp(prefix="demarc-demo-"))
    one = _Run(folder, Children(folder), time.monotonic())
    with _ended_by_signals():
        try:
            _perform(one, once=once, console=console)
        except KeyboardInterrupt:
            one.is_interrupted = True
        except (DemoFailed, AnswerRefused, DemarcError, OSError) as error:
            one.failure = str(error) or type(error).__name__
        finally:
            _ignore_signals()
            statuses = one.children.end()
            one.resources.close()
    return _report(one, statuses, show_wire=show_wire, console=console)


def _perform(one: _Run, *, once: bool, console: Console) -> None:
    console.print(
        Text("Demarc demo: aurora sells services to northlink, an operator, and to acme, a customer.", "bold")
    )
    records = list(records_of_topology())
    story = story_of(records)
    with teller_for(once=once, console=console) as teller:
        stage = build(one.folder, records, one.children, one.resources, teller.say)
        names = len(story.inventory.names())
        teller.say(f"the GÉANT topology as aurora's hidden inside: {len(records)} records, {names:,} names")
        acts = Acts(stage, story, teller)
        acts.open()
        acts.cut()
        acts.repair()
        acts.work()
        page = stage.acme.status_page()
        one.checks = checks.while_running(acts, page)
        one.took = time.monotonic() - one.began
        _keep_wire(acts)
        if not once:
            _stay(acts, one, teller)


def _stay(acts: Acts, one: _Run, teller: Teller) -> None:
    """Show what is, until somebody interrupts."""
    stage = acts.stage
    stage.tap.is_recording = stage.acme.is_recording = False  # the checks are done; memory must not grow for ever
    addresses = [
        Text(f"status page  https://{HOST}:{stage.aurora.public_port}/status  (its certificate is the demo's own)"),
        Text(f"its token    {stage.acme.token}"),
        Text(f"ingest       http://{HOST}:{stage.aurora.ingest_port}/ingest/v1/records  and  /ingest/v1/alertmanager"),
        Text(f"its token    in {stage.aurora.home / 'keys' / 'inside' / 'ingest.token'}"),
        Text(f"folder       {stage.folder}  (until Ctrl-C)"),
    ]
    lines = [check.line() for check in one.checks]
    teller.conclude([*lines, Text(), *addresses])
    while True:
        stage.children.require_alive()
        acts.show()
        time.sleep(TICK_SECONDS if teller.is_live else 1)


def _report(one: _Run, statuses: dict[str, int], *, show_wire: bool, console: Console) -> int:
    """Print what was found, clear up, and return the exit status."""
    if one.checks:
        one.checks.append(checks.ended_cleanly(statuses))
        console.print()
        for check in one.checks:
            console.print(check.line())
    has_held = bool(one.checks) and all(check.has_held for check in one.checks) and not one.failure
    if show_wire and one.checks:
        _print_wire(one.folder)
    if one.is_interrupted and not one.checks:
        shutil.rmtree(one.folder, ignore_errors=True)
        console.print("Interrupted; nothing was left behind.")
        return _INTERRUPTED
    if has_held:
        shutil.rmtree(one.folder, ignore_errors=True)
        console.print(
            Text(f"\nAll {len(one.checks)} checks held, {one.took:.0f} seconds from nothing to here.", "bold green")
        )
        return 0
    failed = sum(not check.has_held for check in one.checks)
    console.print(
        Text(f"\nThe demo failed: {one.failure or f'{failed} of {len(one.checks)} checks did not hold.'}", "bold red")
    )
    console.print(Text(f"Everything is kept, with the logs, in {one.folder}"))
    return 1


def _keep_wire(acts: Acts) -> None:
    """Keep a payload that came in, a push that went out because of such, and the receipt it was answered with."""
    stage = acts.stage
    (stage.folder / _WIRE[0]).write_bytes(dump(acts.example))
    for conversation in stage.tap.conversations:
        pairs = zip(messages(bytes(conversation.there)), messages(bytes(conversation.back)), strict=False)
        for push, receipt in pairs:
            if _WIRE_OF_INTEREST in push:
                (stage.folder / _WIRE[1]).write_bytes(push)
                (stage.folder / _WIRE[2]).write_bytes(receipt)
                return


def _print_wire(folder: Path) -> None:
    for file in (folder / name for name in _WIRE):
        if file.exists():
            raw = file.read_bytes()
            sys.stdout.write(f"\n--- {file.name}, {len(raw)} bytes\n")
            sys.stdout.flush()
            sys.stdout.buffer.write(raw.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n")
            sys.stdout.buffer.flush()


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP interrupt as Ctrl-C does; restore the handlers at the end."""
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in former:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    """Let a second Ctrl-C not disturb the clearing up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
