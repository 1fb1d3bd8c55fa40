"""The contract is as narrow as what leaves, closed, the same every time, and says nothing of what stays inside."""

from __future__ import annotations

import dataclasses
from typing import Any

import jsonschema
import jsonschema_rs
import orjson
import pytest

from gateway.ids import RecordTypeName
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.contract import contract_of
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.reading.parser import parse
from tests.policy_side import TOKEN, policy, policy_text


def document(fields: str, record_type: str = "service-problem", beside: str = "") -> DisclosurePolicy:
    text = policy_text(
        f"{record_type}:\n  fields:\n    id: keep\n" + "\n".join(f"    {x}" for x in fields.splitlines())
    )
    return parse(text + beside, "test.yaml")


def property_of(fields: str, record_type: str = "service-problem", beside: str = "") -> Any:
    """Return the schema of the only output beside the identifier."""
    found = dict(compile_policy(document(fields, record_type, beside)).contract["$defs"][record_type]["properties"])
    found.pop("id")
    (schema,) = found.values()
    return schema


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("category: {map: {a: b, c: d}, otherwise: e}", ["b", "d", "e"], ["a", "c", "x", "", 1, None]),
        ("category: {map: {a: b}}", ["b"], ["a"]),
        ("priority: {round: 10}", [0, 10, -20], [5, 10.5, "10", True]),
        ("priority: {bucket: [0, 10, 100]}", [0, 10, 100], [1, 9, -1, "10"]),
        ("category: {generalise: technology}", ["ethernet", "ip"], ["epl", "core-7"]),
        (
            "category: {generalise: prefix, ipv4: 16, ipv6: 32}",
            ["10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::/0"],
            ["10.1.2.3", "10.1.2.0/24", "10.1.0.0/17", "2001:db8::/48", "2001:db8::1", "core-7/16", "10.1.0.0/016"],
        ),
        ("category: {mask: {first: 1, last: 4}}",
         ["****", "C****-LYS"], ["CKT-00417-LYS", "C*****-LYS", "****-LYS", ""]),
        ("category: {mask: {first: 0, last: 0}}", ["****"], ["*****", "C****", ""]),
        ("category: scrub", ["down at [address]"], ["", 7, None]),
        ('category: {template: "at (a+b)* {id}."}', ["at (a+b)* x."], ["at aab x.", "at (a+b)* x", "core-7"]),
        ('category: {template: "p{priority}", otherwise: "?"}\npriority: {round: 5}',
         ["p5", "p-10", "?"], ["p", "px", "core"]),
        ('category: {template: "{{{reason}}}"}\nreason: {map: {a: b.c}}', ["{b.c}"], ["{bxc}", "b.c", "{a}"]),
        ('category: {template: "by {note.text}."}\nnote[].text: {map: {a: b}}',
         ["by b.", "by b, b."], ["by a.", "by b,b."]),
        ("affectedNumberOfServices: {count: service}", [1, 700], [0, -1, 1.5, "1"]),
        ("affectedLocation: {generalise: country}",
         [[{"country": "FR"}]], [[], [{}], [{"country": "fr"}], [{"city": "x"}]]),
        (
            "affectedLocation: {generalise: metro}",
            [[{"city": "Paris", "country": "FR"}, {"city": "Lyon"}]],
            [[{"city": "Paris", "name": "site"}], [{"city": "x"}, {"city": "x"}], [{"country": "FRA"}], {}],
        ),
        ("affectedLocation: {generalise: region}",
         [[{"name": "EMEA"}]], [[{"name": "Paris exchange"}], [{"name": "FR"}]]),
        (
            "characteristic[name=a].value: keep\ncharacteristic[name=b].valueType: {constant: t}\n"
            "characteristic[name=b].id: keep",
            [[{"name": "a", "value": 1}], [{"name": "b", "id": "x", "valueType": "t"}, {"name": "a", "value": "x"}]],
            [[], [{"name": "a"}], [{"name": "c", "value": 1}], [{"value": 1}], [{"name": "b", "valueType": "t"}],
             [{"name": "a", "value": 1, "id": "x"}], [{"name": "b", "id": "x", "valueType": "u"}]],
        ),
    ],
)  # fmt: skip
def test_what_leaves_fits_and_what_should_not_does_not(rule: str, good: list[Any], bad: list[Any]) -> None:
    hierarchies = "hierarchies: {technology: {ethernet: [epl], ip: [ip-transit]}}\n"
    contract = compile_policy(document(rule, beside=hierarchies)).contract["$defs"]["service-problem"]
    schema = contract["properties"][rule.split(":", maxsplit=1)[0].split("[", maxsplit=1)[0]]
    fast = jsonschema_rs.Draft202012Validator(schema)
    slow = jsonschema.Draft202012Validator(schema)
    for values, fits in ((good, True), (bad, False)):
        assert [(value, fast.is_valid(value)) for value in values] == [(value, fits) for value in values]
        assert [(value, slow.is_valid(value)) for value in values] == [(value, fits) for value in values]


