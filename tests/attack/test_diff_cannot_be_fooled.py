"""A change that widens is called one, however it is dressed up, and one that does not is not: nobody learns to nod."""

from __future__ import annotations

import pytest

from gateway.policy.diff.compare import Diff, diff
from gateway.policy.diff.examples import example
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.reading.load import load
from gateway.policy.reading.parser import parse
from tests.policy_side import HEAD, alarm_policy, policy

CRITICAL = 'record.perceivedSeverity == "critical"'
NOTED = 'record.ackState == "acknowledged"'


def _conditions(old: str, new: str) -> Diff:
    return diff(_when(old), _when(new))


def _when(condition: str) -> DisclosurePolicy:
    block = condition.replace("\n", "\n      ")
    return alarm_policy("state: keep", when=f">-\n      {block}" if "\n" not in condition else f"|-\n      {block}")


SAME = [
    (f"{CRITICAL} && object.interconnect", f"object.interconnect && {CRITICAL}"),
    (CRITICAL, f"!(!({CRITICAL}))"),
    (CRITICAL, 'record.perceivedSeverity in ["critical", "critical"]'),
    (CRITICAL, '"critical" == record.perceivedSeverity'),
    (NOTED, '!(record.ackState != "acknowledged")'),
    (f"{CRITICAL} || {NOTED}", f"{NOTED} || {CRITICAL}"),
    (f"{CRITICAL} && ({NOTED} || object.interconnect)", f"{CRITICAL} && {NOTED} || {CRITICAL} && object.interconnect"),
    ("object.interconnect", "object.interconnect ? true : false"),
    ("object.interconnect", "object.interconnect == true"),
    ("true", 'record.perceivedSeverity != "nothing of the kind"'),
    (CRITICAL, f"{CRITICAL} && record.id == record.id"),
    (CRITICAL, f"{CRITICAL} // or so it seems"),
    ('record.perceivedSeverity.startsWith("cr")', CRITICAL),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_the_same_in_other_words_is_no_change(old: str, new: str) -> None:
    assert _conditions(old, new).changes == ()
    assert _conditions(new, old).changes == ()


NARROWER = [
    ("true", CRITICAL),
    (CRITICAL, f"{CRITICAL} && object.interconnect"),
    ("true", 'record.ackState != "nothing of the kind"'),
    ('record.perceivedSeverity in ["critical", "major"]', CRITICAL),
    ("true", "object.interconnect || !object.interconnect"),
    ('record.probableCause > "m"', 'record.probableCause > "n"'),
    (f"{CRITICAL} || {NOTED}", CRITICAL),
]


@pytest.mark.parametrize(("old", "new"), NARROWER)
def test_a_narrower_condition_hides_and_a_wider_one_shows(old: str, new: str) -> None:
    assert {change.kind for change in _conditions(old, new).changes} == {"hidden"}
    assert {change.kind for change in _conditions(new, old).changes} == {"visible"}


_MANY = f"[{', '.join(map(str, range(100)))}]"
LOOPS = f"{_MANY}.all(a, {_MANY}.all(b, {_MANY}.all(c, a + b + c >= 0)))"
"""Nothing comes to an end with it, and it is no error to `||` either."""

WIDER = {
    "more words, and one of them is or": (CRITICAL, f'{CRITICAL} && object.interconnect || record.state != ""'),
    "the brackets moved": (
        f"{CRITICAL} && ({NOTED} || object.interconnect)",
        f"({CRITICAL} && {NOTED}) || object.interconnect",
    ),
    "the end became a comment": (f"{CRITICAL} && object.interconnect", f"{CRITICAL} // && object.interconnect"),
    "a negation that absence cannot pass became one that nothing fails": (
        'record.ackState != "acknowledged"',
        'record.ackState != "acknowledged" || true',
    ),
    "an or that hides an error": (NOTED, f'{NOTED} || record.probableCause != ""'),
    "a letter that looks the same": (
        f'{CRITICAL} && record.probableCause != "a"',
        f'{CRITICAL} && record.probableCause != "а"',
    ),
    "one value more": (CRITICAL, 'record.perceivedSeverity in ["critical", "indeterminate"]'),
    "a bound that moved by nothing": ('record.probableCause > "m"', 'record.probableCause >= "m"'),
    "true in disguise": (CRITICAL, '("a" == "a") ? true : object.interconnect'),
    "an unreadable function": (
        CRITICAL,
        'record.probableCause.matches("^c") || record.perceivedSeverity == "critical"',
    ),
    "a comprehension": (CRITICAL, '["critical", "major"].exists(x, x == record.perceivedSeverity)'),
    "another object": ("object.interconnect", 'object.interconnect || object.name == "rt1"'),
    "a budget that is exhausted no longer": (f"{LOOPS} || {CRITICAL}", CRITICAL),
    "a budget that is exhausted later": (f"{LOOPS} || {CRITICAL}", f"{CRITICAL} || {LOOPS}"),
}


@pytest.mark.parametrize("case", WIDER)
def test_what_looks_narrower_and_is_wider_is_wider(case: str) -> None:
    old, new = WIDER[case]
    difference = _conditions(old, new)
    assert difference.widens
    for change in difference.widenings:
        shown = example(difference, change)
        assert change.is_decided
        assert shown is not None
        assert shown.before is None
        assert shown.after is not None


def test_what_cannot_be_decided_counts_as_wider_and_says_so() -> None:
    # Whoever starts with `cd` starts with `c`; the solver does not know that, and must not guess.
    difference = _conditions('record.probableCause.startsWith("c")', 'record.probableCause.startsWith("cd")')
    assert difference.widens
    assert not any(change.is_decided for change in difference.widenings)


# --- rules


RULES = {
    "keep for a pseudonym": ("specificProblem: {pseudonym: reference}", "specificProblem: keep"),
    "a mask for a pseudonym": (
        "specificProblem: {pseudonym: reference}",
        "specificProblem: {mask: {first: 0, last: 4}}",
    ),
    "a pseudonym of another class": (
        "specificProblem: {pseudonym: reference}",
        "specificProblem: {pseudonym: place}",
    ),
    "fewer characters, of shorter values": (
        "specificProblem: {mask: {first: 4, last: 4}}",
        "specificProblem: {mask: {first: 0, last: 4}}",
    ),
    "a finer time": ("alarmRaisedTime: {truncate: hour}", "alarmRaisedTime: {truncate: minute}"),
    "another word for what was lumped together": (
        "probableCause: {map: {a: x, b: x}, otherwise: x}",
        "probableCause: {map: {a: x, b: z}, otherwise: x}",
    ),
    "a word where there was none": ("probableCause: {map: {a: x}}", "probableCause: {map: {a: x}, otherwise: z}"),
    "a smaller area": ("place: {generalise: country}", "place: {generalise: metro}"),
    "parts in the place of an area": ("place: {generalise: metro}", "place[].city: keep"),
    "a multiple that parts what was one": ("place[].latitude: {round: 5}", "place[].latitude: {round: 10}"),
    "the number of services": ("affectedService[].id: {constant: x}", "affectedService: {lift: service, show: [id]}"),
}


@pytest.mark.parametrize("case", RULES)
def test_a_rule_that_shows_more_is_found(case: str) -> None:
    old, new = RULES[case]
    policies = alarm_policy(old), alarm_policy(new)
    difference = diff(*policies)
    assert difference.widens, case
    assert diff(policies[0], policies[0]).changes == ()


@pytest.mark.parametrize("new", ["true", "1.0", "'1'"])
def test_a_constant_that_python_finds_equal_is_another_constant(new: str) -> None:
    def saying(constant: str) -> DisclosurePolicy:
        rule = f'"serviceCharacteristic[name=a].value": {{constant: {constant}}}'
        return policy(
            f'service:\n  fields:\n    id: keep\n    "serviceCharacteristic[name=a].valueType": keep\n    {rule}'
        )

    assert diff(saying("1"), saying("1")).changes == ()
    assert diff(saying("1"), saying(new)).widens


def test_a_lift_shows_more_when_services_come_under_their_own_names() -> None:
    alarm = "alarm:\n  fields:\n    id: keep\n    alarmedObject: {lift: service, show: [id]}\n"
    masked, named = "service:\n  fields:\n    id: {pseudonym: service}\n", "service:\n  fields:\n    id: keep\n"
    found = {
        (change.record_type, change.path) for change in diff(policy(alarm + masked), policy(alarm + named)).widenings
    }
    assert found == {("service", "id"), ("alarm", "alarmedObject (service.id)")}


SERVICES = "service:\n  fields:\n    id: keep\n    name: keep\n"
SENTENCE = "{template: 'hits {service.id} {service.name}'}"


def _causes(rule: str, services: str = SERVICES) -> DisclosurePolicy:
    return policy(f"alarm:\n  fields:\n    id: keep\n    probableCause: {rule}\n{services}")


@pytest.mark.parametrize(
    "old", ["keep", "{constant: x}", "{template: 'of {id}'}", "scrub", "{mask: {first: 0, last: 4}}"]
)
def test_a_sentence_that_names_services_shows_what_a_lift_would(old: str) -> None:
    difference = diff(_causes(old), _causes(SENTENCE))
    visible = {change.path for change in difference.widenings if change.kind == "visible"}
    assert visible == {"probableCause (service.id)", "probableCause (service.name)"}
    shown = [example(difference, change) for change in difference.widenings]
    assert all(one is not None and one.is_shown for one in shown)
    assert diff(_causes(SENTENCE), _causes(SENTENCE)).changes == ()


def test_a_sentence_shows_more_when_services_do() -> None:
    masked = SERVICES.replace("name: keep", "name: {mask: {first: 0, last: 4}}")
    found = {change.path for change in diff(_causes(SENTENCE, masked), _causes(SENTENCE)).widenings}
    assert found == {"name", "probableCause (service.name)"}


def test_a_sentence_that_comes_to_name_another_attribute_shows_it() -> None:
    services = "service: {fields: {id: keep, name: {rename: a}, description: {rename: b}}}\n"
    exchanged = "service: {fields: {id: keep, name: {rename: b}, description: {rename: a}}}\n"
    sentence = "{template: 'hits {service.a}'}"
    found = {change.path for change in diff(_causes(sentence, services), _causes(sentence, exchanged)).widenings}
    assert found == {"probableCause (service.description)"}


METRO = "place: {generalise: metro, rename: area}"
PARTS = "place[].city: keep\nplace[].country: keep"


@pytest.mark.parametrize("new", [f"{METRO}\n{PARTS}", f"{PARTS}\n{METRO}"])
def test_no_rule_hides_behind_another_one_about_the_same(new: str) -> None:
    old, both = alarm_policy(METRO), alarm_policy(new)
    assert {(change.path, change.kind) for change in diff(old, both).widenings} == {
        ("place[].city", "finer"),
        ("place[].country", "finer"),
    }
    back = diff(both, old)
    assert {change.path for change in back.changes} == {"place[].city", "place[].country"}
    assert not back.widens
    assert diff(both, both).changes == ()
    assert not diff(alarm_policy(PARTS), both).widens


def test_a_condition_on_members_that_is_left_out_widens() -> None:
    old = alarm_policy('comment: {items: {when: item.systemId == "noc", fields: {comment: scrub}}}')
    new = alarm_policy("comment: {items: {fields: {comment: scrub}}}")
    difference = diff(old, new)
    [change] = difference.widenings
    assert (change.kind, change.path) == ("visible", "comment[].comment")
    shown = example(difference, change)
    assert shown is not None
    assert "comment" not in (shown.before or {})
    assert "comment" in (shown.after or {})
    assert not diff(new, old).widens


# --- the head


def _headed(head: str) -> DisclosurePolicy:
    return policy("service: {fields: {id: keep}}", head)


def _scoped(scope: str, types: str = "{ethernet: [epl]}") -> DisclosurePolicy:
    return _headed(f"agreement: {{scope: {{{scope}}}}}\nhierarchies: {{technology: {types}}}\n")


HEADS = {
    "a longer validity": ("agreement: {valid: {until: 2026-12-31}}\n", "agreement: {valid: {until: 2027-01-01}}\n"),
    "an earlier beginning": ("agreement: {valid: {from: 2026-02-01}}\n", "agreement: {valid: {until: 2027-01-01}}\n"),
    "no scope": ("agreement: {scope: {locations: [EMEA]}}\n", "agreement: {}\n"),
    "a country more": (
        "agreement: {scope: {locations: [FR]}}\n",
        "agreement: {scope: {locations: [FR, DE]}}\n",
    ),
    "a region for a country": (
        "agreement: {scope: {locations: [FR]}}\n",
        "agreement: {scope: {locations: [EMEA]}}\n",
    ),
    "a city in another country too": (
        "agreement: {scope: {locations: [FR]}}\n",
        "agreement: {scope: {locations: [Paris]}}\n",
    ),
    "the customer's places for ours": (
        "agreement: {scope: {locations: [FR]}}\n",
        "agreement: {scope: {customer_locations: [FR]}}\n",
    ),
    "a service more": ("agreement: {scope: {services: [a]}}\n", "agreement: {scope: {services: [a, b]}}\n"),
    "a shorter embargo": ("release: {embargo: 1h}\n", "release: {embargo: 59m}\n"),
    "an embargo for a cadence": ("release: {cadence: 1h}\n", "release: {embargo: 1h}\n"),
    "a beat of half an hour, later": ("release: {cadence: 1h}\n", "release: {embargo: 30m, cadence: 30m}\n"),
    "a day for a beat of a day": ("release: {cadence: 24h}\n", "release: {embargo: 1d}\n"),
    "no cadence": ("release: {cadence: 1h}\n", "release: {embargo: 30m}\n"),
    "a longer cadence with other beats": ("release: {cadence: 2h}\n", "release: {cadence: 3h}\n"),
}


@pytest.mark.parametrize("case", HEADS)
def test_the_agreement_and_the_release_are_disclosures_too(case: str) -> None:
    old, new = map(_headed, HEADS[case])
    difference = diff(old, new)
    assert difference.widens
    assert all(change.record_type is None and change.detail for change in difference.widenings)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("agreement: {scope: {locations: [EMEA]}}\n", "agreement: {scope: {locations: [FR]}}\n"),
        ("agreement: {scope: {locations: [AMER]}}\n", "agreement: {scope: {locations: [LATAM, US]}}\n"),
        ("agreement: {}\n", "agreement: {scope: {services: [a], technologies: [x]}}\n"),
        ("release: {cadence: 1h}\n", "release: {cadence: 2h}\n"),
        ("release: {embargo: 1h}\n", "release: {embargo: 1h, cadence: 1d}\n"),
    ],
)
def test_what_can_only_narrow_does_not_widen(wide: str, narrow: str) -> None:
    difference = diff(_headed(wide), _headed(narrow))
    assert difference.changes
    assert not difference.widens
    assert diff(_headed(narrow), _headed(wide)).widens


