"""Explain a disclosure: for each value of a record the rule that decided, and what the record lacks to be disclosed.

Rules:
- It does not evaluate rules itself. What became of a value is read off what the compiled policy discloses of the
  record; for a member of an array, of the record with that member alone, because disclosed arrays have an order of
  their own.
- Every value of the record is in the answer once, also what no rule names and what no schema knows.

For the operator's own people: an explanation holds internal values and must never be shown to an audience.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from gateway.policy.answers.explain_why import why_withheld
from gateway.policy.filter.compiler import CompiledPolicy
from gateway.policy.filter.context import Context
from gateway.policy.language.condition import ConditionRefused, compile_condition
from gateway.policy.language.document import (
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Lift,
    Section,
    Template,
)
from gateway.record.paths import Catalogue, FieldPath, Leaf
from gateway.record.strictjson import Json

Fate: TypeAlias = Literal["kept", "changed", "withheld", "added"]
_FROM_ELSEWHERE = (Constant, Lift, Template, Count)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands: file, line (from 1), and the text of that line."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Explained:
    """What became of one value.

    Attributes:
        path: Where it stands in the record, `note[0].text`; for what is added, where it stands in what is disclosed.
        before: The internal value; None when it is added.
        after: The disclosed value; None when it is withheld.
        place: The rule that decided; None when no rule names the path.
        why: One sentence.
    """

    path: str
    fate: Fate
    before: Any
    after: Any
    place: Place | None
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a policy makes of one record, value by value; `needs` says what it lacks, and is empty when disclosed."""

    policy: str
    digest: str
    record_type: str
    disclosed: Json | None
    needs: tuple[str, ...]
    values: tuple[Explained, ...]


def explain(policy: CompiledPolicy, record_type: str, record: Json, context: Context) -> Explanation:
    """Return why `policy` discloses of `record` what it discloses, and why not more."""
    document = policy.document
    section = document.section(record_type)
    disclosed = policy.disclose(_name(record_type), record, context)
    needs = () if disclosed is not None else tuple(_needs(document, section, record_type, record, context))
    values: tuple[Explained, ...] = ()
    if section is not None:
        teller = _Teller(policy, section, record, context, disclosed)
        values = (*teller.values(), *teller.added())
    return Explanation(document.name, policy.digest, record_type, disclosed, needs, values)


def _name(record_type: str) -> Any:
    return record_type


def _needs(
    document: DisclosurePolicy, section: Section | None, record_type: str, record: Json, context: Context
) -> Iterator[str]:
    """Yield what would have to be otherwise for the record to be disclosed."""
    if section is None:
        yield f"The policy has no section for records of type {record_type}."
        return
    if section.when is not None:
        yield from _untrue(document, section, record, context)
    if not isinstance(record.get("id"), str) or not record["id"]:
        yield "The record has no usable `id`."


def _untrue(document: DisclosurePolicy, section: Section, record: Json, context: Context) -> Iterator[str]:
    """Yield the parts of the condition, joined by `&&`, that are not true of the record, with the values they read."""
    text = section.when or ""
    conjuncts = parts_of_conjunction(text)
    for part in conjuncts:
        try:
            condition = compile_condition(part, section.record_type, document.agreement.variables())
        except ConditionRefused:
            continue  # A part that means nothing by itself; the whole is named below.
        if not condition.holds(record, context.about):
            values = ", ".join(f"{name} is {_value_at(name, record, context.about)}" for name in condition.reads)
            yield f"The condition in line {section.mark.line} needs `{part.strip()}`" + (
                f"; {values}." if values else "."
            )


def _value_at(name: str, record: Json, about: Json | None) -> str:
    root, *steps = name.split(".")
    value: Any = record if root == "record" else about
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return "absent" if value is None else repr(value)


def parts_of_conjunction(text: str) -> list[str]:
    """Return what a CEL text joins with `&&` at its outermost level; the text itself where it joins nothing."""
    parts, begin, depth, quote, index = [], 0, 0, "", 0
    while index < len(text):
        letter = text[index]
        if quote:
            index += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif depth == 0 and text.startswith(("||", "?"), index):
            return [text]
        elif depth == 0 and text.startswith("&&", index):
            parts.append(text[begin:index])
            begin = index + 2
        index += 1
    return [*parts, text[begin:]]


