"""Run all benchmarks and print one table: `python -m tests.bench [--quick] [--json FILE]`.

Nothing here passes or fails by its time: people compare the figures with the floors that were measured beside them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gateway.keystore.instance import own_anchor, tls_files
from gateway.keystore.profiles import Purpose
from tests.bench import exchange, floor, growth, ingest, per_record, policies, sample
from tests.bench.exchange import Drained, Offered, quantiles
from tests.bench.pair import Pair, two_operators
from tests.bench.report import Row, show, write_json


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer records and rounds; under 90 seconds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    parser.add_argument(
        "--only", choices=("per-record", "policies", "ingest", "exchange", "growth"), help="one part only"
    )
    parser.add_argument("--latency-seconds", type=int, help="how long records are offered; default 30, quick 8")
    chosen = parser.parse_args()
    parts: dict[str, Callable[[Path], Iterator[Row]]] = {
        "per-record": lambda _: per_record.measure(10_000, 3 if chosen.quick else 5),
        "policies": lambda _: policies.measure(1 if chosen.quick else 3),
        "ingest": lambda folder: ingest.measure(
            folder, *(([(500, 4), (5000, 1)], 2) if chosen.quick else ([(500, 20), (5000, 3)], 3))
        ),
        "exchange": lambda folder: _exchange(
            folder, quick=chosen.quick, seconds=chosen.latency_seconds or (8 if chosen.quick else 30)
        ),
        "growth": lambda folder: _growth(folder, quick=chosen.quick),
    }
    began, rows = time.monotonic(), []
    for name, measure in parts.items():
        if chosen.only in (None, name):
            print(f"measuring {name} ...", file=sys.stderr, flush=True)  # noqa: T201
            with tempfile.TemporaryDirectory(prefix="demarc-bench-") as folder:
                rows += list(measure(Path(folder)))
    show(rows, time.monotonic() - began)
    if chosen.json:
        write_json(rows, chosen.json)


def _exchange(folder: Path, *, quick: bool, seconds: int) -> Iterator[Row]:
    records, rounds = (4_000, 2) if quick else (20_000, 3)
    with two_operators(folder) as pair:
        bare = _bare(folder, pair, records, rounds)
        pair.start()
        exchange.drain(pair, 1_000, 1)  # connections, caches and the first segments are there before we measure
        drained = exchange.drain(pair, records, rounds)
        yield from _drained_rows(drained, bare)
        yield from _offered_rows(exchange.offer(pair, 500, seconds, 10), "p50 < 150 ms, p99 < 1 s")
        yield from _offered_rows(exchange.offer(pair, 500, min(seconds // 2, 10), 1), "one request each")
        yield from _offered_rows(exchange.offer(pair, 2000, min(seconds, 10), 20), "")
        for name, megabytes in pair.memory().items():
            yield Row("memory", f"most resident, {name}", megabytes, "MB", note="to stay under 200 MB")


def _bare(folder: Path, pair: Pair, records: int, rounds: int) -> float:
    """Return the median rate of the bare pieces, with the certificates of one of our operators."""
    keys, anchor = pair.northlink.home / "keys", folder / "anchor.pem"
    anchor.write_text(own_anchor(keys), encoding="ascii")
    client, server = tls_files(keys, Purpose.TLS_CLIENT), tls_files(keys, Purpose.TLS_SERVER)
    tls = floor.Tls((client.certificate, client.key), (server.certificate, server.key), anchor)
    rates = []
    for number in range(rounds):
        place = folder / f"floor-{number}"
        place.mkdir()
        rates.append(floor.exchange_rate(place, sample.lines(records), tls))
    return statistics.median(rates)


def _drained_rows(drained: Drained, bare: float) -> Iterator[Row]:
    spread = " / ".join(f"{drained.records / seconds:,.0f}" for seconds in drained.seconds)
    yield Row(
        "journal to receipt",
        f"{drained.records:,} records, mutual TLS, durable both sides",
        drained.rate,
        "records/s",
        bare,
        "bare pieces, 500 a batch, 2 processes",
        f"rounds {spread}; segments of 500, steps to 1,000",
    )
    cpu = drained.cpu_per_thousand()
    for name, seconds in cpu.items():
        yield Row("CPU per 1,000 records", name, seconds, "s")
    total = sum(cpu.values())
    most = f"two cores carry at most {2000 / total:,.0f} records/s"
    yield Row("CPU per 1,000 records", "all four", total, "s", note=most)


def _offered_rows(offered: Offered, goal: str) -> Iterator[Row]:
    how = f"{offered.rate:,.0f} records/s at fixed times, {offered.per_post} a post"
    note = f"{len(offered.from_send_time):,} records, none left out" + ("" if offered.kept_up else "; DID NOT KEEP UP")
    for start, latencies in (("send time", offered.from_send_time), ("journal", offered.from_journal)):
        for name, value in zip(("p50", "p99"), quantiles(latencies), strict=True):
            yield Row(f"latency to receipt, {how}", f"{name} from {start}", value, "ms", note=note)
            note = goal if name == "p50" and start == "send time" else ""


def _growth(folder: Path, *, quick: bool) -> Iterator[Row]:
    yield growth.audiences(folder, 10, 200 if quick else 1_000, 2_000)
    yield growth.stream(folder, 1_000 if quick else 2_000, 6_000 if quick else 100_000)


if __name__ == "__main__":
    main()
