"""What transforms could tell beside their result: names, lengths, counts, orders, absences, corners.

Threats D-32, D-34, D-38, D-39, D-40, D-44, D-45, P-21, P-22. Most tests hold two worlds against each other that differ
only in what the policy hides, and want the same bytes.
"""

from __future__ import annotations

import itertools
from typing import Any

import orjson
import pytest

from gateway.ids import RecordTypeName
from gateway.policy.filter.compiler import CompiledPolicy, compile_policy
from gateway.policy.filter.context import Context
from gateway.policy.reading.parser import parse
from tests.policy_side import ALARM, CONTEXT, INTERCONNECT, NOWHERE, SERVICES, TOKEN, alarm, policy, policy_text

PROBLEM = RecordTypeName("service-problem")
SERVICE = RecordTypeName("service")
SECRET = "core-7.hidden.example"


def compiled(records: str) -> CompiledPolicy:
    return compile_policy(policy(records))


def body(policy: CompiledPolicy, record_type: RecordTypeName, record: dict[str, Any], context: Context) -> bytes:
    def fail(failure: Exception) -> None:
        raise failure

    return orjson.dumps(policy.disclose(record_type, record, context, on_failure=fail))


def scrubbing(text: str) -> str | None:
    """Clean a text as far as these tests need it."""
    return None if "unclean" in text else text.replace(SECRET, "[name]").replace("only-names", "")


SCRUBBED = Context((), None, TOKEN, scrub=scrubbing)


@pytest.fixture(scope="module")
def by_name() -> CompiledPolicy:
    return compiled(
        """
        service:
          fields:
            id: keep
            serviceCharacteristic[name=bandwidth].value: keep
            serviceCharacteristic[name=access port].valueType: keep
        """
    )


@pytest.mark.parametrize(
    "hidden",
    [
        {"name": "nodeName", "value": SECRET},
        {"name": "Bandwidth", "value": SECRET},
        {"name": "bandwidth ", "value": SECRET},
        {"name": "b\u0430ndwidth", "value": SECRET},
        {"name": "bandwidth\u200b", "value": SECRET},
        {"name": ["bandwidth"], "value": SECRET},
        {"name": {"bandwidth": 1}, "value": SECRET},
        {"name": None, "value": SECRET},
        {"value": SECRET},
        {"name": "bandwidth", "value": {"": SECRET}},
        {"name": "bandwidth", "value": [SECRET]},
        {"name": "bandwidth", "valueType": SECRET, "id": SECRET},
        {"name": "access port", "value": SECRET},
        {"name": SECRET, "value": 1},
        SECRET,
        None,
    ],
    ids=repr,
)
def test_d32_a_characteristic_that_no_rule_names_leaves_no_trace(by_name: CompiledPolicy, hidden: Any) -> None:
    known = {"name": "bandwidth", "value": 100}
    expected = body(by_name, SERVICE, {"id": "s", "serviceCharacteristic": [known]}, NOWHERE)
    for listed in ([known, hidden], [hidden, known], [hidden, known, hidden]):
        assert body(by_name, SERVICE, {"id": "s", "serviceCharacteristic": listed}, NOWHERE) == expected
    assert body(by_name, SERVICE, {"id": "s", "serviceCharacteristic": [hidden]}, NOWHERE) == b'{"id":"s"}'


def test_d32_a_characteristic_with_nothing_but_constants_to_show_is_not_there() -> None:
    constant = compiled(
        """
        service:
          fields:
            id: keep
            serviceCharacteristic[name=vlan].value: {constant: "on request"}
            serviceCharacteristic[name=vlan].valueType: keep
        """
    )
    hidden = {"id": "s", "serviceCharacteristic": [{"name": "vlan", "value": 4711}]}
    assert body(constant, SERVICE, hidden, NOWHERE) == body(constant, SERVICE, {"id": "s"}, NOWHERE)


REFERENCES = """
    service-problem:
      fields:
        id: {pseudonym: service-problem}
        underlyingAlarm[].id: {pseudonym: alarm}
        underlyingAlarm[].name: keep
        relatedEntity[].name: keep
        firstAlert.name: keep
        affectedNumberOfServices: {count: underlyingAlarm}
        reason: {template: "caused by {underlyingAlarm.name}", otherwise: "under examination"}
    alarm:
      fields: {id: {pseudonym: alarm}}
    """


