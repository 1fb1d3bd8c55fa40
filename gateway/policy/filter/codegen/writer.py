"""Lines of source, and what the names in them stand for.

This module knows no outputs and no transforms.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.policy.language.condition import Condition
from gateway.policy.language.document import MemberRule

_SURROUNDINGS = ("about", "is_disclosed", "pseudonym", "scrub", "services")
"""What functions take from the context, each only where it is used."""


@dataclass(slots=True)
class Table:
    """The constants and the smaller functions of a whole section by name; equal ones have one name."""

    values: dict[str, Any] = field(default_factory=dict)
    _names: dict[Hashable, str] = field(default_factory=dict)
    _defined: dict[str, str] = field(default_factory=dict)

    def name_of(self, stem: str, value: object) -> str:
        """Return the name of a constant, a new one where it is new."""
        key = _identity(value)
        if key not in self._names:
            self._names[key] = f"{stem.upper()}{len(self._names)}"
            self.values[self._names[key]] = value
        return self._names[key]

    def define(self, stem: str, rest: str) -> str:
        """Return the name of what `rest` defines (the source behind the name), a new one where it is new."""
        if rest not in self._defined:
            self._defined[rest] = f"{stem}{len(self._defined)}"
        return self._defined[rest]

    @property
    def source(self) -> str:
        """Return everything that has been defined, in the order in which it was."""
        heads = (("def " if rest.startswith("(") else "") + name + rest for rest, name in self._defined.items())
        return "".join(heads)


def _identity(value: object) -> Hashable:
    if isinstance(value, str | int | float | dict):
        # 1, 1.0 and true are one key to a dictionary, and so are 0.0 and -0.0; their bytes are not the same.
        return (type(value), repr(value))
    return value if isinstance(value, frozenset) else id(value)


@dataclass(slots=True)
class Writer:
    """One function as it is written: lines, depth, and which of its surroundings it uses."""

    table: Table
    conditions: dict[MemberRule, Condition]
    lines: list[str] = field(default_factory=list)
    depth: int = 1
    names: int = 0
    used: set[str] = field(default_factory=set)

    def line(self, text: str) -> None:
        """Write one line at the current depth."""
        self.lines.append("    " * self.depth + text)

    @contextlib.contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write `head`, and what is written meanwhile below it."""
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1

    def name(self, stem: str) -> str:
        """Return a variable's name that nothing else has."""
        self.names += 1
        return f"{stem}{self.names}"

    def constant(self, stem: str, value: object) -> str:
        """Return the name of a constant."""
        return self.table.name_of(stem, value)

    def surrounding(self, name: str) -> str:
        """Return the variable for a member of the context, and note that it is used."""
        self.used.add(name)
        return name

    def function(self, arguments: str) -> str:
        """Return the source of the function whose body has been written, from its arguments on."""
        taken = [f"    {name} = context.{name}" for name in _SURROUNDINGS if name in self.used]
        return "\n".join([f"{arguments}:", *taken, *self.lines]) + "\n"

    def separate(self) -> Writer:
        """Return the writer of another function of the same section."""
        return Writer(self.table, self.conditions)
