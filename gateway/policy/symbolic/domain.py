"""What a condition speaks of: its text in its surroundings, its variables, and what values those can have.

Rules:
- A value of the record is one that its schema allows: a leaf with a list of words has one of them, and what the schema
  demands is there. The object that a record is about may be missing, and is of any type.
- `item.x` in a condition about the members of one array is another variable than `item.x` about another array.

Does not decide anything; `symbolic` does.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Final

from gateway.ids import RecordTypeName
from gateway.policy.language.condition import Condition, compile_condition
from gateway.policy.symbolic.tree import Tree, name, read_tree, text_literal
from gateway.record.paths import Array, Catalogue, FieldPath, Kind, Leaf, Node

RESOURCE: Final = RecordTypeName("resource")
_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition as it stands in a policy: everything that its meaning depends on.

    Attributes:
        agreement: The constants that it can read, by name.
        array: The array whose members it is about, without the last `[]`; None when it is about the record.
    """

    text: str
    record_type: RecordTypeName
    agreement: tuple[tuple[str, str], ...] = ()
    array: str | None = None

    @property
    def condition(self) -> Condition:
        """Return the condition, compiled."""
        return _compiled(self)[0]

    @property
    def negated(self) -> Clause:
        """Return the condition that is true when this one is false; of an error neither is true."""
        return replace(self, text=f"!(\n{self.text}\n)")

    @property
    def tree(self) -> Tree:
        """Return the syntax tree, with the agreement's values in the place of their names."""
        return _compiled(self)[1]


@functools.lru_cache(maxsize=_REMEMBERED)
def _compiled(clause: Clause) -> tuple[Condition, Tree]:
    condition = compile_condition(clause.text, clause.record_type, dict(clause.agreement), clause.array)
    values = {constant: text_literal(value) for constant, value in clause.agreement}
    tree = read_tree(condition.checked).replaced(values)
    if clause.array is not None:
        items = {one for one in tree.names() if one.startswith("item.")}
        tree = tree.replaced({one: name(f"item|{clause.array}|{one.removeprefix('item.')}") for one in items})
    return condition, tree


@dataclass(frozen=True, slots=True)
class Variable:
    """One leaf that a condition reads.

    Attributes:
        name: As trees have it: `record.state`, `object.interconnect`, `item|note|author`.
        path: Where it stands in its record or object; through the array for a member's.
        is_list: An array of scalars; then `leaf` is what its members are.
        is_certain: Every record that follows its schema has it.
    """

    name: str
    root: str
    path: FieldPath
    kind: Kind
    enum: tuple[str, ...]
    is_list: bool
    is_certain: bool


@functools.lru_cache(maxsize=_REMEMBERED)
def variable(text: str, record_type: RecordTypeName) -> Variable | None:
    """Return the variable that a name in a tree stands for; None for a name that a comprehension binds."""
    root, _, rest = text.partition(".")
    if text.startswith("item|"):
        _, array, member = text.split("|")
        root, rest = "item", f"{array}.{member}" if array.endswith("]") else f"{array}[].{member}"
    if root not in ("record", "object", "item") or not rest:
        return None
    catalogue = Catalogue.of(RESOURCE if root == "object" else record_type)
    path = FieldPath.parse(rest)
    node = catalogue.nodes[str(path.unselected())]
    leaf = node.items if isinstance(node, Array) else node
    if not isinstance(leaf, Leaf):
        raise TypeError(f"`{text}` is no leaf")  # the type checker of CEL has let no other name through
    enum = () if root == "object" else leaf.enum
    certain = (
        root != "object" and not isinstance(node, Array) and _is_certain(catalogue, path, is_member=root == "item")
    )
    return Variable(text, root, path, leaf.kind, enum, isinstance(node, Array), certain)


def _is_certain(catalogue: Catalogue, path: FieldPath, *, is_member: bool) -> bool:
    """Tell whether everything from the record (or the member) down to `path` must be there."""
    ends = range(len(path.steps), 0, -1)
    for end in ends:
        if is_member and path.steps[end - 1].is_each:
            return True
        node: Node = catalogue.nodes[str(FieldPath(path.steps[:end]).unselected())]
        if not node.is_required:
            return False
    return True


def variables_of(clause: Clause) -> tuple[Variable, ...]:
    """Return the variables that a condition reads, each once, in the order of their names."""
    found = (variable(text, clause.record_type) for text in sorted(set(clause.tree.names())))
    return tuple(one for one in found if one is not None)


def leaf_at(record_type: RecordTypeName, path: str) -> Node | None:
    """Return what the schema has at a rule's path."""
    return Catalogue.of(record_type).nodes.get(str(FieldPath.parse(path).unselected()))
