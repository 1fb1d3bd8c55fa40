"""Checks of one rule against the schema: does the path exist, and may a rule of this kind stand there?

What a transform is told is for `leaf_checks` (on single values) and `reference_checks`; the names of other rules are
for `name_checks`.
"""

from __future__ import annotations

import re

from gateway.policy.checks.leaf_checks import check_leaf
from gateway.policy.checks.reference_checks import check_references
from gateway.policy.checks.rule_subject import Subject
from gateway.policy.language.document import Drop, FieldRule, Generalise, Keep, Lift, Pseudonym
from gateway.policy.language.findings import suggestion
from gateway.policy.language.hierarchies import PLACES
from gateway.record.paths import Array, FieldPath, Leaf, MalformedPath, Node, Object, Step, UnknownPath

LIFTED = ("id", "name", "@referredType", "role")
_TARGETS = ("service",)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
_RESERVED = frozenset({"id", "href"})


def check_rule(subject: Subject) -> None:
    """Note everything that is wrong with one rule, names of other rules aside."""
    rule = subject.rule
    if isinstance(rule.transform, Drop):
        message = "`drop` is not needed: what no rule names does not leave"
        subject.note("policy.unknown-rule", message, "Remove this line.")
        return
    node = _node(subject)
    _check_rename(subject)
    if rule.path == "id":
        _check_identifier(subject)
    if node is None:
        return
    path = FieldPath.parse(rule.path)
    _check_selectors(subject, path)
    check_references(subject, path)
    if isinstance(rule.transform, Lift):
        _check_lift(subject, rule.transform, node)
    elif isinstance(node, Leaf):
        check_leaf(subject, node)
    elif isinstance(rule.transform, Generalise):
        _check_place(subject, rule.transform, path, node)
    else:
        _check_members(subject, node)


def is_characteristics(node: Node | None) -> bool:
    """Tell whether something is an array of name/value pairs, the members of which are addressed by name."""
    members = node.items.members if isinstance(node, Array) and isinstance(node.items, Object) else {}
    return isinstance(members.get("name"), Leaf) and isinstance(members.get("value"), Leaf)


def _node(subject: Subject) -> Node | None:
    rule, catalogue = subject.rule, subject.catalogue
    try:
        return catalogue.lookup(rule.path)
    except UnknownPath as error:
        message = f"{catalogue.record_type} has no `{rule.path}`"
        remedy = (
            f"Write `{error.nearest}` if that is what is meant."
            if error.nearest
            else f"Look for it in the schema of {catalogue.record_type}."
        )
        subject.note("policy.unknown-path", message, remedy)
    except MalformedPath:
        remedy = "Write names with dots between them and [] after arrays, as in `note[].text`."
        subject.note("policy.path", f"`{rule.path}` is not a path", remedy)
    return None


def _check_rename(subject: Subject) -> None:
    rename = subject.rule.rename
    if rename is None:
        return
    if not _NAME.fullmatch(rename):
        message = f"`{rename}` is not a name that an attribute can be given"
        subject.note("policy.rename", message, "Use letters and digits, beginning with a letter.")
    elif rename in _RESERVED:
        message = f"`{rename}` has a meaning of its own in every record"
        subject.note("policy.rename", message, "Choose another name.")


def _check_identifier(subject: Subject) -> None:
    """The record's own identifier: kept, or a pseudonym of the class that references to it also use."""
    rule, record_type = subject.rule, subject.section.record_type
    match rule.transform:
        case Keep() if rule.rename is None:
            return
        case Pseudonym(pseudonym_class) if rule.rename is None and pseudonym_class == record_type:
            return
        case Pseudonym() if rule.rename is None:
            message = f"the identifier of {record_type} has pseudonyms of its own class"
            subject.note("policy.id-class", message, f"Write {{pseudonym: {record_type}}}.")
        case _:
            remedy = f"Write `keep` or {{pseudonym: {record_type}}}."
            subject.note("policy.id", "`id` must stay an identifier, under its own name", remedy)


