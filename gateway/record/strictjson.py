"""Read JSON strictly, as I-JSON, or refuse it with a reason from a fixed list.

What is refused (threats H-12 to H-21): a byte order mark, bytes that are not UTF-8, anything but one document,
duplicate keys at any depth (also when they differ by escapes), lone surrogates and noncharacters, control
characters other than tab and line ends, NaN and infinities, integers past 2**53 - 1, numbers that a double cannot
hold, and documents too large, too deep or with too many items.

Three ways lead to the same answer. When the bytes are exactly what `orjson` writes for the value, nothing can be
doubled or misread, and a few searches of the bytes rule out the rest. When only spaces and order of writing differ, a
second reading counts keys and looks at numbers. Otherwise, and to say where something is wrong, the document is read
with every key and number as it was written, and walked.

Reasons, pointers and messages never repeat a value. Does not check against schemas (`validation`).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeAlias, cast

import orjson

from gateway.errors import InputError

Json: TypeAlias = dict[str, Any]
_Path: TypeAlias = tuple[str | int, ...]

LARGEST_INTEGER: Final = 2**53 - 1
_MOST_DIGITS: Final = 17  # No double needs more to be told from its neighbours.
_LONGEST_POINTER: Final = 512
_MOST_BYTES_TO_EXPLAIN: Final = 128 * 1024

_SIGNIFICANT = re.compile(r"-?[0.]*([0-9.]*)")

_OUTLINE = bytes.maketrans(b"123456789{", b"000000000[")  # Every digit becomes 0, every opening bracket [.
_AS_LONG_AS_2_TO_53 = b"0" * 16
_FEWEST_BYTES_OF_AN_ITEM = 2  # The item and its comma.
_RARE_ESCAPE = re.compile(rb"\\[bfu]")
_NONCHARACTER_TRACES = (b"\xbf\xbe", b"\xbf\xbf", b"\xef\xb7")  # Ends of U+xxFFFE and U+xxFFFF; start of U+FDxx.


class Reason(StrEnum):
    """Why bytes are not strict JSON; the only words about it that anybody gets."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    BYTE_ORDER_MARK = "byte-order-mark"
    NOT_UTF_8 = "not-utf-8"
    SYNTAX = "syntax"
    TRAILING_DATA = "trailing-data"
    TOO_DEEP = "too-deep"
    TOO_MANY_ITEMS = "too-many-items"
    DUPLICATE_KEY = "duplicate-key"
    NOT_A_NUMBER = "not-a-number"
    NUMBER_OUT_OF_RANGE = "number-out-of-range"
    NUMBER_TOO_PRECISE = "number-too-precise"
    LONE_SURROGATE = "lone-surrogate"
    CONTROL_CHARACTER = "control-character"
    NONCHARACTER = "noncharacter"
    NOT_AN_OBJECT = "not-an-object"


_PLANES = range(0, 0x110000, 0x10000)
_FORBIDDEN: Final = {
    Reason.CONTROL_CHARACTER: re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"),
    Reason.LONE_SURROGATE: re.compile(r"[\ud800-\udfff]"),
    Reason.NONCHARACTER: re.compile(
        "[\ufdd0-\ufdef" + "".join(chr(plane + last) for plane in _PLANES for last in (0xFFFE, 0xFFFF)) + "]"
    ),
}


