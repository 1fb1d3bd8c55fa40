"""Checks of a transform on a single value: does it fit the value's kind, and is what it is told possible?

Each transform has one function here. A transform without one does not pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from gateway.policy.checks.rule_subject import Subject
from gateway.policy.language.document import (
    Bucket,
    Constant,
    Count,
    Generalise,
    Keep,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Template,
    Truncate,
)
from gateway.policy.language.findings import suggestion
from gateway.policy.language.hierarchies import PLACES
from gateway.policy.transforms.pseudonym import PREFIXES
from gateway.policy.transforms.times import UNITS, is_time
from gateway.record.paths import Leaf

MAX_SHOWN = 8
"""How many characters a mask may show."""

MAX_TEXT = 4096
"""How long a constant, a template or a word of a map may be."""

_LARGEST = 2**53
_ADDRESSES = frozenset({"href", "@schemaLocation"})
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "date-time": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "any": (str, int, float, bool),
}


def check_leaf(subject: Subject, leaf: Leaf) -> None:
    """Note everything that is wrong with a rule on a single value."""
    transform = subject.rule.transform
    if leaf.path.steps[-1].name in _ADDRESSES and not isinstance(transform, Constant):
        message = f"`{subject.rule.path}` is an address in our own systems"
        subject.note("policy.address", message, "Leave it out, or use {constant: ...}.")
    check = _CHECKS.get(type(transform))
    if check is None:
        message = f"`{subject.rule.path}` cannot have this rule"
        subject.note("policy.misfit", message, "Leave it out.")
    else:
        check(subject, transform, leaf)


def kind_of(leaf: Leaf) -> str:
    """Return what findings call the kind of a leaf."""
    if leaf.enum:
        return "one of a fixed set of words"
    words = {"string": "text", "date-time": "a time", "integer": "an integer", "number": "a number"}
    return words.get(leaf.kind, "a truth value" if leaf.kind == "boolean" else "of any kind")


def _misfit(subject: Subject, leaf: Leaf, what: str, remedy: str) -> None:
    subject.note("policy.misfit", f"{what}, and `{subject.rule.path}` is {kind_of(leaf)}", remedy)


def _is_text(leaf: Leaf) -> bool:
    return leaf.kind == "string" and not leaf.enum


def _keep(_subject: Subject, _keep: Keep, _leaf: Leaf) -> None:
    """Every value can be kept."""


def _constant(subject: Subject, constant: Constant, leaf: Leaf) -> None:
    value, path = constant.value, subject.rule.path
    if leaf.path.steps[-1].is_each:
        message = f"`constant` would tell how many values `{path}` has"
        subject.note("policy.misfit", message, "Leave the path out.")
    elif type(value) not in _TYPES[leaf.kind] or (leaf.kind == "date-time" and not is_time(value)):
        subject.note("policy.constant", f"`{path}` is {kind_of(leaf)}", "Write a constant of that kind.")
    elif leaf.enum and value not in leaf.enum:
        message = f"`{path}` cannot be `{value}`"
        subject.note("policy.constant", message, suggestion(str(value), leaf.enum))
    elif isinstance(value, str) and len(value) > MAX_TEXT:
        subject.note("policy.constant", f"the constant has more than {MAX_TEXT} characters", "Write a shorter one.")


def _map(subject: Subject, table: Map, leaf: Leaf) -> None:
    if leaf.kind != "string":
        _misfit(subject, leaf, "`map` is for words", "Use `keep` or `constant`, or leave it out.")
        return
    keys = [key for key, _ in table.entries]
    if not keys or len(set(keys)) < len(keys):
        subject.note("policy.map", "`map` must have entries, each word once", "Write {map: {word: other}}.")
    words = frozenset(leaf.enum)
    for key in keys:
        if words and key not in words:
            subject.note("policy.map", f"`{subject.rule.path}` is never `{key}`", suggestion(key, leaf.enum))
        elif not key or len(key) > MAX_TEXT:
            subject.note("policy.map", f"a word has 1 to {MAX_TEXT} characters", "Write a shorter one.")
    results = dict.fromkeys(value for _, value in table.entries)
    for value in (*results, *(() if table.otherwise is None else (table.otherwise,))):
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            subject.note("policy.map", f"`{str(value)[:80]}` is not a word", "Put it in quotes if text is meant.")
        elif words and value not in words:
            subject.note("policy.map", f"`{subject.rule.path}` cannot be `{value}`", suggestion(value, leaf.enum))


def _truncate(subject: Subject, truncate: Truncate, leaf: Leaf) -> None:
    if truncate.unit not in UNITS:
        subject.note("policy.unit", f"there is no unit `{truncate.unit}`", suggestion(truncate.unit, UNITS))
    elif leaf.kind != "date-time":
        _misfit(subject, leaf, "`truncate` is for times", "Use `keep`, `constant` or `pseudonym`, or leave it out.")


def _is_number(leaf: Leaf, value: object) -> bool:
    """Tell whether a number can stand in the place of such a leaf's values."""
    return type(value) in _TYPES[leaf.kind] and -_LARGEST <= value <= _LARGEST  # type: ignore[operator]


