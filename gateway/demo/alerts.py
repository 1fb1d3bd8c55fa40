"""Stands for the operator's Prometheus and Alertmanager: alerts, and the webhook payloads that carry them.

Rules:
- Alerts are grouped by `alertname`. When anything in a group changes, all that stands in it is sent again, as
  Alertmanager does; `repeat` sends every group again unchanged, as it does after `repeat_interval`.
- A resolved alert is sent once as resolved and then no more.
- A fingerprint is 64-bit FNV-1a over the sorted labels with 0xFF between the parts, as Prometheus computes it.

Pure: the caller brings the clock, and posts what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.inventory.times import rfc3339
from gateway.record.strictjson import Json

RECEIVER = "demarc"
_FOREVER = "0001-01-01T00:00:00Z"
_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: what about, how bad, since when and, once resolved, until when."""

    name: str
    resource: str
    severity: str
    cause: str
    summary: str
    started: datetime
    ended: datetime | None = None
    kind: str = "communicationsAlarm"
    detail: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """The labels, of which `detail` tells apart alerts of one name about one resource."""
        labels = {
            "alertname": self.name,
            "alarm_type": self.kind,
            "job": "network",
            "probable_cause": self.cause,
            "resource": self.resource,
            "severity": self.severity,
        }
        return labels | ({"neighbour": self.detail} if self.detail else {})

    @property
    def fingerprint(self) -> str:
        """What Alertmanager knows this alert by."""
        return fingerprint(self.labels)

    def resolved(self, at: datetime) -> Alert:
        """Return this alert as it ended."""
        return replace(self, ended=at)

    def payload(self) -> Json:
        """Return the alert as an element of `alerts`."""
        return {
            "status": "resolved" if self.ended else "firing",
            "labels": self.labels,
            "annotations": {"summary": self.summary},
            "startsAt": rfc3339(self.started),
            "endsAt": rfc3339(self.ended) if self.ended else _FOREVER,
            "generatorURL": f"http://prometheus.aurora.example:9090/graph?g0.expr={self.name}",
            "fingerprint": self.fingerprint,
        }


@dataclass(slots=True)
class Alertmanager:
    """What stands, by group."""

    groups: dict[str, dict[str, Alert]] = field(default_factory=dict)

    def notify(self, changed: Iterable[Alert]) -> list[Json]:
        """Take new and resolved alerts; return one payload for each group that changed, with all that is in it."""
        touched = []
        for alert in changed:
            self.groups.setdefault(alert.name, {})[alert.fingerprint] = alert
            touched.append(alert.name)
        return [self._payload(name) for name in dict.fromkeys(touched)]

    def repeat(self) -> list[Json]:
        """Return one payload for each group in which something stands, unchanged."""
        return [self._payload(name) for name, group in self.groups.items() if group]

    def standing(self) -> list[Alert]:
        """Return what is firing, in the order in which it began to."""
        return sorted(
            (alert for group in self.groups.values() for alert in group.values()), key=lambda one: one.started
        )

    def _payload(self, name: str) -> Json:
        group = self.groups[name]
        alerts = [alert.payload() for alert in group.values()]
        self.groups[name] = {key: alert for key, alert in group.items() if alert.ended is None}
        labels = [alert["labels"] for alert in alerts]
        return {
            "version": "4",
            "groupKey": f'{{}}:{{alertname="{name}"}}',
            "truncatedAlerts": 0,
            "status": "firing" if self.groups[name] else "resolved",
            "receiver": RECEIVER,
            "groupLabels": {"alertname": name},
            "commonLabels": {
                key: value for key, value in labels[0].items() if all(one.get(key) == value for one in labels)
            },
            "commonAnnotations": {},
            "externalURL": "http://alertmanager.aurora.example:9093",
            "alerts": alerts,
        }


def fingerprint(labels: dict[str, str]) -> str:
    """Return the fingerprint of a set of labels: 16 hexadecimal digits."""
    value = _FNV_OFFSET
    for name in sorted(labels):
        for byte in (*name.encode(), 0xFF, *labels[name].encode(), 0xFF):
            value = (value ^ byte) * _FNV_PRIME % 2**64
    return f"{value:016x}"
