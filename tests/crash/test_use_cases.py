"""S-01: every unit of work of every use case, once lost and once applied but reported lost; then it is run again.

Afterwards the stores hold row for row what they hold after a run without any fault: nothing is lost, nothing is twice,
and every entry, checkpoint and receipt has the same bytes. "Again" is the same object, as after a fault of the disk, or
a new one, as after the end of the process.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest

from gateway.errors import StorageError
from gateway.evidence import wire
from gateway.ids import audience_of_operator
from gateway.inside.ingest import Offer
from gateway.outside.verify import verify_all
from tests.chain import AURORA, NORTHLINK, Chain, Faults, copied, empty_stores, journal_day, trusted
from tests.network import alarm
from tests.operators import steps_of

Kind = Literal["lost", "applied"]
Make = Callable[[Chain, Faults], Any]
BATCH_LINES = 13

USE_CASES: dict[str, tuple[str, Make, Callable[[Chain, Any], None]]] = {
    "ingest": ("empty", lambda chain, faults: chain.ingester(faults), lambda _chain, made: _ingest(made)),
    "disclose": (
        "journalled",
        lambda chain, faults: chain.discloser(faults, BATCH_LINES),
        lambda chain, made: chain.disclose_all(made),
    ),
    "replicate": ("disclosed", lambda chain, faults: chain.replicator(faults), lambda _chain, made: made.run()),
    "push": (
        "replicated",
        lambda chain, faults: chain.pusher(chain.post_to(chain.acceptor()), faults),
        lambda chain, made: chain.push_all(made),
    ),
    "accept": (
        "replicated",
        lambda chain, faults: chain.pusher(chain.post_to(chain.acceptor(faults))),
        lambda chain, made: chain.push_all(made),
    ),
    "import": ("accepted", lambda chain, faults: chain.importer(faults), lambda chain, made: chain.import_all(made)),
}


def _ingest(ingester: Any) -> None:
    records = [alarm(f"alm-{number}") for number in range(6)]
    for start in (0, 2, 4):
        offers = [Offer(orjson.dumps(one), one, source_key=one["id"]) for one in records[start : start + 2]]
        assert all(one.status in ("accepted", "duplicate") for one in ingester.take("test", offers))


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The four stores after each use case, without any fault."""
    folder = tmp_path_factory.mktemp("stages")
    empty_stores(folder / "empty")
    stages, last = {"empty": folder / "empty"}, folder / "empty"
    work: list[tuple[str, Callable[[Chain], None]]] = [
        ("journalled", journal_day),
        ("disclosed", lambda chain: chain.disclose_all(chain.discloser(batch_lines=BATCH_LINES))),
        ("replicated", lambda chain: chain.replicator().run()),
        ("accepted", lambda chain: chain.push_all(chain.pusher(chain.post_to(chain.acceptor())))),
        ("imported", lambda chain: chain.import_all(chain.importer())),
    ]
    for name, step in work:
        stages[name] = copied(last, folder / name)
        with Chain(stages[name]) as chain:
            step(chain)
        last = stages[name]
    return stages


def _without_fault(stages: dict[str, Path], name: str, folder: Path) -> tuple[dict[str, list[Any]], Faults]:
    stage, make, run = USE_CASES[name]
    with Chain(copied(stages[stage], folder / "baseline")) as chain:
        faults = Faults()
        run(chain, make(chain, faults))
        return chain.rows(), faults


def _entries(rows: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the rows with each stream's segments joined: where they are cut may differ, what they hold may not."""
    joined: dict[str, Any] = dict(rows)
    for table in (name for name in rows if name.endswith(".segment")):
        streams: dict[str, list[bytes]] = {}
        for stream, _first, _count, lines, _peaks, _checkpoint in sorted(rows[table], key=lambda row: row[:2]):
            streams.setdefault(stream, []).extend(lines.split(b"\n"))
        joined[table] = streams
    return joined


@pytest.mark.parametrize("again", ["the same object", "a new process"])
@pytest.mark.parametrize("kind", ["lost", "applied"])
@pytest.mark.parametrize("name", USE_CASES)
def test_every_fault_of_every_step_is_mended_by_running_again(
    stages: dict[str, Path], name: str, kind: Kind, again: str, tmp_path: Path
) -> None:
    stage, make, run = USE_CASES[name]
    wanted, counted = _without_fault(stages, name, tmp_path)
    assert counted.names.count("write") >= 1
    for at in range(counted.count):
        with Chain(copied(stages[stage], tmp_path / str(at))) as chain:
            faults = Faults(at, kind)
            made = make(chain, faults)
            try:
                run(chain, made)
            except StorageError:
                run(chain, made if again == "the same object" else make(chain, faults))
            assert faults.has_struck
            assert _entries(chain.rows()) == _entries(wanted), (
                f"unit of work {at} ({counted.names[at]}) of {name}, {kind}"
            )


def test_what_was_taken_and_reported_lost_is_a_duplicate_when_it_is_sent_again(tmp_path: Path) -> None:
    empty_stores(tmp_path / "stores")
    with Chain(tmp_path / "stores") as chain:
        ingester = chain.ingester(Faults(0, "applied"))
        offers = [Offer(b"x", alarm("alm-1"), source_key="1")]
        with pytest.raises(StorageError):
            ingester.take("test", offers)
        assert [one.status for one in ingester.take("test", offers)] == ["duplicate"]
        with chain.store("aurora-inside").read() as work:
            assert work.journal.end() == 1


def test_the_day_is_worth_the_trials(stages: dict[str, Path]) -> None:
    """The stages hold what can go wrong: several batches, a customer's view, a withheld disclosure, receipts."""
    with Chain(stages["imported"]) as chain:
        rows = chain.rows()
        assert len(rows["aurora-inside.segment"]) > 5
        assert len(rows["aurora-inside.quarantine"]) >= 1
        assert rows["aurora-outside.view"]
        assert rows["aurora-outside.receipt"] == rows["northlink-outside.receipt"] != []
        stream = "aurora/northlink"
        sent = chain.lines("aurora-inside", stream)
        assert len(sent) > 40
        assert sent == chain.lines("northlink-inside", stream)
        for store in ("aurora-outside", "northlink-outside"):
            verified = {one.stream: one for one in verify_all(chain.store(store), trusted())}
            assert verified[stream].entries == verified[stream].receipted == len(sent)


def test_a_step_accepted_again_gets_the_same_receipt_and_stores_nothing(
    stages: dict[str, Path], tmp_path: Path
) -> None:
    with Chain(copied(stages["replicated"], tmp_path / "stores")) as chain:
        with chain.store("aurora-outside").read() as work:
            step = next(steps_of(work, "aurora/northlink"))
        acceptor, body = chain.acceptor(), wire.encode(step)
        first = acceptor.accept(AURORA, AURORA, body)
        held = chain.rows()
        assert acceptor.accept(AURORA, AURORA, body) == first
        assert chain.acceptor().accept(AURORA, AURORA, body) == first
        assert chain.rows() == held
        with chain.store("northlink-outside").read() as work:
            newest = work.receipts.newest(work.streams.addressed_to(audience_of_operator(NORTHLINK))[0].parties.stream)
        assert newest == (step.size, first)