def test_a_hierarchy_that_grows_widens_the_scope_that_names_its_group() -> None:
    old, new = _scoped("technologies: [ethernet]"), _scoped("technologies: [ethernet]", "{ethernet: [epl, evpl]}")
    [change] = diff(old, new).widenings
    assert change.path == "agreement.scope"
    assert change.detail is not None
    assert change.detail["service"]["serviceType"] == "evpl"


def test_a_hierarchy_that_splits_a_group_makes_a_rule_finer() -> None:
    def typed(types: str) -> DisclosurePolicy:
        fields = "service: {fields: {id: keep, serviceType: {generalise: technology}}}"
        return policy(fields, f"hierarchies: {{technology: {types}}}\n")

    difference = diff(typed("{line: [epl, evpl]}"), typed("{line: [epl], other: [evpl]}"))
    [change] = difference.widenings
    assert change.path == "serviceType"
    shown = example(difference, change)
    assert shown is not None
    assert shown.is_shown


def test_an_agreement_that_a_condition_reads_widens_through_it() -> None:
    def agreed(time: str) -> DisclosurePolicy:
        when = "when: agreement.objectives.notify_within == '5m'"
        return policy(
            f"service:\n  {when}\n  fields: {{id: keep}}", f"agreement: {{objectives: {{notify_within: {time}}}}}\n"
        )

    assert diff(agreed("10m"), agreed("5m")).widens
    assert not diff(agreed("5m"), agreed("10m")).widens
    assert diff(agreed("10m"), agreed("15m")).changes == ()