@pytest.mark.parametrize(
    "hidden",
    [
        {"id": "a2", "name": SECRET},
        {"id": "", "name": SECRET},
        {"id": None, "name": SECRET},
        {"id": ["a1"], "name": SECRET},
        {"name": SECRET},
        {"id": "a2", "name": SECRET, "@referredType": "Alarm"},
        SECRET,
    ],
    ids=repr,
)
def test_d34_a_reference_to_a_record_that_is_not_disclosed_leaves_no_trace(hidden: Any) -> None:
    """Neither by its name, nor in a count, nor in a sentence, nor as an object that is there and empty."""
    references = compiled(REFERENCES)
    context = Context((), None, TOKEN, is_disclosed=lambda kind, raw: (kind, raw) == ("alarm", "a1"))
    known = {"id": "a1", "name": "LOS"}
    without = {"id": "p", "underlyingAlarm": [known]}
    with_hidden = {
        "id": "p",
        "underlyingAlarm": [hidden, known, hidden],
        "relatedEntity": [hidden],
        "firstAlert": hidden,
    }
    expected = body(references, PROBLEM, without, context)
    assert b"caused by LOS" in expected
    assert body(references, PROBLEM, with_hidden, context) == expected
    only_hidden = body(references, PROBLEM, {**with_hidden, "underlyingAlarm": [hidden]}, context)
    assert only_hidden == body(references, PROBLEM, {"id": "p"}, context)


@pytest.mark.parametrize("answer", [None, 0, 1, "yes", "", [True]])
def test_d34_only_exactly_true_discloses_a_reference(answer: Any) -> None:
    context = Context((), None, TOKEN, is_disclosed=lambda *_: answer)
    record = {"id": "p", "underlyingAlarm": [{"id": "a1", "name": SECRET}]}
    assert SECRET.encode() not in body(compiled(REFERENCES), PROBLEM, record, context)


@pytest.mark.parametrize(
    "named", ["Resource", "Dependency", "Port", "alarm", "ALARM", "Alarm ", "", None, 7, ["Alarm"]]
)
def test_d34_a_reference_that_names_a_type_that_never_leaves_does_not_leave(named: Any) -> None:
    """Also where the context would say of everything that it is disclosed."""
    context = Context((), None, TOKEN, is_disclosed=lambda *_: True)
    record = {"id": "p", "relatedEntity": [{"id": "x", "name": SECRET, "@referredType": named}]}
    assert SECRET.encode() not in body(compiled(REFERENCES), PROBLEM, record, context)


def test_d34_a_reference_in_another_form_than_its_records_own_does_not_leave() -> None:
    """A type whose own section makes pseudonyms cannot be referred to by an identifier that is kept."""
    mixed = compiled(
        """
        service-problem:
          fields:
            id: {pseudonym: service-problem}
            relatedEntity[].id: keep
        trouble-ticket:
          fields: {id: keep}
        alarm:
          fields: {id: {pseudonym: alarm}}
        """
    )
    context = Context((), None, TOKEN, is_disclosed=lambda *_: True)
    for named, leaves in [("TroubleTicket", True), ("Alarm", False)]:
        record = {"id": "p", "relatedEntity": [{"id": "raw-id", "@referredType": named}]}
        assert (b"raw-id" in body(mixed, PROBLEM, record, context)) is leaves


@pytest.mark.parametrize("key", [SECRET, "", "nodeName", "constructor", "__proto__", "id\u0000", "text ", "Text"])
def test_d38_the_keys_of_a_record_never_leave(key: str) -> None:
    notes = compiled(
        """
        service-problem:
          fields:
            id: keep
            note: {items: {when: item.author == "noc", fields: {text: scrub}}}
            characteristic[name=cause].value: keep
        """
    )
    record = {"id": "p", "note": [{"author": "noc", "text": "down"}], "characteristic": [{"name": "cause", "value": 1}]}
    odd = {
        **record,
        key: {key: SECRET},
        "note": [{**record["note"][0], key: SECRET}, {key: SECRET}],
        "characteristic": [{**record["characteristic"][0], key: SECRET}],
    }
    assert body(notes, PROBLEM, odd, SCRUBBED) == body(notes, PROBLEM, record, SCRUBBED)


