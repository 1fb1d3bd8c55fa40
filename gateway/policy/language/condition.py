"""Conditions: the Common Expression Language, type-checked against the schemas before it ever sees a record.

Rules:
- A condition reads `record.<leaf>`, `object.<leaf>` (the resource that the record is about), `agreement...` and, where
  it is about the members of an array, `item.<leaf>`; nothing else: no clock, no chance, no other record. Leaves inside
  arrays of objects and names with @ cannot be read.
- Only exactly true is true. An absent field, a value of another type, a division by zero, an exhausted budget: not
  true. As CEL has it, `a || b` is still true when one side is true and the other cannot be evaluated.
- The same values give the same answer, so answers are remembered, up to a bound.
- No condition takes long or much memory: the library counts iterations, and what it does not count is refused, which
  is whatever makes values grow (`map`, `filter`, lists in lists, maps, texts and lists put together with +).

This module hides the CEL library: its types do not leave it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cel_expr_python import cel

from gateway.ids import RecordTypeName
from gateway.policy.language.condition_problems import Problem, problems_of
from gateway.record.paths import Array, Catalogue, Kind, Leaf
from gateway.record.strictjson import Json

MAX_CHARACTERS = 4096
_REMEMBERED = 4096
_LONGEST_REMEMBERED_TEXT = 128
_OBJECT_TYPE = RecordTypeName("resource")
_ROOTS = ("record", "object", "item")

_SELECTOR = re.compile(r"\[name=[^\]]*\]")
_DOTTED = re.compile(r"\b(?:record|object|item|agreement)(?:\s*\.\s*[A-Za-z_]\w*)+")

_TAME = """
stdlib:
  exclude_functions:
    - name: "_+_"
      overloads: [{id: add_string}, {id: add_list}, {id: add_bytes}]
  exclude_macros: [map, filter]
"""
_TEXT = r""" "{3}(?:\\.|[^\\])*?"{3} | '{3}(?:\\.|[^\\])*?'{3} | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' """
_RAW = r""" [bB]?[rR][bB]?(?: "{3}.*?"{3} | '{3}.*?'{3} | "[^"]*" | '[^']*' ) """
_LITERAL = re.compile(rf"//[^\n]* | {_RAW} | {_TEXT} | (?P<bracket>[][{{}}])", re.DOTALL | re.VERBOSE)

_CEL_TYPES = {
    "string": cel.Type.STRING,
    "date-time": cel.Type.STRING,
    "integer": cel.Type.INT,
    "number": cel.Type.DOUBLE,
    "boolean": cel.Type.BOOL,
    "any": cel.Type.DYN,
}
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "date-time": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "any": (str, int, float, bool),
}


class ConditionRefused(Exception):
    """A condition does not compile. Inside the policy room only: the checker turns it into findings."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in problems))


@dataclass(frozen=True, slots=True)
class _Variable:
    """One leaf that conditions can read: where it stands, and what it must be."""

    name: str
    root: str
    steps: tuple[str, ...]
    kind: Kind
    is_list: bool

    def value(self, root: object) -> Any:
        """Return the value below `root`, or None when it is absent or not of the declared type."""
        for step in self.steps:
            if type(root) is not dict:
                return None
            root = root.get(step)
        if not self.is_list:
            return self._typed(root)
        members = [self._typed(member) for member in root] if type(root) is list else [None]
        return None if None in members else tuple(members)

    def _typed(self, value: object) -> Any:
        if type(value) not in _PYTHON_TYPES[self.kind]:
            return None
        return float(value) if self.kind == "number" else value  # type: ignore[arg-type]


class Condition:
    """A compiled condition. Immutable as seen from outside; safe to share between threads."""

    def __init__(self, expression: Any, used: Sequence[_Variable], constants: Mapping[str, str]) -> None:
        self._expression = expression
        self._used = tuple(used)
        self._readers = tuple((_ROOTS.index(variable.root), variable.value) for variable in used)
        self._constants = dict(constants)
        self._answers: dict[tuple[Any, ...], bool] = {}

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the names of the leaves of the record, the object and the member that the condition reads."""
        return tuple(variable.name for variable in self._used)

    @property
    def checked(self) -> bytes:
        """Return the syntax tree of the condition after type checking, as the CEL library serialises it."""
        return bytes(self._expression.serialize())

    def holds(self, record: Json, about: Json | None, item: object = None) -> bool:
        """Tell whether the condition is exactly true of this record, or of this member of one of its arrays."""
        roots = (record, about, item)
        values = tuple([read(roots[at]) for at, read in self._readers])
        # The types belong to the key, because 1, 1.0 and true are one key to a dictionary (kind `any`).
        key = (values, *map(type, values))
        known = self._answers.get(key)
        if known is not None:
            return known
        answer = self._evaluate(values)
        if all(type(v) is not tuple and (type(v) is not str or len(v) <= _LONGEST_REMEMBERED_TEXT) for v in values):
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def _evaluate(self, values: tuple[Any, ...]) -> bool:
        data: dict[str, Any] = dict(self._constants)
        for variable, value in zip(self._used, values, strict=True):
            if value is not None:
                data[variable.name] = list(value) if variable.is_list else value
        try:
            result = self._expression.eval(data=data)
        except (RuntimeError, ValueError, TypeError):
            return False  # The budget was exhausted, or the library could not take a value: denied.
        return bool(result.type() == cel.Type.BOOL) and result.value() is True


