"""A policy on top of a base discloses nothing that the base does not, and says so where it would."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gateway.policy.checks.checker import check
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.language.document import (
    Agreement,
    Constant,
    DisclosurePolicy,
    Drop,
    FieldRule,
    Keep,
    Scope,
    Section,
)
from gateway.policy.language.findings import Finding, PolicyRefused
from gateway.policy.reading.extends import effective
from gateway.policy.reading.load import load, load_base
from gateway.policy.reading.parser import parse
from gateway.policy.reading.printer import print_policy
from tests.policy_side import ALARM, CONTEXT, HEAD, alarm

BASE = """\
apiVersion: demarc/v1
kind: DisclosurePolicyBase
name: base
agreement:
  valid: {from: 2026-01-01, until: 2027-12-31}
  scope: {locations: [EMEA, JP, Quito], technologies: [ethernet]}
  objectives: {notify_within: 5m}
  contacts: [{role: noc, email: noc@aurora.example}]
release: {embargo: 5m, cadence: 15m}
hierarchies: {technology: {ethernet: [epl, evpl], ip: [ip-transit]}}
records:
  alarm:
    when: record.perceivedSeverity != "minor"
    fields:
      id: keep
      state: keep
      alarmRaisedTime: {truncate: minute}
      probableCause: keep
      alarmDetails: {mask: {first: 2, last: 2}}
      comment: {items: {when: 'item.userId == "noc"', fields: {comment: scrub, time: keep}}}
      place: {generalise: metro}
  service:
    fields: {id: keep, name: keep, serviceType: keep}
