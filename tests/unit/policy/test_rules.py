"""Every transform: what it can be told, and on what kind of value it can stand."""

from __future__ import annotations

import pytest

from gateway.policy.checks.checker import check
from gateway.policy.language.document import (
    Bucket,
    Constant,
    Count,
    FieldRule,
    Generalise,
    Keep,
    Lift,
    Map,
    Mask,
    MemberRule,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Template,
    Transform,
    Truncate,
)
from gateway.policy.reading.parser import parse
from tests.policy_side import HEAD, codes, findings_of

HIERARCHIES = "hierarchies:\n  technology: {ethernet: [epl, evpl], ip: [ip-transit]}\n"


def text_with(record_type: str, rules: str, head: str = HEAD) -> str:
    lines = "".join(f"      {line}\n" for line in ["id: keep", *rules.split("\n")])
    return f"{head}{HIERARCHIES}records:\n  {record_type}:\n    fields:\n{lines}"


def rule_in(record_type: str, rule: str) -> FieldRule:
    """Return the last of a section's rules, which is good."""
    document = parse(text_with(record_type, rule), "test.yaml")
    assert check(document) == ()
    return document.sections[0].fields[-1]


@pytest.mark.parametrize(
    ("record_type", "rule", "transform"),
    [
        ("alarm", "state: keep", Keep()),
        ("alarm", "state: {rename: status}", Keep()),
        ("alarm", "sourceSystemId: {constant: demarc}", Constant("demarc")),
        ("alarm", "probableCause: {map: {fan: unit, psu: unit}}", Map((("fan", "unit"), ("psu", "unit")))),
        ("alarm", "probableCause: {map: {'no': 'on'}, otherwise: other}", Map((("no", "on"),), "other")),
        ("alarm", "state: {map: {updated: raised, raised: raised}, otherwise: cleared}", None),
        ("alarm", "alarmRaisedTime: {truncate: minute}", Truncate("minute")),
        ("service-problem", "affectedNumberOfServices: {round: 5}", Round(5)),
        ("service-level", "measuredValue: {round: 0.5}", Round(0.5)),
        ("service-level", "measuredValue: {bucket: [-10, 0, 99.5, 100]}", Bucket((-10, 0, 99.5, 100))),
        ("service-problem", "priority: {bucket: [1, 3]}", Bucket((1, 3))),
        ("service", "place: {generalise: metro}", Generalise("metro")),
        ("change-request", "location: {generalise: region}", Generalise("region")),
        ("service", "serviceType: {generalise: technology}", Generalise("technology")),
        ("service", "feature[].name: {generalise: technology}", Generalise("technology")),
        ("alarm", "alarmDetails: {generalise: prefix, ipv4: 16, ipv6: 32}", Prefix(16, 32)),
        ("alarm", "alarmDetails: {mask: {first: 2, last: 4}}", Mask(2, 4)),
        ("alarm", "alarmDetails: {mask: {last: 4}}", Mask(0, 4)),
        ("alarm", "sourceSystemId: {pseudonym: system}", Pseudonym("system")),
        ("alarm", "alarmDetails: scrub", Scrub()),
        ("alarm", "alarmDetails: {scrub: true, rename: words}", Scrub()),
        ("alarm", "alarmDetails: {template: 'It is {id}.'}", Template("It is {id}.")),
        ("alarm", "alarmDetails: {template: '{{{id}}}', otherwise: none of it}", Template("{{{id}}}", "none of it")),
        ("alarm", "alarmedObject: {lift: service, show: [id]}", Lift("service", ("id",))),
        ("service-problem", "affectedNumberOfServices: {count: service}", Count("service")),
        ("service-problem", "affectedService: {lift: service, show: [id]}\npriority: {count: affectedService}", None),
        ("service", "serviceCharacteristic[name=bandwidth].value: keep", Keep()),
        ("service", "'serviceCharacteristic[name=a b: c/d].value': scrub", None),
    ],
)
def test_a_transform_is_read_as_it_is_written(record_type: str, rule: str, transform: Transform | None) -> None:
    if rule.endswith("scrub") and "Characteristic" in rule:  # Such a value can be a number or a truth value as well.
        assert codes(text_with(record_type, rule)) == ["policy.misfit"]
        return
    found = rule_in(record_type, rule)
    assert transform is None or found.transform == transform


