"""Documents, findings, templates: what a policy says, whatever its layout."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import orjson
import pytest

from gateway import bundled
from gateway.errors import leaf_errors
from gateway.policy.egress.check import EgressRefused
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.language.document import Contact, FieldRule, Keep, MemberRule, digest
from gateway.policy.language.findings import PolicyRefused, nearest
from gateway.policy.language.nodes import decode
from gateway.policy.reading.parser import parse
from tests.policy_side import (
    ALARM,
    CONTEXT,
    HEAD,
    TOKEN,
    alarm,
    alarm_policy,
    codes,
    findings_of,
    full_record,
    policy,
    policy_text,
)

TEMPLATES = sorted({file.name for file in bundled.folder("policies").glob("*.yaml")} - {"ceiling.yaml"})


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_passes_and_compiles(name: str) -> None:
    text = decode((bundled.folder("policies") / name).read_bytes(), name)
    assert findings_of(text) == ()
    compiled = compile_policy(parse(text, name))
    assert compiled.name == name.removesuffix(".yaml")
    assert "service" in compiled.record_types


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_discloses_text_that_says_where_or_who(name: str) -> None:
    """The canaries stand in every free text, name and identifier of people, places, systems and resources.

    What an agreement is about (service levels, the customer's own numbers) is in some templates on purpose.
    """
    compiled = compile_policy(parse((bundled.folder("policies") / name).read_text(), name))
    is_plain = name in ("retail-customer.yaml", "wholesale-partner.yaml", "peering-partner.yaml", "regulator.yaml")
    for record_type in compiled.record_types:
        hidden = ("topology", "secret", *(("commercial", "customer") if is_plain else ()))

        def value(leaf, hidden=hidden):  # type: ignore[no-untyped-def]
            if leaf.kind in ("string", "any") and not leaf.enum:
                return "HIDDEN" if leaf.sensitivity in hidden else "shown"
            by_kind = {"date-time": "2026-11-22T10:04:31Z", "boolean": True}
            return leaf.enum[0] if leaf.enum else by_kind.get(leaf.kind, 1)

        record = full_record(record_type, value) | {"id": "known"}
        shown = compiled.disclose(record_type, record, CONTEXT)
        assert shown is not None or compiled.sections[record_type].condition is not None
        assert b"HIDDEN" not in orjson.dumps(shown)
        assert b":31Z" not in orjson.dumps(shown)


def test_the_wholesale_template_shows_an_alarm_as_the_partner_may_see_it() -> None:
    compiled = compile_policy(parse((bundled.folder("policies") / "wholesale-partner.yaml").read_text(), "w"))
    service = {"id": "svc-geneva", "name": "IP transit Geneva"}
    shown = compiled.disclose(ALARM, alarm(alarmDetails="rt1.par.aurora down"), CONTEXT)
    assert shown == {
        "@type": "Alarm",
        "id": TOKEN("alarm", "alarm-4711"),
        "alarmType": "equipmentAlarm",
        "perceivedSeverity": "critical",
        "probableCause": "other",
        "state": "raised",
        "alarmRaisedTime": "2026-11-22T10:04:00Z",
        "alarmedObject": service,
        "affectedService": [service, {"id": "svc-paris-lyon", "name": "EPL Paris-Lyon"}],
        "sourceSystemId": "demarc",
    }
    assert compiled.disclose(ALARM, alarm(perceivedSeverity="minor"), CONTEXT) is None


def test_the_digest_is_of_what_the_policy_says() -> None:
    text = policy_text("alarm:\n  fields:\n    id: keep\n    state: keep")
    layout = "# a comment\n" + text.replace("id: keep\n      state: keep", "'state': keep # last\n      \"id\": keep")
    assert digest(parse(layout, "other.yaml")) == digest(parse(text, "test.yaml"))
    assert parse(layout, "other.yaml").section("alarm") is not None
    for was, becomes in [("state: keep", "state: {rename: s}"), ("name: test", "name: tess"), ("alarm:", "service:")]:
        assert digest(parse(text.replace(was, becomes), "test.yaml")) != digest(parse(text, "test.yaml"))
    assert len(digest(parse(text, "test.yaml"))) == 64


def test_sections_can_be_spelt_in_camel_case_but_once() -> None:
    one = policy("serviceProblem:\n  fields: {id: keep}")
    assert one == policy("service-problem:\n  fields: {id: keep}")
    both = policy_text("serviceProblem:\n  fields: {id: keep}\nservice-problem:\n  fields: {id: keep}")
    assert codes(both) == ["policy.duplicate-section"]


def test_an_agreement_is_kept_and_conditions_can_read_it() -> None:
    text = (
        HEAD
        + """\
agreement:
  valid: {from: 2026-01-01, until: 2027-12-31}
  objectives: {notify_within: 5m, restore_within: 4h}
  contacts: [{role: noc, email: noc@northlink.example}]
records:
  alarm:
    when: agreement.objectives.restore_within == "4h"
    fields: {id: keep}
"""
    )
    document = parse(text, "test.yaml")
    assert (document.agreement.valid_from, document.agreement.valid_until) == (date(2026, 1, 1), date(2027, 12, 31))
    assert document.agreement.contacts == (Contact("noc", (("email", "noc@northlink.example"),)),)
    assert compile_policy(document).disclose(ALARM, alarm(), CONTEXT) == {"id": "alarm-4711"}


@pytest.mark.parametrize(
    ("agreement", "code"),
    [
        ("{valid: {from: 2027-01-01, until: 2026-01-01}}", "policy.agreement"),
        ("{valid: {from: 2026-02-30}}", "policy.date"),
        ("{valid: {from: yesterday}}", "policy.date"),
        ("{valid: {until: [2026-02-28]}}", "policy.date"),
        ("{objectives: {notify_within: soon}}", "policy.duration"),
        ("{objectives: {notfy_within: 5m}}", "policy.unknown-key"),
        ("{contacts: {role: noc}}", "policy.shape"),
        ("{contacts: [{email: a@b.example}]}", "policy.missing"),
        ("[]", "policy.shape"),
    ],
)
def test_a_crooked_agreement_is_refused(agreement: str, code: str) -> None:
    assert codes(HEAD + f"agreement: {agreement}\nrecords: {{}}\n") == [code]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("state: {truncate: minute}", "policy.misfit"),
        ("alarmRaisedTime: {pseudonym: event}", "policy.misfit"),
        ("perceivedSeverity: {pseudonym: event}", "policy.misfit"),
        ("isRootCause: {pseudonym: event}", "policy.misfit"),
        ("perceivedSeverity: {constant: hot}", "policy.constant"),
        ("isRootCause: {constant: 1}", "policy.constant"),
        ("sourceSystemId: {constant: 1}", "policy.constant"),
        ("sourceSystemId: {constant: [1]}", "policy.constant"),
        ('alarmRaisedTime: {constant: "today"}', "policy.constant"),
        ("alarmRaisedTime: {truncate: minute, pseudonym: event}", "policy.two-transforms"),
        ("state: {}", "policy.missing"),
        ("state: {show: [id]}", "policy.unknown-key"),
        ("state: [keep]", "policy.shape"),
        ("state: drop", "policy.unknown-rule"),
        ("state: {keep: true}", "policy.shape"),
        ("state: {rename: a b}", "policy.rename"),
        ("state: {lift: service, show: [id]}", "policy.lift"),
        ("alarmedObject: {lift: service}", "policy.missing"),
        ("alarmedObject: {lift: service, show: []}", "policy.lift"),
        ("alarmedObject: {lift: service, show: [id, id]}", "policy.lift"),
        ("alarmedObject: {lift: resource, show: [id]}", "policy.lift"),
        ("affectedService[]: {lift: service, show: [id]}", "policy.lift"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(rule: str, code: str) -> None:
    assert code in codes(policy_text(f"alarm:\n  fields:\n    id: keep\n    {rule}"))


def test_rename_stands_alone_or_beside_a_transform() -> None:
    compiled = compile_policy(alarm_policy("state: {rename: status}\nalarmRaisedTime: {truncate: hour, rename: since}"))
    expected = {"id": "alarm-4711", "status": "raised", "since": "2026-11-22T10:00:00Z"}
    assert compiled.disclose(ALARM, alarm(), CONTEXT) == expected


def test_an_array_of_values_is_named_with_brackets() -> None:
    """No disclosable type has such an array today; the rule is checked all the same."""
    assert codes(policy_text("alarm:\n  fields:\n    id: keep\n    'state[]': keep")) == ["policy.unknown-path"]


def test_a_refusal_lists_findings_in_the_order_of_the_text() -> None:
    with pytest.raises(PolicyRefused) as refused:
        parse(policy_text("alrm: {}\nservce: {}"), "my.yaml")
    assert [finding.line for finding in refused.value.findings] == [6, 7]
    assert str(refused.value).startswith("my.yaml:6:3: policy.unknown-type: there is no record type `alrm`.")


def test_the_nearest_name_ignores_case() -> None:
    assert nearest("PERCEIVEDSEVERITY", ["perceivedSeverity", "state"]) == "perceivedSeverity"
    assert nearest("zzz", ["perceivedSeverity"]) is None


def test_errors_of_this_room_have_codes_and_remedies() -> None:
    ours = [kind for kind in leaf_errors() if kind.__module__.startswith("gateway.policy")]
    assert {kind.code for kind in ours} >= {"policy.refused", EgressRefused.code, "keys.pseudonym"}
    assert all(kind.remedy.endswith(".") for kind in ours)


TICKET = "trouble-ticket:\n  fields:\n    id: {pseudonym: trouble-ticket}\n    "


@pytest.mark.parametrize(
    "rules",
    [
        "note: {items: {fields: {text: {rename: raw}}}}\n    'note[].text': scrub",
        "'note[].text': scrub\n    note: {items: {fields: {text: {rename: raw}}}}",
        "name: {rename: a}\n    'name': {rename: b}",
    ],
)
def test_two_rules_for_one_path_are_refused_whatever_they_are_called(rules: str) -> None:
    assert {"policy.twice", "yaml.duplicate-key"} & set(codes(policy_text(TICKET + rules)))


def test_a_document_that_says_something_twice_has_no_other_ones_digest() -> None:
    good = policy(TICKET + "'note[].text': scrub")
    [section] = good.sections
    kept = FieldRule("note[].text", Keep(), "raw")
    documents = [
        replace(good, sections=(replace(section, fields=rules),))
        for rules in ((*section.fields, kept), (kept, *section.fields))
    ]
    assert digest(documents[0]) == digest(documents[1])
    assert digest(documents[0]) != digest(good)
    members = (MemberRule("note[]", "item.author == 'a'"), MemberRule("note[]", "true"))
    twice, once = (replace(good, sections=(replace(section, members=some),)) for some in (members, members[1:]))
    assert digest(twice) != digest(once)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("a:\n  b: 1\n   c: 2\n", "Indent"),
        ("a:\n  b: 1\n c: 2\n", "Indent"),
        ("a:\n  @type: keep\n", "@ need"),
        ("a: [1, 2\nb: 3\n", "Close the bracket"),
        ("a: 'x\n", "Close the quotes"),
    ],
)
def test_what_yaml_cannot_read_has_a_remedy_of_its_own(text: str, remedy: str) -> None:
    [finding] = findings_of(text)
    assert finding.code == "yaml.syntax"
    assert remedy in finding.remedy


def test_a_day_that_no_calendar_has_is_said_so() -> None:
    [finding] = findings_of(policy_text("alarm: {fields: {id: keep}}", "agreement: {valid: {until: 2027-02-30}}\n"))
    assert finding.message == "`until` is `2027-02-30`, and there is no such day"