class _Teller:
    """Goes through one record with one section."""

    def __init__(
        self, policy: CompiledPolicy, section: Section, record: Json, context: Context, disclosed: Json | None
    ) -> None:
        self._policy = policy
        self._section = section
        self._record = record
        self._context = context
        self._disclosed = disclosed
        self._rules = [(FieldPath.parse(rule.path), rule) for rule in section.fields]
        self._nodes = Catalogue.of(section.record_type).nodes

    def values(self) -> Iterator[Explained]:
        """Yield every scalar of the record."""
        for steps, value in _scalars(self._record):
            yield self._explained(steps, value)

    def added(self) -> Iterator[Explained]:
        """Yield what stands in the disclosed record by rules that do not look at a single value where they write."""
        for path, rule in self._rules:
            is_place = isinstance(rule.transform, Generalise) and not isinstance(self._nodes.get(rule.path), Leaf)
            if is_place or isinstance(rule.transform, _FROM_ELSEWHERE):
                names = _output(path, rule)
                after = next(_all_below(self._disclosed, names), None)
                if after is not None:
                    yield Explained(".".join(names), "added", None, after, self._place(rule), _origin(rule))

    def _explained(self, steps: tuple[str | int, ...], value: Any) -> Explained:
        where = _written(steps)
        found = self._deciding(steps)
        if found is None:
            known = _unindexed(steps) in self._nodes
            why = "No rule names it." if known else "The schema has no such attribute, so nothing can name it."
            return Explained(where, "withheld", value, None, None, why)
        path, rule = found
        place = self._place(rule)
        if self._disclosed is None:
            return Explained(where, "withheld", value, None, place, "The record is not disclosed.")
        if _unindexed(steps) != str(path.unselected()):
            return Explained(where, "withheld", value, None, place, f"`{rule.path}` is disclosed as something else.")
        if isinstance(rule.transform, _FROM_ELSEWHERE):
            return Explained(where, "withheld", value, None, place, _origin(rule))
        after = self._after(steps, path, rule)
        if after is None:
            leaf = self._nodes.get(_unindexed(steps))
            why = why_withheld(rule, leaf if isinstance(leaf, Leaf) else None, value, self._context)
            return Explained(where, "withheld", value, None, place, why)
        fate: Fate = "kept" if after == value and type(after) is type(value) else "changed"
        return Explained(where, fate, value, after, place, "As it is." if fate == "kept" else _how(rule))

    def _deciding(self, steps: tuple[str | int, ...]) -> tuple[FieldPath, FieldRule] | None:
        """Return the rule for the very path, or else the one that puts something in the place of what is around it."""
        around = _unindexed(steps)
        for path, rule in self._rules:
            if str(path.unselected()) == around and self._is_selected(path, steps):
                return path, rule
        for path, rule in self._rules:
            is_whole = isinstance(rule.transform, Lift | Generalise | Count)
            if is_whole and around.startswith((f"{rule.path}.", f"{rule.path}[]")):
                return path, rule
        return None

    def _is_selected(self, path: FieldPath, steps: tuple[str | int, ...]) -> bool:
        """Tell whether the members along `steps` have the names that the path selects."""
        holder: Any = self._record
        position = 0
        for step in path.steps:
            holder = holder[step.name]
            position += 1
            if step.is_each:
                holder = holder[steps[position]]
                position += 1
            if step.where is not None and (not isinstance(holder, dict) or holder.get("name") != step.where):
                return False
        return True

    def _after(self, steps: tuple[str | int, ...], path: FieldPath, rule: FieldRule) -> Any:
        """Return what is disclosed of the value at `steps`, or None."""
        disclosed = self._disclosed
        if any(isinstance(step, int) for step in steps):
            disclosed = self._policy.disclose(self._section.record_type, _only(self._record, steps), self._context)
        return _below(disclosed, _output(path, rule))

    def _place(self, rule: FieldRule) -> Place:
        document = self._policy.document
        file = rule.file or document.file
        lines = document.source.splitlines() if file == document.file else []
        text = (
            lines[rule.mark.line - 1].strip() if 0 < rule.mark.line <= len(lines) else f"{rule.path}: {rule.transform}"
        )
        return Place(file, rule.mark.line, text)


def _scalars(value: Any, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    members: Any = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    else:
        yield steps, value
    for key, member in members:
        yield from _scalars(member, (*steps, key))


def _written(steps: tuple[str | int, ...]) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).lstrip(".")


def _unindexed(steps: tuple[str | int, ...]) -> str:
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def _output(path: FieldPath, rule: FieldRule) -> tuple[str, ...]:
    names = [step.name for step in path.steps]
    return (*names[:-1], rule.rename or names[-1])


def _below(value: Any, names: tuple[str, ...]) -> Any:
    """Return what stands at `names`, taking the only member of each array on the way; None when nothing does."""
    for name in names:
        while isinstance(value, list):
            value = value[0] if value else None
        value = value.get(name) if isinstance(value, Mapping) else None
    return value[0] if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], dict) else value


def _all_below(value: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield what stands at `names` in any member of the arrays on the way."""
    if not names:
        yield value
    elif isinstance(value, list):
        for member in value:
            yield from _all_below(member, names)
    elif isinstance(value, Mapping) and names[0] in value:
        yield from _all_below(value[names[0]], names[1:])


def _only(record: Json, steps: tuple[str | int, ...]) -> Json:
    """Return the record with each array along `steps` cut down to the member that lies on the way."""
    whole = copy.deepcopy(record)
    holder: Any = whole
    for index, step in enumerate(steps):
        if isinstance(step, int):
            holder[:] = [holder[step]]
            holder = holder[0]
        else:
            following = steps[index + 1 : index + 2]
            holder = holder[step]
            if not following:
                break
    return whole


def _origin(rule: FieldRule) -> str:
    """Say what a rule writes that does not look at the value."""
    match rule.transform:
        case Constant():
            return "A constant stands in its place."
        case Lift(target):
            return f"The audience's own {target} stands in its place."
        case Template():
            return "A sentence of what is disclosed anyway stands in its place."
        case Generalise(to):
            return f"The place as {to} stands in its place."
        case _:
            return "A number stands in its place."


def _how(rule: FieldRule) -> str:
    return f"Changed by `{type(rule.transform).__name__.lower()}`."
