"""What each rule of the language means, example by example: the reference and the compiled filter say the same.

The property tests compare the two with each other; these compare both with what the words say.
"""

from __future__ import annotations

from typing import Any

import pytest

from gateway.ids import RecordTypeName
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.context import Context
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.oracle import reference
from tests.policy_side import TOKEN, policy

PROBLEM = RecordTypeName("service-problem")
LINES = ({"id": "svc-2", "name": "Lyon", "state": "active"}, {"id": "svc-1", "name": "Paris", "state": "active"})
GONE = {"id": "svc-3", "name": "Oslo", "state": "terminated"}
AROUND = Context(
    (*LINES, GONE),
    None,
    TOKEN,
    lambda record_type, identifier: (record_type, identifier) in [("alarm", "a-1"), ("service", "svc-1")],
    lambda text: text.replace("rt1.par", "[host]") if text != "unclean" else None,
)
HIERARCHIES = "hierarchies: {technology: {ethernet: [epl, evpl], ip: [ip-transit]}}\n"


def problem_policy(fields: str, others: str = "") -> DisclosurePolicy:
    """Return a policy with these lines for service problems, beside the identifier, and these other sections."""
    lines = "\n".join(f"    {line}" for line in fields.strip("\n").splitlines())
    return policy(f"service-problem:\n  fields:\n    id: keep\n{lines}\n{others}", head=HIERARCHIES)


def told(document: DisclosurePolicy, **record: Any) -> Any:
    """Return what both filters disclose of a problem beside its identifier."""
    whole = {"id": "p-1", **record}
    expected = reference.disclose(document, PROBLEM, whole, AROUND)
    shown = compile_policy(document).disclose(PROBLEM, whole, AROUND)
    assert shown == expected
    assert shown is not None
    return {name: value for name, value in shown.items() if name != "id"}


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("{map: {fan: cooling}, otherwise: other}", "fan", "cooling"),
        ("{map: {fan: cooling}, otherwise: other}", "disk", "other"),
        ("{map: {fan: cooling}, otherwise: other}", "", "other"),
        ("{map: {fan: cooling}, otherwise: other}", 7, None),
        ("{map: {fan: cooling}, otherwise: other}", None, None),
        ("{map: {fan: cooling}}", "disk", None),
        ("{generalise: technology}", "evpl", "ethernet"),
        ("{generalise: technology}", "ip", "ip"),
        ("{generalise: technology}", "EPL", None),
        ("{generalise: prefix, ipv4: 16, ipv6: 32}", "192.0.2.77", "192.0.0.0/16"),
        ("{generalise: prefix, ipv4: 16, ipv6: 32}", "10.1.0.0/8", "10.0.0.0/8"),
        ("{generalise: prefix, ipv4: 16, ipv6: 32}", "2001:db8:1::7/48", "2001:db8::/32"),
        ("{generalise: prefix, ipv4: 16, ipv6: 32}", "::ffff:192.0.2.77", "192.0.0.0/16"),
        ("{generalise: prefix, ipv4: 16, ipv6: 32}", "rt1.par", None),
        ("{mask: {first: 2, last: 4}}", "AB-1234567", "AB****4567"),
        ("{mask: {first: 2, last: 4}}", "AB1234567", "****"),
        ("{mask: {last: 4}}", "", "****"),
        ("{mask: {last: 4}}", 12345678, None),
        ("scrub", "rt1.par is down", "[host] is down"),
        ("scrub", "unclean", None),
        ("scrub", "", None),
        ("{pseudonym: circuit}", "", None),
        ("{pseudonym: circuit}", "c-1", TOKEN("circuit", "c-1")),
        ("{constant: said}", None, "said"),
        ("keep", ["a"], None),
    ],
)
def test_what_is_said_of_a_text(rule: str, value: Any, expected: Any) -> None:
    assert told(problem_policy(f"reason: {rule}"), reason=value) == ({} if expected is None else {"reason": expected})


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("{round: 10}", 14, 10),
        ("{round: 10}", 15, 20),
        ("{round: 10}", -15, -20),
        ("{round: 10}", -4, 0),
        ("{round: 10}", 15.0, None),
        ("{round: 10}", True, None),
        ("{round: 10}", 2**53, 9007199254740990),
        ("{round: 10}", 2**53 + 1, None),
        ("{bucket: [0, 10, 100]}", 9, 0),
        ("{bucket: [0, 10, 100]}", 10, 10),
        ("{bucket: [0, 10, 100]}", 2**60, 100),
        ("{bucket: [0, 10, 100]}", -1, None),
        ("{bucket: [0, 10, 100]}", "5", None),
        ("{count: service}", 7, 3),
        ("{constant: 2}", None, 2),
    ],
)
def test_what_is_said_of_an_integer(rule: str, value: Any, expected: Any) -> None:
    shown = told(problem_policy(f"priority: {rule}"), priority=value)
    assert shown == ({} if expected is None else {"priority": expected})


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("{round: 0.1}", 2.25, 2.3),
        ("{round: 0.1}", -2.25, -2.3),
        ("{round: 0.01}", 1.005, 1.01),
        ("{round: 0.5}", 3, 3.0),
        ("{round: 5}", 7.5, 10),
        ("{round: 1}", -0.4, 0),
        ("{round: 0.5}", -0.2, 0.0),
        ("{bucket: [0.1, 0.3]}", 0.1 + 0.2, 0.3),
        ("{bucket: [0.1, 0.3]}", 0.29999999999999993, 0.1),
    ],
)
def test_what_is_said_of_a_number(rule: str, value: Any, expected: Any) -> None:
    document = policy(f"service-level:\n  fields:\n    id: keep\n    measuredValue: {rule}\n")
    kind = RecordTypeName("service-level")
    record = {"id": "l-1", "measuredValue": value}
    for shown in (
        reference.disclose(document, kind, record, AROUND),
        compile_policy(document).disclose(kind, record, AROUND),
    ):
        assert shown is not None
        assert repr(shown["measuredValue"]) == repr(expected)