def test_scrubbed_text_is_marked_for_the_check_before_sealing() -> None:
    assert property_of("description: scrub") == {"type": "string", "minLength": 1, "format": "scrubbed"}


def test_a_template_has_the_form_of_the_services_that_it_names() -> None:
    records = """
        alarm:
          fields:
            id: keep
            specificProblem: {template: "{service.id} is hit"}
            alarmDetails: {template: "{service.name} is hit"}
        service:
          fields: {id: {pseudonym: service}, name: keep}
        """
    properties = compile_policy(policy(records)).contract["$defs"]["alarm"]["properties"]
    narrow = jsonschema_rs.Draft202012Validator(properties["specificProblem"])
    tokens = [TOKEN("service", name) for name in ("a", "b")]
    assert narrow.is_valid(f"{tokens[0]} is hit")
    assert narrow.is_valid(f"{tokens[0]}, {tokens[1]} is hit")
    assert not narrow.is_valid("svc-paris-lyon is hit")
    assert jsonschema_rs.Draft202012Validator(properties["alarmDetails"]).is_valid("EPL\nParis is hit")


def test_the_order_of_rules_entries_and_sections_does_not_show() -> None:
    records = """
        service-problem:
          fields:
            id: keep
            category: {map: {a: b, c: d}}
            characteristic[name=x].value: keep
            characteristic[name=a].value: keep
        service:
          fields: {id: keep, name: keep}
        """
    one = policy(records)
    section = one.sections[0]
    two = dataclasses.replace(
        one, sections=(one.sections[1], dataclasses.replace(section, fields=tuple(reversed(section.fields))))
    )
    assert orjson.dumps(contract_of(one)) == orjson.dumps(contract_of(two))


def test_nothing_in_it_tells_of_what_stays_inside() -> None:
    """Neither attributes and words that are hidden or replaced, nor conditions, nor where references lead."""
    records = """
        service-problem:
          when: record.priority < 3 && object.name == "hidden-name"
          fields:
            id: {pseudonym: service-problem}
            category: {map: {hidden-word: shown}, otherwise: shown}
            reason: {rename: cause}
            note: {items: {when: item.author == "hidden-author", fields: {text: scrub}}}
            relatedEntity[].id: {pseudonym: service-problem}
            affectedLocation: {generalise: region}
        """
    contract = orjson.dumps(compile_policy(policy(records)).contract)
    hidden = (
        b"hidden", b"author", b"priority", b"reason", b"eferredType", b"city", b"country", b"interconnect", b"when",
        b"ServiceProblem", b"keep",
    )  # fmt: skip
    assert [word for word in hidden if word in contract] == []


@pytest.mark.parametrize("name", ["a", "access port", "x/y:z+1"])
def test_a_contract_is_a_schema(name: str) -> None:
    contract = compile_policy(document(f'"characteristic[name={name}].value": keep')).contract
    jsonschema.Draft202012Validator.check_schema(contract)
    assert RecordTypeName("service-problem") in contract["$defs"]
