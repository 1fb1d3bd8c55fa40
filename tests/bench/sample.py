"""The records and the policy of all benchmarks: alarms of 2 KB, and a small network that they are about."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from gateway.record.strictjson import Json, dump

BYTES = 2048
RESOURCES = 200
SERVICES = 20
_BEGAN = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # long rows of digits are not what free text is like
_CITIES = ("Paris", "Lyon", "Geneva", "Milano", "Wien", "Praha", "Berlin", "Oslo")
_TYPES = ("communicationsAlarm", "equipmentAlarm", "qualityOfServiceAlarm", "environmentalAlarm")

POLICY = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: bench
audience: {operator: northlink}
records:
  alarm:
@when@    fields:
      id: {pseudonym: alarm}
      sourceSystemId: {pseudonym: system}
      alarmRaisedTime: {truncate: minute}
      "@type": keep
      alarmType: keep
      perceivedSeverity: keep
      probableCause: keep
      state: keep
      ackState: keep
      serviceAffecting: keep
      alarmEscalation: keep
      plannedOutageIndicator: keep
      place[].city: keep
      place[].country: keep
      crossedThresholdInformation.direction: keep
@scrub@"""
_WHEN = '    when: object.interconnect && record.perceivedSeverity in ["critical", "major", "cleared"]\n'
_SCRUB = "      specificProblem: scrub\n"
_DESCRIPTION = (
    "LOS on the receive side of {port} since {time} UTC, {level:.2f} dBm, far end {address} does not answer; "
    "traffic of wave {wave} is on the protecting path. Field team asked for, next look in {minutes} minutes."
)
_PROSE = (
    "Loss of signal on the receive side since {time} UTC, {level:.2f} dBm, the far end does not answer; "
    "traffic is on the protecting path. Field team asked for, next look in {minutes} minutes, or when it is back."
)


def policy(*, conditional: bool, scrubbed: bool = False) -> str:
    """Return a policy that keeps 12 values, makes 2 pseudonyms and cuts 1 time.

    Args:
        conditional: With a condition in CEL.
        scrubbed: With the description, cleaned of what identifies.
    """
    return POLICY.replace("@when@", _WHEN if conditional else "").replace("@scrub@", _SCRUB if scrubbed else "")


def alarm(number: int, dice: random.Random) -> Json:
    """Return one alarm with more than forty leaves and 2 KB; every number gives another one."""
    raised = _BEGAN + timedelta(milliseconds=number)
    resource = number % RESOURCES
    city = _CITIES[resource % len(_CITIES)]
    record: Json = {
        "@type": "Alarm",
        "id": f"aurora-alarm-{number:09d}",
        "externalAlarmId": f"ems-7-{dice.randrange(10**12):012d}",
        "alarmType": dice.choice(_TYPES),
        "perceivedSeverity": dice.choice(("critical", "major")),
        "probableCause": "lossOfSignal",
        "specificProblem": _description(resource, raised, dice),
        "state": "raised",
        "ackState": "unacknowledged",
        "alarmedObject": {"id": resource_id(resource), "href": f"/resource/{resource}", "@referredType": "Port"},
        "alarmedObjectType": "OTN port",
        "alarmRaisedTime": raised.isoformat().replace("+00:00", "Z"),
        "alarmReportingTime": (raised + timedelta(seconds=2)).isoformat().replace("+00:00", "Z"),
        "alarmEscalation": dice.random() < 0.5,
        "serviceAffecting": dice.random() < 0.5,
        "isRootCause": False,
        "plannedOutageIndicator": "outOfService",
        "proposedRepairedActions": "Clean the connector; measure with OTDR; replace the pluggable.",
        "affectedService": [{"id": f"svc-inner-{dice.randrange(900):04d}", "name": "inner wave"} for _ in range(3)],
        "place": [
            {
                "id": f"site-{resource:04d}",
                "name": f"{city} exchange {resource}",
                "role": "equipment site",
                "city": city,
                "country": "FR",
                "latitude": round(dice.uniform(40, 60), 6),
                "longitude": round(dice.uniform(0, 20), 6),
            }
        ],
        "correlatedAlarm": [{"id": f"aurora-alarm-{dice.randrange(10**9):09d}"} for _ in range(2)],
        "crossedThresholdInformation": {
            "direction": "down",
            "granularity": "15 min",
            "indicatorName": "received optical power",
            "indicatorUnit": "dBm",
            "observedValue": f"{dice.uniform(-40, -20):.3f}",
            "threshold": {"id": "thr-rx-low", "name": "receive power low"},
        },
        "comment": [{"comment": f"auto ticket {dice.randrange(10**6)}", "systemId": "itsm-2", "userId": "op-17"}],
        "sourceSystemId": f"ems-{dice.randrange(40):02d}.aurora",
        "reportingSystemId": "umbrella-1.aurora",
    }
    record["alarmDetails"] = ""
    missing = BYTES - len(dump(record))
    record["alarmDetails"] = f"{dice.getrandbits(4 * missing):0{missing}x}".translate(_LETTERS)
    return record


