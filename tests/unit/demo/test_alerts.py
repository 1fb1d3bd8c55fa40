"""The demo's Alertmanager sends what the real one sends: groups, repeats, resolved once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.demo.alerts import Alert, Alertmanager, fingerprint
from gateway.sources.alertmanager import read_webhook
from gateway.sources.incoming import Incoming

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def alert(resource: str, name: str = "PortDown") -> Alert:
    return Alert(name, resource, "critical", "lossOfSignal", f"{resource} is down", NOW)


def test_a_changed_group_is_sent_whole() -> None:
    manager = Alertmanager()
    manager.notify([alert("a"), alert("b", "FibreBroken")])
    (payload,) = manager.notify([alert("c")])
    assert payload["groupKey"] == '{}:{alertname="PortDown"}'
    assert [one["labels"]["resource"] for one in payload["alerts"]] == ["a", "c"]
    assert payload["commonLabels"].keys() == {"alertname", "alarm_type", "job", "probable_cause", "severity"}


def test_a_resolved_alert_is_sent_once() -> None:
    manager = Alertmanager()
    manager.notify([alert("a"), alert("b")])
    (payload,) = manager.notify([alert("a").resolved(NOW + timedelta(minutes=1))])
    assert (payload["status"], [one["status"] for one in payload["alerts"]]) == ("firing", ["resolved", "firing"])
    (repeated,) = manager.repeat()
    assert [one["labels"]["resource"] for one in repeated["alerts"]] == ["b"]
    (last,) = manager.notify([alert("b").resolved(NOW)])
    assert last["status"] == "resolved"
    assert (manager.repeat(), manager.standing()) == ([], [])


def test_our_own_mapping_takes_every_payload_and_knows_repeats() -> None:
    manager = Alertmanager()
    (first,), (again,) = manager.notify([alert("a"), alert("b")]), manager.repeat()
    read = read_webhook(first)
    assert [type(one) for one in read] == [Incoming, Incoming]
    assert read == read_webhook(again)


def test_a_fingerprint_is_that_of_prometheus() -> None:
    """FNV-1a over name, 0xFF, value, 0xFF of the sorted labels; the empty set is the offset of FNV."""
    assert fingerprint({}) == "cbf29ce484222325"
    assert fingerprint({"b": "2", "a": "1"}) == fingerprint({"a": "1", "b": "2"})
    assert fingerprint({"a": "12"}) != fingerprint({"a": "1", "2": ""})