@pytest.mark.parametrize(
    ("record_type", "rule", "code"),
    [
        # map
        ("alarm", "probableCause: {map: {}}", "policy.map"),
        ("alarm", "probableCause: {map: [a, b]}", "policy.shape"),
        ("alarm", "probableCause: {map: {no: x}}", "policy.quote"),
        ("alarm", "probableCause: {map: {a: 1}}", "policy.map"),
        ("alarm", "probableCause: {map: {a: b}, otherwise: true}", "policy.map"),
        ("alarm", "probableCause: {map: {a: [b]}}", "policy.constant"),
        ("alarm", "probableCause: {otherwise: x}", "policy.unknown-key"),
        ("alarm", "state: {map: {reised: raised}}", "policy.map"),
        ("alarm", "state: {map: {raised: up}}", "policy.map"),
        ("alarm", "state: {map: {raised: raised}, otherwise: up}", "policy.map"),
        ("alarm", "isRootCause: {map: {a: b}}", "policy.misfit"),
        ("alarm", "alarmRaisedTime: {map: {a: b}}", "policy.misfit"),
        ("alarm", f"probableCause: {{map: {{{'x' * 900}: b}}}}", None),
        # round, bucket
        ("service-problem", "priority: {round: 0}", "policy.round"),
        ("service-problem", "priority: {round: -5}", "policy.round"),
        ("service-problem", "priority: {round: 0.5}", "policy.round"),
        ("service-problem", "priority: {round: '5'}", "policy.number"),
        ("service-problem", "priority: {round: true}", "policy.number"),
        ("service-problem", "priority: {round: five}", "policy.number"),
        ("service-problem", "priority: {round: .inf}", "policy.number"),
        ("alarm", "alarmDetails: {round: 5}", "policy.misfit"),
        ("service", "serviceCharacteristic[name=x].value: {round: 5}", "policy.misfit"),
        ("service-problem", "priority: {bucket: []}", "policy.bucket"),
        ("service-problem", "priority: {bucket: [3, 1]}", "policy.bucket"),
        ("service-problem", "priority: {bucket: [1, 1]}", "policy.bucket"),
        ("service-problem", "priority: {bucket: [1, 1.5]}", "policy.bucket"),
        ("service-level", "measuredValue: {bucket: [1, 1.0]}", "policy.bucket"),
        ("service-problem", "priority: {bucket: 5}", "policy.shape"),
        ("alarm", "serviceAffecting: {bucket: [0, 1]}", "policy.misfit"),
        # generalise
        ("service", "place[].city: {generalise: country}", "policy.generalise"),
        ("service", "place[]: {generalise: metro}", "policy.misfit"),
        ("service", "place: {generalise: technology}", "policy.generalise"),
        ("service", "relatedParty: {generalise: metro}", "policy.misfit"),
        ("service", "serviceType: {generalise: technolgy}", "policy.generalise"),
        ("alarm", "alarmRaisedTime: {generalise: technology}", "policy.misfit"),
        ("alarm", "alarmDetails: {generalise: prefix}", "policy.missing"),
        ("alarm", "alarmDetails: {generalise: prefix, ipv4: 16}", "policy.missing"),
        ("alarm", "alarmDetails: {generalise: prefix, ipv4: 33, ipv6: 32}", "policy.prefix"),
        ("alarm", "alarmDetails: {generalise: prefix, ipv4: 16, ipv6: -1}", "policy.prefix"),
        ("alarm", "alarmDetails: {generalise: prefix, ipv4: 1.5, ipv6: 32}", "policy.number"),
        ("alarm", "state: {generalise: prefix, ipv4: 16, ipv6: 32}", "policy.misfit"),
        ("service", "place: {generalise: metro, ipv4: 16}", "policy.unknown-key"),
        # mask, scrub
        ("alarm", "alarmDetails: {mask: {first: 5, last: 4}}", "policy.mask"),
        ("alarm", "alarmDetails: {mask: {first: -1, last: 4}}", "policy.mask"),
        ("alarm", "alarmDetails: {mask: {}}", "policy.mask"),
        ("alarm", "alarmDetails: {mask: 4}", "policy.shape"),
        ("alarm", "alarmDetails: {mask: {middle: 4}}", "policy.unknown-key"),
        ("alarm", "state: {mask: {last: 4}}", "policy.misfit"),
        ("alarm", "alarmRaisedTime: scrub", "policy.misfit"),
        ("alarm", "state: scrub", "policy.misfit"),
        ("alarm", "alarmDetails: {scrub: hard}", "policy.shape"),
        ("alarm", "href: scrub", "policy.address"),
        # template
        ("alarm", "alarmDetails: {template: ''}", "policy.shape"),
        ("alarm", "alarmDetails: {template: '{alarmDetails}'}", "policy.template"),
        ("alarm", "alarmDetails: {template: '{'}", "policy.template"),
        ("alarm", "alarmDetails: {template: 'a } b'}", "policy.template"),
        ("alarm", "alarmDetails: {template: '{}'}", "policy.template"),
        ("alarm", "alarmDetails: {template: '{ id }'}", "policy.template"),
        ("alarm", "alarmDetails: {template: '{service.id}'}", "policy.template"),
        ("alarm", "state: {template: '{id}'}", "policy.misfit"),
        ("alarm", "alarmRaisedTime: {template: '{id}'}", "policy.misfit"),
        ("alarm", "comment[].comment: {template: '{id}'}", "policy.misfit"),
        ("alarm", "href: {template: '{id}'}", "policy.address"),
        ("alarm", "id: {template: '{state}'}", "yaml.duplicate-key"),
        # count
        ("service-problem", "priority: {count: services}", "policy.count"),
        ("service-problem", "priority: {count: affectedService}", "policy.count"),
        ("service-problem", "reason: {count: service}", "policy.misfit"),
        # words
        ("alarm", "state: drop", "policy.unknown-rule"),
        ("alarm", "state: hide", "policy.unknown-rule"),
        ("alarm", "state: truncate", "policy.unknown-rule"),
        ("alarm", "state: 'keep'", "policy.unknown-rule"),
        ("alarm", "state: {drop: true}", "policy.shape"),
    ],
)
def test_a_transform_that_does_not_fit_is_refused(record_type: str, rule: str, code: str | None) -> None:
    found = findings_of(text_with(record_type, rule))
    assert code in {finding.code for finding in found} or (code is None and found == ())
    assert all(finding.remedy.endswith(".") for finding in found)


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ("state: keep", "state"),
        ("state: {rename: status}", "status"),
        ("comment[].comment: scrub", "comment.comment"),
        ("place: {generalise: metro}", "place.city"),
        ("place: {generalise: region, rename: where}", "where.name"),
        ("alarmedObject: {lift: service, show: [name]}", "alarmedObject.name"),
        ("affectedService: {lift: service, show: [id]}", "affectedService.id"),
        ("crossedThresholdInformation.direction: keep", "crossedThresholdInformation.direction"),
        ("sourceSystemId: {constant: x}", "sourceSystemId"),
    ],
)
def test_a_template_names_what_is_disclosed_by_its_disclosed_name(rules: str, named: str) -> None:
    template = f"\nalarmDetails: {{template: 'x {{{named}}} y'}}"
    assert codes(text_with("alarm", rules + template)) == []
    without = text_with("alarm", f"alarmType: keep{template}")
    assert codes(without) == ["policy.template"]


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("name", []),
        ("label", []),
        ("serviceType", ["policy.template"]),  # It is called `label` there.
        ("place.city", ["policy.template"]),
        ("description", ["policy.template"]),
        ("startMode", ["policy.template"]),
    ],
)
def test_a_template_says_of_services_what_their_section_says(attribute: str, expected: list[str]) -> None:
    services = "  service:\n    fields:\n      id: keep\n      name: keep\n      serviceType: {rename: label}\n"
    services += "      place[].city: keep\n      description: {template: '{name}'}\n"
    text = text_with("alarm", f"alarmDetails: {{template: '{{service.{attribute}}}'}}") + services
    assert codes(text) == expected


