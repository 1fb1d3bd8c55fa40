"""S-01 for what waits: every unit of work of holding back, of the clock and of an officer's decision, lost or applied.

Afterwards aurora's inside holds row for row what it holds after a run without any fault, whoever goes on: the same
object, or a new process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest

from gateway.errors import StorageError
from gateway.inside.ingest import Offer
from gateway.inside.pass_time import Timekeeper
from gateway.inside.quarantine import QuarantineDesk
from tests.chain import NOW, Chain, Faults, copied, empty_stores
from tests.network import INTERCONNECT_PORT, INVENTORY, alarm, partner_policy, resource, service
from tests.officers import ANNA

Kind = Literal["lost", "applied"]
HELD = partner_policy("northlink").replace("\nrecords:", "\nrelease: {embargo: 10m, cadence: 1h}\nrecords:", 1)
OPEN = partner_policy("northlink").replace(
    "      alarmType: keep", "      alarmType: keep\n      specificProblem: keep"
)


def _take(chain: Chain, *records: dict[str, Any]) -> None:
    for record in records:
        assert chain.ingester().take("test", [Offer(orjson.dumps(record), record)])[0].status == "accepted"


def _held_back(chain: Chain) -> None:
    _take(chain, *INVENTORY)
    chain.publisher().publish(HELD, "policy.yaml")
    _take(chain, *(alarm(f"alm-{number}", perceivedSeverity="critical") for number in range(5)))
    _take(chain, alarm("alm-0", perceivedSeverity="warning"), alarm("alm-1", perceivedSeverity="major"))
    _take(chain, service("svc-100001", "EVPL London", "northlink", "partner", INTERCONNECT_PORT))


def _stopped(chain: Chain) -> None:
    _take(chain, *INVENTORY, resource("gold-eagle.zrh", "router"))
    chain.publisher().publish(OPEN, "policy.yaml")
    _take(chain, *(alarm(f"alm-{one}", specificProblem=f"gold-eagle.zrh {one}") for one in ("one", "two")))
    chain.disclose_all(chain.discloser())


def _release(chain: Chain, faults: Faults) -> Iterator[Callable[[], object]]:
    """Yield what is done, one after the other; each may be done again."""
    discloser = chain.discloser(faults, batch_lines=4)
    yield lambda: chain.disclose_all(discloser)
    for hours in (1, 2):
        timekeeper = Timekeeper(chain.store("aurora-inside", faults), lambda hours=hours: NOW + timedelta(hours=hours))
        yield timekeeper.run_once
        yield lambda: chain.disclose_all(discloser)


def _decide(chain: Chain, faults: Faults) -> Iterator[Callable[[], object]]:
    desk = QuarantineDesk(chain.store("aurora-inside", faults), lambda: NOW)
    with chain.store("aurora-inside").read() as work:
        first, second = (one.number for one in work.withheld.every())
    discloser = chain.discloser(faults)
    yield lambda: desk.release(first, ANNA, "agreed")
    yield lambda: chain.disclose_all(discloser)
    yield lambda: desk.discard(second, ANNA, "no")
    yield lambda: chain.disclose_all(discloser)


TRIALS = {"what waits": (_held_back, _release), "what was stopped": (_stopped, _decide)}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("stages")
    empty_stores(folder / "empty")
    stages = {}
    for name, (prepare, _) in TRIALS.items():
        stages[name] = copied(folder / "empty", folder / name)
        with Chain(stages[name]) as chain:
            prepare(chain)
    return stages


def _run(chain: Chain, name: str, faults: Faults, *, anew: bool) -> dict[str, Any]:
    """Do everything, and again what failed; return what aurora's inside holds."""
    steps = TRIALS[name][1](chain, faults)
    for number, step in enumerate(steps):
        try:
            step()
        except StorageError:
            if anew:
                made = list(TRIALS[name][1](chain, faults))
                made[number]()
                for later in made[number + 1 :]:
                    later()
                break
            step()
    rows = chain.rows()
    rows["aurora-inside.segment"] = chain.lines("aurora-inside", "aurora/northlink")
    return {table: held for table, held in rows.items() if table.startswith("aurora-inside.")}


@pytest.mark.parametrize("anew", [False, True], ids=["the same object", "a new process"])
@pytest.mark.parametrize("kind", ["lost", "applied"])
def test_every_fault_while_something_waits_is_mended_by_running_again(
    stages: dict[str, Path], kind: Kind, anew: bool, tmp_path: Path
) -> None:
    with Chain(copied(stages["what waits"], tmp_path / "baseline")) as chain:
        counted = Faults()
        wanted = _run(chain, "what waits", counted, anew=False)
    assert len(wanted["aurora-inside.segment"]) > 5
    assert wanted["aurora-inside.held_back"]
    for at in range(counted.count):
        with Chain(copied(stages["what waits"], tmp_path / str(at))) as chain:
            assert _run(chain, "what waits", Faults(at, kind), anew=anew) == wanted, (at, counted.names[at])


@pytest.mark.parametrize("kind", ["lost", "applied"])
def test_every_fault_while_an_officer_decides_ends_in_the_same_stream(
    stages: dict[str, Path], kind: Kind, tmp_path: Path
) -> None:
    """A decision that was filed and reported lost may be filed twice: the journal's second line decides nothing."""
    with Chain(copied(stages["what was stopped"], tmp_path / "baseline")) as chain:
        counted = Faults()
        wanted = _run(chain, "what was stopped", counted, anew=False)
    tables = ("segment", "withheld", "disclosed", "latest", "known_name")
    assert sum(b"gold-eagle" in line for line in wanted["aurora-inside.segment"]) == 1
    for at in range(counted.count):
        with Chain(copied(stages["what was stopped"], tmp_path / str(at))) as chain:
            held = _run(chain, "what was stopped", Faults(at, kind), anew=False)
        for table in tables:
            assert held[f"aurora-inside.{table}"] == wanted[f"aurora-inside.{table}"], (at, counted.names[at])
