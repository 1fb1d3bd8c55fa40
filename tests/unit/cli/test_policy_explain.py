"""`demarc policy explain` on a real instance: the first line is the answer, and nothing in it is cut or wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli_desk import CliDesk, cli_desk
from tests.inside_side import alarm, policy, resource, service

SCOPED = policy("alarmType: {constant: securityService}").replace(
    "records:", "agreement: {scope: {services: [line]}}\nrecords:"
)


@pytest.fixture
def desk(tmp_path: Path) -> CliDesk:
    """Return an instance with a service within the scope of northlink's policy, one without, and somebody else's."""
    desk = cli_desk(tmp_path)
    desk.officers.publish(SCOPED + policy(record="service", fields="name: keep").split("records:\n")[1])
    theirs = service("theirs", party="southlink", supportingResource=[{"id": "rt2"}])
    desk.take(resource(), resource("rt2"), service("line"), service("svc-2"), theirs)
    desk.take(alarm(), alarm("alarm-2", alarmedObject={"id": "rt2"}))
    return desk


def explain(desk: CliDesk, record: str) -> list[str]:
    told = desk.policy("explain", record, "-a", "operator:northlink")
    assert told.exit_code == 0, told.output
    return told.output.splitlines()


@pytest.mark.parametrize(
    ("record", "verdict"), [("alarm-1", "disclosed"), ("alarm-2", "withheld"), ("svc-2", "withheld")]
)
def test_the_headline_says_whether_the_audience_is_told(desk: CliDesk, record: str, verdict: str) -> None:
    assert explain(desk, record)[0].endswith(f": {verdict}")


def test_a_release_to_come_is_a_delay_and_nothing_that_keeps_it_in(desk: CliDesk) -> None:
    desk.officers.publish(policy().replace("records:", "release: {embargo: 1h}\nrecords:"))
    desk.disclose()
    told = explain(desk, "alarm-1")
    assert told[0].endswith(": disclosed")
    assert "would be told at" in told[2]


def test_lines_are_those_that_are_shown_and_nothing_is_cut(desk: CliDesk) -> None:
    told = "\n".join(explain(desk, "alarm-1"))
    assert "`demarc policy show operator:northlink@1`" in told
    assert "…" not in told
    lines = desk.policy("show", "operator:northlink@1").stdout.splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if "alarmType" in line)
    raw = desk.policy("explain", "alarm-1", "-a", "operator:northlink", "--json").stdout
    [explained] = json.loads(raw)
    [place] = [
        one["place"] for one in explained["explanation"]["values"] if one["path"] == "alarmType" and one["after"]
    ]
    assert place == {"file": "operator:northlink@1", "line": number, "text": lines[number - 1].strip()}


def test_a_service_in_a_file_concerns_itself(desk: CliDesk) -> None:
    told = explain(desk, desk.write(json.dumps(service("svc-9")), "service.json"))
    assert "scope leaves out svc-9" in told[2]