def _check_selectors(subject: Subject, path: FieldPath) -> None:
    """Name/value pairs are addressed by name, so that a pair that is new tomorrow stays inside; nothing else is."""
    bare = ""
    for end, step in enumerate(path.steps, start=1):
        bare = f"{bare}.{step.name}" if bare else step.name
        if not step.is_each:
            continue
        is_pairs = is_characteristics(subject.catalogue.nodes.get(bare))
        bare += "[]"
        if is_pairs == (step.where is not None):
            continue
        around = FieldPath((*path.steps[: end - 1], Step(step.name)))
        if is_pairs:
            remedy = f"Write `{around}[name=...].value` for each pair that may leave."
            subject.note("policy.characteristic", f"`{around}` holds pairs of name and value", remedy)
        else:
            message = f"`{around}` holds no pairs of name and value"
            subject.note("policy.selector", message, f"Write `{around}[]`, and `items` with `when` to choose.")
    *_, last = path.steps
    if len(path.steps) > 1 and path.steps[-2].where is not None and "name" in (last.name, subject.rule.rename):
        subject.note("policy.selector", "the name of a pair is told with it already", "Remove this rule.")


def _check_lift(subject: Subject, lift: Lift, node: Node) -> None:
    path = subject.rule.path
    if lift.target not in _TARGETS:
        subject.note("policy.lift", f"`lift` does not know `{lift.target}`", suggestion(lift.target, _TARGETS))
    for name in lift.show:
        if name not in LIFTED:
            subject.note("policy.lift", f"`show` does not know `{name}`", suggestion(name, LIFTED))
    if not lift.show or len(set(lift.show)) < len(lift.show):
        subject.note("policy.lift", "`show` must name each attribute once", "Write `show: [id, name]`.")
    elif not {"id", "name"} & set(lift.show):
        subject.note("policy.lift", "`show` names nothing of the service itself", "Add `id`, `name` or both.")
    if "[" in path:
        remedy = f"Write `{path.split('[')[0]}`, the attribute as a whole."
        subject.note("policy.lift", "`lift` cannot stand inside an array", remedy)
    elif isinstance(node, Leaf) or (isinstance(node, Array) and isinstance(node.items, Leaf)):
        message = f"`lift` puts objects in the place of objects, and `{path}` holds none"
        subject.note("policy.lift", message, "Use it on an object or an array of objects.")


def _check_place(subject: Subject, generalise: Generalise, path: FieldPath, node: Object | Array) -> None:
    """A place as a whole: an object, or an array of them, that is not inside another array."""
    inner = node.items if isinstance(node, Array) else node
    members = inner.members if isinstance(inner, Object) else {}
    if generalise.to not in PLACES:
        message = f"there is no size of place `{generalise.to}`"
        subject.note("policy.generalise", message, suggestion(generalise.to, PLACES))
    elif not {"city", "country"} <= members.keys():
        message = f"`{subject.rule.path}` is not a place"
        subject.note("policy.misfit", message, "Name the parts that may leave, or leave it out.")
    elif path.steps[-1].is_each:
        remedy = f"Write `{subject.rule.path.removesuffix('[]')}`, the attribute as a whole."
        subject.note("policy.misfit", "places are generalised together", remedy)
    elif any(step.is_each for step in path.steps):
        message = f"`{subject.rule.path}` stands inside an array"
        subject.note("policy.misfit", message, "Name the parts that may leave, or leave it out.")


def _check_members(subject: Subject, node: Object | Array) -> None:
    """A rule for a single value that stands on something with parts."""
    rule = subject.rule
    if isinstance(node, Array) and isinstance(node.items, Leaf):
        message = f"`{rule.path}` is an array"
        subject.note("policy.array", message, f"Write `{rule.path}[]` for each of its values.")
        return
    if is_characteristics(node):
        remedy = f"Write `{rule.path}[name=...].value` for each pair that may leave."
        subject.note("policy.whole-object", f"`{rule.path}` holds pairs of name and value", remedy)
        return
    parts = ", ".join(_parts(rule, node))
    message = f"`{rule.path}` has parts, and new ones may come"
    subject.note("policy.whole-object", message, f"Name the parts that may leave: {parts}.")


def _parts(rule: FieldRule, node: Object | Array) -> list[str]:
    inner = node.items if isinstance(node, Array) else node
    around = rule.path if isinstance(node, Object) else f"{rule.path}[]"
    return [f"{around}.{name}" for name in inner.members] if isinstance(inner, Object) else []