def test_a_template_names_no_other_template() -> None:
    rules = "alarmDetails: {template: '{specificProblem}'}\nspecificProblem: {template: '{id}'}"
    assert codes(text_with("alarm", rules)) == ["policy.template"]


@pytest.mark.parametrize(
    ("rules", "of", "expected"),
    [
        ("note[].text: scrub", "note", []),
        ("note: {items: {fields: {text: scrub}}}", "note", []),
        ("affectedLocation: {generalise: region, rename: where}", "where", []),
        ("affectedLocation: {generalise: region, rename: where}", "affectedLocation", ["policy.count"]),
        ("characteristic[name=x].value: keep", "characteristic", []),
        ("impactPattern.characteristic[name=x].value: keep", "impactPattern.characteristic", []),
        ("trackingRecord[].characteristic[name=x].value: keep", "trackingRecord", []),
        ("trackingRecord[].characteristic[name=x].value: keep", "trackingRecord.characteristic", ["policy.count"]),
        ("impactPattern.description: keep", "impactPattern", ["policy.count"]),
        ("reason: keep", "reason", ["policy.count"]),
    ],
)
def test_a_count_is_of_services_or_of_one_disclosed_array(rules: str, of: str, expected: list[str]) -> None:
    assert codes(text_with("service-problem", f"{rules}\npriority: {{count: {of}}}")) == expected


