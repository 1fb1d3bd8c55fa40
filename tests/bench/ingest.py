"""Records a second through the ingest listener, over real HTTP into a real process with a durable store."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import floor, sample
from tests.bench.pair import Operator, one_operator
from tests.bench.report import Row


def measure(folder: Path, plan: Sequence[tuple[int, int]], rounds: int) -> Iterator[Row]:
    """Yield the rate for each (batch size, number of posts) of the plan."""
    with one_operator(folder) as operator:
        for batch, posts in plan:
            rates, floors = [], []
            for number in range(rounds):
                lines = sample.lines(batch * posts, seed=hash((batch, number)) & 0xFFFF)
                (folder / f"{batch}-{number}").mkdir()
                floors.append(floor.insert_rate(folder / f"{batch}-{number}", lines, batch))
                rates.append(_post_all(operator, lines, batch))
            yield Row(
                "ingest",
                f"NDJSON, {batch:,} records a post",
                statistics.median(rates),
                "records/s",
                statistics.median(floors),
                "bare SQLite, WAL, FULL, same bytes and batches",
                "disclosing goes on meanwhile, to nobody",
            )


def _post_all(operator: Operator, lines: Sequence[bytes], batch: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", operator.inside_port, timeout=120)
    headers = {"Authorization": f"Bearer {operator.token}", "Content-Type": "application/x-ndjson"}
    bodies = [b"\n".join(lines[at : at + batch]) for at in range(0, len(lines), batch)]
    began = time.perf_counter()
    for body in bodies:
        connection.request("POST", "/ingest/v1/records", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"ingest answered {answer.status}: {told[:200]!r}")
    seconds = time.perf_counter() - began
    connection.close()
    return len(lines) / seconds
