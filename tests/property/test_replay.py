"""Everything that decides is in the journal: replayed from zero, in whatever batches, it gives the same streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.ports import Line, NewLine
from gateway.record.strictjson import Json
from tests.chain import Chain, a_day, copied, empty_stores, journal_day
from tests.network import INTERCONNECT_PORT, INVENTORY, alarm, customer_policy, partner_policy, resource, service

STREAMS = ("aurora/northlink", "aurora/customer:acme")


Told = dict[str, list[bytes]]


class Journal:
    """Stores to begin with, the lines of a day, and the streams that they came to, line by line."""

    def __init__(self, name: str, empty: Path, lines: Sequence[Line], told: Told) -> None:
        self.name, self.empty, self.lines, self.told = name, empty, lines, told

    def __repr__(self) -> str:
        return self.name


def _line(party: str, role: str) -> Json:
    return service("svc-100001", "EVPL London - Frankfurt", party, role, INTERCONNECT_PORT)


def _changing_hands() -> Iterator[Json | str]:
    yield from (*INVENTORY, partner_policy("northlink"), customer_policy("acme"))
    yield from (alarm(f"alm-{number}", perceivedSeverity="critical") for number in range(4))
    yield _line("acme", "customer")
    yield from (alarm(f"alm-h{number}", perceivedSeverity="critical") for number in range(3))
    yield _line("northlink", "partner")
    yield alarm("alm-i", perceivedSeverity="critical")


def _a_name_becomes_known() -> Iterator[Json | str]:
    yield from (*INVENTORY, partner_policy("northlink"), customer_policy("acme"))
    line = service("svc-100009", "EVPL London", "northlink", "partner", INTERCONNECT_PORT)
    yield line | {"serviceType": "Blueroute"}
    yield resource("Blueroute", "circuit")  # from here on a name that must not be told, but not before
    yield alarm("alm-1")
    yield line | {"serviceType": "Blueroute", "state": "inactive"}


DAYS: dict[str, Callable[[], Iterator[Json | str]]] = {
    "an ordinary day": a_day,
    "a service changes hands and back": _changing_hands,
    "a name becomes one of the inventory": _a_name_becomes_known,
}


@pytest.fixture(scope="module", params=list(DAYS))
def journal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Journal:
    folder = tmp_path_factory.mktemp("replay")
    empty_stores(folder / "empty")
    with Chain(copied(folder / "empty", folder / "first")) as chain:
        journal_day(chain, list(DAYS[request.param]()))
        told = _disclosed(chain, [1])
        with chain.store("aurora-inside").read() as work:
            lines = work.journal.after(0, 10_000)
    return Journal(request.param, folder / "empty", lines, told)


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


def _replayed(journal: Journal, to: Path, batches: Sequence[int], *, restarts: bool) -> Told:
    with Chain(copied(journal.empty, to)) as chain:
        for line in journal.lines:
            with chain.store("aurora-inside").write() as work:
                key = line.position.to_bytes(4, "big")
                work.journal.append([NewLine(line.kind, "replay", key, key, line.body)], line.received_at)
        return _disclosed(chain, batches, restarts=restarts)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.integers(1, 90), min_size=1, max_size=4), restarts=st.booleans())
@example(batches=[1], restarts=True)
@example(batches=[500], restarts=False)
@example(batches=[7], restarts=False)
def test_a_replayed_journal_gives_the_same_entries_byte_for_byte(
    journal: Journal,
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[int],
    restarts: bool,
) -> None:
    assert len(journal.told["aurora/northlink"]) > 3
    folder = tmp_path_factory.mktemp("trial") / "stores"
    replayed = _replayed(journal, folder, batches, restarts=restarts)
    for stream in STREAMS:
        pairs = enumerate(zip_longest(journal.told[stream], replayed[stream]))
        assert next((found for found in pairs if found[1][0] != found[1][1]), None) is None, stream