MEMBERS = """
    service-problem:
      fields:
        id: keep
        note: {items: {when: item.author == "noc", fields: {text: scrub, date: {truncate: day}}}}
        affectedNumberOfServices: {count: note}
        reason: {template: "noted: {note.text}", otherwise: "nothing noted"}
    """


def test_d39_members_that_a_condition_leaves_out_leave_no_trace() -> None:
    noted = compiled(MEMBERS)
    shown = [
        {"author": "noc", "text": "b", "date": "2026-11-22T10:00:00Z"},
        {"author": "noc", "text": "a", "date": "2026-11-23T10:00:00Z"},
    ]
    hidden = [
        {"author": "core team", "text": SECRET},
        {"text": SECRET},
        {"author": ["noc"], "text": SECRET},
        SECRET,
        None,
    ]
    expected = body(noted, PROBLEM, {"id": "p", "note": shown}, SCRUBBED)
    assert orjson.loads(expected)["affectedNumberOfServices"] == 2
    for order in itertools.islice(itertools.permutations([*shown, *hidden]), 0, None, 97):
        assert body(noted, PROBLEM, {"id": "p", "note": list(order)}, SCRUBBED) == expected
    nothing = body(noted, PROBLEM, {"id": "p", "note": hidden}, SCRUBBED)
    assert nothing == body(noted, PROBLEM, {"id": "p"}, SCRUBBED)


@pytest.mark.parametrize(
    "when", ["item.author == item.text", "1 / 0 == 1", 'item.author.matches("n(")', "item.id > 'a'"]
)
def test_d39_a_member_whose_condition_cannot_be_evaluated_is_left_out(when: str) -> None:
    noted = compiled(MEMBERS.replace('item.author == "noc"', f"'{when.replace(chr(39), chr(34))}'"))
    record = {"id": "p", "note": [{"author": "noc", "text": SECRET}, {"id": 7, "text": SECRET}]}
    assert SECRET.encode() not in body(noted, PROBLEM, record, SCRUBBED)


def test_d39_places_that_look_alike_do_not_tell_how_many_they_are() -> None:
    metro = compiled("alarm:\n  fields: {id: keep, place: {generalise: metro}}")
    paris, lyon = {"city": "Paris", "country": "FR"}, {"city": "Lyon", "country": "FR"}
    expected = body(metro, ALARM, alarm(place=[paris, lyon]), NOWHERE)
    sites = [{**paris, "id": f"site-{n}", "latitude": n} for n in range(7)] + [
        {**lyon, "name": SECRET},
        {"name": SECRET},
    ]
    for order in (sites, sites[::-1]):
        assert body(metro, ALARM, alarm(place=order), NOWHERE) == expected


def test_d40_a_count_is_of_the_audiences_own_services_only() -> None:
    counted = compiled("service-problem:\n  fields: {id: keep, affectedNumberOfServices: {count: service}}")
    for total in (0, 7, 10**9, None, "7"):
        record = {"id": "p", "affectedNumberOfServices": total, "affectedService": [{"id": "x"}] * 9}
        assert orjson.loads(body(counted, PROBLEM, record, CONTEXT)) == {"id": "p", "affectedNumberOfServices": 2}
        assert body(counted, PROBLEM, record, NOWHERE) == b'{"id":"p"}'


TRANSFORMED = """
    service-problem:
      fields:
        id: keep
        priority: {bucket: [1, 3]}
        category: {map: {network: other}}
        description: scrub
        impactImportanceFactor: {mask: {first: 0, last: 2}}
        firstAlert.name: keep
        reason: {template: "{category}"}
        affectedLocation: {generalise: region}
        statusChangeReason: {generalise: prefix, ipv4: 8, ipv6: 32}
    """


