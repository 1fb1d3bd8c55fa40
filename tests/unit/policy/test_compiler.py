"""What the compiler refuses, remembers and offers beside the filter."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from gateway.ids import AudienceId, RecordTypeName
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.context import Context
from gateway.policy.language.document import (
    Agreement,
    Bucket,
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Hierarchy,
    Keep,
    Map,
    Mask,
    MemberRule,
    Prefix,
    Pseudonym,
    Release,
    Round,
    Scope,
    Scrub,
    Section,
    Template,
    Transform,
)
from gateway.policy.language.findings import PolicyRefused
from gateway.record.strictjson import Json
from tests.policy_side import CONTEXT, SERVICES, TOKEN, alarm

AUDIENCE = AudienceId("urn:demarc:operator:northlink")
SERVICE = RecordTypeName("service")
HIERARCHY = Hierarchy("technology", (("ethernet", ("epl", "evpl")), ("ip", ("ip-transit",))))
ID = FieldRule("id", Keep())


def document(
    record_type: str, *rules: FieldRule, members: tuple[MemberRule, ...] = (), others: tuple[Section, ...] = ()
) -> DisclosurePolicy:
    section = Section(RecordTypeName(record_type), None, (ID, *rules), members)
    return DisclosurePolicy("test", AUDIENCE, (section, *others), hierarchies=(HIERARCHY,))


def shown(policy: DisclosurePolicy, record: Json, context: Context = CONTEXT) -> Any:
    """Return what the first section discloses beside the identifier."""
    found = compile_policy(policy).disclose(policy.sections[0].record_type, record, context, on_failure=_fail)
    return None if found is None else {name: value for name, value in found.items() if name != "id"}


def _fail(failure: Exception) -> None:
    raise failure


@pytest.mark.parametrize(
    ("path", "transform", "value", "expected"),
    [
        ("probableCause", Map((("fanFailure", "equipment"),), "other"), "fanFailure", "equipment"),
        ("probableCause", Map((("fanFailure", "equipment"),), "other"), "vendorX", "other"),
        ("probableCause", Map((("fanFailure", "equipment"),)), "vendorX", None),
        ("probableCause", Map((("fanFailure", "equipment"),), "other"), None, None),
        ("perceivedSeverity", Map((("critical", "major"),), "minor"), "critical", "major"),
        ("alarmedObjectType", Generalise("technology"), "evpl", "ethernet"),
        ("alarmedObjectType", Generalise("technology"), "ethernet", "ethernet"),
        ("alarmedObjectType", Generalise("technology"), "core-7", None),
        ("specificProblem", Prefix(16, 32), "10.1.2.3", "10.1.0.0/16"),
        ("specificProblem", Prefix(16, 32), "core-7", None),
        ("specificProblem", Mask(0, 4), "CKT-00417-LYS", "****-LYS"),
        ("specificProblem", Mask(0, 4), "CKT", "****"),
        ("specificProblem", Scrub(), "core-7 is down", "[name] is down"),
        ("specificProblem", Scrub(), "core-7", None),
        ("specificProblem", Scrub(), "unclean", None),
        ("specificProblem", Scrub(), 7, None),
    ],
)
def test_a_text_leaves_as_its_transform_makes_it(path: str, transform: Transform, value: Any, expected: Any) -> None:
    cleaned = {"core-7 is down": "[name] is down", "core-7": "", "unclean": None}
    context = Context((), None, TOKEN, scrub=lambda text: cleaned[text])
    found = shown(document("alarm", FieldRule(path, transform)), alarm(**{path: value}), context)
    assert found == ({} if expected is None else {path: expected})


@pytest.mark.parametrize(
    ("transform", "value", "expected"),
    [
        (Round(10), 14, 10),
        (Round(10), 15, 20),
        (Round(10), 15.0, None),
        (Bucket((0, 10)), 9, 0),
        (Bucket((0, 10)), -1, None),
        (Bucket((0, 10)), True, None),
    ],
)
def test_an_integer_leaves_as_its_transform_makes_it(transform: Transform, value: Any, expected: Any) -> None:
    found = shown(document("service-problem", FieldRule("priority", transform)), {"id": "p", "priority": value})
    assert found == ({} if expected is None else {"priority": expected})


def test_places_are_generalised_told_once_and_only_where_a_condition_admits_them() -> None:
    places = [
        {"city": "Paris", "country": "FR", "role": "site"},
        {"city": "Paris", "country": "FR", "role": "site", "name": "the same"},
        {"city": "Lyon", "country": "FR", "role": "depot"},
        {"name": "hidden", "role": "site"},
    ]
    rule = FieldRule("place", Generalise("metro"), rename="where")
    assert shown(document("alarm", rule), alarm(place=places)) == {
        "where": [{"city": "Lyon", "country": "FR"}, {"city": "Paris", "country": "FR"}]
    }
    only = MemberRule("place", 'item.role == "site"')
    assert shown(document("alarm", rule, members=(only,)), alarm(place=places)) == {
        "where": [{"city": "Paris", "country": "FR"}]
    }
    assert shown(document("alarm", FieldRule("place", Generalise("region"))), alarm(place=[{"country": "ZZ"}])) == {}
    single = document("change-request", FieldRule("location", Generalise("region")))
    assert shown(single, {"id": "c", "location": {"country": "FR"}}) == {"location": {"name": "EMEA"}}
    assert shown(single, {"id": "c", "location": [{"country": "FR"}]}) == {}


def test_only_members_of_which_the_condition_is_exactly_true_are_there() -> None:
    policy = document(
        "service-problem",
        FieldRule("note[].text", Keep()),
        members=(MemberRule("note", 'item.author == "noc" && object.interconnect && record.priority < 3'),),
    )
    notes = [
        {"author": "noc", "text": "b"},
        {"author": "x", "text": "c"},
        {"text": "d"},
        {"author": "noc", "text": "a"},
    ]
    record = {"id": "p", "priority": 1, "note": notes}
    assert shown(policy, record) == {"note": [{"text": "a"}, {"text": "b"}]}
    assert shown(policy, {**record, "priority": 3}) == shown(policy, record, Context((), None, TOKEN)) == {}


def test_a_characteristic_leaves_by_its_name_and_with_it() -> None:
    policy = document(
        "service",
        FieldRule("serviceCharacteristic[name=bandwidth].value", Keep()),
        FieldRule("serviceCharacteristic[name=bandwidth].valueType", Constant("Mbit/s")),
        FieldRule("serviceCharacteristic[name=access port].id", Keep(), rename="port"),
    )
    listed = [
        {"name": "bandwidth", "value": 100},
        {"name": "Bandwidth", "value": 1},
        {"name": "nodeName", "value": "core-7"},
        {"name": "bandwidth", "value": None},
        {"name": "access port", "id": "p1", "value": "hidden"},
        {"name": ["bandwidth"], "value": 1},
        {"value": 1},
        "bandwidth",
    ]
    assert shown(policy, {"id": "s", "serviceCharacteristic": listed}) == {
        "serviceCharacteristic": [
            {"name": "access port", "port": "p1"},
            {"name": "bandwidth", "value": 100, "valueType": "Mbit/s"},
        ]
    }


def test_a_condition_can_stand_on_one_name_and_on_all() -> None:
    rules = [FieldRule(f"serviceCharacteristic[name={name}].value", Keep()) for name in ("a", "b")]
    listed = [{"name": name, "value": value} for name in "ab" for value in ("x", "y")]
    record = {"id": "s", "serviceCharacteristic": listed}
    one = MemberRule("serviceCharacteristic[name=a]", 'item.valueType == "t"')
    typed = {"id": "s", "serviceCharacteristic": [*listed, {"name": "a", "value": "z", "valueType": "t"}]}
    found = shown(document("service", *rules, members=(one,)), typed)
    assert [member["value"] for member in found["serviceCharacteristic"]] == ["z", "x", "y"]
    every = MemberRule("serviceCharacteristic", 'item.name == "b"')
    assert len(shown(document("service", *rules, members=(every,)), record)["serviceCharacteristic"]) == 2


OTHERS = (
    Section(RecordTypeName("alarm"), None, (FieldRule("id", Pseudonym("alarm")),)),
    Section(RecordTypeName("trouble-ticket"), None, (ID,)),
)


def disclosed(*known: tuple[str, str]) -> Context:
    return Context((), None, TOKEN, is_disclosed=lambda record_type, raw: (record_type, raw) in known)


def test_a_reference_leaves_only_where_the_other_record_is_disclosed() -> None:
    policy = document("service-problem", FieldRule("underlyingAlarm[].id", Pseudonym("alarm")), others=OTHERS)
    record = {"id": "p", "underlyingAlarm": [{"id": "a1"}, {"id": "a2"}, {"id": ["a1"]}, {}, "a1"]}
    assert shown(policy, record, disclosed(("alarm", "a1"))) == {"underlyingAlarm": [{"id": TOKEN("alarm", "a1")}]}
    assert shown(policy, record, disclosed(("trouble-ticket", "a1"))) == {}
    assert shown(policy, record) == {}


def test_a_reference_that_names_its_type_leaves_as_that_type_only() -> None:
    policy = document("service-problem", FieldRule("relatedEntity[].name", Keep()), others=OTHERS)
    context = disclosed(("alarm", "x"), ("trouble-ticket", "x"), ("resource", "x"))
    for named, is_there in [
        ("Alarm", True),
        ("TroubleTicket", True),
        ("Resource", False),
        ("alarm", False),
        (None, False),
    ]:
        record = {"id": "p", "relatedEntity": [{"id": "x", "name": "n", "@referredType": named}]}
        assert shown(policy, record, context) == ({"relatedEntity": [{"name": "n"}]} if is_there else {})
    odd = {"id": "p", "relatedEntity": [{"id": "x", "name": "n", "@referredType": ["Alarm"]}]}
    assert shown(policy, odd, context) == {}


def test_constants_and_lifts_below_a_reference_do_not_depend_on_it() -> None:
    policy = document(
        "service-problem",
        FieldRule("firstAlert.id", Keep()),
        FieldRule("firstAlert.name", Constant("alarm")),
        others=OTHERS,
    )
    record = {"id": "p", "firstAlert": {"id": "a1", "@referredType": "TroubleTicket"}}
    assert shown(policy, record) == {"firstAlert": {"name": "alarm"}}
    assert shown(policy, record, disclosed(("trouble-ticket", "a1"))) == {"firstAlert": {"id": "a1", "name": "alarm"}}


def test_counts_are_of_what_is_disclosed() -> None:
    path = "affectedNumberOfServices"
    of_notes = document(
        "service-problem",
        FieldRule("note[].text", Keep()),
        FieldRule(path, Count("note")),
        members=(MemberRule("note", 'item.author == "noc"'),),
    )
    notes = [{"author": "noc", "text": "a"}, {"author": "noc"}, {"author": "x", "text": "b"}]
    assert shown(of_notes, {"id": "p", path: 7, "note": notes}) == {"note": [{"text": "a"}], path: 1}
    assert shown(of_notes, {"id": "p", path: 7, "note": []}) == {}
    of_services = document("service-problem", FieldRule(path, Count("service")))
    assert shown(of_services, {"id": "p", path: 7}) == {path: len(SERVICES)}
    assert shown(of_services, {"id": "p", path: 7}, Context((), None, TOKEN)) == {}


def test_a_template_says_what_is_disclosed_as_it_is_disclosed() -> None:
    services = Section(
        SERVICE, 'record.name != "hidden"', (FieldRule("id", Keep()), FieldRule("name", Keep(), "label"))
    )
    policy = document(
        "service-problem",
        FieldRule("priority", Round(5)),
        FieldRule("description", Template("{service.label}: priority {priority}, {reason}", "something is wrong")),
        FieldRule("reason", Map((("cut", "a cable"),))),
        others=(services,),
    )
    context = Context([*SERVICES, {"id": "svc-0", "name": "hidden"}], None, TOKEN)
    record = {"id": "p", "priority": 4, "reason": "cut", "description": "core-7"}
    said = "IP transit Geneva, EPL Paris-Lyon: priority 5, a cable"
    assert shown(policy, record, context) == {"priority": 5, "reason": "a cable", "description": said}
    assert shown(policy, {**record, "reason": "core-7"}, context)["description"] == "something is wrong"
    assert shown(policy, record, Context((), None, TOKEN))["description"] == "something is wrong"


def test_what_is_not_effective_or_for_several_is_refused() -> None:
    good = document("alarm")
    for bad in (dataclasses.replace(good, extends=("base",)), dataclasses.replace(good, members=(AUDIENCE,))):
        with pytest.raises(PolicyRefused) as refused:
            compile_policy(bad)
        assert [finding.code for finding in refused.value.findings] == ["policy.not-effective"]


def test_the_same_policy_gives_the_same_compiled_sections_and_another_one_does_not() -> None:
    one, two = compile_policy(document("alarm")), compile_policy(document("alarm"))
    assert one.sections["alarm"] is two.sections["alarm"]
    other = compile_policy(document("alarm", FieldRule("state", Keep())))
    assert other.sections["alarm"] is not one.sections["alarm"]


def test_a_policy_that_says_one_thing_twice_is_refused_and_not_taken_for_the_last_of_them() -> None:
    """The digest sees one rule of a path: a second one must not run under the digest of a policy without it."""
    rule = FieldRule("note[].text", Keep())
    wide = document("service-problem", rule, members=(MemberRule("note", "true"),))
    compile_policy(wide)
    narrow = (MemberRule("note", "false"), MemberRule("note", "true"))
    section = wide.sections[0]
    twice = [
        document("service-problem", rule, members=narrow),
        document("service-problem", FieldRule("note[].text", Scrub()), rule),
        dataclasses.replace(wide, sections=(section, section)),
        dataclasses.replace(wide, hierarchies=(HIERARCHY, HIERARCHY)),
        dataclasses.replace(wide, hierarchies=(Hierarchy("x", (("a", ("w",)), ("b", ("w",)))),)),
    ]
    for policy in twice:
        with pytest.raises(PolicyRefused):
            compile_policy(policy)


def test_scope_release_and_agreement_are_those_of_the_document() -> None:
    policy = dataclasses.replace(
        document("alarm"),
        agreement=Agreement(scope=Scope(services=("svc-geneva",))),
        release=Release(embargo=timedelta(minutes=5)),
    )
    compiled = compile_policy(policy)
    assert [compiled.covers(service) for service in SERVICES] == [False, True]
    assert compiled.release == policy.release
    assert compiled.agreement == policy.agreement
    assert compile_policy(document("alarm")).covers({})


def test_thousands_of_names_of_characteristics_compile_and_run() -> None:
    rules = [FieldRule(f"serviceCharacteristic[name=c{number}].value", Keep()) for number in range(2_000)]
    policy = document("service", *rules)
    assert shown(policy, {"id": "s", "serviceCharacteristic": [{"name": "c1999", "value": 7}]}) == {
        "serviceCharacteristic": [{"name": "c1999", "value": 7}]
    }


def test_the_type_of_a_result_is_that_of_its_rule() -> None:
    """1, 1.0 and true are one key to a dictionary of constants, and other bytes to the reader."""
    policy = document(
        "service-problem",
        FieldRule("priority", Constant(1)),
        FieldRule("characteristic[name=a].value", Constant(True)),
        FieldRule("characteristic[name=a].id", Keep()),
        FieldRule("characteristic[name=b].value", Constant(1.0)),
        FieldRule("characteristic[name=b].id", Keep()),
    )
    found = shown(policy, {"id": "p", "characteristic": [{"name": "a", "id": "i"}, {"name": "b", "id": "i"}]})
    assert type(found["priority"]) is int
    assert [type(member["value"]) for member in found["characteristic"]] == [bool, float]
