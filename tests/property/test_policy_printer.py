"""What the printer writes reads back as the same document (threat P-15), and an edit changes one rule only."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ids import AudienceId
from gateway.policy.checks.checker import check
from gateway.policy.language.document import (
    Agreement,
    Contact,
    DisclosurePolicy,
    FieldRule,
    Hierarchy,
    Keep,
    Map,
    Release,
    Scope,
    Section,
    digest,
)
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.reading.edit import replace_rule
from gateway.policy.reading.parser import parse
from gateway.policy.reading.printer import print_policy, print_rule
from gateway.record.paths import Catalogue, Leaf
from tests.policy_side import ALARM
from tests.random_policies import DISCLOSABLE, random_policy
from tests.random_rules import fitting

SEEDS = st.integers(0, 2**32)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp", "Cs")), min_size=1, max_size=12
)
SAYABLE = WORDS.filter(str.strip)
DOUBTFUL = st.sampled_from(
    [
        "no",
        "NO",
        "~",
        "null",
        "1",
        "1.0",
        "0x1",
        "12:30",
        "- a",
        "a: b",
        "a #b",
        "{",
        "[",
        "'",
        '"',
        "%",
        "@x",
        "`",
        "\\",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "?",
        "=",
        "<<",
    ]
)
TEXTS = SAYABLE | DOUBTFUL
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
LISTS = st.none() | st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple)
DURATIONS = st.sampled_from(["30s", "5m", "4h", "2d", "999999s"])


def with_sorted_members(document: DisclosurePolicy) -> DisclosurePolicy:
    """Return the document with its conditions on members in the order in which they are read."""
    sections = [
        replace(section, members=tuple(sorted(section.members, key=lambda rule: rule.path)))
        for section in document.sections
    ]
    return replace(document, sections=tuple(sections))


@st.composite
def heads(draw: st.DrawFn) -> DisclosurePolicy:
    """Draw a document with everything that can stand above the sections."""
    audience, group, members = draw(
        st.sampled_from(
            [
                ("urn:demarc:operator:northlink", None, ()),
                ("urn:demarc:customer:no", None, ()),
                ("urn:demarc:operator:null", "nordic", ()),
                ("urn:demarc:group:on", "on", ("urn:demarc:operator:y", "urn:demarc:customer:007")),
                ("", None, ()),
            ]
        )
    )
    objectives = draw(st.dictionaries(st.sampled_from(["notify_within", "restore_within"]), DURATIONS))
    details = st.dictionaries(st.sampled_from(["name", "email", "phone", "url"]), TEXTS)
    contacts = draw(st.lists(st.tuples(TEXTS, details), max_size=2))
    tree = st.dictionaries(TEXTS, st.lists(TEXTS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3)
    hierarchies = draw(st.dictionaries(st.sampled_from(["technology", "no", "a-1"]), tree))
    return DisclosurePolicy(
        draw(st.sampled_from(["a", "no", "1.5", "a.b-c", "2026-01-01"])),
        AudienceId(audience),
        (),
        Agreement(
            draw(DAYS),
            draw(DAYS),
            tuple(sorted(objectives.items())),
            tuple(Contact(role, tuple(sorted(more.items()))) for role, more in contacts),
            Scope(draw(LISTS), draw(LISTS), draw(LISTS), draw(LISTS)),
        ),
        extends=draw(st.sampled_from([(), ("base",), ("no", "1.5")])) if audience else (),
        group=group,
        members=tuple(AudienceId(member) for member in members),
        release=Release(
            draw(st.sampled_from([timedelta(0), timedelta(seconds=90), timedelta(days=400)])),
            draw(st.sampled_from([None, timedelta(minutes=15), timedelta(days=1)])),
        ),
        hierarchies=tuple(Hierarchy(name, tuple(groups.items())) for name, groups in hierarchies.items()),
    )


@settings(deadline=None)
@given(heads())
def test_every_head_reads_back_the_same(document: DisclosurePolicy) -> None:
    again = parse(print_policy(document), "again.yaml")
    assert again == document
    assert digest(again) == digest(document)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS, st.sampled_from(DISCLOSABLE))
def test_every_policy_reads_back_the_same(seed: int, record_type: str) -> None:
    document = random_policy(random.Random(seed), record_type)
    # The objectives that a text can have are few; a document made by a program may have others.
    document = with_sorted_members(replace(document, agreement=Agreement(objectives=(("notify_within", "5m"),))))
    document = replace(document, sections=tuple(replace(part, when=_readable(part.when)) for part in document.sections))
    text = print_policy(document)
    again = parse(text, "again.yaml")
    assert again == document
    assert digest(again) == digest(document)
    assert check(again) == ()
    assert print_policy(again) == text


def _readable(when: str | None) -> str | None:
    return when.replace("objectives.tier", "objectives.notify_within") if when else when


@settings(deadline=None)
@given(st.dictionaries(TEXTS, TEXTS, min_size=1), st.none() | TEXTS, st.sampled_from(["alarm", "service"]))
def test_every_word_reads_back_the_same(entries: dict[str, str], otherwise: str | None, record_type: str) -> None:
    path = "probableCause" if record_type == "alarm" else "serviceType"
    rule = FieldRule(path, Map(tuple(entries.items()), otherwise))
    section = Section(record_type, None, (rule,))  # type: ignore[arg-type]
    document = DisclosurePolicy("x", AudienceId("urn:demarc:operator:a"), (section,))
    assert parse(print_policy(document), "again.yaml") == document


# --- edits -----------------------------------------------------------------------------------------------------------

LAID_OUT = """\
# Signed on paper.
apiVersion: demarc/v1
kind: DisclosurePolicy
name: test
audience: {operator: northlink}   # us and them

