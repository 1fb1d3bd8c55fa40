"""Every unit of work of every step in a policy's life, once lost and once applied but reported lost; then done again.

Whatever happens, an act and what it is about are both there or both not, nothing is in force twice, and doing it again
comes to where it would have come without any fault.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from gateway.errors import DemarcError, StorageError
from gateway.ids import AudienceId
from gateway.inside.audit import verify
from gateway.inside.in_force import PolicyAltered
from gateway.inside.propose import Wish
from tests.chain import NOW, Chain, Faults, copied, empty_stores
from tests.inside_side import policy
from tests.network import INVENTORY, alarm, partner_policy
from tests.officers import ANNA, BORIS, FourEyes
from tests.operators import Folder, until

NORTHLINK = AudienceId("urn:demarc:operator:northlink")
HOUR = timedelta(hours=1)
NARROW = policy("perceivedSeverity: keep")
WIDE = NARROW + "      probableCause: keep\n"
Step = Callable[[Chain, Faults], Any]


def newest_draft(chain: Chain) -> str:
    with chain.store("aurora-inside").read() as work:
        return str(work.office.drafts.newest(1)[0].draft.id)


def cut_off(chain: Chain, faults: Faults) -> None:
    """Let the time of a broken glass be over that cannot be mended, and let the outside know what comes of it."""
    life = chain.life(faults, lambda: NOW + HOUR)
    with contextlib.suppress(PolicyAltered):
        life.due_taker().run_once()
    life.stopper().hand_over()


STEPS: dict[str, Step] = {
    "submit": lambda chain, faults: chain.life(faults).proposer().submit(WIDE, "wide.yaml", ANNA),
    "approve": lambda chain, faults: chain.life(faults).proposer().approve(newest_draft(chain), BORIS),
    "publish": lambda chain, faults: chain.life(faults).publisher().publish(newest_draft(chain), ANNA),
    "roll back": lambda chain, faults: chain.life(faults).publisher().roll_back(NORTHLINK, ANNA),
    "stop": lambda chain, faults: chain.life(faults).stopper().stop(NORTHLINK, ANNA, "why"),
    "resume": lambda chain, faults: chain.life(faults).stopper().resume(NORTHLINK, ANNA, BORIS, "why"),
    "break glass": lambda chain, faults: chain.life(faults).break_glass().open(newest_draft(chain), BORIS),
    "come into force": lambda chain, faults: chain.life(faults, lambda: NOW + HOUR).due_taker().run_once(),
    "mend": lambda chain, faults: chain.life(faults, lambda: NOW + HOUR).due_taker().run_once(),
    "cut off": cut_off,
}


def _alter_the_regular_policy(chain: Chain) -> None:
    with contextlib.closing(sqlite3.connect(chain.folder / "aurora-inside.db")) as raw, raw:
        raw.execute("DROP TRIGGER artefact_no_update")
        raw.execute("UPDATE artefact SET text = replace(text, 'name: test', 'name: else')")


def _prepare(chain: Chain, name: str) -> None:
    """Bring the stores to where the step begins."""
    eyes = FourEyes(chain.life())
    eyes.publish(NARROW)
    if name in ("approve", "publish"):
        eyes.submit(WIDE)
    if name == "publish":
        STEPS["approve"](chain, Faults())
    if name == "roll back":
        eyes.publish(WIDE)
    if name == "resume":
        STEPS["stop"](chain, Faults())
    if name in ("break glass", "mend", "cut off"):
        eyes.life.break_glass().propose(WIDE, "wide.yaml", HOUR, "why", ANNA)
    if name in ("mend", "cut off"):
        STEPS["break glass"](chain, Faults())
    if name == "cut off":
        _alter_the_regular_policy(chain)
    if name == "come into force":
        eyes.publish(WIDE, wish=Wish(effective_from=NOW + HOUR))


def _outcome(chain: Chain) -> dict[str, Any]:
    """Return what counts: what is in force and was, who is stopped, what waits."""
    with chain.store("aurora-inside").read() as work:
        standing = work.office.standings.get(NORTHLINK)
        history = [(one.version, one.cause) for one in work.office.publications.history(NORTHLINK)]
        waits = [(due.what, due.at) for due in work.office.dues.of(NORTHLINK)]
        lines = len(work.journal.after(0, 1000))
    with chain.store("aurora-outside").read() as work:
        stopped = work.stops.every()
    return {
        "version": standing.version,
        "glass": standing.glass is not None,
        "stopped": (standing.stopped, stopped),
        "history": history,
        "waits": waits,
        "lines": lines,
    }


def _require_acts_fit(chain: Chain) -> None:
    """Check that there is an act for each thing that was filed, and a thing for each act."""
    store = chain.store("aurora-inside")
    verify(store)
    with store.read() as work:
        kinds = [act.kind for act in work.office.acts.after(0, 1000)]
        drafts = work.office.drafts.newest(100)
        published = sum(len(work.office.publications.of_draft(one.draft.id)) for one in drafts)
        approvals = sum(len(work.office.drafts.approvals(one.draft.id)) for one in drafts)
    assert kinds.count("policy.submit") == len(drafts)
    assert kinds.count("policy.approve") == approvals
    assert kinds.count("policy.publish") + kinds.count("policy.break-glass") == published


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("life")
    empty_stores(folder / "empty")

    def made(name: str) -> Path:
        place = folder / name
        if not place.exists():
            with Chain(copied(folder / "empty", place)) as chain:
                _prepare(chain, name)
        return place

    return made


@pytest.mark.parametrize("kind", ["lost", "applied"])
@pytest.mark.parametrize("name", STEPS)
def test_every_fault_of_every_step_is_mended_by_doing_it_again(
    prepared: Callable[[str], Path], name: str, kind: Literal["lost", "applied"], tmp_path: Path
) -> None:
    with Chain(copied(prepared(name), tmp_path / "baseline")) as chain:
        counted = Faults()
        STEPS[name](chain, counted)
        wanted = _outcome(chain)
    assert counted.names.count("write") >= 1
    for at in range(counted.count):
        with Chain(copied(prepared(name), tmp_path / str(at))) as chain:
            faults = Faults(at, kind)
            with contextlib.suppress(StorageError):
                STEPS[name](chain, faults)
            assert faults.has_struck
            _require_acts_fit(chain)
            with contextlib.suppress(DemarcError):  # it was done the first time, and says so
                STEPS[name](chain, Faults())
            chain.life().stopper().hand_over()
            _require_acts_fit(chain)
            assert _outcome(chain) == wanted, f"unit of work {at} ({counted.names[at]}), {kind}"


@pytest.mark.slow
def test_a_broken_glass_ends_by_itself_although_the_process_was_killed(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder:
        aurora = folder.operator("aurora")
        aurora.load(INVENTORY)
        regular = partner_policy()
        aurora.publish(regular)
        life = aurora.four_eyes.life
        inside = aurora.serve("inside")
        aurora.post([alarm("alm-1", perceivedSeverity="critical")])
        until(lambda: aurora.lines_inside("aurora/northlink"))
        glass = life.break_glass()
        began = time.monotonic()
        draft = glass.propose(
            regular + "      statusChangeReason: {constant: investigated}\n",
            "glass.yaml",
            timedelta(seconds=4),
            "why",
            ANNA,
        )
        glass.open(draft.draft.id, BORIS)
        inside.kill_nine()
        time.sleep(max(0.0, 5 - (time.monotonic() - began)))
        with aurora.inside() as work:
            assert work.office.standings.get(NORTHLINK).glass is not None
        aurora.start("inside")

        def is_mended() -> bool:
            with aurora.inside() as work:
                causes = [one.cause for one in work.office.publications.history(NORTHLINK)]
                return causes == ["published", "break-glass", "revert"] and not work.office.dues.of(NORTHLINK)

        until(is_mended)
