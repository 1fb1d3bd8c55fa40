"""Paths into the schemas: what a record of each type can hold, where, and how sensitive it is.

Rules:
- `place.name` is a member of an object, `note[].text` one of every object in an array, `requires.all[]` every
  scalar in an array, `characteristic[name=bandwidth].value` one of the objects with exactly that name. There are no
  indexes, wildcards or conditions.
- A path that the schema does not have is an error with the nearest one; nothing is guessed.
- A part is never less sensitive than what it is part of, whatever its own label says.

Pure. Does not read records: it knows what could be there, not what is.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias, cast, get_args

from gateway.errors import InputError
from gateway.ids import RecordTypeName
from gateway.record.schemas import schema_of
from gateway.record.strictjson import Json

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "date-time", "any"]
Sensitivity: TypeAlias = Literal["public", "service", "customer", "commercial", "topology", "secret"]
Shape: TypeAlias = Literal["leaf", "object", "array-of-objects", "array-of-scalars"]

SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)
"""From least to most sensitive. public: says nothing about anybody (types, severities, states, times). service: about
the service somebody bought. customer: who else is concerned, and people. commercial: what was agreed and paid.
topology: how the network is built, and free text, which may say it. secret: staff, serials, contents of files."""

_LONGEST_PATH = 256
_REMEMBERED = 32768
_STEP = r"@?[A-Za-z][A-Za-z0-9]{0,63}(?:\[\]|\[name=[A-Za-z0-9][A-Za-z0-9 _.:/+-]{0,63}\])?"
_STEPS = re.compile(rf"{_STEP}(?:\.{_STEP})*")
_SELECTOR = re.compile(r"\[name=[^\]]*\]")
_PART = re.compile(r"(@?[A-Za-z0-9]+)(\[(?:name=([^\]]+))?\])?")


class MalformedPath(InputError):
    """The text is not a path into a record."""

    code = "record.malformed-path"
    remedy = "Write names with dots between them, and [] after each array, as in `note[].text`."


class UnknownPath(InputError):
    """The record type has nothing at this path.

    Attributes:
        nearest: The path most like it, or None when no path is.
    """

    code = "record.unknown-path"
    remedy = "Use a path that the schema of the record type has."

    def __init__(self, particulars: str, nearest: str | None) -> None:
        super().__init__(particulars)
        self.nearest = nearest


class Step(NamedTuple):
    """One name in a path; `is_each` when it stands for every member of the array of that name.

    With `where` (and `is_each`) it stands for those members only whose `name` is exactly this text.
    """

    name: str
    is_each: bool = False
    where: str | None = None

    def __str__(self) -> str:
        if self.where is not None:
            return f"{self.name}[name={self.where}]"
        return f"{self.name}[]" if self.is_each else self.name


@dataclass(frozen=True, slots=True)
class FieldPath:
    """Where something stands in a record; `str()` gives back what `parse` read."""

    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> FieldPath:
        """Return the path that `text` writes, or raise `MalformedPath`."""
        return _parsed(text)

    def __str__(self) -> str:
        return ".".join(map(str, self.steps))

    def member(self, name: str) -> FieldPath:
        """Return the path of the member called `name` of what stands here."""
        return FieldPath((*self.steps, Step(name)))

    def each(self) -> FieldPath:
        """Return the path of every member of the array that stands here."""
        *front, last = self.steps
        return FieldPath((*front, Step(last.name, is_each=True)))

    def unselected(self) -> FieldPath:
        """Return the path without its selectors: `x[].value` for `x[name=a].value`. The catalogue knows paths so."""
        if not self.has_selector:
            return self
        return FieldPath(tuple(Step(step.name, step.is_each) for step in self.steps))

    @property
    def has_selector(self) -> bool:
        """Whether some step stands for the members of one name only."""
        return any(step.where is not None for step in self.steps)


@functools.lru_cache(maxsize=_REMEMBERED)
def _parsed(text: str) -> FieldPath:
    if len(text) > _LONGEST_PATH or not _STEPS.fullmatch(text):
        raise MalformedPath(f"{text[:80]!r} is not a path")
    found = _PART.finditer(text)
    return FieldPath(tuple(Step(part[1], part[2] is not None, part[3]) for part in found))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar. `enum` is empty when any value of the kind is allowed; `any` is text, a number or a truth value."""

    path: FieldPath
    sensitivity: Sensitivity
    description: str
    is_required: bool
    kind: Kind
    enum: tuple[str, ...] = ()
    shape: ClassVar[Shape] = "leaf"


@dataclass(frozen=True, slots=True)
class Object:
    """An object and its members by name; `is_required` says that the object around it must have it."""

    path: FieldPath
    sensitivity: Sensitivity
    description: str
    is_required: bool
    members: Mapping[str, Node] = field(repr=False)
    shape: ClassVar[Shape] = "object"


@dataclass(frozen=True, slots=True)
class Array:
    """An array whose members all look like `items`, which has the path of this one with `[]` behind it."""

    path: FieldPath
    sensitivity: Sensitivity
    description: str
    is_required: bool
    items: Leaf | Object

    @property
    def shape(self) -> Shape:
        """Tell what the members are."""
        return "array-of-scalars" if isinstance(self.items, Leaf) else "array-of-objects"