@pytest.mark.parametrize("absent", [None, [], {}, [None], [[]], True])
def test_d44_null_empty_and_what_does_not_fit_are_absent(absent: Any) -> None:
    transformed = compiled(TRANSFORMED)
    names = (
        "priority", "category", "description", "impactImportanceFactor", "firstAlert", "affectedLocation",
        "statusChangeReason",
    )  # fmt: skip
    assert body(transformed, PROBLEM, {"id": "p", **dict.fromkeys(names, absent)}, SCRUBBED) == b'{"id":"p"}'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("priority", 0),
        ("category", SECRET),
        ("description", "unclean"),
        ("description", "only-names"),
        ("description", ""),
        ("affectedLocation", [{"country": "ZZ", "name": SECRET}]),
        ("statusChangeReason", SECRET),
    ],
)
def test_d44_what_cannot_be_told_is_as_if_it_were_not_there(name: str, value: Any) -> None:
    assert body(compiled(TRANSFORMED), PROBLEM, {"id": "p", name: value}, SCRUBBED) == b'{"id":"p"}'


@pytest.mark.parametrize("length", [6, 7, 8, 60, 4096])
def test_d45_a_mask_does_not_tell_how_long_the_text_was(length: int) -> None:
    masked = compiled(TRANSFORMED)
    record = {"id": "p", "impactImportanceFactor": "x" * (length - 2) + "42"}
    assert body(masked, PROBLEM, record, SCRUBBED) == b'{"id":"p","impactImportanceFactor":"****42"}'


def test_p21_a_value_that_no_group_names_is_absent_and_never_itself() -> None:
    text = policy_text("service:\n  fields: {id: keep, serviceType: {generalise: technology}}")
    grouped = compile_policy(parse(text + "hierarchies: {technology: {ethernet: [epl]}}\n", "test.yaml"))
    for word, group in [("epl", "ethernet"), ("ethernet", "ethernet"), (SECRET, None), ("EPL", None), ("", None)]:
        expected = {"id": "s"} if group is None else {"id": "s", "serviceType": group}
        assert orjson.loads(body(grouped, SERVICE, {"id": "s", "serviceType": word}, NOWHERE)) == expected


@pytest.mark.parametrize(("bounds", "values"), [("[0, 10]", range(10)), ("[0, 10]", range(10, 50))])
def test_p22_every_value_of_a_bucket_gives_the_same_bytes(bounds: str, values: range) -> None:
    bucketed = compiled(f"service-problem:\n  fields: {{id: keep, priority: {{bucket: {bounds}}}}}")
    assert len({body(bucketed, PROBLEM, {"id": "p", "priority": value}, NOWHERE) for value in values}) == 1


def test_a_template_says_nothing_of_services_that_their_own_section_withholds() -> None:
    told = compiled(
        """
        alarm:
          fields:
            id: keep
            specificProblem: {template: "{service.name}", otherwise: "a service of yours"}
        service:
          when: record.state == "active"
          fields: {id: {pseudonym: service}, name: {mask: {first: 0, last: 4}}}
        """
    )
    active = {**SERVICES[0], "state": "active"}
    hidden = {**SERVICES[1], "name": SECRET, "state": "designed"}
    for services in ([active, hidden], [hidden, active]):
        context = Context(services, INTERCONNECT, TOKEN)
        assert orjson.loads(body(told, ALARM, alarm(), context))["specificProblem"] == "****Lyon"
    only_hidden = body(told, ALARM, alarm(), Context([hidden], INTERCONNECT, TOKEN))
    assert only_hidden == body(told, ALARM, alarm(), NOWHERE)


def test_a_failing_scrub_or_question_withholds_the_whole_record() -> None:
    def broken(*_: Any) -> Any:
        raise ValueError(SECRET)

    failures: list[Exception] = []
    scrubbed = compiled("service-problem:\n  fields: {id: keep, description: scrub}")
    record = {"id": "p", "description": "x", "underlyingAlarm": [{"id": "a", "name": "x"}]}
    context = Context((), None, TOKEN, is_disclosed=broken, scrub=broken)
    for filtering in (scrubbed, compiled(REFERENCES)):
        assert filtering.disclose(PROBLEM, record, context, on_failure=failures.append) is None
    assert len(failures) == 2
