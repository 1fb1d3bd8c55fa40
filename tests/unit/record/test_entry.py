"""Entries: one disclosed record as one CloudEvent, read off the disclosed record alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from gateway.errors import InputError
from gateway.record.entry import MAX_BYTES, MalformedEntry, build, event_of, open_entry, time_of

ALARM = {"id": "alm-1", "state": "raised", "alarmRaisedTime": "2026-11-22T10:04:00Z"}


def line(record=ALARM, event="raised", record_type="alarm"):
    return build(
        entry_id="evt-1",
        source="urn:demarc:operator:aurora",
        record_type=record_type,
        event=event,
        subject="alm-7QK3",
        contract="digest",
        data=record,
    )


def changed(**members):
    event = json.loads(line()) | members
    return json.dumps({name: value for name, value in event.items() if value is not ...}).encode()


def test_an_entry_is_a_cloud_event_of_one_line():
    assert json.loads(line()) == {
        "specversion": "1.0",
        "id": "evt-1",
        "source": "urn:demarc:operator:aurora",
        "type": "org.demarc.alarm.raised.v1",
        "subject": "alm-7QK3",
        "time": "2026-11-22T10:04:00Z",
        "dataschema": "urn:demarc:contract:digest#alarm",
        "data": ALARM,
    }
    assert b"\n" not in line({"id": "a\nb"})


def test_an_entry_is_read_as_it_was_built():
    entry = open_entry(line())
    assert (entry.id, entry.source, entry.subject) == ("evt-1", "urn:demarc:operator:aurora", "alm-7QK3")
    assert (entry.record_type, entry.event, entry.data) == ("alarm", "raised", ALARM)
    assert entry.time == datetime(2026, 11, 22, 10, 4, tzinfo=UTC)


def test_an_entry_that_discloses_no_time_has_none():
    assert "time" not in json.loads(line({"id": "x"}))
    assert open_entry(line({"id": "x"})).time is None


@pytest.mark.parametrize("year", ["0001", "0999", "9999"])
def test_an_entry_of_any_year_is_read_again(year):
    entry = open_entry(line({"alarmRaisedTime": f"{year}-06-01T00:00:00Z"}))
    assert entry.time == datetime(int(year), 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record_type", "shown", "known", "event"),
    [
        ("alarm", {"state": "raised"}, False, "raised"),
        ("alarm", {"state": "raised"}, True, "changed"),
        ("alarm", {"state": "cleared"}, True, "cleared"),
        ("alarm", {}, True, "changed"),
        ("alarm", {"status": "closed"}, False, "raised"),
        ("trouble-ticket", {"status": "closed"}, True, "cleared"),
        ("service-problem", {"status": "resolved"}, True, "cleared"),
        ("change-request", {"status": "failed"}, True, "cleared"),
        ("service", {"state": "cleared"}, True, "changed"),
        ("service-level", {}, False, "raised"),
    ],
)
def test_the_event_says_no_more_than_the_disclosed_attributes(record_type, shown, known, event):
    assert event_of(record_type, shown, known=known) == event


@pytest.mark.parametrize("state", [None, 3, ["cleared"], {"cleared": 1}, True])
def test_an_event_can_be_told_of_any_disclosed_value(state):
    assert event_of("alarm", {"state": state}, known=False) == "raised"


def test_the_time_is_the_newest_that_is_disclosed():
    shown = {"alarmRaisedTime": "2026-11-22T10:00:00+02:00", "alarmClearedTime": "2026-11-22T09:00:00Z"}
    assert time_of("alarm", shown) == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert time_of("alarm", {**shown, "creationDate": "2027-01-01T00:00:00Z"}) == datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "soon",
        "2026-11-22",
        "2026-11-22T10:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_a_time_that_says_no_moment_counts_for_nothing(value):
    assert time_of("alarm", {"alarmRaisedTime": value}) is None


@pytest.mark.parametrize(
    "raw",
    [
        *(
            b"",
            b"null",
            b"[]",
            b"{}",
            b"\xff",
            b"{",
            line() + b"{}",
            line().decode().encode("utf-16"),
            b" " * (MAX_BYTES + 1),
        ),
        *(changed(**{name: ...}) for name in ("specversion", "id", "source", "type", "subject", "dataschema", "data")),
        *(changed(**{name: ""}) for name in ("id", "source", "type", "subject", "dataschema")),
        *(changed(**{name: 7}) for name in ("id", "source", "type", "subject", "dataschema", "data", "time")),
        changed(specversion="0.3"),
        changed(data_base64="AA=="),
        changed(more=1),
        changed(data=[]),
        changed(data=None),
        changed(time=None),
        changed(time="yesterday"),
        changed(time="2026-11-22T10:04:00"),
        changed(time="0001-01-01T00:00:00+14:00"),
        changed(type="org.demarc.alarm.exploded.v1"),
        changed(type="org.demarc.alarm.raised.v2"),
        changed(type="org.demarc.alarm.raised"),
        changed(type="org.other.alarm.raised.v1"),
        changed(type="org.demarc..alarm.raised.v1"),
        changed(type="alarm.raised.v1"),
    ],
)
def test_anything_else_is_refused(raw):
    with pytest.raises(MalformedEntry) as refused:
        open_entry(raw)
    assert isinstance(refused.value, InputError)


def test_an_entry_of_the_largest_size_is_read_and_one_byte_more_is_not():
    room = MAX_BYTES - len(line({"id": ""}))
    assert open_entry(line({"id": "x" * room}))
    with pytest.raises(MalformedEntry):
        open_entry(line({"id": "x" * (room + 1)}))
