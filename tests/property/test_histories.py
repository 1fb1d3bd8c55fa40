"""Histories of everything that can change at once: the streams depend on the journal alone, and a review adds nothing.

The pool is small on purpose, so that records meet: they refer to each other, move between services, services change
hands and scope, equipment is wired anew, policies hold back, scrub and refer, and the clock goes forth and back.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from gateway.inside.pass_time import Timekeeper
from gateway.policy.language.document import digest
from gateway.policy.reading.load import load
from gateway.policy.reading.printer import print_policy
from gateway.ports import Line, NewLine
from gateway.record import schemas, strictjson
from tests.inside_side import ACME, NORTHLINK, NOW, House, alarm, opened, resource, service

AUDIENCES = {NORTHLINK: "operator: northlink", ACME: "customer: acme"}
OBJECTS = ["rt1.par", "rt2.par", "fibre-7", "line-1", "line-2"]
ALARMS = ["alarm-1", "alarm-2", "alarm-3"]

_POLICY = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: test
audience: {{{audience}}}
agreement: {{scope: {{services: related{scope}}}}}
release: {{embargo: {embargo}}}
records:
  alarm:
    when: '{when}'
    fields:
      id: {{pseudonym: alarm}}
      perceivedSeverity: keep
      specificProblem: {text}
      alarmedObject: {{lift: service, show: [id, name]}}
      correlatedAlarm[].id: {{pseudonym: alarm}}
  trouble-ticket:
    fields:
      id: {{pseudonym: trouble-ticket}}
      status: keep
      troubleTicketRelationship[].id: {{pseudonym: trouble-ticket}}
  service:
    fields: {{id: keep, name: keep, operatingStatus: keep}}
  service-problem:
    fields: {{id: {{pseudonym: service-problem}}, reason: keep, status: keep}}
"""


def policies(embargoes: Sequence[str], texts: Sequence[str]) -> st.SearchStrategy[str]:
    return st.builds(
        _POLICY.format,
        audience=st.sampled_from(sorted(AUDIENCES.values())),
        scope=st.sampled_from(["", "", ", locations: [Paris]"]),
        embargo=st.sampled_from(embargoes),
        when=st.sampled_from(['"true" == "true"', "object.interconnect", 'record.perceivedSeverity == "critical"']),
        text=st.sampled_from(texts),
    )


def some(members: Sequence[str], most: int = 2) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(st.sampled_from(members), max_size=most, unique=True).map(lambda ids: [{"id": one} for one in ids])


RECORDS: list[st.SearchStrategy[dict[str, Any]]] = [
    st.builds(
        alarm,
        st.sampled_from(ALARMS),
        perceivedSeverity=st.sampled_from(["critical", "minor", "cleared"]),
        alarmedObject=st.sampled_from(OBJECTS).map(lambda one: {"id": one}),
        specificProblem=st.sampled_from(["the power is down", "lost rt2.par", "lost Line Two"]),
        correlatedAlarm=some(ALARMS),
        alarmRaisedTime=st.integers(0, 9).map("2026-11-23T10:0{}:00Z".format),
    ),
    st.builds(
        lambda identifier, about, related: {
            "@type": "TroubleTicket",
            "id": identifier,
            "description": "hidden",
            "severity": "high",
            "ticketType": "incident",
            "status": "inProgress",
            "relatedEntity": about,
            "troubleTicketRelationship": related,
        },
        st.sampled_from(["ticket-1", "ticket-2"]),
        some(OBJECTS),
        some(["ticket-1", "ticket-2"]).map(lambda found: [{**one, "relationshipType": "related"} for one in found]),
    ),
    st.builds(
        service,
        st.sampled_from(["line-1", "line-2"]),
        name=st.sampled_from(["Line One", "Line Two", "Line Two West"]),
        relatedParty=st.sampled_from([("northlink", "partner"), ("acme", "customer"), ("bolt", "customer")]).map(
            lambda one: [{"id": one[0], "role": one[1]}]
        ),
        supportingResource=some(OBJECTS[:3]),
        place=st.sampled_from([[], [{"id": "pop-one", "role": "site", "city": "Paris"}]]),
    ),
    st.builds(
        resource,
        st.sampled_from(OBJECTS[:3]),
        name=st.sampled_from(["rt2.par", "old-eagle", "Line Two"]),
        interconnect=st.booleans(),
        resourceRelationship=some(OBJECTS[:3], 1).map(
            lambda found: [{**one, "relationshipType": "dependsOn"} for one in found]
        ),
    ),
]
STEPS = st.one_of(*RECORDS, *RECORDS, policies(["0s", "0s", "30m"], ["keep", "scrub"]), st.integers(-20, 40))
AT_ONCE = st.one_of(*RECORDS, *RECORDS, policies(["0s"], ["keep"]))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    with opened(folder) as house:
        for audience in AUDIENCES.values():
            publish(house, _POLICY.format(audience=audience, scope="", embargo="0s", when='"a" == "a"', text="keep"))
    return folder