def compile_condition(
    text: str, record_type: RecordTypeName, agreement: Mapping[str, str], array: str | None = None
) -> Condition:
    """Return the condition that `text` writes for records of `record_type`, or for the members of one of their arrays.

    Args:
        text: A CEL expression of type bool.
        record_type: Whose leaves `record.` names.
        agreement: The agreement's values by dotted name; they are constants to the condition.
        array: The path of the array whose members `item.` names, with or without its last `[]`; None when it is
            about the record.

    Raises:
        ConditionRefused: With every problem that the compiler reports.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"the condition has more than {MAX_CHARACTERS} characters"
        raise ConditionRefused([Problem(0, message, "Write a shorter condition.")])
    members = None if array is None else _SELECTOR.sub("[]", array).removesuffix("[]") + "[]."
    variables = _variables(record_type, members)
    environment = _environment(record_type, tuple(sorted(agreement)), members)
    try:
        expression = environment.compile(text)
    except RuntimeError as error:
        raise ConditionRefused(problems_of(str(error), text, [*variables, *agreement])) from error
    _refuse_growth(text)
    if expression.return_type() != cel.Type.BOOL:
        message = f"the condition is of type {str(expression.return_type()).lower()}, not bool"
        raise ConditionRefused([Problem(0, message, 'Compare it, as in `record.state == "raised"`.')])
    return Condition(expression, _used(text, variables), agreement)


def _refuse_growth(text: str) -> None:
    """Refuse maps and lists inside lists: with a handful of loops they become as large as one likes."""
    depth = 0
    for found in _LITERAL.finditer(text):
        bracket = found["bracket"]
        depth += {"[": 1, "]": -1}.get(bracket, 0)
        if bracket == "{" or depth > 1:
            message = "a map" if bracket == "{" else "a list inside a list"
            raise ConditionRefused([Problem(found.start(), message, "Write single lists of words or numbers.")])


def _used(text: str, variables: Mapping[str, _Variable]) -> list[_Variable]:
    """Return the variables whose names occur in the text; one in a string literal too many does no harm."""
    names: set[str] = set()
    for match in _DOTTED.finditer(text):
        steps = re.sub(r"\s", "", match[0]).split(".")
        names.update(".".join(steps[:end]) for end in range(2, len(steps) + 1))
    return [variables[name] for name in sorted(names) if name in variables]


@functools.lru_cache(maxsize=256)
def _environment(record_type: RecordTypeName, agreement: tuple[str, ...], members: str | None) -> Any:
    types = {name: _cel_type(variable) for name, variable in _variables(record_type, members).items()}
    return cel.NewEnv(
        config=cel.NewEnvConfigFromYaml(_TAME), variables=types | dict.fromkeys(agreement, cel.Type.STRING)
    )


def _cel_type(variable: _Variable) -> Any:
    element = _CEL_TYPES[variable.kind]
    return cel.Type.List(element) if variable.is_list else element


@functools.cache
def _variables(record_type: RecordTypeName, members: str | None = None) -> Mapping[str, _Variable]:
    found = [*_leaves("record", record_type), *_leaves("object", _OBJECT_TYPE)]
    if members is not None:
        found += _leaves("item", record_type, members)
    return {variable.name: variable for variable in found}


def _leaves(root: str, record_type: RecordTypeName, below: str = "") -> list[_Variable]:
    found = []
    for text, node in Catalogue.of(record_type).nodes.items():
        path = text.removeprefix(below)
        if not text.startswith(below) or "[]" in path or "@" in path:
            continue
        leaf = node.items if isinstance(node, Array) else node
        if isinstance(leaf, Leaf):
            found.append(_Variable(f"{root}.{path}", root, tuple(path.split(".")), leaf.kind, isinstance(node, Array)))
    return found