def test_items_are_rules_for_the_members() -> None:
    below = (
        "note: {items: {when: 'item.author == \"noc\"', fields: {text: scrub, date: {truncate: day, rename: told}}}}"
    )
    beside = "note[].text: scrub\nnote[].date: {truncate: day, rename: told}\n"
    beside += "note: {items: {when: 'item.author == \"noc\"'}}"
    one = parse(text_with("service", below), "one.yaml")
    other = parse(text_with("service", beside), "other.yaml")
    assert check(one) == check(other) == ()
    assert one == other
    assert one.sections[0].members == (MemberRule("note", 'item.author == "noc"'),)
    assert [rule.path for rule in one.sections[0].fields] == ["id", "note[].text", "note[].date"]


def test_items_stand_inside_items_and_beside_a_generalised_place() -> None:
    inner = "'featureCharacteristic[name=x].value': keep"
    rules = f"feature: {{items: {{when: item.isEnabled, fields: {{name: keep, {inner}}}}}}}\n"
    rules += "place: {generalise: country, items: {when: 'item.role == \"site\"'}}"
    document = parse(text_with("service", rules), "test.yaml")
    assert check(document) == ()
    [section] = document.sections
    assert [rule.path for rule in section.members] == ["feature", "place"]
    assert [str(rule.path) for rule in section.fields] == [
        "id",
        "feature[].name",
        "feature[].featureCharacteristic[name=x].value",
        "place",
    ]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("note: {items: {}}", "policy.missing"),
        ("note: {items: {where: x}}", "policy.unknown-key"),
        ("note: {items: {when: 'item.author == \"x\"'}}", "policy.items"),
        ("'note[]': {items: {fields: {text: scrub}}}", "policy.items"),
        ("note: {items: {fields: {text: scrub}}, rename: notes}", "policy.whole-object"),
        ("note: {lift: service, show: [id], items: {fields: {text: scrub}}}", "policy.collision"),
        ("note: {items: {fields: {txt: scrub}}}", "policy.unknown-path"),
        ("serviceSpecification: {items: {fields: {name: keep}}}", "policy.unknown-path"),
        ("name: {items: {when: 'true', fields: {x: keep}}}", "policy.items"),
        ("note: {items: {when: true, fields: {text: scrub}}}", "policy.quote"),
        ("note: {items: {when: 'item.text.size() > 3 && item.tags', fields: {text: scrub}}}", "policy.condition"),
    ],
)
def test_items_that_do_not_fit_are_refused(rule: str, code: str) -> None:
    assert code in codes(text_with("service", rule))


def test_a_mistake_in_the_condition_on_members_is_found_where_it_is() -> None:
    text = text_with(
        "service", "note:\n        items:\n          when: item.athor == 'noc'\n          fields: {text: scrub}"
    )
    [finding] = findings_of(text)
    assert text.splitlines()[finding.line - 1][finding.column - 1 :].startswith("item.athor")
    assert "`item.author`" in finding.remedy