def publish(house: House, text: str) -> None:
    """Journal a policy as its publication does; how officers come to that is no matter here."""
    (document,) = load(text, "test.yaml")
    with house.store.write() as work:
        said = {"audience": document.audience, "digest": digest(document), "text": print_policy(document)}
        body, key = strictjson.dump(said), b"policy %d" % work.journal.end()
        work.journal.append([NewLine("policy", "officer", key, key, body)], house.now)


def play(house: House, steps: Sequence[Any]) -> None:
    """Let a history happen; it is worked through in between, wherever the clock is looked at."""
    timekeeper = Timekeeper(house.store, lambda: house.now)
    for step in steps:
        if isinstance(step, int):
            house.now += timedelta(minutes=step)
            timekeeper.run_once()
            house.disclose()
        elif isinstance(step, str):
            publish(house, step)
        else:
            house.take(step)
    house.disclose()


def copied(empty: Path, to: Path) -> Iterator[House]:
    shutil.copytree(empty, to, dirs_exist_ok=True)
    with opened(to) as house:
        house.now = NOW
        yield house


def streams(house: House) -> dict[str, list[bytes]]:
    return {audience: house.lines(audience) for audience in AUDIENCES}


def replayed(lines: Sequence[Line], folder: Path, batches: Sequence[int]) -> dict[str, list[bytes]]:
    """Return the streams of the same journal, worked through in batches of these sizes, each by a new process."""
    with opened(folder) as house:
        with house.store.write() as work:
            for line in lines:
                key = b"%d" % line.position
                work.journal.append([NewLine(line.kind, "replay", key, key, line.body)], line.received_at)
        number, grown = 0, True
        while grown:
            grown = house.new_discloser(batches[number % len(batches)]).run_once() is not None
            number += 1
        return streams(house)


_SETTINGS = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@_SETTINGS
@given(steps=st.lists(STEPS, min_size=10, max_size=50), batches=st.lists(st.integers(1, 20), min_size=1, max_size=3))
def test_a_history_replayed_in_other_batches_and_processes_gives_the_same_streams(
    empty: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Any], batches: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    for house in copied(empty, folder / "live"):
        play(house, steps)
        told = streams(house)
        with house.store.read() as work:
            lines = work.journal.after(0, 10_000)
    (folder / "again").mkdir()
    assert replayed(lines, folder / "again", batches) == told


@_SETTINGS
@given(steps=st.lists(AT_ONCE, min_size=10, max_size=50))
def test_after_any_history_a_review_adds_nothing(
    empty: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    """Line by line everybody was told exactly what somebody would find who looks at everything at the end."""
    for house in copied(empty, tmp_path_factory.mktemp("history") / "live"):
        play(house, steps)
        told = streams(house)
        with house.store.read() as work:
            texts = [active.text for active in work.policies.active()]
        for text in texts:
            publish(house, text)
        house.disclose()
        assert streams(house) == told


def test_the_pool_is_made_of_records_that_are_taken(empty: Path, tmp_path: Path) -> None:
    for house in copied(empty, tmp_path / "live"):
        for records in RECORDS:
            record = find(records, lambda _: True)
            assert schemas.type_of(record)
            assert house.take(record)[0].status == "accepted"