def test_the_same_policy_on_another_base_is_another_policy() -> None:
    def on(rule: str) -> DisclosurePolicy:
        head = HEAD.replace("DisclosurePolicy", "DisclosurePolicyBase").replace("name: test", "name: base")
        records = f"records: {{alarm: {{fields: {{id: keep, specificProblem: {rule}}}}}}}\n"
        base = head.replace("audience: {operator: northlink}\n", "") + records
        text = HEAD + "extends: [base]\nrecords: {alarm: {fields: {}}}\n"
        [document] = load(text, "policy.yaml", {"base": base})
        return document

    [change] = diff(on("{pseudonym: reference}"), on("keep")).changes
    assert change.widens
    assert change.path == "specificProblem"


def test_a_policy_whose_bases_are_not_worked_in_is_not_compared() -> None:
    text = HEAD + "extends: [base]\nrecords: {alarm: {fields: {}}}\n"
    with pytest.raises(PolicyRefused, match="rests on base"):
        diff(None, parse(text, "policy.yaml"))


def test_a_member_more_widens_and_one_less_does_not() -> None:
    def group(members: str) -> DisclosurePolicy:
        text = HEAD.replace("{operator: northlink}", f"{{group: all, members: [{members}]}}")
        return parse(text + "records: {service: {fields: {id: keep}}}\n", "group.yaml")

    one, two = group("{operator: a}"), group("{operator: a}, {customer: b}")
    assert diff(one, two).widens
    assert not diff(two, one).widens
    assert diff(two, one).changes


def test_a_rename_is_told_and_does_not_widen() -> None:
    difference = diff(alarm_policy("specificProblem: keep"), alarm_policy("specificProblem: {rename: problem}"))
    assert [(change.kind, change.widens) for change in difference.changes] == [("renamed", False)]