PLACES = [
    {"city": "Lyon", "country": "FR", "name": "PoP 7"},
    {"city": "Lyon", "country": "FR", "name": "PoP 8"},
    {"city": "Oslo", "country": "Norway"},
    {"country": "JP"},
    {"name": "PoP 9"},
    "Paris",
]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("metro", [{"city": "Lyon", "country": "FR"}, {"city": "Oslo"}, {"country": "JP"}]),
        ("country", [{"country": "FR"}, {"country": "JP"}]),
        ("region", [{"name": "APAC"}, {"name": "EMEA"}]),
    ],
)
def test_places_become_coarser_each_once_and_in_the_order_of_their_bytes(to: str, expected: Any) -> None:
    document = problem_policy(f"affectedLocation: {{generalise: {to}}}")
    assert told(document, affectedLocation=PLACES) == {"affectedLocation": expected}
    assert told(document, affectedLocation=[{"name": "PoP 9"}]) == {}


def test_members_of_which_the_condition_is_not_true_are_not_there() -> None:
    document = problem_policy(
        """
note: {items: {when: item.author == "noc" && record.priority < 3, fields: {text: scrub, author: {constant: NOC}}}}
priority: {count: note}
"""
    )
    notes = [{"author": "noc", "text": "rt1.par"}, {"author": "jane", "text": "x"}, {"text": "y"}, {"author": "noc"}]
    shown = {"note": [{"author": "NOC", "text": "[host]"}], "priority": 1}
    assert told(document, note=notes, priority=1) == shown
    assert told(document, note=notes, priority=3) == {}


def test_characteristics_are_those_of_exactly_the_selected_names() -> None:
    document = problem_policy(
        """
"characteristic[name=bandwidth].value": keep
"characteristic[name=bandwidth].valueType": {constant: speed}
"characteristic[name=vlan id].value": keep
"""
    )
    pairs = [
        ("bandwidth", 10),
        ("Bandwidth", 20),
        ("bandwidth", None),
        ("vlan id", True),
        ("node", "rt1"),
        ("bandwidth", 2),
    ]
    shown = told(document, characteristic=[{"name": name, "value": value} for name, value in pairs])
    assert shown == {
        "characteristic": [
            {"name": "bandwidth", "value": 10, "valueType": "speed"},
            {"name": "bandwidth", "value": 2, "valueType": "speed"},
            {"name": "vlan id", "value": True},
        ]
    }


def test_a_reference_is_told_only_where_the_other_record_is_disclosed() -> None:
    document = problem_policy(
        """
underlyingAlarm[].id: {pseudonym: alarm}
underlyingAlarm[].name: keep
relatedEntity[].name: keep
""",
        "alarm:\n  fields:\n    id: {pseudonym: alarm}\nservice:\n  fields:\n    id: keep\n",
    )
    alarms = [{"id": "a-1", "name": "one"}, {"id": "a-2", "name": "two"}, {"name": "three"}, {"id": 1, "name": "four"}]
    entities = [
        {"id": "svc-1", "@referredType": "Service", "name": "line"},
        {"id": "svc-2", "@referredType": "Service", "name": "another"},
        {"id": "svc-1", "@referredType": "Resource", "name": "router"},
        {"id": "svc-1", "name": "untyped"},
        {"id": "a-1", "@referredType": "Alarm", "name": "alarm"},
    ]
    assert told(document, underlyingAlarm=alarms, relatedEntity=entities) == {
        "underlyingAlarm": [{"id": TOKEN("alarm", "a-1"), "name": "one"}],
        "relatedEntity": [{"name": "alarm"}, {"name": "line"}],
    }


SAID = "description: {template: '{service.label}: {note.text}, {priority} {{open}}', otherwise: unknown}\n"
NAMED = """
priority: {round: 10}
note[].text: keep
"""
SERVICES = 'service:\n  when: record.state == "active"\n  fields:\n    id: keep\n    name: {rename: label}\n'


def test_a_template_says_what_is_disclosed_in_the_disclosed_order() -> None:
    document = problem_policy(NAMED + SAID, SERVICES)
    notes = [{"text": "b"}, {"text": 7}, {"text": "a"}]
    assert told(document, note=notes, priority=14)["description"] == "Paris, Lyon: a, b, 10 {open}"
    assert told(document, note=notes, priority="x")["description"] == "unknown"
    assert told(document, note=[], priority=14)["description"] == "unknown"


def test_a_template_without_otherwise_is_absent_when_something_in_it_is() -> None:
    document = problem_policy(NAMED + "description: {template: 'since {note.text}'}")
    assert told(document, priority=1) == {"priority": 0}
    assert told(document, note=[{"text": "now"}]) == {"note": [{"text": "now"}], "description": "since now"}


def test_a_constant_makes_objects_but_no_members() -> None:
    document = problem_policy(
        """
impactPattern.description: {constant: some}
note[].author: {constant: NOC}
note[].text: {rename: words}
"""
    )
    assert told(document, note=[{"id": "n-1"}]) == {"impactPattern": {"description": "some"}}
    shown = told(document, note=[{"id": "n-1", "text": "x"}, {}])
    assert shown["note"] == [{"author": "NOC", "words": "x"}]
