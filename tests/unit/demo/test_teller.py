"""The live screen holds everything that matters on 140 columns and 40 rows; elsewhere the demo speaks plainly."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from gateway.demo.teller import LiveTeller, PlainTeller, Teller, teller_for
from gateway.demo.views import Inner, Outer
from gateway.record.strictjson import Json

SERVICES = [
    {"id": "svc-1", "name": "Acme Industries EVPL Bern - Belgrade", "operatingStatus": "failed"},
    {"id": "svc-2", "name": "Acme Industries IP transit Prague", "operatingStatus": "running"},
]
PROBLEM: Json = {
    "id": "prb-AAAAAAAAAAAAAAAA",
    "status": "inProgress",
    "priority": 1,
    "creationDate": "2026-11-23T09:07:00Z",
    "affectedService": [{"id": "svc-1"}],
}
ALARMS = [
    {
        "id": f"am-{number}",
        "perceivedSeverity": "critical",
        "alarmedObject": {"id": f"cr{number}.hu1"},
        "specificProblem": f"Trouble{number}",
        "alarmRaisedTime": "2026-11-23T09:07:00Z",
    }
    for number in range(12)
]
CHANGE = {"id": "CHG-1", "status": "scheduled", "description": "Splice.", "targetEntity": [{"id": "FBR-1"}]}


def console(*, is_terminal: bool, width: int = 140, height: int = 40) -> Console:
    return Console(file=io.StringIO(), force_terminal=is_terminal, width=width, height=height, legacy_windows=False)


def told(teller: Teller, where: Console) -> str:
    outer = Outer(SERVICES, [PROBLEM], ALARMS[:2], [CHANGE], entries=7, receipted=7)
    with teller:
        teller.act("A fibre is cut")
        teller.say("something happened")
        teller.show(Inner(701, SERVICES, 12, ALARMS, [CHANGE]), outer, Outer(SERVICES, [PROBLEM]))
        teller.conclude([Text("ok     everything")])
    assert isinstance(where.file, io.StringIO)
    return where.file.getvalue()


@pytest.mark.parametrize("is_live", [True, False])
def test_all_three_pictures_and_the_end_are_told(*, is_live: bool) -> None:
    where = console(is_terminal=is_live)
    teller = teller_for(once=False, console=where)
    assert teller.is_live is is_live
    text = told(teller, where)
    for part in (
        "12 alarms standing, 12 so far",
        "and 6 more",
        "7 entries received, 7 receipted",
        "1 problem open, 0 resolved",
        "svc-1 since 09:07 prb-AAAA",
        "EVPL Bern - Belgrade",
        "1 of 2 services not running",
        "CHG-1",
        "ok     everything",
    ):
        assert part in text


def test_the_live_screen_is_for_large_terminals_where_somebody_stays() -> None:
    assert isinstance(teller_for(once=False, console=console(is_terminal=True)), LiveTeller)
    assert isinstance(teller_for(once=True, console=console(is_terminal=True)), PlainTeller)
    assert isinstance(teller_for(once=False, console=console(is_terminal=True, width=80, height=24)), PlainTeller)
    assert isinstance(teller_for(once=False, console=console(is_terminal=False)), PlainTeller)
