from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ids import RecordTypeName
from gateway.record.validation import findings
from gateway.sources.alertmanager import read_webhook
from gateway.sources.incoming import Incoming, Unusable

# Shaped like what Alertmanager 0.25 sends with `group_by: ['...']`.
LABELS = {
    "alertname": "LinkDown",
    "instance": "cr1.nl1.aurora.example:9100",
    "job": "snmp",
    "resource": "cr1.nl1:et-2/0/3",
    "severity": "critical",
}
ALERT = {
    "status": "firing",
    "labels": LABELS,
    "annotations": {"summary": "Link is down", "description": "No light since a minute", "runbook": "https://wiki/1"},
    "startsAt": "2026-11-23T08:30:06.25Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus:9090/graph",
    "fingerprint": "90395e791537ab09",
}
PAYLOAD = {
    "receiver": "demarc",
    "status": "firing",
    "alerts": [ALERT],
    "groupLabels": LABELS,
    "commonLabels": LABELS,
    "commonAnnotations": {},
    "externalURL": "http://monitoring:9093",
    "version": "4",
    "groupKey": '{}:{alertname="LinkDown"}',
    "truncatedAlerts": 0,
}


def with_alert(**changes):
    return {**PAYLOAD, "alerts": [{**copy.deepcopy(ALERT), **changes}]}


def read_one(**changes):
    (result,) = read_webhook(with_alert(**changes))
    return result


def with_labels(**labels):
    return read_one(labels={**LABELS, **labels}).record


def test_a_firing_alert_is_a_raised_alarm():
    (incoming,) = read_webhook(PAYLOAD)
    assert incoming.record == {
        "@type": "Alarm",
        "id": "am-90395e791537ab09-20261123T083006.250000Z",
        "externalAlarmId": "90395e791537ab09",
        "sourceSystemId": "alertmanager",
        "alarmedObject": {"id": "cr1.nl1:et-2/0/3"},
        "perceivedSeverity": "critical",
        "alarmType": "communicationsAlarm",
        "probableCause": "indeterminate",
        "specificProblem": "LinkDown",
        "alarmDetails": "Link is down\nNo light since a minute",
        "alarmRaisedTime": "2026-11-23T08:30:06.250000Z",
        "state": "raised",
    }
    assert findings(RecordTypeName("alarm"), incoming.record) == ()


def test_a_resolved_alert_is_cleared_and_keeps_its_last_severity():
    incoming = read_one(status="resolved", endsAt="2026-11-23T09:30:10+00:00")
    assert incoming.record["state"] == "cleared"
    assert incoming.record["alarmClearedTime"] == "2026-11-23T09:30:10Z"
    assert incoming.record["perceivedSeverity"] == "critical"
    assert findings(RecordTypeName("alarm"), incoming.record) == ()


def test_the_same_version_again_has_the_same_key_and_a_changed_one_another():
    firing = read_one()
    assert read_one(endsAt="2026-11-23T08:35:00Z", generatorURL="http://elsewhere") == firing
    assert read_one(startsAt="2026-11-23T09:30:06.25+01:00") == firing
    others = [
        read_one(status="resolved", endsAt="2026-11-23T09:00:00Z"),
        read_one(annotations={"summary": "Still down"}),
        read_one(startsAt="2026-11-23T08:31:00Z"),
        read_one(fingerprint="0"),
    ]
    assert len({firing.source_key, *(other.source_key for other in others)}) == 5
    assert others[0].record["id"] == firing.record["id"]


@pytest.mark.parametrize(
    ("label", "severity"),
    [
        ("page", "critical"),
        ("CRITICAL", "critical"),
        ("major", "major"),
        ("error", "major"),
        ("warning", "warning"),
        ("info", "indeterminate"),
        ("none", "indeterminate"),
        ("whatever", "indeterminate"),
    ],
)
def test_severities_are_mapped(label, severity):
    assert with_labels(severity=label)["perceivedSeverity"] == severity


