"""Does the cost of a record stay the same while everything around it grows?

Measured in this process on the use case that discloses, with a real store, as CPU time: other programs on the machine
disturb it less than time on the clock.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from gateway.ids import audience_of_operator, parse_operator_id
from gateway.wiring.inside import Inside
from tests.bench import sample
from tests.bench.pair import Pair, two_operators
from tests.bench.report import Row
from tests.officers import four_eyes

_BATCH = 500


def audiences(folder: Path, few: int, many: int, records: int) -> Row:
    """Compare `few` with `many` other audiences, each with a policy of its own, that a record does not concern."""
    costs = {}
    for others in (few, many):
        with tempfile.TemporaryDirectory(dir=folder) as place, two_operators(Path(place), others + 1) as pair:
            inside = pair.aurora.build()
            publisher = four_eyes(inside)
            for number in range(others):
                text = sample.policy(conditional=True).replace("northlink", f"partner-{number}")
                publisher.publish(text, f"partner-{number}.yaml")
            costs[others] = _cost(pair, inside, records)
    return Row(
        "growth", f"disclose and seal one record, {many:,} audiences not concerned", costs[many], "us CPU", costs[few],
        f"{few} audiences not concerned",
    )  # fmt: skip


def stream(folder: Path, few: int, many: int) -> Row:
    """Compare the cost of the first `few` entries of a stream with that at `many` entries."""
    with tempfile.TemporaryDirectory(dir=folder) as place, two_operators(Path(place)) as pair:
        inside = pair.aurora.build()
        early = _cost(pair, inside, few)
        _cost(pair, inside, many - 2 * few)
        late = _cost(pair, inside, few)
        where = audience_of_operator(parse_operator_id("northlink"))
        with inside.store.read() as work:
            sizes = [state.size for state in work.streams.states() if state.parties.audience == where]
        assert sizes == [many], sizes
    return Row(
        "growth", f"disclose and seal one record, at {many:,} entries", late, "us CPU", early, f"at {few:,} entries"
    )


def _cost(pair: Pair, inside: Inside, records: int) -> float:
    """Disclose `records` new alarms; return the median over the batches of the CPU microseconds for one record."""
    discloser = inside.discloser()
    while discloser.run_once() is not None:
        pass
    times = []
    for at in range(0, records, 5 * _BATCH):
        count = min(5 * _BATCH, records - at)
        pair.journal(sample.alarms(count, pair.journalled))
        pair.journalled += count
        while True:
            began = time.process_time()
            if discloser.run_once() is None:
                break
            times.append((time.process_time() - began) / min(count, _BATCH) * 1e6)
    return statistics.median(times)