class NotStrictJson(InputError):
    """The input is not one JSON document as I-JSON (RFC 7493) has it.

    Attributes:
        reason: What is wrong, from a fixed list.
        pointer: JSON Pointer to the place, as far as known; "" otherwise. It is made of the sender's keys.
    """

    code = "json.not-strict"
    remedy = "Send one JSON document in UTF-8 without duplicate keys, control characters or numbers past a double."

    def __init__(self, reason: Reason, pointer: str = "", where: str = "") -> None:
        super().__init__(f"{reason}{where}" + (f" at {pointer}" if pointer else ""))
        self.reason = reason
        self.pointer = pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a document we are ready to read; an item is a member of an object or array.

    `max_depth` stays far below the depth of Python's own stack, so that nothing here can exhaust it.
    """

    max_bytes: int = 4 * 1024 * 1024
    max_depth: int = 32
    max_items: int = 20_000


DEFAULT: Final = Limits()


def parse(raw: bytes, limits: Limits = DEFAULT) -> Any:
    """Return the value that `raw` holds.

    Raises:
        NotStrictJson: It holds none, or one that some other parser could read differently.

    Invariant: `dump` takes what this returns, and `parse` takes that again.
    Standard: RFC 8259, RFC 7493 section 2.
    """
    if len(raw) > limits.max_bytes:
        raise NotStrictJson(Reason.TOO_LARGE)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _why_unreadable(raw, error) from None
    outline = raw.translate(_OUTLINE)
    if outline.count(b"[") > limits.max_depth or len(raw) > limits.max_items * _FEWEST_BYTES_OF_AN_ITEM:
        _require_within(value, limits)
    if not (_is_plain(raw, outline) and (orjson.dumps(value) == raw or _is_unambiguous(raw))):
        _inspect(raw.decode())
    return value


def parse_object(raw: bytes, limits: Limits = DEFAULT) -> Json:
    """Return the object that `raw` holds; raise `NotStrictJson` also when it holds something else."""
    value = parse(raw, limits)
    if not isinstance(value, dict):
        raise NotStrictJson(Reason.NOT_AN_OBJECT)
    return value


def dump(value: Any) -> bytes:
    """Return `value` as compact UTF-8 JSON; never fails on what `parse` returned."""
    return orjson.dumps(value)


def pointer_to(path: Iterable[str | int]) -> str:
    """Return the JSON Pointer to `path`, fit for a line of a log: printable, and cut when very long.

    Standard: RFC 6901 section 3.
    """
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    if not pointer.isprintable():
        pointer = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in pointer)
    return pointer if len(pointer) <= _LONGEST_POINTER else pointer[:_LONGEST_POINTER] + "…"


def _require_within(value: Any, limits: Limits) -> None:
    """Count items and depth, level by level; raise `NotStrictJson` when there are too many."""
    level = [value] if isinstance(value, (dict, list)) else []
    items = 0
    for _ in range(limits.max_depth):
        parts = [part.values() if type(part) is dict else part for part in level]
        items += sum(map(len, parts))
        if items > limits.max_items:
            raise NotStrictJson(Reason.TOO_MANY_ITEMS)
        level = [member for part in parts for member in part if type(member) in (dict, list)]
    if level:
        raise NotStrictJson(Reason.TOO_DEEP)


def _is_plain(raw: bytes, outline: bytes) -> bool:
    """Tell whether `raw` surely has only characters and integers that are allowed; no means: look."""
    return (
        _AS_LONG_AS_2_TO_53 not in outline
        and b"\x7f" not in raw
        and (b"\\" not in raw or not _RARE_ESCAPE.search(raw))
        and (raw.isascii() or not any(trace in raw for trace in _NONCHARACTER_TRACES))
    )


def _is_unambiguous(raw: bytes) -> bool:
    """Tell whether every key in `raw` is there once, and every number one that a double holds."""
    try:
        _QUICK.decode(raw.decode())
    except NotStrictJson:
        return False
    return True


def _require_distinct(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise NotStrictJson(Reason.DUPLICATE_KEY)


_QUICK = json.JSONDecoder(object_pairs_hook=_require_distinct, parse_float=lambda written: _check_number(written, ()))


def _why_unreadable(raw: bytes, error: orjson.JSONDecodeError) -> NotStrictJson:
    """Return the refusal of what `orjson` could not read; only its words depend on this second look."""
    where = f" in line {error.lineno}, column {error.colno}"
    if not raw.strip():
        return NotStrictJson(Reason.EMPTY)
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return NotStrictJson(Reason.BYTE_ORDER_MARK)
    try:
        text = raw.decode()
        if len(raw) <= _MOST_BYTES_TO_EXPLAIN:
            _inspect(text)
    except UnicodeDecodeError:
        return NotStrictJson(Reason.NOT_UTF_8)
    except json.JSONDecodeError as second:
        return NotStrictJson(Reason.TRAILING_DATA if second.msg == "Extra data" else Reason.SYNTAX, where=where)
    except NotStrictJson as refusal:
        return refusal
    return NotStrictJson(Reason.SYNTAX, where=where)


def _refuse_constant(_name: str) -> NoReturn:
    raise NotStrictJson(Reason.NOT_A_NUMBER)


class _Members(list[tuple[str, Any]]):
    """The members of an object as they were written, doubled keys and all."""


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


_AS_WRITTEN = json.JSONDecoder(
    object_pairs_hook=_Members, parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant
)


def _inspect(text: str) -> None:
    """Read the document once more, keeping what parsers usually drop, and refuse what is not strict."""
    try:
        _check(_AS_WRITTEN.decode(text), ())
    except RecursionError:
        raise NotStrictJson(Reason.TOO_DEEP) from None


def _check(node: Any, path: _Path) -> None:
    """Raise `NotStrictJson` for the first thing in `node` that is not strict; `path` leads to it."""
    kind = type(node)
    if kind is str:
        _check_text(node, path)
    elif kind is _Number:
        _check_number(node, path)
    elif kind is _Members:
        _check_keys(node, path)
        _check_each(node, path)
    elif kind is list:
        _check_each(enumerate(node), path)


def _check_each(members: Iterable[tuple[str | int, Any]], path: _Path) -> None:
    for step, member in members:
        if type(member) is str and member.isascii() and member.isprintable():
            continue  # By far the most members; going on would find nothing, slowly.
        _check(member, (*path, step))


def _check_keys(members: _Members, path: _Path) -> None:
    keys = [key for key, _ in members]
    _check_text("".join(keys), path)
    if len(set(keys)) < len(keys):
        [(doubled, _)] = Counter(keys).most_common(1)
        raise NotStrictJson(Reason.DUPLICATE_KEY, pointer_to((*path, doubled)))


def _check_text(text: str, path: _Path) -> None:
    if text.isascii() and text.isprintable():
        return
    for reason, forbidden in _FORBIDDEN.items():
        if forbidden.search(text):
            raise NotStrictJson(reason, pointer_to(path))


def _check_number(written: str, path: _Path) -> None:
    if len(written) < len(_AS_LONG_AS_2_TO_53) and "e" not in written and "E" not in written:
        return
    mantissa = cast(re.Match[str], _SIGNIFICANT.match(written))[1].replace(".", "").rstrip("0")
    if len(mantissa) > _MOST_DIGITS:
        raise NotStrictJson(Reason.NUMBER_TOO_PRECISE, pointer_to(path))
    value = float(written)
    is_integer = written.lstrip("-").isdigit()
    if not math.isfinite(value) or (value == 0 and mantissa) or (is_integer and abs(int(written)) > LARGEST_INTEGER):
        raise NotStrictJson(Reason.NUMBER_OUT_OF_RANGE, pointer_to(path))