def _description(resource: int, raised: datetime, dice: random.Random) -> str:
    """Return free text as a technician writes it: some two hundred characters with a port, an address and a circuit."""
    return _DESCRIPTION.format(
        port=resource_id(resource),
        time=f"{raised:%H:%M:%S}",
        level=dice.uniform(-40, -20),
        address=f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(1, 255)}",
        wave=f"OTU-{dice.randrange(10**6):06d}",
        minutes=dice.randrange(5, 90),
    )


def without_names(record: Json, number: int) -> Json:
    """Return the alarm with a description in which there is nothing to take out; every number gives another one."""
    time = f"{_BEGAN + timedelta(seconds=number):%H:%M:%S}"
    said = _PROSE.format(time=time, level=-20 - number / 500, minutes=5 + number % 85)
    return {**record, "specificProblem": said}


def alarms(count: int, first: int = 0, seed: int = 1) -> Iterator[Json]:
    """Yield `count` different alarms."""
    dice = random.Random(f"{seed}:{first}")
    return (alarm(number, dice) for number in range(first, first + count))


def lines(count: int, first: int = 0, seed: int = 1) -> list[bytes]:
    """Return `count` different alarms as compact JSON."""
    return [dump(record) for record in alarms(count, first, seed)]


def leaves(node: object) -> int:
    """Return how many values that are no object or array are in `node`."""
    if isinstance(node, dict):
        return sum(map(leaves, node.values()))
    return sum(map(leaves, node)) if isinstance(node, list) else 1


def resource_id(number: int) -> str:
    """Return the name of a port as the operator gives it."""
    return f"otn{number % 17}.{_CITIES[number % len(_CITIES)][:3].lower()}.aurora:1/{number}/0"


def inventory(parties: int = 1) -> Iterator[Json]:
    """Yield ports and the services that need them: all of northlink, and of `parties - 1` others that nobody hurts."""
    for number in range(RESOURCES):
        yield {"@type": "Resource", "id": resource_id(number), "name": resource_id(number), "interconnect": True}
    for number in range(SERVICES):
        ports = range(number, RESOURCES, SERVICES)
        yield _service(f"wave-{number:03d}", "northlink", [resource_id(port) for port in ports])
    for number in range(parties - 1):
        yield {"@type": "Resource", "id": f"spare-port-{number}.aurora", "name": f"spare-port-{number}.aurora"}
        yield _service(f"other-{number:05d}", f"partner-{number}", [f"spare-port-{number}.aurora"])


def _service(name: str, party: str, resources: list[str]) -> Json:
    return {
        "@type": "Service",
        "id": f"svc-{name}",
        "name": f"Service {name}",
        "state": "active",
        "relatedParty": [{"id": party, "role": "partner", "@referredType": "Organization"}],
        "supportingResource": [{"id": resource} for resource in resources],
    }
