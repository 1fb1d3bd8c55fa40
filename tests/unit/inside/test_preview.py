"""A preview is, byte for byte, what the stream goes on with when the policy comes into force; and it does nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.inside.disclose import Configuration
from gateway.inside.pass_time import Timekeeper
from gateway.inside.preview import preview
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.reading.load import load
from tests.inside_side import ACME, NORTHLINK, SIGNER, alarm, policy, resource, service

WIDER = policy("perceivedSeverity: keep\n      probableCause: keep")


@pytest.fixture
def told(house):
    house.publisher.publish(policy(), "test.yaml")
    house.take(service("line"), resource(), *(alarm(f"alarm-{number}") for number in range(20)))
    house.take(alarm("alarm-3", perceivedSeverity="minor"))
    house.disclose()
    return house


def shown(house, text, bases=None, **more):
    configuration = Configuration(house.discloser._configuration.operator, b"m" * 32, SIGNER)
    return preview(house.store, configuration, lambda: house.now, load(text, "test.yaml", bases or {}), **more)


def rows(house):
    with house.databases[0].read() as connection:
        return [
            sorted(connection.exec_driver_sql(f"SELECT * FROM {name}").fetchall(), key=repr)  # noqa: S608
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        ]


@pytest.mark.parametrize(
    "text",
    [
        WIDER,
        policy("perceivedSeverity: keep"),
        policy().replace("    fields:", '    when: record.perceivedSeverity == "minor"\n    fields:'),
        policy(record="service", fields="name: keep"),
        WIDER.replace("records:", "release: {embargo: 1h}\nrecords:"),
        WIDER.replace("records:", "agreement: {valid: {until: 2026-01-01}}\nrecords:"),
    ],
    ids=["wider", "same", "narrower", "other", "held back", "over"],
)
def test_what_is_previewed_is_what_is_told(told, text):
    before, held = told.lines(), rows(told)
    (seen,) = shown(told, text)
    assert rows(told) == held
    told.publisher.publish(text, "test.yaml")
    told.disclose()
    assert told.lines() == before + seen.lines
    assert seen.audience == NORTHLINK


def test_withdrawals_are_among_it(told):
    (seen,) = shown(told, policy(record="service", fields="name: keep"))
    assert sum(b"alarm.withdrawn" in line for line in seen.lines) == 20


def test_an_embargo_in_force_holds_back_in_the_preview_too(told):
    told.publisher.publish(WIDER.replace("records:", "release: {embargo: 1h}\nrecords:"), "test.yaml")
    told.take(alarm("alarm-1", perceivedSeverity="major"))
    told.disclose()
    before = told.lines()
    told.now += timedelta(minutes=30)
    later = policy().replace("records:", "release: {embargo: 2h}\nrecords:")
    (seen,) = shown(told, later)
    told.publisher.publish(later, "test.yaml")
    told.disclose()
    assert told.lines() == before + seen.lines
    assert b'"major"' not in b"".join(seen.lines)
    told.now += timedelta(hours=2)
    Timekeeper(told.store, lambda: told.now).run_once()
    told.disclose()
    assert b'"major"' in told.lines()[-1]


def test_a_stream_that_begins_anew_has_everything(told):
    (seen,) = shown(told, policy(), as_new=True)
    assert len(seen.lines) == 20
    assert all(b"alarm.raised" in line for line in seen.lines)
    assert shown(told, policy())[0].lines == []


def test_what_the_egress_check_would_stop_is_told_beside(told):
    told.take(resource("rt7.zrh"), alarm("named", specificProblem="at rt7.zrh"))
    told.disclose()
    (seen,) = shown(told, policy("perceivedSeverity: keep\n      specificProblem: keep"))
    assert [(one.reason, one.pointer) for one in seen.withheld] == [("name", "/specificProblem")]
    assert len(told.quarantine()) == 0


def test_a_group_is_previewed_member_by_member_and_bases_are_read(told):
    base = (
        policy().replace("kind: DisclosurePolicy", "kind: DisclosurePolicyBase").replace("name: test", "name: ground")
    )
    base = "\n".join(line for line in base.splitlines() if not line.startswith("audience"))
    group = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: test
audience: {group: all, members: [{operator: northlink}, {customer: acme}]}
extends: [ground]
records: {}
"""
    seen = shown(told, group, {"ground": base}, as_new=True)
    assert {one.audience: len(one.lines) for one in seen} == {ACME: 0, NORTHLINK: 20}
    with pytest.raises(PolicyRefused):
        shown(told, group)
