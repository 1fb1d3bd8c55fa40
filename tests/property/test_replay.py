"""Everything that decides is in the journal: replayed from zero, in whatever batches, it gives the same streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.ports import Line, NewLine
from gateway.record.strictjson import Json
from tests.chain import Chain, a_day, copied, empty_stores, journal_day
from tests.operators import HIDDEN_ROUTER, INTERCONNECT_PORT, alarm, partner_policy, resource, service

STREAMS = ("aurora/northlink", "aurora/customer:acme")


def a_restless_day() -> Iterator[Json | str]:
    """The day of the crash tests, and then what makes the order within a batch matter."""
    yield from a_day()
    yield partner_policy("northlink")
    yield service("svc-100001", "EVPL London - Frankfurt", "acme", "customer", INTERCONNECT_PORT)  # it changes hands
    yield from (alarm(f"alm-h{number}", perceivedSeverity="critical") for number in range(3))
    yield service("svc-100001", "EVPL London - Frankfurt", "northlink", "partner", INTERCONNECT_PORT)  # and back
    yield service("svc-100009", "EVPL Blueroute London", "northlink", "partner", INTERCONNECT_PORT)
    yield resource("Blueroute", "circuit")  # from here on a name that must not be told, but not before
    yield service("svc-100009", "EVPL Blueroute London 2", "northlink", "partner", INTERCONNECT_PORT)
    yield from (alarm(f"alm-k{number}", alarmedObject={"id": HIDDEN_ROUTER}) for number in range(3))


Told = dict[str, list[bytes]]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sequence[Line], Told]:
    """Empty stores, the lines of a day, and the streams that they came to."""
    folder = tmp_path_factory.mktemp("replay")
    empty_stores(folder / "empty")
    with Chain(copied(folder / "empty", folder / "first")) as chain:
        journal_day(chain, list(a_restless_day()))
        told = _disclosed(chain, [1])
        with chain.store("aurora-inside").read() as work:
            lines = work.journal.after(0, 10_000)
    return folder / "empty", lines, told


def _disclosed(chain: Chain, batches: Sequence[int], *, restarts: bool = False) -> Told:
    """Disclose in batches of these sizes, again and again; with a new process for each if `restarts`."""
    disclosers = {size: chain.discloser(batch_lines=size) for size in batches}
    grown, number = True, 0
    while grown:
        size = batches[number % len(batches)]
        discloser = chain.discloser(batch_lines=size) if restarts or len(disclosers) > 1 else disclosers[size]
        grown = discloser.run_once() is not None
        number += 1
    return {stream: chain.lines("aurora-inside", stream) for stream in STREAMS}


def _replayed(empty: Path, lines: Sequence[Line], to: Path, batches: Sequence[int], *, restarts: bool) -> Told:
    with Chain(copied(empty, to)) as chain:
        for line in lines:
            with chain.store("aurora-inside").write() as work:
                key = line.position.to_bytes(4, "big")
                work.journal.append([NewLine(line.kind, "replay", key, key, line.body)], line.received_at)
        return _disclosed(chain, batches, restarts=restarts)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.integers(1, 90), min_size=1, max_size=4), restarts=st.booleans())
@example(batches=[1], restarts=True)
@example(batches=[500], restarts=False)
@example(batches=[7], restarts=False)
def test_a_replayed_journal_gives_the_same_entries_byte_for_byte(
    journal: tuple[Path, Sequence[Line], Told],
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[int],
    restarts: bool,
) -> None:
    empty, lines, told = journal
    assert all(len(told[stream]) > 3 for stream in STREAMS)
    folder = tmp_path_factory.mktemp("trial") / "stores"
    assert _replayed(empty, lines, folder, batches, restarts=restarts) == told
