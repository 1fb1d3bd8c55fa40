"""What the policy tests share: policies from a few lines, records with everything, contexts; random ones are apart."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import orjson

from gateway.ids import RecordTypeName
from gateway.policy.checks.checker import check
from gateway.policy.filter.context import Context
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.language.findings import Finding, PolicyRefused
from gateway.policy.reading.parser import parse
from gateway.policy.transforms.pseudonym import Pseudonymiser
from gateway.record.paths import Array, Catalogue, Leaf, Node

ALARM = RecordTypeName("alarm")
DISCLOSABLE = ("alarm", "change-request", "service", "service-level", "service-problem", "trouble-ticket")
TOKEN = Pseudonymiser(bytes(range(32))).token
SERVICES = (
    {"@type": "Service", "id": "svc-paris-lyon", "name": "EPL Paris-Lyon"},
    {"@type": "Service", "id": "svc-geneva", "name": "IP transit Geneva"},
)
INTERCONNECT = {"@type": "Resource", "id": "rt1.par.aurora", "name": "rt1.par.aurora", "interconnect": True}
CONTEXT = Context(SERVICES, INTERCONNECT, TOKEN)
NOWHERE = Context((), None, TOKEN)

TIMES = (
    "2026-11-22T10:04:31.250Z",
    "2026-02-28T23:59:59-05:30",
    "2026-02-30T10:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999999-01:00",
    "2026-11-22T10:04:31",
    "2026-11-22 10:04:31Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T10:04:60Z",
    "2026-11-22T10:04:31+25:00",
    "２026-11-22T10:04:31Z",
)

HEAD = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: test
audience: {operator: northlink}
"""


def policy_text(records: str, head: str = "") -> str:
    """Return a whole policy around the lines below `records:`, with these lines before it."""
    return HEAD + head + "records:\n" + textwrap.indent(textwrap.dedent(records).strip("\n"), "  ") + "\n"


def policy(records: str, head: str = "") -> DisclosurePolicy:
    """Return a checked policy."""
    document = parse(policy_text(records, head), "test.yaml")
    assert check(document) == ()
    return document


def alarm_policy(fields: str, when: str = "") -> DisclosurePolicy:
    """Return a policy with these lines below `alarm: fields:`, beside the identifier."""
    condition = f"  when: {when}\n" if when else ""
    lines = "id: keep\n" + textwrap.dedent(fields).strip("\n")
    return policy(f"alarm:\n{condition}  fields:\n{textwrap.indent(lines, '    ')}\n")


def findings_of(text: str) -> tuple[Finding, ...]:
    """Return everything that parsing and checking say about a text; empty when it is a good policy."""
    try:
        return check(parse(text, "test.yaml"))
    except PolicyRefused as refused:
        return refused.findings


def codes(text: str) -> list[str]:
    """Return the codes of all findings in the order of the text."""
    return [finding.code for finding in findings_of(text)]


def alarm(**more: Any) -> dict[str, Any]:
    """Return an alarm with what the schema demands."""
    return {
        "@type": "Alarm",
        "id": "alarm-4711",
        "alarmType": "equipmentAlarm",
        "perceivedSeverity": "critical",
        "probableCause": "fanFailure",
        "alarmedObject": {"id": "rt1.par.aurora"},
        "state": "raised",
        "alarmRaisedTime": "2026-11-22T10:04:31.250Z",
        **more,
    }


def same_bytes(one: Any, other: Any) -> bool:
    """Tell whether two values are the same JSON; Python alone finds 1, 1.0 and true equal."""
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


# --- a record in which every leaf has a value of its own -------------------------------------------------------------


def full_record(record_type: str, value_of: Callable[[Leaf], Any]) -> dict[str, Any]:
    """Return a record with every attribute that the schema has; arrays have one member."""
    members = Catalogue.of(RecordTypeName(record_type)).members
    return {name: _full(node, value_of) for name, node in members.items()}


def _full(node: Node, value_of: Callable[[Leaf], Any]) -> Any:
    if isinstance(node, Leaf):
        return value_of(node)
    if isinstance(node, Array):
        return [_full(node.items, value_of)]
    return {name: _full(member, value_of) for name, member in node.members.items()}