def _is_numeric(subject: Subject, leaf: Leaf, what: str) -> bool:
    if leaf.kind in ("integer", "number"):
        return True
    _misfit(subject, leaf, f"`{what}` is for numbers", "Use `keep` or `constant`, or leave it out.")
    return False


def _round(subject: Subject, transform: Round, leaf: Leaf) -> None:
    if _is_numeric(subject, leaf, "round") and not (_is_number(leaf, transform.step) and transform.step > 0):
        message = f"`{transform.step}` is no step for {kind_of(leaf)}"
        subject.note("policy.round", message, "Write a number above 0, and a whole one for integers.")


def _bucket(subject: Subject, bucket: Bucket, leaf: Leaf) -> None:
    if not _is_numeric(subject, leaf, "bucket"):
        return
    bounds = bucket.bounds
    if not bounds or not all(_is_number(leaf, bound) for bound in bounds):
        message = f"these are no bounds for {kind_of(leaf)}"
        subject.note("policy.bucket", message, "Write numbers, and whole ones for integers.")
    elif any(one >= next_one for one, next_one in itertools.pairwise(bounds)):
        subject.note("policy.bucket", "the bounds do not ascend", "Write each bound once, the lowest first.")


def _generalise(subject: Subject, generalise: Generalise, leaf: Leaf) -> None:
    names = [hierarchy.name for hierarchy in subject.document.hierarchies]
    if leaf.kind != "string":
        _misfit(subject, leaf, "`generalise` is for words and places", "Use another transform, or leave it out.")
    elif generalise.to in PLACES:
        message = f"`{generalise.to}` generalises a place as a whole"
        subject.note("policy.generalise", message, "Write for example `place: {generalise: metro}`.")
    elif generalise.to not in names:
        message = f"there is no hierarchy `{generalise.to}`"
        remedy = suggestion(generalise.to, names) if names else "Write it under `hierarchies`."
        subject.note("policy.generalise", message, remedy)


def _prefix(subject: Subject, prefix: Prefix, leaf: Leaf) -> None:
    if not _is_text(leaf):
        _misfit(subject, leaf, "prefixes are made of addresses", "Use another transform, or leave it out.")
    for name, length, most in (("ipv4", prefix.ipv4, 32), ("ipv6", prefix.ipv6, 128)):
        if not 0 <= length <= most:
            message = f"`{name}` has no prefix of {length} bits"
            subject.note("policy.prefix", message, f"Write a length from 0 to {most}.")


def _mask(subject: Subject, mask: Mask, leaf: Leaf) -> None:
    if not _is_text(leaf):
        _misfit(subject, leaf, "`mask` is for text", "Use `keep` or `constant`, or leave it out.")
    if mask.first < 0 or mask.last < 0 or mask.first + mask.last > MAX_SHOWN:
        message = f"a mask shows at most {MAX_SHOWN} characters"
        subject.note("policy.mask", message, "Write for example {mask: {first: 0, last: 4}}.")


def _pseudonym(subject: Subject, pseudonym: Pseudonym, leaf: Leaf) -> None:
    name = pseudonym.pseudonym_class
    if name not in PREFIXES:
        message = f"there is no class of pseudonyms `{name}`"
        subject.note("policy.pseudonym-class", message, suggestion(name, PREFIXES))
    elif not _is_text(leaf):
        _misfit(subject, leaf, "`pseudonym` is for names", "Use `keep` or `constant`, or leave it out.")


def _scrub(subject: Subject, _scrub: Scrub, leaf: Leaf) -> None:
    if not _is_text(leaf):
        _misfit(subject, leaf, "`scrub` is for text", "Use `keep` or `constant`, or leave it out.")


def _template(subject: Subject, template: Template, leaf: Leaf) -> None:
    if not _is_text(leaf):
        _misfit(subject, leaf, "`template` makes text", "Use `constant`, or leave it out.")
    if "[" in subject.rule.path:
        message = f"`{subject.rule.path}` stands inside an array"
        subject.note("policy.misfit", message, "Put the template on an attribute outside of arrays.")
    if max(len(template.text), len(template.otherwise or "")) > MAX_TEXT:
        subject.note("policy.template", f"more than {MAX_TEXT} characters", "Write a shorter text.")


def _count(subject: Subject, _count: Count, leaf: Leaf) -> None:
    if leaf.kind != "integer":
        _misfit(subject, leaf, "`count` makes an integer", "Put it on an integer, or leave it out.")
    elif "[" in subject.rule.path:
        message = f"`{subject.rule.path}` stands inside an array"
        subject.note("policy.misfit", message, "Put the count on an attribute outside of arrays.")


_CHECKS: dict[type, Callable[[Subject, Any, Leaf], None]] = {
    Keep: _keep,
    Constant: _constant,
    Map: _map,
    Truncate: _truncate,
    Round: _round,
    Bucket: _bucket,
    Generalise: _generalise,
    Prefix: _prefix,
    Mask: _mask,
    Pseudonym: _pseudonym,
    Scrub: _scrub,
    Template: _template,
    Count: _count,
}