@pytest.mark.parametrize(
    ("hierarchies", "code"),
    [
        ("{technology: {ethernet: [epl], ip: [epl]}}", "policy.hierarchy"),
        ("{technology: {ethernet: [epl], ip: [ethernet]}}", "policy.hierarchy"),
        ("{technology: {ethernet: []}}", "policy.hierarchy"),
        ("{technology: {}}", "policy.hierarchy"),
        ("{metro: {a: [b]}}", "policy.hierarchy"),
        ("{prefix: {a: [b]}}", "policy.hierarchy"),
        ("{Tech: {a: [b]}}", "policy.hierarchy"),
        ("{technology: {a: b}}", "policy.shape"),
        ("{technology: [a]}", "policy.shape"),
        ("{technology: {a: [no]}}", "policy.quote"),
        ("{technology: {no: [a]}}", "policy.quote"),
        ("{no: {a: [b]}}", "policy.quote"),
    ],
)
def test_a_crooked_hierarchy_is_refused_where_it_stands(hierarchies: str, code: str) -> None:
    found = findings_of(f"{HEAD}hierarchies: {hierarchies}\nrecords: {{}}\n")
    assert {finding.code for finding in found} == {code}
    assert {finding.line for finding in found} == {5}


def test_a_cadence_that_is_no_duration_may_be_none() -> None:
    (found,) = findings_of(f"{HEAD}release: {{cadence: minute}}\nrecords: {{}}\n")
    assert found.remedy == "Write for example 30s, 5m, 4h or none."


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("release: {embargo: soon}", "policy.duration"),
        ("release: {embargo: 5}", "policy.duration"),
        ("release: {cadence: 7m}", "policy.release"),
        ("release: {cadence: 2d}", "policy.release"),
        ("release: {cadence: 0s}", "policy.release"),
        ("release: {cadence: [5m]}", "policy.duration"),
        ("release: {beat: 5m}", "policy.unknown-key"),
        ("release: []", "policy.shape"),
        ("agreement: {scope: {locations: []}}", "policy.scope"),
        ("agreement: {scope: {services: all}}", "policy.scope"),
        ("agreement: {scope: {services: []}}", "policy.scope"),
        ("agreement: {scope: {locations: [EMAE]}}", "policy.scope"),
        ("agreement: {scope: {locations: [FX]}}", "policy.scope"),
        ("agreement: {scope: {locations: [fr]}}", "policy.scope"),
        ("agreement: {scope: {customer_locations: [emea]}}", "policy.scope"),
        ("agreement: {scope: {locations: Paris}}", "policy.shape"),
        ("agreement: {scope: {locations: [NO]}}", "policy.quote"),
        ("agreement: {scope: {places: [FR]}}", "policy.unknown-key"),
    ],
)
def test_a_crooked_head_is_refused_where_it_stands(head: str, code: str) -> None:
    found = findings_of(f"{HEAD}{head}\nrecords: {{}}\n")
    assert [finding.code for finding in found] == [code]
    assert found[0].line == 5
    assert found[0].column > 1 or head.endswith("[]")


@pytest.mark.parametrize("target", ["affectedResource[].name", "rootCauseResource[].@type", "rootCauseResource[].id"])
def test_nothing_of_a_resource_is_disclosed(target: str) -> None:
    assert codes(text_with("service-problem", f"'{target}': keep")) == ["policy.reference"]
    assert codes(text_with("service-problem", f"'{target}': {{constant: x}}")) == []


@pytest.mark.parametrize(
    ("of_services", "here", "expected"),
    [
        ("keep", "keep", []),
        ("{pseudonym: service}", "{pseudonym: service}", []),
        ("keep", "{pseudonym: service}", ["policy.reference"]),
        ("{pseudonym: service}", "keep", ["policy.reference"]),
        ("{pseudonym: service}", "{mask: {last: 4}}", ["policy.reference"]),
        ("keep", "{constant: x}", []),
    ],
)
def test_a_reference_names_a_record_as_its_own_section_does(of_services: str, here: str, expected: list[str]) -> None:
    services = f"  service:\n    fields: {{id: {of_services}}}\n"
    assert codes(text_with("service-problem", f"'affectedService[].id': {here}") + services) == expected
    if "mask" not in here:
        # A ticket keeps its identifier, so a reference that may lead to tickets too can say `keep` in any case.
        by_type = [] if here == "keep" else expected
        assert codes(text_with("trouble-ticket", f"'relatedEntity[].id': {here}") + services) == by_type
