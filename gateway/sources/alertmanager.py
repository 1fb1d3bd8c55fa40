"""Alertmanager's webhook, payload version 4, mapped to alarm records.

| alert | alarm |
|---|---|
| label `resource`, else `instance` | `alarmedObject.id` |
| label `severity` | `perceivedSeverity`, see `SEVERITIES`; absent or unknown: `indeterminate` |
| label `alarm_type` | `alarmType`, see `ALARM_TYPES`; absent or unknown: `communicationsAlarm` |
| label `probable_cause` | `probableCause`; absent: `indeterminate` |
| label `alertname` | `specificProblem` |
| annotations `summary`, `description` | `alarmDetails`, one per line |
| `startsAt` | `alarmRaisedTime` |
| `status: resolved` | `state: cleared`, `alarmClearedTime` = `endsAt`; the severity stays the last one |

Every other label, annotation and URL is dropped, and findings do not repeat its name. An alert is one alarm per
fingerprint and start; the same version of it again has the same source key, a changed one another. `endsAt` of a firing
alert is ignored: open alerts carry `0001-01-01T00:00:00Z` there, or a time-out.

Trust: the payload has been parsed by `gateway.record.strictjson`; nothing else is taken for granted.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

from gateway.inventory.times import compact, instant, rfc3339
from gateway.record.strictjson import Json, dump
from gateway.sources.incoming import Incoming, Unusable

SEVERITIES = {
    "critical": "critical",
    "page": "critical",
    "emergency": "critical",
    "disaster": "critical",
    "major": "major",
    "error": "major",
    "high": "major",
    "minor": "minor",
    "average": "minor",
    "warning": "warning",
    "info": "indeterminate",
    "none": "indeterminate",
    "indeterminate": "indeterminate",
}
ALARM_TYPES = frozenset(
    {
        "communicationsAlarm",
        "environmentalAlarm",
        "equipmentAlarm",
        "integrityViolation",
        "mechanismViolation",
        "operationalViolation",
        "physicalViolation",
        "processingErrorAlarm",
        "qualityOfServiceAlarm",
        "securityService",
        "timeDomainViolation",
    }
)
MAX_ALERTS = 10_000
SYSTEM = "alertmanager"

_FINGERPRINT = re.compile(r"[0-9a-f]{1,64}")
_IDENTIFIER = re.compile(r"[ -~]{1,256}")


class _Misshapen(Exception):
    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(reason)
        self.finding = Unusable(pointer, reason)


def read_webhook(payload: object) -> list[Incoming | Unusable]:
    """Map one webhook payload to one result per alert, in its order; one finding if it is no such payload."""
    if not isinstance(payload, dict):
        return [Unusable("", "must be an object")]
    if payload.get("version") != "4":
        return [Unusable("/version", "must be the text 4")]
    alerts = payload.get("alerts")
    if not isinstance(alerts, list):
        return [Unusable("/alerts", "must be an array")]
    if len(alerts) > MAX_ALERTS:
        return [Unusable("/alerts", f"must have at most {MAX_ALERTS} elements")]
    return [_read_alert(alert, f"/alerts/{position}") for position, alert in enumerate(alerts)]


def _read_alert(alert: object, pointer: str) -> Incoming | Unusable:
    try:
        return _map_alert(alert, pointer)
    except _Misshapen as misshapen:
        return misshapen.finding


def _map_alert(alert: object, at: str) -> Incoming:
    if not isinstance(alert, dict):
        raise _Misshapen(at, "must be an object")
    fingerprint = _text(alert, "fingerprint", at)
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise _Misshapen(f"{at}/fingerprint", "must be 1 to 64 lower-case hexadecimal digits")
    status = _text(alert, "status", at)
    if status not in ("firing", "resolved"):
        raise _Misshapen(f"{at}/status", "must be firing or resolved")
    raised = _time(alert, "startsAt", at)
    labels = _texts(alert, "labels", at)
    record: Json = {
        "@type": "Alarm",
        "id": f"am-{fingerprint}-{compact(raised)}",
        "externalAlarmId": fingerprint,
        "sourceSystemId": SYSTEM,
        **_meaning(labels, f"{at}/labels"),
        **_details(_texts(alert, "annotations", at), f"{at}/annotations"),
        "alarmRaisedTime": rfc3339(raised),
        "state": "raised",
    }
    if status == "resolved":
        ended = _time(alert, "endsAt", at)
        if ended < raised:
            raise _Misshapen(f"{at}/endsAt", "must not be before startsAt")
        record |= {"state": "cleared", "alarmClearedTime": rfc3339(ended)}
    digest = hashlib.sha256(dump(record)).hexdigest()[:32]
    return Incoming(f"{fingerprint}:{compact(raised)}:{digest}", record)


def _meaning(labels: dict[str, str], at: str) -> Json:
    name = "resource" if "resource" in labels else "instance"
    if not _IDENTIFIER.fullmatch(labels.get(name, "")):
        raise _Misshapen(
            f"{at}/{name}", "must be 1 to 256 printable ASCII characters that name what the alert is about"
        )
    alarm_type = labels.get("alarm_type", "")
    meaning: Json = {
        "alarmedObject": {"id": labels[name]},
        "perceivedSeverity": SEVERITIES.get(labels.get("severity", "").lower(), "indeterminate"),
        "alarmType": alarm_type if alarm_type in ALARM_TYPES else "communicationsAlarm",
        "probableCause": _short(labels, "probable_cause", 256, at) or "indeterminate",
    }
    if problem := _short(labels, "alertname", 1024, at):
        meaning["specificProblem"] = problem
    return meaning


def _details(annotations: dict[str, str], at: str) -> Json:
    texts = [_short(annotations, name, 4000, at) for name in ("summary", "description")]
    details = "\n".join(text for text in texts if text)
    return {"alarmDetails": details} if details else {}


def _short(texts: dict[str, str], name: str, limit: int, at: str) -> str:
    text = texts.get(name, "")
    if len(text) > limit:
        raise _Misshapen(f"{at}/{name}", f"must have at most {limit} characters")
    return text


def _text(alert: dict[str, Any], name: str, at: str) -> str:
    value = alert.get(name)
    if not isinstance(value, str):
        raise _Misshapen(f"{at}/{name}", "must be a text")
    return value


def _time(alert: dict[str, Any], name: str, at: str) -> datetime:
    moment = instant(alert.get(name))
    if moment is None or moment.year < 1970:
        raise _Misshapen(f"{at}/{name}", "must be an RFC 3339 time with an offset, from 1970 on")
    return moment


def _texts(alert: dict[str, Any], name: str, at: str) -> dict[str, str]:
    values = alert.get(name, {})
    if not isinstance(values, dict):
        raise _Misshapen(f"{at}/{name}", "must be an object of texts")
    if not all(isinstance(value, str) for value in values.values()):
        raise _Misshapen(f"{at}/{name}", "must have nothing but texts")
    return values
