"""What the rules of a section build: the disclosed record as a tree of outputs.

The compiler turns the tree into code and the contract turns it into a schema, so that both speak of the same outputs.
Members stand in the order of their disclosed names: the order of rules in the text means nothing.

`planning` makes the tree of a section.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gateway.ids import RecordTypeName
from gateway.policy.language.document import MemberRule, Transform
from gateway.policy.language.scalars import Constant as ConstantValue
from gateway.policy.transforms.templates import Part, Placeholder
from gateway.record.paths import Leaf

Types: TypeAlias = Mapping[str, RecordTypeName]
"""By the classes that a reference can name, the types of the records that it can lead to."""


@dataclass(frozen=True, slots=True)
class Refers:
    """Discloses what is below a reference only where the other record is disclosed.

    Attributes:
        types: Where it may lead; empty when nothing there is ever disclosed.
        is_named: Whether the reference itself names its type.
        naming: Those types whose records have the same identifier here as in their own section; of others the
            reference's `id` stays inside.
    """

    types: Types
    is_named: bool
    naming: frozenset[RecordTypeName]


@dataclass(frozen=True, slots=True)
class Value:
    """One disclosed value, or, with `is_each`, a disclosed array of values. `groups` are the words of a hierarchy."""

    name: str
    source: str
    leaf: Leaf
    transform: Transform
    is_each: bool
    groups: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """A constant; `leaf` says what kind of value the schema has in this place."""

    name: str
    value: ConstantValue
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Lifted:
    """The audience's affected services, or the first of them."""

    name: str
    show: tuple[str, ...]
    is_many: bool
    pseudonym_class: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A place, or several, as metro, country or region."""

    name: str
    source: str
    to: str
    is_many: bool
    conditions: tuple[MemberRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many services, or, with `of`, how many members the disclosed array at these names has."""

    name: str
    of: tuple[str, ...] | None
    gates: tuple[tuple[tuple[str, ...], Refers], ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """A sentence filled in with what is disclosed; `gates` are the references that it stands below."""

    name: str
    parts: tuple[Part, ...]
    otherwise: str | None
    gates: tuple[tuple[tuple[str, ...], Refers], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A disclosed object, or, with `is_each`, a disclosed array of objects, those that all `conditions` admit."""

    name: str
    members: tuple[Output, ...]
    is_each: bool
    refers: Refers | None = None
    conditions: tuple[MemberRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is disclosed of those members of an array that have this name, the name itself included."""

    where: str
    members: tuple[Output, ...]
    conditions: tuple[MemberRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Selected:
    """A disclosed array of characteristics: members by their names, all others left out."""

    name: str
    choices: tuple[Chosen, ...]
    conditions: tuple[MemberRule, ...] = ()


Output: TypeAlias = Value | Fixed | Lifted | Placed | Counted | Filled | Group | Selected


def has_constants(members: Iterable[Output]) -> bool:
    """Tell whether a constant stands in these outputs, arrays aside: it is there whatever the record says."""
    return any(
        has_constants(member.members) if isinstance(member, Group) and not member.is_each else isinstance(member, Fixed)
        for member in members
    )


def has_values(members: Iterable[Output]) -> bool:
    """Tell whether something in these outputs comes from the record or from its services."""
    return any(
        has_values(member.members) if isinstance(member, Group) else not isinstance(member, Fixed | Counted | Filled)
        for member in members
    )


def late(members: Iterable[Output]) -> Iterator[Counted | Filled]:
    """Yield the counts and templates in these outputs; they follow from what else is disclosed."""
    for member in members:
        if isinstance(member, Group):
            yield from late(member.members)
        elif isinstance(member, Counted | Filled):
            yield member


def service_names(outputs: Iterable[Output]) -> frozenset[str]:
    """Return the disclosed names of what templates say about the audience's services."""
    parts = (part for output in late(outputs) if isinstance(output, Filled) for part in output.parts)
    return frozenset(part.names[0] for part in parts if isinstance(part, Placeholder) and part.is_of_services)
