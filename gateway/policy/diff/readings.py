"""What conditions read: whatever one lets out says something about each value that it reads.

Rules:
- A condition counts as `generalise` on what it reads: it is a map from the value to yes and no. The ceiling holds for
  it as for a rule.
- What a condition reads and no rule of its section shows is told by the condition alone. That is no error, and whoever
  reads the policy is to know.

Looks at names, not at whether the value makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.policy.diff.ceiling_levels import Ceiling
from gateway.policy.diff.facets import conditions_of, facets_of
from gateway.policy.language.document import DisclosurePolicy, Section
from gateway.policy.language.findings import START, Finding, Mark
from gateway.policy.language.levels import Level
from gateway.policy.symbolic.domain import RESOURCE, Clause, Variable, leaf_at, variables_of
from gateway.record.paths import Sensitivity

LEVEL = Level.GENERALISE
"""How much a condition discloses of what it reads."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value that conditions of a section read.

    Attributes:
        record_type: Whose value it is: of an object that a record is about, `resource`.
        path: As rules have it.
        said: As people find it in the condition: `object.` before a path of the object.
        is_shown: A rule of the section shows something of the value itself.
    """

    section: str
    record_type: str
    path: str
    said: str
    label: Sensitivity
    is_shown: bool
    mark: Mark = field(default=START, compare=False)

    def __str__(self) -> str:
        return f"a condition of {self.section} tells something about `{self.said}`, which no rule there shows"


@dataclass(frozen=True, slots=True)
class Overreading:
    """A condition that reads what the ceiling does not let be told so far."""

    reading: Reading
    allowed: Level
    file: str

    def finding(self) -> Finding:
        """Return it as a finding at the condition."""
        one = self.reading
        message = (
            f"`{one.said}` is {one.label}: at most {self.allowed}, and a condition of {one.section} on it is {LEVEL}"
        )
        remedy = "Let the condition read something else, or name the path under `conditions` in the ceiling."
        return Finding(self.file, one.mark.line, one.mark.column, "policy.ceiling", message, remedy)

    def __str__(self) -> str:
        return str(self.finding())


def readings_of(document: DisclosurePolicy) -> tuple[Reading, ...]:
    """Return everything that the conditions of a checked, effective policy read; each value of a section once."""
    return tuple(dict.fromkeys(one for section in document.sections for one in _readings(document, section)))


def told_by_conditions(old: DisclosurePolicy | None, new: DisclosurePolicy | None) -> tuple[Reading, ...]:
    """Return what conditions of `new` alone tell something about, and those of `old` did not."""
    before = {(one.section, one.said) for one in readings_of(old) if not one.is_shown} if old else set()
    found = readings_of(new) if new else ()
    return tuple(one for one in found if not one.is_shown and (one.section, one.said) not in before)


def overreadings(ceiling: Ceiling, document: DisclosurePolicy, *, to_operator: bool) -> Iterator[Overreading]:
    """Yield every value that conditions read although the ceiling wants less told of it."""
    for one in readings_of(document):
        allowed = ceiling.allowed(one.record_type, one.path, one.label, None, to_operator=to_operator)
        if allowed < LEVEL and (one.record_type, one.path) not in ceiling.readable:
            yield Overreading(one, allowed, document.file)


def _readings(document: DisclosurePolicy, section: Section) -> Iterator[Reading]:
    shown = {facet.place for facet in facets_of(document, section)}
    marks: dict[str | None, Mark] = {None: section.when_node.mark if section.when_node else section.mark}
    marks |= {rule.path: rule.when_node.mark if rule.when_node else rule.mark for rule in section.members}
    for _, clause in conditions_of(document, section):
        for one in variables_of(clause):
            yield _reading(section, clause, one, shown, marks[clause.array])


def _reading(section: Section, clause: Clause, one: Variable, shown: set[str | None], mark: Mark) -> Reading:
    is_about = one.root == "object"
    record_type, path = RESOURCE if is_about else clause.record_type, str(one.path)
    node = leaf_at(record_type, path)
    return Reading(
        section.record_type,
        record_type,
        path,
        f"object.{path}" if is_about else path,
        node.sensitivity if node else "secret",
        not is_about and path in shown,
        mark,
    )
