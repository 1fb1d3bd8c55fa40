"""The processes: listeners in the event loop, and beside it the loops that carry records on.

Each loop is a thread of its own that calls one use case again and again: it sleeps a little when there is nothing to
do, longer after a failure of the store, and never ends before the process does. What a loop has done is on disk;
stopping is therefore only a matter of not beginning another round.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gateway.errors import DemarcError
from gateway.outside.push import Progress
from gateway.transport import server

if TYPE_CHECKING:
    from gateway.ids import OperatorId
    from gateway.wiring.inside import Inside
    from gateway.wiring.life import Life
    from gateway.wiring.outside import Outside

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.04
FAILURE_SECONDS = 1.0
_PARTNERS_SECONDS = 1.0
_CLOCK_SECONDS = 5.0
_DUE_SECONDS = 0.25  # a stop that was decided while nobody could write the outside store takes effect that soon
_log = logging.getLogger("gateway.worker")

Round = Callable[[], bool]
"""One round of a loop; returns whether there may be more to do at once."""


class LoopOver(Exception):
    """Raised by a round that was the last of its loop."""


class Loops:
    """Threads that run until `stop` is set."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.broken: BaseException | None = None
        self._threads: list[threading.Thread] = []
        self._on_broken: Callable[[], None] = lambda: None

    def start(self, name: str, run_round: Round) -> None:
        """Run `run_round` again and again in a thread of its own."""
        thread = threading.Thread(target=self._run, args=(name, run_round), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def on_broken(self, act: Callable[[], None]) -> None:
        """Call `act` when a loop ends by an error that nobody foresaw."""
        self._on_broken = act

    def join(self, seconds: float) -> None:
        """Ask all loops to end and wait for the rounds in hand."""
        self.stop.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self, name: str, run_round: Round) -> None:
        try:
            pause = 0.0
            while not self.stop.wait(pause):
                pause = self._pause_after(name, run_round, pause)
        except LoopOver:
            _log.info("%s ended", name)
        except BaseException as error:
            # A loop that died unnoticed would be a gateway that silently stands still: end the process instead.
            _log.critical("%s broke", name, exc_info=True)
            self.broken = error
            self._on_broken()
            raise

    def _pause_after(self, name: str, run_round: Round, last: float) -> float:
        """Run one round and return how long to sleep: not at all while there is work, else longer and longer."""
        try:
            return 0.0 if run_round() else min(max(2 * last, FIRST_PAUSE), LONGEST_PAUSE)
        except DemarcError as error:
            _log.warning("%s: [%s] %s", name, error.code, error)
            return FAILURE_SECONDS


def serve_inside(inside: Inside, announce: Callable[[str], None]) -> None:
    """Run the inside process until SIGTERM or SIGINT."""
    loops = Loops()
    hand_over, importer = inside.hand_over(), inside.importer()
    timekeeper = inside.timekeeper()
    # Records come and go by the thousand beside an inventory that stays: look for garbage seldom, and never among it.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)

    # After a batch that was not full, a breath: what comes meanwhile shares the next transaction and signature.
    loops.start("disclose", hand_over.run_once)

    def keep_time() -> bool:
        loops.stop.wait(_CLOCK_SECONDS)
        return timekeeper.run_once() > 0

    loops.start("time", keep_time)
    start_life(loops, inside.life())
    loops.start("import", lambda: importer.run() > 0)
    _serve([inside.listener()], loops, announce)
    for database in inside.databases:
        database.close()


def start_life(loops: Loops, life: Life) -> None:
    """Start handing stops over and doing what is due, in loops of their own: neither waits for the other's failure."""
    stopper, due_taker = life.stopper(), life.due_taker()

    def hand_stops_over() -> bool:
        loops.stop.wait(_DUE_SECONDS)
        return stopper.hand_over() > 0

    def do_what_is_due() -> bool:
        loops.stop.wait(_DUE_SECONDS)
        return due_taker.run_once() > 0

    loops.start("stops", hand_stops_over)
    loops.start("due", do_what_is_due)


def serve_outside(outside: Outside, announce: Callable[[str], None]) -> None:
    """Run the outside process until SIGTERM or SIGINT."""
    loops = Loops()
    loops.start("partners", _Deliveries(outside, loops).run_round)
    _serve(outside.listeners(), loops, announce)
    outside.database.close()


class _Deliveries:
    """One delivery loop per enabled partner; it ends when the partner is disabled or has a new descriptor."""

    def __init__(self, outside: Outside, loops: Loops) -> None:
        self._outside = outside
        self._loops = loops
        self._running: dict[OperatorId, bytes] = {}

    def run_round(self) -> bool:
        partners = self._outside.live.partners()
        for operator, raw in partners.items():
            if self._running.get(operator) != raw:
                self._running[operator] = raw
                self._begin(operator, raw)
        self._running = dict(partners)
        self._loops.stop.wait(_PARTNERS_SECONDS)
        return False

    def _begin(self, operator: OperatorId, raw: bytes) -> None:
        runner = asyncio.Runner()  # only this loop's thread uses it
        try:
            pusher = self._outside.pusher(operator, raw, runner)
        except DemarcError:  # what is wrong with one partner costs the others nothing; a new descriptor tries again
            _log.exception("no delivery to %s", operator)
            return

        def deliver() -> bool:
            if self._running.get(operator) != raw:
                raise LoopOver
            try:
                return pusher.run_once() is Progress.DELIVERED
            except DemarcError:
                raise
            except Exception as error:  # noqa: BLE001
                # Nobody foresaw it, so nobody knows what sending again would do: this stream stands still with the
                # reason, until an officer decides; the process and the other partners go on.
                _log.critical("delivery to %s broke", operator, exc_info=True)
                pusher.stop(f"the delivery broke: {type(error).__name__}; see the log of the outside process")
                return False

        self._loops.start(f"deliver-{operator}", deliver)


def _set_soon(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    loop.call_soon_threadsafe(stop.set)


def _serve(listeners: Iterable[server.Listener], loops: Loops, announce: Callable[[str], None]) -> None:
    chosen = list(listeners)

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loops.on_broken(lambda: _set_soon(loop, stop))

        def bound(addresses: list[server.Address]) -> None:
            for listener, (host, port) in zip(chosen, addresses, strict=True):
                announce(f"{listener.name} listens on {host}:{port}")

        await server.serve(chosen, stop, on_bound=bound)

    try:
        server.run(main())
    finally:
        loops.join(10.0)
    if loops.broken is not None:
        raise loops.broken
