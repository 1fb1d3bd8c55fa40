"""Nobody gets past the ceiling: not by a rule, not by a transform in name only, not by a ceiling that says less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.policy.checks.checker import check
from gateway.policy.diff.ceiling import Ceiling, exceeds, parse_ceiling
from gateway.policy.diff.examples import seen
from gateway.policy.language.document import DisclosurePolicy, FieldRule, Keep, Scrub
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.language.levels import Level
from gateway.policy.reading.load import load
from gateway.policy.reading.parser import parse
from gateway.record.paths import SENSITIVITIES, Catalogue, Leaf
from tests.policy_side import DISCLOSABLE, HEAD, policy

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "policies" / "ceiling.yaml").read_text(encoding="utf-8")
DEFAULT = parse_ceiling(TEXT, "ceiling.yaml")
TEMPLATES = sorted(file for file in (ROOT / "policies").glob("*.yaml") if file.name != "ceiling.yaml")


def alarm_policy(rule: str, when: str = "'true'", head: str = "") -> DisclosurePolicy:
    """Return a policy for alarms whose identifier keeps within the ceiling."""
    return policy(f"alarm:\n  when: {when}\n  fields:\n    id: {{pseudonym: alarm}}\n    {rule}", head)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_the_policies_that_come_with_demarc_keep_within_the_ceiling(file: Path) -> None:
    for document in load(file.read_text(encoding="utf-8"), file.name):
        assert exceeds(DEFAULT, document) == ()


@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_no_value_beyond_public_and_service_may_be_kept_unless_an_exception_says_why(record_type: str) -> None:
    """Every leaf of every type, one policy each: what may be kept is what the labels and the exceptions allow."""
    base = policy(f"{record_type}:\n  fields:\n    id: {{pseudonym: {record_type}}}")
    excused = {one.path for one in DEFAULT.exemptions if one.record_type == record_type and one.operators is Level.KEEP}
    for leaf in Catalogue.of(base.sections[0].record_type).leaves:
        document = _with(base, FieldRule(str(leaf.path), Keep()))
        if leaf.path.steps[-1].name != "id" and not check(document):
            is_harmless = leaf.sensitivity in ("public", "service") or str(leaf.path) in excused
            assert bool(exceeds(DEFAULT, document)) != is_harmless, str(leaf.path)


def _with(document: DisclosurePolicy, rule: FieldRule) -> DisclosurePolicy:
    [section] = document.sections
    return replace(document, sections=(replace(section, fields=(*section.fields, rule)),))


FORBIDDEN = {
    "kept": "specificProblem: keep",
    "kept under another name": "specificProblem: {rename: problem}",
    "a map to itself": "specificProblem: {map: {fan: fan}, otherwise: other}",
    "a network of one address": "specificProblem: {generalise: prefix, ipv4: 32, ipv6: 32}",
    "a network of one address, the other family": "specificProblem: {generalise: prefix, ipv4: 8, ipv6: 128}",
    "of members of an array": "comment: {items: {fields: {systemId: keep}}}",
    "of the parts of an object": "crossedThresholdInformation.threshold.name: keep",
    "a coordinate to the building": "place: {items: {fields: {latitude: {round: 0.0001}}}}",
    "a secret as a pseudonym": "ackUserId: {pseudonym: party}",
    "a secret as a constant": "ackUserId: {constant: somebody}",
    "a secret scrubbed": "comment: {items: {fields: {userId: scrub}}}",
}


@pytest.mark.parametrize("rule", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_the_ceiling_forbids_is_refused_with_the_record_that_would_leave(rule: str) -> None:
    document = alarm_policy(rule, when="object.interconnect && record.perceivedSeverity == 'minor'")
    [excess] = exceeds(DEFAULT, document)
    assert excess.witness is not None
    assert excess.witness.record["perceivedSeverity"] == "minor"
    assert excess.shown == seen(document, excess.witness)
    assert excess.shown is not None
    assert "would be shown as" in str(excess)
    assert "shown as nothing" not in str(excess)
    assert len(excess.finding().message) < 200
    assert excess.finding().line == excess.rule.mark.line


def test_the_remedy_for_free_text_is_to_scrub_it_and_for_other_values_the_level() -> None:
    [text] = exceeds(DEFAULT, alarm_policy("specificProblem: keep"))
    assert text.finding().remedy == "Write `scrub`, or go no further than pseudonym."
    [secret] = exceeds(DEFAULT, alarm_policy("ackUserId: keep"))
    assert secret.finding().remedy == "Leave the path out."


@pytest.mark.parametrize(
    "rule",
    [
        "specificProblem: {pseudonym: reference}",
        "specificProblem: scrub",
        "specificProblem: {generalise: prefix, ipv4: 16, ipv6: 32}",
        "specificProblem: {constant: unknown}",
        "probableCause: keep",
        "place: {generalise: metro}",
        "alarmedObject: {lift: service, show: [id, name]}",
    ],
)
def test_what_the_ceiling_allows_is_not_refused(rule: str) -> None:
    assert exceeds(DEFAULT, alarm_policy(rule)) == ()


DISGUISED = {
    "groups of one word": ("specificProblem: {generalise: h}", "{h: {core-1-par: [zz1], core-2-par: [zz2]}}"),
    "the same words in capitals": ("specificProblem: {generalise: h}", "{h: {Core-1: [core-1], Core-2: [core_2]}}"),
    "one true group among many words": (
        "specificProblem: {generalise: h}",
        "{h: {x: [x1, x2], a: [a1], b: [b1], c: [c1]}}",
    ),
    "another word for each": ("specificProblem: {map: {core-1: paris, core-2: lyon}}", "{}"),
    "words that change places": ("specificProblem: {map: {core-1: core-2, core-2: core-1}}", "{}"),
    "a map to capitals": ("specificProblem: {map: {core-1: Core-1, core-2: CORE-2}}", "{}"),
    "a time to the second": ("comment: {items: {fields: {time: {truncate: second}}}}", "{}"),
    "a network of two addresses": ("specificProblem: {generalise: prefix, ipv4: 31, ipv6: 64}", "{}"),
    "a network of two addresses, the other family": ("specificProblem: {generalise: prefix, ipv4: 8, ipv6: 127}", "{}"),
    "a coordinate to the street": ("place: {items: {fields: {latitude: {round: 0.01}}}}", "{}"),
    "a coordinate with many bounds": ("place: {items: {fields: {latitude: {bucket: [48.85, 48.86]}}}}", "{}"),
}


@pytest.mark.parametrize("case", DISGUISED)
def test_a_transform_that_hides_nothing_is_taken_for_keep(case: str) -> None:
    rule, hierarchies = DISGUISED[case]
    [excess] = exceeds(DEFAULT, alarm_policy(rule, head=f"hierarchies: {hierarchies}\n"))
    assert (excess.level, excess.allowed) == (Level.KEEP, Level.PSEUDONYM)


@pytest.mark.parametrize(
    ("bounds", "is_coarse"),
    [([0, 1, 2, 3], False), ([0, 10, 11], False), ([5, 6], False), ([0, 1, 10, 100], True), ([0, 5, 10], True)],
)
def test_a_number_between_two_neighbours_is_told_as_it_is(bounds: list[int], is_coarse: bool) -> None:
    fields = f"id: {{pseudonym: service-problem}}\n    affectedNumberOfServices: {{bucket: {bounds}}}"
    assert (exceeds(DEFAULT, policy(f"service-problem:\n  fields:\n    {fields}")) == ()) is is_coarse


def test_a_rule_does_not_hide_behind_another_one_about_the_same() -> None:
    text = TEXT.replace(
        "service:    {operators: keep,       customers: keep}", "service: {operators: generalise, customers: drop}"
    )
    ceiling = parse_ceiling(text, "c")
    keep = "place[].city: keep\n    place[].country: keep"
    both = alarm_policy(f"{keep}\n    place: {{generalise: metro, rename: area}}")
    found = [str(excess.rule.path) for excess in exceeds(ceiling, both)]
    assert found == [str(excess.rule.path) for excess in exceeds(ceiling, alarm_policy(keep))]
    assert found


def test_a_sentence_that_names_services_is_held_to_what_may_stand_in_for_a_value() -> None:
    services = "service:\n  fields:\n    id: keep\n    name: keep"
    document = alarm_policy(f"probableCause: {{template: 'hits {{service.name}}'}}\n{services}")
    assert exceeds(DEFAULT, document) == ()
    assert exceeds(DEFAULT, alarm_policy(f"specificProblem: {{template: 'hits {{service.name}}'}}\n{services}")) == ()


@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_scrubbing_lifts_no_other_label_than_that_of_free_text(record_type: str) -> None:
    """What a scrubbed price says is still the price: no name that an inventory knows stands in it."""
    base = policy(f"{record_type}:\n  fields:\n    id: {{pseudonym: {record_type}}}")
    excused = {one.path for one in DEFAULT.exemptions if one.record_type == record_type and one.operators is Level.KEEP}
    for leaf in Catalogue.of(base.sections[0].record_type).leaves:
        document = _with(base, FieldRule(str(leaf.path), Scrub()))
        if str(leaf.path) not in excused and not check(document):
            is_beyond = leaf.sensitivity in ("customer", "commercial", "secret")
            assert bool(exceeds(DEFAULT, document)) == is_beyond, str(leaf.path)


def test_a_rule_that_no_record_reaches_is_refused_all_the_same() -> None:
    """Tomorrow's change to the condition would not be looked at again by whoever reads the rule today."""
    [excess] = exceeds(DEFAULT, alarm_policy("specificProblem: keep", when="'false'"))
    assert excess.witness is None