"""
TOP = HEAD + "extends: [base]\n"


def loaded(text: str, base: str = BASE) -> DisclosurePolicy:
    [document] = load(text, "test.yaml", {"base": base})
    return document


def refused(text: str, **bases: str) -> tuple[Finding, ...]:
    with pytest.raises(PolicyRefused) as caught:
        load(text, "test.yaml", bases or {"base": BASE})
    return caught.value.findings


def alarms(rules: str, when: str = "") -> str:
    lines = "".join(f"      {line}\n" for line in rules.split("\n"))
    return f"{TOP}records:\n  alarm:\n{f'    when: {when}' if when else ''}\n    fields:\n{lines}"


def test_what_a_policy_does_not_mention_it_inherits() -> None:
    document = loaded(TOP + "records: {}\n")
    ground = parse(BASE, "base.yaml")
    assert document.sections == ground.sections
    assert (document.agreement, document.release) == (ground.agreement, ground.release)
    assert document.hierarchies == ground.hierarchies
    assert (document.name, document.audience, document.extends) == ("test", "urn:demarc:operator:northlink", ())
    assert {rule.file for rule in document.sections[0].fields} == {"base.yaml"}
    assert compile_policy(document).disclose(ALARM, alarm(state="cleared"), CONTEXT) is not None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("state: keep", Keep()),
        ("state: {constant: raised}", Constant("raised")),
        ("state: drop", None),
        ("alarmDetails: {mask: {first: 0, last: 0}}", "same"),
        ("alarmDetails: {constant: none}", "same"),
        ("alarmDetails: {template: '{state}'}", "same"),
        ("alarmRaisedTime: {truncate: hour}", "same"),
        ("alarmRaisedTime: {truncate: minute, rename: since}", "same"),
        ("place: {generalise: region}", "same"),
        ("probableCause: {pseudonym: reference}", "same"),
        ("probableCause: scrub", "same"),
        ("sourceSystemId: {constant: demarc}", "same"),
        ("specificProblem: {template: 'It is {state} in {place.city}.'}", "same"),
    ],
)
def test_a_rule_may_narrow_or_fill_in(rule: str, expected: object) -> None:
    document = loaded(alarms(rule))
    path = rule.split(":", maxsplit=1)[0]
    found = [one for one in document.sections[0].fields if one.path == path]
    written = parse(alarms(rule), "test.yaml").sections[0].fields[0]
    assert [one.transform for one in found] == ([] if expected is None else [written.transform])
    assert [one.rename for one in found] == ([] if expected is None else [written.rename])


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("alarmRaisedTime: keep", "policy.widens"),
        ("alarmRaisedTime: {truncate: second}", "policy.widens"),
        ("alarmDetails: keep", "policy.widens"),
        ("alarmDetails: scrub", "policy.widens"),
        ("alarmDetails: {mask: {first: 3, last: 2}}", "policy.widens"),
        ("place[].city: keep", "policy.widens"),
        ("externalAlarmId: keep", "policy.widens"),
        ("externalAlarmId: {pseudonym: reference}", "policy.widens"),
        ("alarmedObject: {lift: service, show: [id]}", "policy.widens"),
        ("specificProblem: {template: 'hits {service.id}'}", "policy.widens"),
        ("state: {template: 'hits {service.name}'}", "policy.widens"),
        ("place: drop\nplace[].city: keep", "policy.widens"),
        ("externalAlarmId: drop", "policy.drop"),
        ("id: drop\nstate: keep", "policy.drop"),
        ("id: {constant: x}", "policy.id"),
    ],
)
def test_a_rule_that_would_disclose_more_is_refused_where_it_stands(rule: str, code: str) -> None:
    text = alarms(rule)
    found = [finding for finding in refused(text) if finding.code == code]
    assert found, refused(text)
    assert {finding.file for finding in found} == {"test.yaml"}
    assert all(10 <= finding.line <= 11 and finding.remedy.endswith(".") for finding in found)


def test_a_sentence_of_the_base_may_name_services_and_keeps_its_words() -> None:
    sentence = "{template: 'hits {service.name}'}"
    base = BASE.replace("probableCause: keep", f"probableCause: {sentence}")
    for rules in ("state: keep", f"probableCause: {sentence}", "probableCause: {template: 'in {state}'}"):
        assert loaded(alarms(rules), base)
    found = refused(alarms("probableCause: {template: 'hits {service.id}'}"), base=base)
    assert {finding.code for finding in found} == {"policy.widens"}
    renamed = "  service:\n    fields: {name: {rename: x}, serviceType: {rename: name}}\n"
    found = refused(alarms("state: keep") + renamed, base=base)
    assert {finding.code for finding in found} == {"policy.widens"}


def test_a_section_can_be_left_out_and_none_can_be_added() -> None:
    assert [part.record_type for part in loaded(TOP + "records: {alarm: drop}\n").sections] == ["service"]
    found = refused(TOP + "records: {trouble-ticket: {fields: {id: keep}}}\n")
    assert {finding.code for finding in found} == {"policy.widens"}
    assert "policy.unknown-rule" in {finding.code for finding in refused(HEAD + "records: {alarm: drop}\n")}


def test_both_conditions_must_hold() -> None:
    document = loaded(alarms("state: keep", "'record.state == \"raised\" || object.interconnect // either'"))
    compiled = compile_policy(document)
    assert compiled.disclose(ALARM, alarm(), CONTEXT) is not None
    assert compiled.disclose(ALARM, alarm(perceivedSeverity="minor"), CONTEXT) is None
    assert compiled.disclose(ALARM, alarm(state="cleared"), CONTEXT) is not None
    only_raised = compile_policy(loaded(alarms("state: keep", "record.state == 'raised'")))
    assert only_raised.disclose(ALARM, alarm(state="cleared"), CONTEXT) is None


def test_a_policy_may_narrow_by_its_condition_alone() -> None:
    document = loaded(TOP + "records:\n  alarm:\n    when: record.state == 'raised'\n")
    assert len(document.sections[0].fields) == len(parse(BASE, "base.yaml").sections[0].fields)
    assert str(document.sections[0].when).endswith("&& (record.state == 'raised')")


def test_both_conditions_on_members_must_hold() -> None:
    document = loaded(alarms("comment: {items: {when: 'item.comment != \"x\"'}}\n"))
    compiled = compile_policy(document)
    said = [{"comment": "x", "userId": "noc"}, {"comment": "y", "userId": "noc"}, {"comment": "z", "userId": "me"}]
    timed = [{**one, "time": "2026-01-01T00:00:00Z"} for one in said]
    shown = compiled.disclose(ALARM, alarm(comment=timed), CONTEXT)
    assert shown is not None
    assert len(shown["comment"]) == 1


@pytest.mark.parametrize("when", ["true) || (true", "record.state == ", "item.comment == 'x'", "object"])
def test_a_condition_is_checked_by_itself_and_where_it_stands(when: str) -> None:
    text = alarms("state: keep", f'"{when}"')
    found = refused(text)
    assert {finding.code for finding in found} == {"policy.condition"}
    assert {finding.line for finding in found} == {8}


def test_a_mistake_in_a_base_is_found_in_the_base() -> None:
    found = refused(TOP + "records: {}\n", base=BASE.replace("state: keep", "statte: keep"))
    assert {(finding.file, finding.code) for finding in found} == {("base.yaml", "policy.unknown-path")}


def test_a_base_may_read_what_only_a_policy_agrees() -> None:
    base = BASE.replace('"minor"', '"minor" && agreement.objectives.restore_within == "4h"')
    assert {finding.code for finding in refused(TOP + "records: {}\n", base=base)} == {"policy.condition"}
    document = loaded(TOP + "agreement: {objectives: {restore_within: 4h}}\nrecords: {}\n", base)
    assert document.agreement.objectives == (("notify_within", "5m"), ("restore_within", "4h"))
    assert compile_policy(document).disclose(ALARM, alarm(), CONTEXT) is not None


READING = BASE.replace('!= "minor"', '!= "minor" && agreement.NAME == "VALUE"')


@pytest.mark.parametrize(
    ("name", "value", "head"),
    [
        ("objectives.notify_within", "10m", "{objectives: {notify_within: 10m}}"),
        ("valid.until", "2026-06-30", "{valid: {until: 2026-06-30}}"),
        ("valid.from", "2026-06-30", "{valid: {from: 2026-06-30}}"),
    ],
)
def test_what_a_condition_of_the_base_reads_of_the_base_s_agreement_stays(name: str, value: str, head: str) -> None:
    """A base that shows nothing because of what it agreed shows nothing to whoever extends it (threat P-13)."""
    head = f"{TOP}agreement: {head}\nrecords: {{}}\n"
    assert loaded(head).agreement.variables()[f"agreement.{name}"] == value
    base = READING.replace("NAME", name).replace("VALUE", value)
    assert compile_policy(loaded(TOP + "records: {}\n", base)).disclose(ALARM, alarm(), CONTEXT) is None
    [finding] = refused(head, base=base)
    assert (finding.code, finding.line) == ("policy.widens", 6)
    assert finding.message == f"a condition of the base `base` reads `agreement.{name}`"


def test_what_a_condition_of_a_further_base_reads_stays_too() -> None:
    second = "apiVersion: demarc/v1\nkind: DisclosurePolicyBase\nname: second\nrecords: {alarm: {fields: {id: keep}}}\n"
    text = f"{HEAD}extends: [second, base]\nagreement: {{objectives: {{notify_within: 10m}}}}\nrecords: {{}}\n"
    second += "agreement: {objectives: {notify_within: 5m}}\n"
    second = second.replace("{fields", "{when: agreement.objectives.notify_within == '10m', fields")
    base = BASE.replace("  objectives: {notify_within: 5m}\n", "")
    assert {finding.code for finding in refused(text, second=second, base=base)} >= {"policy.widens"}


@pytest.mark.parametrize(
    ("head", "agreement"),
    [
        ("agreement: {valid: {from: 2026-06-01}}", Agreement(date(2026, 6, 1), date(2027, 12, 31))),
        ("agreement: {valid: {until: 2026-06-01}}", Agreement(date(2026, 1, 1), date(2026, 6, 1))),
        ("agreement: {scope: {locations: [FR, DE]}}", Scope(locations=("FR", "DE"), technologies=("ethernet",))),
        ("agreement: {scope: {locations: [JP, Quito]}}", Scope(locations=("JP", "Quito"), technologies=("ethernet",))),
        (
            "agreement: {scope: {technologies: [epl]}}",
            Scope(locations=("EMEA", "JP", "Quito"), technologies=("epl",)),
        ),
        (
            "agreement: {scope: {services: [svc-1]}}",
            Scope(("svc-1",), ("EMEA", "JP", "Quito"), None, ("ethernet",)),
        ),
    ],
)
def test_validity_and_scope_may_shrink(head: str, agreement: Agreement | Scope) -> None:
    found = loaded(f"{TOP}{head}\nrecords: {{}}\n").agreement
    if isinstance(agreement, Scope):
        assert found.scope == agreement
    else:
        assert (found.valid_from, found.valid_until) == (agreement.valid_from, agreement.valid_until)


@pytest.mark.parametrize(
    "head",
    [
        "agreement: {valid: {from: 2025-12-31}}",
        "agreement: {valid: {until: 2028-01-01}}",
        "agreement: {scope: {locations: [APAC]}}",
        "agreement: {scope: {locations: [EMEA, US]}}",
        "agreement: {scope: {locations: [AMER]}}",
        "agreement: {scope: {locations: [Paris]}}",
        "agreement: {scope: {technologies: [ethernet, ip]}}",
        "agreement: {scope: {technologies: [ip-transit]}}",
        "release: {embargo: 4m}",
        "release: {embargo: 0s}",
        "release: {cadence: none}",
        "release: {cadence: 5m}",
        "release: {cadence: 20m}",
        "hierarchies: {technology: {ethernet: [epl, evpl, ip-transit]}}",
    ],
)
def test_a_head_that_would_disclose_more_is_refused(head: str) -> None:
    found = refused(f"{TOP}{head}\nrecords: {{}}\n")
    assert [finding.code for finding in found] == ["policy.widens"]
    assert found[0].line == 6
    assert found[0].column > 1


def test_a_list_of_services_is_not_undone_by_related() -> None:
    base = BASE.replace("locations: [EMEA, JP, Quito]", "services: [svc-1, svc-2]")
    assert loaded(TOP + "records: {}\n", base).agreement.scope.services == ("svc-1", "svc-2")
    for scope in ("{services: related}", "{services: [svc-3]}"):
        found = refused(f"{TOP}agreement: {{scope: {scope}}}\nrecords: {{}}\n", base=base)
        assert [finding.code for finding in found] == ["policy.widens"]


def test_a_hierarchy_does_not_widen_a_scope() -> None:
    base = BASE.replace("hierarchies:", "# hierarchies:")
    head = "hierarchies: {technology: {ethernet: [ip-transit]}}"
    assert [finding.code for finding in refused(f"{TOP}{head}\nrecords: {{}}\n", base=base)] == ["policy.widens"]
    other = "hierarchies: {vendor: {big: [small]}}"
    assert [one.name for one in loaded(f"{TOP}{other}\nrecords: {{}}\n", base).hierarchies] == ["vendor"]


def test_embargo_and_cadence_may_grow() -> None:
    release = loaded(f"{TOP}release: {{embargo: 1h}}\nrecords: {{}}\n").release
    assert (release.embargo, release.cadence) == (timedelta(hours=1), timedelta(minutes=15))
    release = loaded(f"{TOP}release: {{cadence: 30m}}\nrecords: {{}}\n").release
    assert (release.embargo, release.cadence) == (timedelta(minutes=5), timedelta(minutes=30))


def test_a_second_base_narrows_the_first_one() -> None:
    second = "apiVersion: demarc/v1\nkind: DisclosurePolicyBase\nname: second\nrecords:\n"
    second += "  alarm:\n    fields: {id: {pseudonym: alarm}, alarmDetails: {constant: none}}\n"
    text = TOP.replace("[base]", "[base, second]") + "records:\n  alarm:\n    fields: {state: drop}\n"
    [document] = load(text, "test.yaml", {"base": BASE, "second": second})
    rules = {rule.path: rule for rule in document.sections[0].fields}
    assert "state" not in rules
    assert rules["alarmDetails"].file == rules["id"].file == "second.yaml"
    assert rules["alarmRaisedTime"].file == "base.yaml"
    wider = second.replace("{constant: none}", "keep")
    found = refused(text, base=BASE, second=wider)
    assert {(finding.file, finding.code) for finding in found} == {("second.yaml", "policy.widens")}


@pytest.mark.parametrize(
    ("base", "code"),
    [
        (BASE.replace("name: base", "name: other"), "policy.extends"),
        (BASE.replace("PolicyBase", "Policy"), "policy.missing"),
        (BASE.replace("PolicyBase\n", "Policy\naudience: {operator: a}\n"), "policy.extends"),
        (BASE.replace("release:", "audience: {operator: a}\nrelease:"), "policy.unknown-key"),
        (BASE.replace("release:", "extends: [second]\nrelease:"), "policy.unknown-key"),
        (BASE.replace("state: keep", "state: drop"), "policy.unknown-rule"),
        ("", "yaml.empty"),
    ],
)
def test_what_is_no_base_is_refused(base: str, code: str) -> None:
    assert code in {finding.code for finding in refused(TOP + "records: {}\n", base=base)}


@pytest.mark.parametrize("extends", ["[]", "base", "[base, base]", "[Base]", "[no]"])
def test_extends_names_bases_once(extends: str) -> None:
    found = refused(f"{HEAD}extends: {extends}\nrecords: {{}}\n")
    assert {finding.code for finding in found} <= {"policy.extends", "policy.shape", "policy.name", "policy.quote"}


def test_a_base_is_for_nobody_and_is_not_compiled() -> None:
    ground = load_base(BASE, "base.yaml", "base")
    with pytest.raises(PolicyRefused, match="is for nobody"):
        load(BASE, "base.yaml")
    with pytest.raises(PolicyRefused):
        compile_policy(ground)
    with pytest.raises(PolicyRefused):
        compile_policy(parse(TOP + "records: {}\n", "test.yaml"))


def test_an_effective_policy_reads_back_the_same() -> None:
    document = loaded(alarms("state: drop\ncomment: {items: {when: 'item.comment != \"x\"'}}", "object.interconnect"))
    again = parse(print_policy(document), "again.yaml")
    assert again == document
    assert check(again) == ()


def test_a_document_without_bases_is_effective_as_it_is() -> None:
    document = parse(HEAD + "records: {}\n", "test.yaml")
    assert effective(document, {}) == document
    section = Section(ALARM, None, (FieldRule("id", Keep()), FieldRule("state", Drop())))
    assert check(DisclosurePolicy("x", document.audience, (section,)))