def test_other_labels_say_what_and_why():
    record = with_labels(alarm_type="equipmentAlarm", probable_cause="lossOfSignal")
    assert (record["alarmType"], record["probableCause"]) == ("equipmentAlarm", "lossOfSignal")
    assert with_labels(alarm_type="made up")["alarmType"] == "communicationsAlarm"


def test_without_a_resource_label_the_instance_is_what_it_is_about():
    labels = {"instance": "cr1.nl1.aurora.example:9100"}
    record = read_one(labels=labels, annotations={}).record
    assert record["alarmedObject"] == {"id": "cr1.nl1.aurora.example:9100"}
    assert "specificProblem" not in record
    assert "alarmDetails" not in record


def test_what_is_not_mapped_does_not_get_in():
    text = json.dumps(read_webhook(PAYLOAD)[0].record)
    assert not [word for word in ("wiki", "prometheus", "monitoring", "snmp", "9100") if word in text]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"fingerprint": "XYZ"}, "/alerts/0/fingerprint"),
        ({"fingerprint": 7}, "/alerts/0/fingerprint"),
        ({"status": "suppressed"}, "/alerts/0/status"),
        ({"status": None}, "/alerts/0/status"),
        ({"startsAt": "yesterday"}, "/alerts/0/startsAt"),
        ({"startsAt": "2026-11-23T08:30:06"}, "/alerts/0/startsAt"),
        ({"startsAt": "0001-01-01T00:00:00Z"}, "/alerts/0/startsAt"),
        ({"status": "resolved"}, "/alerts/0/endsAt"),
        ({"status": "resolved", "endsAt": "2026-11-23T08:00:00Z"}, "/alerts/0/endsAt"),
        ({"labels": []}, "/alerts/0/labels"),
        ({"labels": {"resource": "x", "secret-name": 5}}, "/alerts/0/labels"),
        ({"labels": {}}, "/alerts/0/labels/instance"),
        ({"labels": {"resource": ""}}, "/alerts/0/labels/resource"),
        ({"labels": {"resource": "münchen"}}, "/alerts/0/labels/resource"),
        ({"labels": {"resource": "x" * 257}}, "/alerts/0/labels/resource"),
        ({"labels": {"resource": "x", "alertname": "y" * 1025}}, "/alerts/0/labels/alertname"),
        ({"annotations": "text"}, "/alerts/0/annotations"),
        ({"annotations": {"summary": "z" * 4001}}, "/alerts/0/annotations/summary"),
    ],
)
def test_a_misshapen_alert_is_a_finding_with_its_place(changes, pointer):
    result = read_one(**changes)
    assert isinstance(result, Unusable)
    assert result.pointer == pointer
    assert "secret-name" not in result.reason


def test_one_bad_alert_does_not_spoil_the_others():
    results = read_webhook({**PAYLOAD, "alerts": [ALERT, 7, ALERT]})
    assert [type(result) for result in results] == [Incoming, Unusable, Incoming]
    assert results[1] == Unusable("/alerts/1", "must be an object")


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ([], ""),
        (None, ""),
        ({}, "/version"),
        ({"version": 4, "alerts": []}, "/version"),
        ({"version": "3", "alerts": []}, "/version"),
        ({"version": "4"}, "/alerts"),
        ({"version": "4", "alerts": {}}, "/alerts"),
        ({"version": "4", "alerts": [0] * 10_001}, "/alerts"),
    ],
)
def test_what_is_no_such_payload_is_one_finding(payload, pointer):
    (finding,) = read_webhook(payload)
    assert isinstance(finding, Unusable)
    assert finding.pointer == pointer


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(ALERT)), VALUES))
def test_anything_at_all_ends_in_a_valid_alarm_or_a_finding(changes):
    result = read_one(**changes)
    if isinstance(result, Incoming):
        assert findings(RecordTypeName("alarm"), result.record) == ()
    else:
        assert result.pointer.startswith("/alerts/0")