def test_the_columns_are_kept_apart() -> None:
    ceiling = parse_ceiling(TEXT.replace("topology:   {operators: pseudonym", "topology:   {operators: keep     "), "c")
    document = alarm_policy("specificProblem: keep")
    customer = parse(document.source.replace("operator: northlink", "customer: northlink"), "c.yaml")
    assert exceeds(ceiling, document) == ()
    assert len(exceeds(ceiling, customer)) == 1


def test_a_group_is_held_to_what_the_least_of_its_members_may_see() -> None:
    ceiling = parse_ceiling(TEXT.replace("topology:   {operators: pseudonym", "topology:   {operators: keep     "), "c")
    document = alarm_policy("specificProblem: keep")
    members = "{group: all, members: [{operator: a}, {customer: b}]}"
    assert len(exceeds(ceiling, parse(document.source.replace("{operator: northlink}", members), "g.yaml"))) == 1


def test_an_exception_is_about_one_path_of_one_type_and_one_column() -> None:
    line = "  - {record: alarm, path: specificProblem, operators: keep, because: Agreed with the regulator.}\n"
    ceiling = parse_ceiling(TEXT + line, "c")
    assert exceeds(ceiling, alarm_policy("specificProblem: keep")) == ()
    assert exceeds(ceiling, alarm_policy("reportingSystemId: keep"))
    problem = policy("service-problem:\n  fields:\n    id: keep\n    reason: keep")
    assert exceeds(ceiling, problem)
    customer = (
        HEAD.replace("operator", "customer")
        + "records: {alarm: {fields: {id: {pseudonym: alarm}, specificProblem: keep}}}\n"
    )
    assert exceeds(ceiling, parse(customer, "c.yaml"))


