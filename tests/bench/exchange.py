"""Journal to receipt between two real operators: how many a second, at what cost, and how late each record is.

Throughput: aurora's inside process stands still (SIGSTOP) while its journal is filled. The clock starts when it goes
on, so no start-up is in the figure, and stops when the receipt for the last entry is on aurora's disk.

Latency: send times are fixed before the run and never move, whatever the gateway does (no coordinated omission). A
record's latency runs from its send time, and beside it from its line in the journal, to the first look at aurora's
store, one every 2 ms, that finds a receipt over its entry. Every record counts.
"""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from gateway.ids import audience_of_operator, parse_operator_id
from gateway.keystore.files import load_master
from gateway.keystore.profiles import Purpose, profiles
from gateway.policy.transforms.pseudonym import Pseudonymiser, derive_audience_key
from gateway.record.strictjson import Json
from tests.bench import sample
from tests.bench.clock import percentile
from tests.bench.pair import STREAM, Operator, Pair, Watch, encoded

_POLL_SECONDS = 0.002
_SENDERS = 8


@dataclass(slots=True)
class Drained:
    """How fast a filled journal became receipts."""

    records: int
    seconds: list[float] = field(default_factory=list)
    cpu: list[dict[str, float]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.records / statistics.median(self.seconds)

    def cpu_per_thousand(self) -> dict[str, float]:
        """Return CPU seconds for 1,000 records, by process; median of the rounds."""
        return {name: statistics.median(one[name] for one in self.cpu) / self.records * 1000 for name in self.cpu[0]}


def drain(pair: Pair, records: int, rounds: int, during: Callable[[], None] = lambda: None) -> Drained:
    """Fill the journal and let it drain, several times on the same pair; `during` runs as each round begins."""
    result = Drained(records)
    watch = Watch(pair.aurora.home, "outside")
    for _ in range(rounds):
        goal = watch.receipted() + records
        pair.aurora.pause("inside")
        pair.journal(sample.alarms(records, pair.journalled))
        pair.journalled += records
        before, began = pair.cpu(), time.monotonic()
        pair.aurora.resume("inside")
        during()
        _wait(lambda goal=goal: watch.receipted() >= goal, 120)  # type: ignore[misc]
        result.seconds.append(time.monotonic() - began)
        after = pair.cpu()
        result.cpu.append({name: after[name] - before[name] for name in after})
        _wait(lambda: _imported(pair), 120)
    watch.close()
    return result


@dataclass(frozen=True, slots=True)
class Offered:
    """What an open-loop run came to; latencies in milliseconds."""

    rate: float
    per_post: int
    from_send_time: list[float]
    from_journal: list[float]
    kept_up: bool


def offer(pair: Pair, rate: float, seconds: float, per_post: int) -> Offered:
    """Offer `rate` records a second at fixed times for `seconds`, `per_post` of them in each request."""
    count = int(rate * seconds) // per_post * per_post
    records = list(sample.alarms(count, pair.journalled))
    pair.journalled += count
    bodies = [encoded(records[at : at + per_post]) for at in range(0, count, per_post)]
    watch = _Receipts(pair.aurora)
    began = time.time() + 0.2
    due = [began + at / rate * per_post for at in range(len(bodies))]
    last_sent = _send_all(pair.aurora, bodies, due)
    kept_up = last_sent - due[-1] < 1.0
    seen = watch.finish(count)
    times = _journal_and_entry(pair.aurora)
    from_send, from_journal = [], []
    for position, record in enumerate(records):
        journalled, entry = times[record["id"]]
        receipted = seen.time_of(entry)
        from_send.append((receipted - due[position // per_post]) * 1000)
        from_journal.append((receipted - journalled) * 1000)
    return Offered(rate, per_post, from_send, from_journal, kept_up)


def quantiles(latencies: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return percentile(latencies, 0.5), percentile(latencies, 0.99)


def _send_all(operator: Operator, bodies: list[bytes], due: list[float]) -> float:
    """Post every body at its time from a pool of connections; return when the last answer came."""
    local = threading.local()
    headers = {"Authorization": f"Bearer {operator.token}", "Content-Type": "application/x-ndjson"}

    def post(body: bytes) -> float:
        connection: http.client.HTTPConnection | None = getattr(local, "connection", None)
        if connection is None:
            connection = local.connection = http.client.HTTPConnection("127.0.0.1", operator.inside_port, timeout=60)
        connection.request("POST", "/ingest/v1/records", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"ingest answered {answer.status}: {told[:200]!r}")
        return time.time()

    with ThreadPoolExecutor(_SENDERS) as senders:
        jobs = []
        for body, at in zip(bodies, due, strict=True):
            time.sleep(max(0.0, at - time.time()))
            jobs.append(senders.submit(post, body))
        return max(job.result() for job in jobs)


class _Receipts:
    """A thread that notes when receipts for how many entries were first seen on disk."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self.sizes: list[int] = []
        self.times: list[float] = []
        self._end = threading.Event()
        self._before = self._now()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def finish(self, entries: int) -> _Receipts:
        """Wait until that many more entries have a receipt."""
        _wait(lambda: bool(self.sizes) and self.sizes[-1] >= self._before + entries, 120)
        self._end.set()
        self._thread.join()
        return self

    def time_of(self, entry: int) -> float:
        """Return when the receipt that covers `entry` was first seen."""
        return self.times[bisect_right(self.sizes, entry)]

    def _now(self) -> int:
        watch = Watch(self._operator.home, "outside")
        size = watch.receipted()
        watch.close()
        return size

    def _watch(self) -> None:
        watch = Watch(self._operator.home, "outside")
        while not self._end.is_set():
            size = watch.receipted()
            if not self.sizes or size > self.sizes[-1]:
                self.sizes.append(size)
                self.times.append(time.time())
            self._end.wait(_POLL_SECONDS)
        watch.close()


def _journal_and_entry(operator: Operator) -> dict[str, tuple[float, int]]:
    """Return for every alarm when the journal took it, and its entry in the stream, found by its pseudonym."""
    master = load_master(operator.home / "keys", profiles()[Purpose.PSEUDONYM])
    audience = audience_of_operator(parse_operator_id("northlink"))
    token = Pseudonymiser(derive_audience_key(master, audience)).token
    watch = Watch(operator.home, "inside")
    entries: dict[str, int] = {}
    for first, lines in watch.rows("SELECT first, lines FROM segment WHERE stream = ? ORDER BY first", STREAM):
        assert isinstance(first, int)
        assert isinstance(lines, bytes)
        for index, line in enumerate(lines.split(b"\n"), first):
            entries[orjson.loads(line)["subject"]] = index
    times: dict[str, tuple[float, int]] = {}
    for body, received_at in watch.rows("SELECT body, received_at FROM journal WHERE kind = 'record'"):
        record: Json = orjson.loads(body)  # type: ignore[arg-type]
        entry = entries.get(token("alarm", record["id"]))
        if record["@type"] == "Alarm" and entry is not None:
            times[record["id"]] = (datetime.fromisoformat(str(received_at)).timestamp(), entry)
    watch.close()
    return times


def _imported(pair: Pair) -> bool:
    """Tell whether northlink's inside has all that its outside has, so that the next round begins at rest."""
    sizes = []
    for zone in ("outside", "inside"):
        watch = Watch(pair.northlink.home, zone)
        sizes.append(watch.number("SELECT size FROM stream WHERE name = ?", STREAM))
        watch.close()
    return sizes[0] == sizes[1]


def _wait(is_done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError("the pair did not come to rest")
        time.sleep(_POLL_SECONDS)