Node: TypeAlias = Leaf | Object | Array


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that a record of one type can hold."""

    record_type: RecordTypeName
    members: Mapping[str, Node] = field(repr=False)
    nodes: Mapping[str, Node] = field(repr=False)

    @staticmethod
    def of(record_type: RecordTypeName) -> Catalogue:
        """Return the catalogue of a record type; the same object every time.

        Raises:
            UnknownRecordType: There is no such record type.
        """
        return _catalogue(record_type)

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Return every scalar at every depth, in the schema's order."""
        return tuple(node for node in self.nodes.values() if isinstance(node, Leaf))

    @property
    def objects(self) -> tuple[Object, ...]:
        """Return every object at every depth, members of arrays included, but not the record itself."""
        return tuple(node for node in self.nodes.values() if isinstance(node, Object))

    @property
    def arrays(self) -> tuple[Array, ...]:
        """Return every array at every depth."""
        return tuple(node for node in self.nodes.values() if isinstance(node, Array))

    def lookup(self, text: str) -> Node:
        """Return what stands at the path `text`; that of a path with selectors stands at the path without them.

        Raises:
            MalformedPath: `text` is no path.
            UnknownPath: The type has no such path, or members that a selector chooses from have no `name`; `nearest`
                is the path most like it.
        """
        if text in self.nodes:
            return self.nodes[text]
        path = FieldPath.parse(text)
        node = self.nodes.get(_SELECTOR.sub("[]", text))
        if node is None or not self._selects(text):
            raise UnknownPath(f"{self.record_type} has no `{path}`", self._nearest(path))
        return node

    def _selects(self, text: str) -> bool:
        """Tell whether every selector stands on an array whose members have a single value `name`."""
        around = [_SELECTOR.sub("[]", text[: found.end()]) for found in _SELECTOR.finditer(text)]
        return all(isinstance(self.nodes.get(f"{one}.name"), Leaf) for one in around)

    def _nearest(self, path: FieldPath) -> str | None:
        """Return the path most like `path`, with its selectors where there is an array in their place."""
        known = {text.casefold(): text for text in self.nodes}
        folded = difflib.get_close_matches(str(path.unselected()).casefold(), known, n=1)
        if not folded:
            return None
        close = known[folded[0]]
        chosen = [step.where for step in path.steps]
        steps = FieldPath.parse(close).steps
        wanted = [chosen[at] if step.is_each and at < len(chosen) else None for at, step in enumerate(steps)]
        nearest = FieldPath(tuple(Step(step.name, step.is_each, w) for step, w in zip(steps, wanted, strict=True)))
        return str(nearest) if self._selects(str(nearest)) else close


def resolve(document: Json, part: Json) -> Json:
    """Return `part` of the schema `document` with its `$ref` replaced by what that stands for.

    What `part` says beside the reference wins. Only `#/$defs/NAME` occurs in our schemas.
    """
    if "$ref" not in part:
        return part
    target = document["$defs"][part["$ref"].removeprefix("#/$defs/")]
    return {**resolve(document, target), **{key: value for key, value in part.items() if key != "$ref"}}


@functools.cache
def _catalogue(record_type: RecordTypeName) -> Catalogue:
    document = schema_of(record_type)
    members = _members(document, document, FieldPath(()), "public")
    nodes = {str(node.path): node for member in members.values() for node in _walk(member)}
    return Catalogue(record_type, members, MappingProxyType(nodes))


def _members(document: Json, part: Json, path: FieldPath, around: Sensitivity) -> Mapping[str, Node]:
    required = part.get("required", ())
    return MappingProxyType(
        {
            name: _node(document, member, path.member(name), around, is_required=name in required)
            for name, member in part["properties"].items()
        }
    )


def _node(document: Json, part: Json, path: FieldPath, around: Sensitivity, *, is_required: bool) -> Node:
    part = resolve(document, part)
    sensitivity = max(around, part.get("x-sensitivity", around), key=SENSITIVITIES.index)
    description: str = part.get("description", "")
    if part["type"] == "object":
        members = _members(document, part, path, sensitivity)
        return Object(path, sensitivity, description, is_required, members)
    if part["type"] == "array":
        items = _node(document, part["items"], path.each(), sensitivity, is_required=True)
        return Array(path, sensitivity, description, is_required, cast("Leaf | Object", items))
    return Leaf(path, sensitivity, description, is_required, _kind(part), _enum(part))


def _kind(part: Json) -> Kind:
    if isinstance(part["type"], list):
        return "any"
    return "date-time" if part.get("format") == "date-time" else cast(Kind, part["type"])


def _enum(part: Mapping[str, Any]) -> tuple[str, ...]:
    return (part["const"],) if "const" in part else tuple(part.get("enum", ()))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Array):
        yield from _walk(node.items)
    if isinstance(node, Object):
        for member in node.members.values():
            yield from _walk(member)