def test_an_exception_for_one_name_is_not_one_for_another() -> None:
    def shown(name: str) -> tuple[object, ...]:
        return exceeds(
            DEFAULT, policy(f'service:\n  fields:\n    id: keep\n    "serviceCharacteristic[name={name}].value": keep')
        )

    assert shown("bandwidth") == ()
    assert shown("circuit")


BROKEN = {
    "a label left out": (TEXT.replace("  commercial:", "  # commercial:"), "policy.missing"),
    "a label twice": (TEXT.replace("  commercial:", "  service:"), "yaml.duplicate-key"),
    "a label that there is not": (TEXT.replace("  commercial:", "  comercial:"), "policy.unknown-key"),
    "a column left out": (TEXT.replace("operators: substitute, ", "operators: substitute} #"), "policy.missing"),
    "a level that there is not": (TEXT.replace("operators: substitute", "operators: all"), "policy.level"),
    "everything": (TEXT.replace("operators: substitute", 'operators: "*"'), "policy.level"),
    "free text as it is": (TEXT.replace("free_text: {operators: scrub", "free_text: {operators: keep"), "policy.level"),
    "no free text": (TEXT.replace("free_text: {", "# {"), "policy.missing"),
    "no reason": (TEXT + "  - {record: alarm, path: href, operators: keep}\n", "policy.missing"),
    "an empty reason": (TEXT + "  - {record: alarm, path: href, operators: keep, because: fine}\n", "policy.because"),
    "no level": (TEXT + "  - {record: alarm, path: href, because: It is an address.}\n", "policy.missing"),
    "an unknown path": (
        TEXT + "  - {record: alarm, path: hrefs, operators: keep, because: It is an address.}\n",
        "policy.unknown-path",
    ),
    "a wildcard": (
        TEXT + '  - {record: alarm, path: "*", operators: keep, because: It is an address.}\n',
        "policy.path",
    ),
    "an unknown type": (
        TEXT + "  - {record: alarms, path: href, operators: keep, because: It is an address.}\n",
        "policy.unknown-type",
    ),
    "two exceptions for one path": (
        TEXT + 2 * "  - {record: alarm, path: href, operators: keep, because: It is an address.}\n",
        "policy.duplicate",
    ),
    "another version": (TEXT.replace("demarc/v1", "demarc/v2"), "policy.version"),
    "a policy": (TEXT.replace("DisclosureCeiling", "DisclosurePolicy"), "policy.version"),
    "nothing": ("", "yaml.empty"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_ceiling_that_is_not_plain_is_refused(case: str) -> None:
    text, code = BROKEN[case]
    with pytest.raises(PolicyRefused) as refused:
        parse_ceiling(text, "ceiling.yaml")
    assert code in {finding.code for finding in refused.value.findings}
    assert all(finding.remedy.endswith(".") and finding.line > 0 for finding in refused.value.findings)


def test_the_default_keeps_every_secret_inside() -> None:
    for name in ("operators", "customers"):
        assert int(getattr(DEFAULT.labels["secret"], name)) == 0
    assert set(DEFAULT.labels) == set(SENSITIVITIES)
    assert _labels_of_exemptions(DEFAULT).isdisjoint({"secret"})


def _labels_of_exemptions(ceiling: Ceiling) -> set[str]:
    nodes = [Catalogue.of(one.record_type).lookup(one.path) for one in ceiling.exemptions]
    assert all(isinstance(node, Leaf) for node in nodes)
    return {node.sensitivity for node in nodes}


# --- what conditions tell ---


@pytest.mark.parametrize(
    ("when", "said", "label"),
    [
        ('object.serialNumber == "4711"', "object.serialNumber", "secret"),
        ('record.perceivedSeverity == "critical" && object.serialNumber < "5"', "object.serialNumber", "secret"),
        ('record.ackUserId != "anna"', "ackUserId", "secret"),
        ('["4711"].exists(x, x == object.serialNumber)', "object.serialNumber", "secret"),
    ],
)
def test_a_condition_does_not_tell_what_no_rule_may(when: str, said: str, label: str) -> None:
    [excess] = exceeds(DEFAULT, alarm_policy("state: keep", when=f"'{when}'".replace('"', '\\"').replace("'", '"')))
    finding = excess.finding()
    assert (finding.code, finding.line) == ("policy.ceiling", 7)
    assert finding.message.startswith(
        f"`{said}` is {label}: at most drop, and a condition of alarm on it is generalise"
    )


def test_neither_does_a_condition_on_the_members_of_an_array() -> None:
    rule = "comment: {items: {when: 'item.userId == \"anna\"', fields: {time: {truncate: hour}}}}"
    [excess] = exceeds(DEFAULT, alarm_policy(rule))
    assert "`comment[].userId` is secret" in str(excess)


def test_what_may_be_told_coarsely_may_be_read() -> None:
    when = '\'object.interconnect && object.operationalState == "enable" && record.probableCause != "a"\''
    assert exceeds(DEFAULT, alarm_policy("state: keep", when=when)) == ()


def test_what_the_ceiling_lets_conditions_read_is_read_and_no_more_disclosed_for_that() -> None:
    def ceiling(entry: str) -> Ceiling:
        return parse_ceiling(TEXT.replace("\nexceptions:", f"  - {{{entry}}}\n\nexceptions:"), "c")

    document = alarm_policy("state: keep", when="'record.ackUserId != \"\"'")
    assert exceeds(DEFAULT, document) != ()
    said = ceiling("record: alarm, path: ackUserId, because: It is told by telephone.")
    assert exceeds(said, document) == ()
    assert exceeds(said, alarm_policy("ackUserId: {constant: somebody}")) != ()
    assert exceeds(ceiling("record: resource, path: serialNumber, because: It is told by telephone."), document) != ()
    for broken, why in (
        ("record: alrm, path: ackUserId, because: It is told by telephone.", "no record type `alrm`"),
        ("record: alarm, path: ackUserId", "because"),
        ("record: alarm, path: ackUserId, because: so", "this is no reason"),
    ):
        with pytest.raises(PolicyRefused, match=why):
            ceiling(broken)
