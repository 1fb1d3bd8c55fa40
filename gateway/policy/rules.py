"""Read the rule for one path: `keep`, or a mapping with one transform and perhaps a new name."""

from __future__ import annotations

from gateway.policy.document import Constant, FieldRule, Keep, Lift, Pseudonym, Transform, Truncate
from gateway.policy.findings import Findings, suggestion
from gateway.policy.nodes import Mapping, Node, Scalar
from gateway.policy.scalars import constant_of, text_of
from gateway.policy.shape import Entries, items_of, mapping_of

TRANSFORMS = ("keep", "constant", "truncate", "pseudonym", "lift")
_KEYS = (*TRANSFORMS, "rename", "show")
_DENIALS = frozenset({"drop", "deny", "withhold", "hide", "remove", "omit"})
_WILDCARD = "Name each attribute that may leave; there are no wildcards."


def rule_of(path: Scalar, node: Node, findings: Findings) -> FieldRule | None:
    """Return the rule written for `path`, or None with findings."""
    if "*" in path.text:
        findings.add(path.mark, "policy.wildcard", f"`{path.text}` is a wildcard", _WILDCARD)
        return None
    transform: Transform | None
    if isinstance(node, Scalar):
        transform, rename = _word(node, findings), None
    elif isinstance(node, Mapping):
        entries = mapping_of(node, "a rule", findings, _KEYS)
        transform, rename = _transform(entries, node, findings), _rename(entries, findings)
        if "rename" in entries and rename is None:
            return None
    else:
        findings.add(
            node.mark, "policy.shape", "a rule must be `keep` or {transform: ...}", "Write for example `keep`."
        )
        return None
    return None if transform is None else FieldRule(path.text, transform, rename, path.mark)


def _word(node: Scalar, findings: Findings) -> Keep | None:
    if node.text == "keep" and node.plain:
        return Keep()
    if node.text.casefold() in _DENIALS:
        message = f"`{node.text}` is not needed: what no rule names does not leave"
        findings.add(node.mark, "policy.unknown-rule", message, "Remove this line.")
    elif "*" in node.text:
        findings.add(node.mark, "policy.wildcard", f"`{node.text}` is a wildcard", _WILDCARD)
    else:
        findings.add(
            node.mark, "policy.unknown-rule", f"no rule is called `{node.text}`", suggestion(node.text, TRANSFORMS)
        )
    return None


def _transform(entries: Entries, node: Node, findings: Findings) -> Transform | None:
    """Return the one transform of a rule; `rename` alone keeps the value."""
    named = [name for name in TRANSFORMS if name in entries]
    if len(named) > 1:
        second = entries[named[1]][0].mark
        findings.add(second, "policy.two-transforms", f"both `{named[0]}` and `{named[1]}`", "Keep one of the two.")
        return None
    if "show" in entries and named != ["lift"]:
        findings.add(entries["show"][0].mark, "policy.unknown-key", "`show` belongs to `lift`", "Remove it.")
    if not named:
        if "rename" in entries:
            return Keep()
        findings.add(node.mark, "policy.missing", "a rule without a transform", suggestion("", TRANSFORMS))
        return None
    return _READERS[named[0]](entries, findings)


def _keep(entries: Entries, findings: Findings) -> None:
    key, value = entries["keep"]
    if isinstance(value, Scalar) and "*" in value.text:
        findings.add(value.mark, "policy.wildcard", f"`keep: {value.text}` is a wildcard", _WILDCARD)
    else:
        findings.add(key.mark, "policy.shape", "`keep` takes no argument", "Write `keep` after the path, nothing else.")


def _constant(entries: Entries, findings: Findings) -> Constant | None:
    value = constant_of(entries["constant"][1], findings)
    return None if value is None else Constant(value)


def _truncate(entries: Entries, findings: Findings) -> Truncate | None:
    unit = text_of(entries["truncate"][1], "the unit of `truncate`", findings)
    return None if unit is None else Truncate(unit)


def _pseudonym(entries: Entries, findings: Findings) -> Pseudonym | None:
    name = text_of(entries["pseudonym"][1], "the class of `pseudonym`", findings)
    return None if name is None else Pseudonym(name)


def _lift(entries: Entries, findings: Findings) -> Lift | None:
    key, value = entries["lift"]
    target = text_of(value, "the target of `lift`", findings)
    if "show" not in entries:
        findings.add(key.mark, "policy.missing", "`lift` lacks `show`", "Add `show: [id, name]`.")
        return None
    shown = [text_of(item, "an item of `show`", findings) for item in items_of(entries["show"][1], "`show`", findings)]
    show = tuple(name for name in shown if name is not None)
    return None if target is None or len(show) < len(shown) else Lift(target, show)


def _rename(entries: Entries, findings: Findings) -> str | None:
    return text_of(entries["rename"][1], "the new name", findings) if "rename" in entries else None


_READERS = {"keep": _keep, "constant": _constant, "truncate": _truncate, "pseudonym": _pseudonym, "lift": _lift}
