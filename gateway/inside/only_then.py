"""What an audience was told of records only because a glass was broken: records, attributes, and finer values.

It is read off the entries that were sealed meanwhile: of each record the last of them says what remains.

- What the last entry no longer has was there only for the glass.
- A value that the last entry has otherwise counts too if the wider policy treats it otherwise than the regular one. So
  a time that was told to the second counts, and a severity that changed meanwhile does not.
- Where it cannot be told apart, because both policies differ in what conditions, places and sentences follow from, it
  is listed: too much is looked at once more, too little never.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.policy.language.document import Count, DisclosurePolicy, FieldRule, Lift, Section, Template
from gateway.record.entry import Entry, open_entry
from gateway.record.paths import FieldPath

_FROM_OTHERS = (Count, Lift, Template)
"""What these rules write follows from other rules too."""

_Values: TypeAlias = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class OnlyThen:
    """An entry that told more than remains; without `names` and `otherwise` the record is not shown at all any more.

    Attributes:
        index: Of the entry.
        record_type: Of the record.
        subject: The record, as the audience calls it.
        names: What is not shown any more.
        otherwise: What was told otherwise than the regular policy tells it.
    """

    index: int
    record_type: str
    subject: str
    names: tuple[str, ...]
    otherwise: tuple[str, ...] = ()


def only_then(
    lines: Iterable[tuple[int, bytes]], regular: DisclosurePolicy, glass: DisclosurePolicy
) -> Iterator[OnlyThen]:
    """Yield what was told only because of the policy `glass`, in the entries with these indices."""
    shown: dict[str, list[tuple[int, Entry]]] = {}
    for index, line in lines:
        entry = open_entry(line)
        shown.setdefault(entry.subject, []).append((index, entry))
    for subject, versions in shown.items():
        last = versions[-1][1]
        remains = _values(last.data)
        for index, entry in versions[:-1]:
            if entry.event == "withdrawn":
                continue
            if last.event == "withdrawn":
                yield OnlyThen(index, entry.record_type, subject, ())
                continue
            values = _values(entry.data)
            names = tuple(sorted(values.keys() - remains.keys()))
            differing = sorted(path for path in values.keys() & remains.keys() if values[path] != remains[path])
            suspects = _treated_otherwise(regular, glass, entry.record_type)
            otherwise = tuple(path for path in differing if _is_below(path, suspects))
            if names or otherwise:
                yield OnlyThen(index, entry.record_type, subject, names, otherwise)


def _treated_otherwise(regular: DisclosurePolicy, glass: DisclosurePolicy, record_type: str) -> frozenset[str]:
    """Return the disclosed paths to which both policies do not do the same; an empty path is all of the record."""
    ours, theirs = regular.section(record_type), glass.section(record_type)
    if theirs is None:
        return frozenset()
    if (regular.hierarchies, regular.agreement) != (glass.hierarchies, glass.agreement):
        return frozenset({""})
    former = frozenset() if ours is None else frozenset(ours.fields)
    others = regular.sections != glass.sections
    rules = (
        rule for rule in theirs.fields if rule not in former or (others and isinstance(rule.transform, _FROM_OTHERS))
    )
    return frozenset({*map(_output, rules), *_members(ours, theirs)})


def _members(ours: Section | None, theirs: Section) -> Iterator[str]:
    """Yield the arrays of which not the same members are disclosed."""
    former = {} if ours is None else {rule.path: rule for rule in ours.members}
    latter = {rule.path: rule for rule in theirs.members}
    for path in former.keys() | latter.keys():
        if former.get(path) != latter.get(path):
            yield path.partition("[")[0]


def _output(rule: FieldRule) -> str:
    """Return the path that a rule writes to, without the names that it selects by."""
    steps = FieldPath.parse(rule.path).steps
    around = "".join(f"{step.name}{'[]' if step.is_each else ''}." for step in steps[:-1])
    return around + (rule.rename or steps[-1].name)


def _is_below(path: str, above: frozenset[str]) -> bool:
    return any(not one or path == one or path.startswith((f"{one}.", f"{one}[]")) for one in above)


def _values(data: Mapping[str, Any]) -> _Values:
    found: dict[str, list[Any]] = {}
    for path, value in _walk(data, ""):
        found.setdefault(path, []).append(value)
    return found


def _walk(node: Any, above: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _walk(value, f"{above}.{name}" if above else name)
    elif isinstance(node, list):
        for member in node:
            yield from _walk(member, f"{above}[]")
    else:
        yield above, node
