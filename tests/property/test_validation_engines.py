"""The fast engine and the explaining one agree, attribute by attribute; so does the catalogue of paths."""

import json
from typing import Any

import pytest

from gateway.record import validation
from gateway.record.paths import Array, Catalogue, Leaf, Node, Object
from gateway.record.schemas import record_types
from gateway.record.strictjson import Json

SAMPLES = {"string": "x", "integer": 5, "number": 1.5, "boolean": True, "date-time": "2026-11-23T08:00:00Z", "any": "x"}
EDGES = [
    None,
    True,
    0,
    -1,
    1.0,
    1.5,
    5,
    11,
    91,
    -181,
    2**53 - 1,
    "",
    "x",
    "x" * 256,
    "x" * 257,
    "é",
    "a\nb",
    "a\n",
    [],
    ["x"],
    {},
]
TIMES = [
    *("2026-11-23T08:00:00Z", "2026-11-23T08:00:00.123456789+05:30", "2026-11-23t08:00:00z", "2026-11-23 08:00:00Z"),
    *("2026-11-23T08:00:00", "2026-06-30T23:59:60Z", "2026-02-30T00:00:00Z", "2024-02-29T24:00:00Z", "2026-11-23"),
    *("0000-01-01T00:00:00Z", "0999-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00"),
    *("2026-11-23T08:00:00+24:00", "2026-11-23T08:00:00-00:00", "2026-11-23T08:00:00.Z", "2026-11-23T08:00:00Z\n"),
    *("2026-11-23T08:00:00+0530", "٢٠٢٦-11-23T08:00:00Z", "2026-11-23T08:00:00,5Z", "1e5", "Z"),
]


def smallest(node: Node) -> Any:
    """Return the least value that a node allows."""
    if isinstance(node, Leaf):
        return node.enum[0] if node.enum else SAMPLES[node.kind]
    if isinstance(node, Array):
        return [smallest(node.items)]
    return {name: smallest(member) for name, member in node.members.items() if member.is_required}


def record_with(catalogue: Catalogue, node: Node, value: Any) -> Json:
    """Return a small record of the type with `value` at the place of `node`."""
    record = {name: smallest(member) for name, member in catalogue.members.items() if member.is_required}
    holder, members = record, catalogue.members
    *front, last = node.path.steps
    for step in front:
        part = members[step.name]
        holder.setdefault(step.name, smallest(part))
        inner = part.items if isinstance(part, Array) else part
        assert isinstance(inner, Object)
        holder, members = holder[step.name][0] if step.is_each else holder[step.name], inner.members
    holder[last.name] = [value] if last.is_each else value
    return record


def engines(record_type: str, record: Json) -> tuple[bool, bool]:
    """Return the verdict of the deciding engine and that of the explaining one."""
    return validation._decider(record_type).is_valid(record), not list(
        validation._explainer(record_type).iter_errors(record)
    )


@pytest.mark.parametrize("record_type", record_types())
def test_every_path_of_the_catalogue_takes_a_value_of_its_kind(record_type):
    catalogue = Catalogue.of(record_type)
    for node in catalogue.nodes.values():
        assert validation.findings(record_type, record_with(catalogue, node, smallest(node))) == (), str(node.path)


@pytest.mark.parametrize("record_type", record_types())
def test_every_attribute_is_checked_for_its_type(record_type):
    catalogue = Catalogue.of(record_type)
    for node in catalogue.nodes.values():
        wrong = "x" if not isinstance(node, Leaf) else {"no": "scalar"}
        found = validation.findings(record_type, record_with(catalogue, node, wrong))
        assert "type" in [finding.rule for finding in found], str(node.path)


@pytest.mark.parametrize("record_type", record_types())
def test_both_engines_agree_on_every_attribute_at_the_edges(record_type):
    catalogue = Catalogue.of(record_type)
    for node in catalogue.nodes.values():
        for value in EDGES:
            record = record_with(catalogue, node, value)
            decided, explained = engines(record_type, record)
            assert decided == explained, f"{node.path}: {json.dumps(value)[:40]}"


@pytest.mark.parametrize("value", TIMES)
def test_both_engines_agree_on_times(value):
    alarm = Catalogue.of("alarm")
    decided, explained = engines("alarm", record_with(alarm, alarm.lookup("alarmRaisedTime"), value))
    assert decided == explained


@pytest.mark.parametrize("size", [999, 1000, 1001])
def test_both_engines_agree_on_the_length_of_arrays(size):
    record = {"@type": "Dependency", "id": "d", "dependent": {"id": "s", "@referredType": "Service"}}
    record["requires"] = {"all": [f"r-{n}" for n in range(size)]}
    assert engines("dependency", record) == (size <= 1000, size <= 1000)
