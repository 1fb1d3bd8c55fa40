"""Checks of one rule against the schema: does the path exist, and does the transform fit what stands there?"""

from __future__ import annotations

import re

from gateway.policy.document import Constant, FieldRule, Keep, Lift, Pseudonym, Truncate
from gateway.policy.findings import Findings, suggestion
from gateway.policy.pseudonym import PREFIXES
from gateway.policy.transforms import UNITS, is_time
from gateway.record.paths import Array, Catalogue, Leaf, MalformedPath, Node, Object, UnknownPath

LIFTED = ("id", "name")
_TARGETS = ("service",)
_NAME = re.compile(r"@?[A-Za-z][A-Za-z0-9]{0,63}")
_ADDRESSES = frozenset({"href", "@schemaLocation"})
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "date-time": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "any": (str, int, float, bool),
}


def check_rule(rule: FieldRule, catalogue: Catalogue, findings: Findings) -> None:
    """Note everything that is wrong with one rule, names of other rules aside."""
    node = _node(rule, catalogue, findings)
    if rule.rename is not None and not _NAME.fullmatch(rule.rename):
        message = f"`{rule.rename}` is not an attribute's name"
        findings.add(rule.mark, "policy.rename", message, "Use letters and digits, beginning with a letter.")
    if rule.path == "id":
        _check_identifier(rule, catalogue, findings)
    if node is None:
        return
    if isinstance(rule.transform, Lift):
        _check_lift(rule, rule.transform, node, findings)
    elif isinstance(node, Leaf):
        _check_leaf(rule, node, findings)
    else:
        _check_members(rule, node, findings)


def _node(rule: FieldRule, catalogue: Catalogue, findings: Findings) -> Node | None:
    try:
        return catalogue.lookup(rule.path)
    except UnknownPath as error:
        message = f"{catalogue.record_type} has no `{rule.path}`"
        remedy = f"Write `{error.nearest}` if that is what is meant." if error.nearest else "Look at the schema."
        findings.add(rule.mark, "policy.unknown-path", message, remedy)
    except MalformedPath:
        remedy = "Write names with dots between them and [] after arrays, as in `note[].text`."
        findings.add(rule.mark, "policy.path", f"`{rule.path}` is not a path", remedy)
    return None


def _check_identifier(rule: FieldRule, catalogue: Catalogue, findings: Findings) -> None:
    """The record's own identifier: kept, or a pseudonym of the class that references to it also use."""
    match rule.transform:
        case Keep() if rule.rename is None:
            return
        case Pseudonym(pseudonym_class) if rule.rename is None and pseudonym_class == catalogue.record_type:
            return
        case Pseudonym() if rule.rename is None:
            message = f"the identifier of {catalogue.record_type} has pseudonyms of its own class"
            findings.add(rule.mark, "policy.id-class", message, f"Write {{pseudonym: {catalogue.record_type}}}.")
        case _:
            remedy = f"Write `keep` or {{pseudonym: {catalogue.record_type}}}."
            findings.add(rule.mark, "policy.id", "`id` must stay an identifier, under its own name", remedy)


def _check_lift(rule: FieldRule, lift: Lift, node: Node, findings: Findings) -> None:
    if lift.target not in _TARGETS:
        message = f"`lift` does not know `{lift.target}`"
        findings.add(rule.mark, "policy.lift", message, suggestion(lift.target, _TARGETS))
    for name in lift.show:
        if name not in LIFTED:
            findings.add(rule.mark, "policy.lift", f"`show` does not know `{name}`", suggestion(name, LIFTED))
    if not lift.show or len(set(lift.show)) < len(lift.show):
        findings.add(rule.mark, "policy.lift", "`show` must name each attribute once", "Write `show: [id, name]`.")
    if "[]" in rule.path:
        remedy = f"Write `{rule.path.split('[]')[0]}`, the attribute as a whole."
        findings.add(rule.mark, "policy.lift", "`lift` cannot stand inside an array", remedy)
    elif isinstance(node, Leaf) or (isinstance(node, Array) and isinstance(node.items, Leaf)):
        message = f"`lift` puts objects in the place of objects, and `{rule.path}` holds none"
        findings.add(rule.mark, "policy.lift", message, "Use it on an object or an array of objects.")


def _check_members(rule: FieldRule, node: Object | Array, findings: Findings) -> None:
    """A rule for a single value that stands on something with parts."""
    if isinstance(node, Array) and isinstance(node.items, Leaf):
        message = f"`{rule.path}` is an array"
        findings.add(rule.mark, "policy.array", message, f"Write `{rule.path}[]` for each of its values.")
        return
    inner = node.items if isinstance(node, Array) else node
    members = [str(member.path) for member in inner.members.values()] if isinstance(inner, Object) else []
    message = f"`{rule.path}` has parts, and new ones may come"
    findings.add(rule.mark, "policy.whole-object", message, f"Name the parts that may leave: {', '.join(members)}.")


def _check_leaf(rule: FieldRule, leaf: Leaf, findings: Findings) -> None:
    last = leaf.path.steps[-1]
    if last.name in _ADDRESSES and not isinstance(rule.transform, Constant):
        message = f"`{rule.path}` is an address in our own systems"
        findings.add(rule.mark, "policy.address", message, "Leave it out, or use {constant: ...}.")
    match rule.transform:
        case Truncate(unit) if unit not in UNITS:
            findings.add(rule.mark, "policy.unit", f"there is no unit `{unit}`", suggestion(unit, UNITS))
        case Truncate() if leaf.kind != "date-time":
            message = f"`truncate` is for times, and `{rule.path}` is {_a(leaf)}"
            findings.add(rule.mark, "policy.misfit", message, "Use `keep`, `constant` or `pseudonym`, or leave it out.")
        case Pseudonym(pseudonym_class) if pseudonym_class not in PREFIXES:
            message = f"there is no class of pseudonyms `{pseudonym_class}`"
            findings.add(rule.mark, "policy.pseudonym-class", message, suggestion(pseudonym_class, PREFIXES))
        case Pseudonym() if leaf.kind != "string" or leaf.enum:
            message = f"`pseudonym` is for names, and `{rule.path}` is {_a(leaf)}"
            findings.add(rule.mark, "policy.misfit", message, "Use `keep` or `constant`, or leave it out.")
        case Constant(value):
            _check_constant(rule, value, leaf, findings)


def _check_constant(rule: FieldRule, value: object, leaf: Leaf, findings: Findings) -> None:
    if leaf.path.steps[-1].is_each:
        message = f"`constant` would tell how many values `{rule.path}` has"
        findings.add(rule.mark, "policy.misfit", message, "Leave the path out.")
    elif type(value) not in _TYPES[leaf.kind] or (leaf.kind == "date-time" and not is_time(value)):
        findings.add(rule.mark, "policy.constant", f"`{rule.path}` is {_a(leaf)}", "Write a constant of that kind.")
    elif leaf.enum and value not in leaf.enum:
        message = f"`{rule.path}` cannot be `{value}`"
        findings.add(rule.mark, "policy.constant", message, suggestion(str(value), leaf.enum))


def _a(leaf: Leaf) -> str:
    if leaf.enum:
        return "one of a fixed set of words"
    words = {"string": "text", "date-time": "a time", "integer": "an integer", "number": "a number"}
    return words.get(leaf.kind, "a truth value" if leaf.kind == "boolean" else "of any kind")