records:

  alarm:      # only alarms
    when: >-
      object.interconnect
      && record.state == "raised"
    fields:
      "@type": keep

      id:   keep   # their name for it
      state: {constant: raised}   # always
      alarmRaisedTime:
        truncate: minute   # not finer
      probableCause:
        map:
          a: b   # one
          c: d

        otherwise: e   # rest
      comment: {items: {when: 'item.userId == "noc"', fields: {comment: scrub, time: {truncate: day}}}}
      place: {generalise: metro, items: {when: 'item.role == "site"'}}
      alarmDetails: {template: "{state}",
                     otherwise: none}   # two lines
      ? sourceSystemId
      : {constant: x}
      specificProblem: {constant: "it's # not a comment: {"}
"""
PATHS = ["state", "alarmRaisedTime", "probableCause", "comment[].comment", "comment[].time", "alarmDetails"]
PATHS += ["sourceSystemId", "specificProblem", '"@type"'.strip('"'), "id"]


def lines_without(text: str, *gone: int) -> list[str]:
    return [line for number, line in enumerate(text.splitlines(), start=1) if number not in gone]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS, st.sampled_from(PATHS), st.booleans())
def test_an_edit_changes_one_rule_and_no_comment(seed: int, path: str, windows: bool) -> None:
    dice = random.Random(seed)
    leaf = Catalogue.of(ALARM).lookup(path)
    assert isinstance(leaf, Leaf)
    transform = Keep() if path == "id" else dice.choice(list(fitting(dice, leaf, ())))
    rename = None if path == "id" else dice.choice([None, "other"])
    source = LAID_OUT.replace("\n", "\r\n") if windows else LAID_OUT
    before = parse(source, "test.yaml")
    edited = replace_rule(source, "test.yaml", ALARM, path, transform, rename)
    after = parse(edited, "test.yaml")
    assert [rule for rule in after.sections[0].fields if rule.path != path] == [
        rule for rule in before.sections[0].fields if rule.path != path
    ]
    [changed] = [rule for rule in after.sections[0].fields if rule.path == path]
    assert (changed.transform, changed.rename) == (transform, rename)
    assert print_rule(changed) in edited
    for comment in ("# Signed on paper.", "# us and them", "# only alarms", "# their name for it", "# always"):
        assert comment in edited
    line = next(rule.mark.line for rule in before.sections[0].fields if rule.path == path)
    assert edited.splitlines()[: line - 1] == source.splitlines()[: line - 1]


def test_an_edit_that_changes_nothing_leaves_a_flow_rule_as_it_is() -> None:
    [rule] = [rule for rule in parse(LAID_OUT, "test.yaml").sections[0].fields if rule.path == "state"]
    assert replace_rule(LAID_OUT, "test.yaml", "alarm", "state", rule.transform, rule.rename) == LAID_OUT


@pytest.mark.parametrize(("record_type", "path"), [("alarm", "place"), ("alarm", "nothing"), ("service", "id")])
def test_what_cannot_be_replaced_by_itself_is_refused(record_type: str, path: str) -> None:
    [rule] = [rule for rule in parse(LAID_OUT, "test.yaml").sections[0].fields if rule.path == "id"]
    with pytest.raises(PolicyRefused) as refused:
        replace_rule(LAID_OUT, "test.yaml", record_type, path, rule.transform)
    assert [finding.code for finding in refused.value.findings] == ["policy.edit"]
