"""The syntax tree of a condition, taken from the evaluator itself.

The CEL library hands out the tree that it evaluates as a `cel.expr.CheckedExpr`, a protocol buffer. Reading that one
means that what is reasoned about and what is run cannot differ by a parser (threat P-10).

Rules:
- Only literals, names, calls and lists have a form here; everything else is `OTHER`, with all of its content, so that
  two such trees are equal only when they say the same.
- Numbers of expressions and places in the text do not count.

Standard: cel-spec, proto/cel/expr/checked.proto and syntax.proto; protocol buffers' wire format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Form: TypeAlias = Literal["literal", "name", "call", "list", "other"]
_Message: TypeAlias = list[tuple[int, "int | bytes"]]

_CHECKED, _EXPRESSION = 2, 4  # Any.value, CheckedExpr.expr
_CONST, _IDENT, _SELECT, _CALL, _LIST, _STRUCT, _COMPREHENSION = range(3, 10)  # the forms of an Expr
_PARTS: Final[Mapping[int, frozenset[int]]] = {
    _SELECT: frozenset({1}),
    _LIST: frozenset({1}),
    _COMPREHENSION: frozenset({2, 4, 5, 6, 7}),
}
"""Which fields of the forms without a meaning here are themselves expressions."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One expression.

    Attributes:
        form: What kind of expression it is.
        said: The literal's type and value; the name; the called function; of another form all that is no expression.
        parts: The expressions in it; of a call the receiver first.
    """

    form: Form
    said: tuple[str, object]
    parts: tuple[Tree, ...] = ()

    def names(self) -> Iterator[str]:
        """Yield every name in the tree, one as often as it stands there."""
        if self.form == "name":
            yield str(self.said[1])
        for part in self.parts:
            yield from part.names()

    def texts(self) -> Iterator[str]:
        """Yield every literal text in the tree."""
        if self.form == "literal" and self.said[0] == "text":
            yield str(self.said[1])
        for part in self.parts:
            yield from part.texts()

    def numbers(self) -> Iterator[int | float]:
        """Yield every literal number in the tree."""
        if self.form == "literal" and isinstance(self.said[1], int | float) and self.said[0] != "truth":
            yield self.said[1]
        for part in self.parts:
            yield from part.numbers()

    def has_loops(self) -> bool:
        """Tell whether a comprehension stands in the tree: nothing else uses up the budget of an evaluation."""
        is_loop = self.form == "other" and self.said[0] == str(_COMPREHENSION)
        return is_loop or any(part.has_loops() for part in self.parts)

    def replaced(self, values: Mapping[str, Tree]) -> Tree:
        """Return the tree with names replaced. Those that a comprehension binds have no dot and are never ours."""
        if self.form == "name" and self.said[1] in values:
            return values[str(self.said[1])]
        return Tree(self.form, self.said, tuple(part.replaced(values) for part in self.parts))


def text_literal(text: str) -> Tree:
    """Return the tree of a literal text."""
    return Tree("literal", ("text", text))


def name(text: str) -> Tree:
    """Return the tree of a name."""
    return Tree("name", ("name", text))


def read_tree(checked: bytes) -> Tree:
    """Return the tree in a serialised condition (`Condition.checked`)."""
    return _tree(_bytes(_message(_bytes(_message(checked), _CHECKED)), _EXPRESSION))


def _tree(raw: bytes) -> Tree:
    for number, value in _message(raw):
        if number >= _CONST and isinstance(value, bytes):
            return _formed(number, value)
    return Tree("other", ("nothing", b""))


def _formed(form: int, raw: bytes) -> Tree:
    if form == _CONST:
        return Tree("literal", _literal(raw))
    fields = _message(raw)
    if form == _IDENT:
        return name(_bytes(fields, 1).decode())
    if form == _CALL:
        parts = [value for number, value in fields if number in (1, 3)]
        return Tree("call", ("call", _bytes(fields, 2).decode()), _trees(parts))
    if form == _LIST and all(number == 1 for number, _ in fields):
        return Tree("list", ("list", len(fields)), _trees(value for _, value in fields))
    if form == _STRUCT:
        entries = [
            part for number, value in fields if number == 2 and isinstance(value, bytes) for part in _entry(value)
        ]
        return Tree("other", (str(form), len(entries)), tuple(entries))
    inner = _PARTS[form]
    said = tuple((number, value) for number, value in fields if number not in inner)
    return Tree("other", (str(form), said), _trees(value for number, value in fields if number in inner))


def _entry(raw: bytes) -> tuple[Tree, ...]:
    """Return key and value of a literal map's entry; conditions can make no other structure."""
    return _trees(value for number, value in _message(raw) if number in (3, 4))


def _trees(raw: Iterable[int | bytes]) -> tuple[Tree, ...]:
    return tuple(_tree(value) for value in raw if isinstance(value, bytes))


def _literal(raw: bytes) -> tuple[str, object]:
    for number, value in _message(raw):
        match number, value:
            case 2, int():
                return "truth", bool(value)
            case 3, int():
                return "integer", value - 2**64 if value >= 2**63 else value
            case 5, bytes():
                return "number", struct.unpack("<d", value)[0]
            case 6, bytes():
                return "text", value.decode()
    return "other", raw


def _bytes(fields: _Message, wanted: int) -> bytes:
    """Return a field that holds bytes; empty, as the wire format has it, when it is left out."""
    return next((value for number, value in fields if number == wanted and isinstance(value, bytes)), b"")


def _message(raw: bytes) -> _Message:
    """Return the fields of a message in their order."""
    fields: _Message = []
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        value: int | bytes
        if key & 7 == 0:
            value, at = _varint(raw, at)
        else:
            size, at = (8, at) if key & 7 == 1 else _varint(raw, at)
            value, at = raw[at : at + size], at + size
        fields.append((key >> 3, value))
    return fields


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
