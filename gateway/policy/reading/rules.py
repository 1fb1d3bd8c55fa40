"""Read the rule for one path: `keep`, or a mapping with one transform and perhaps a new name, or `items`.

`items` writes the rules for the members of an array below the array, and perhaps a condition on each of them. What it
means is the same as rules for `array[].name` with a `MemberRule` beside them, and that is what is returned.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.policy.language.document import Drop, FieldRule, Keep, MemberRule, Scrub, Transform
from gateway.policy.language.findings import Findings, suggestion
from gateway.policy.language.nodes import Mapping, Node, Scalar
from gateway.policy.language.scalars import text_of
from gateway.policy.language.shape import Entries, mapping_of
from gateway.policy.reading.transform_readers import COMPANIONS, READERS

WORDS: dict[str, type[Keep] | type[Scrub] | type[Drop]] = {"keep": Keep, "scrub": Scrub, "drop": Drop}
TRANSFORMS = (*WORDS, *READERS)
_ITEMS = "items"
_KEYS = frozenset({*TRANSFORMS, "rename", _ITEMS, *COMPANIONS})
_NAMES = frozenset(TRANSFORMS)
_DENIALS = frozenset({"deny", "withhold", "hide", "remove", "omit"})
_WILDCARD = "Name each attribute that may leave; there are no wildcards."


@dataclass(frozen=True, slots=True)
class Rules:
    """What a piece of a policy says of fields, and of members of arrays."""

    fields: tuple[FieldRule, ...] = ()
    members: tuple[MemberRule, ...] = ()


def rules_of(node: Node, findings: Findings, around: str = "") -> Rules:
    """Return the rules that the mapping `node` writes for paths below `around` (empty, or ending with a dot)."""
    if isinstance(node, Scalar):
        remedy = "Name each attribute that may leave; there are no wildcards."
        findings.add(node.mark, "policy.wildcard", f"`fields: {node.text}` names no attribute", remedy)
        return Rules()
    fields: list[FieldRule] = []
    members: list[MemberRule] = []
    for key, value in mapping_of(node, "`fields`", findings).values():
        rules = _rule(around + key.text, key, value, findings)
        fields += rules.fields
        members += rules.members
    return Rules(tuple(fields), tuple(members))


def _rule(path: str, key: Scalar, node: Node, findings: Findings) -> Rules:
    """Return the rule, or the rules, written for `path`; nothing where there are findings."""
    if "*" in key.text:
        findings.add(key.mark, "policy.wildcard", f"`{key.text}` is a wildcard", _WILDCARD)
        return Rules()
    if isinstance(node, Scalar):
        word = _word(node, findings)
        return Rules() if word is None else Rules((FieldRule(path, word, None, key.mark, findings.file),))
    if not isinstance(node, Mapping):
        message = "a rule must be `keep` or {transform: ...}"
        findings.add(node.mark, "policy.shape", message, "Write for example `keep`.")
        return Rules()
    entries = mapping_of(node, "a rule", findings, _KEYS)
    # Beside `items` a rule can stand for the array as a whole: a place that is generalised, a lift under another name.
    items = _items(path, key, entries[_ITEMS][1], findings) if _ITEMS in entries else Rules()
    if entries.keys() == {_ITEMS}:
        return items
    transform, rename = _transform(entries, node, findings), _rename(entries, findings)
    if transform is None or ("rename" in entries and rename is None):
        return items
    return Rules((FieldRule(path, transform, rename, key.mark, findings.file), *items.fields), items.members)


def _items(path: str, key: Scalar, node: Node, findings: Findings) -> Rules:
    """Return the rules for members of the array at `path`: its condition, its fields, or both."""
    entries = mapping_of(node, "`items`", findings, ("when", "fields"))
    if path.endswith("[]"):
        message = "`items` stands on the array itself"
        findings.add(key.mark, "policy.items", message, f"Write `{key.text.removesuffix('[]')}`, without the brackets.")
        return Rules()
    if not entries and isinstance(node, Mapping):
        findings.add(node.mark, "policy.missing", "`items` lacks `fields`", "Add `fields:`.")
    members: tuple[MemberRule, ...] = ()
    if "when" in entries:
        condition = entries["when"][1]
        when = text_of(condition, "`when`", findings)
        if when is not None and isinstance(condition, Scalar):
            members = (MemberRule(path, when.rstrip(), key.mark, condition),)
    # A path that ends with a selector stands for its members already.
    below = f"{path}." if path.endswith("]") else f"{path}[]."
    inner = rules_of(entries["fields"][1], findings, below) if "fields" in entries else Rules()
    return Rules(inner.fields, (*members, *inner.members))


def _word(node: Scalar, findings: Findings) -> Transform | None:
    if node.text in WORDS and node.plain:
        return WORDS[node.text]()
    if node.text.casefold() in _DENIALS:
        message = f"`{node.text}` is not needed: what no rule names does not leave"
        findings.add(node.mark, "policy.unknown-rule", message, "Remove this line.")
    elif "*" in node.text:
        findings.add(node.mark, "policy.wildcard", f"`{node.text}` is a wildcard", _WILDCARD)
    elif node.text in READERS:
        message = f"`{node.text}` needs to know more"
        findings.add(node.mark, "policy.unknown-rule", message, f"Write {{{node.text}: ...}}.")
    else:
        message = f"no rule is called `{node.text}`"
        findings.add(node.mark, "policy.unknown-rule", message, suggestion(node.text, TRANSFORMS))
    return None


def _transform(entries: Entries, node: Node, findings: Findings) -> Transform | None:
    """Return the one transform of a rule; `rename` alone keeps the value."""
    named = [name for name in entries if name in _NAMES]
    if len(named) > 1:
        second = entries[named[1]][0].mark
        findings.add(second, "policy.two-transforms", f"both `{named[0]}` and `{named[1]}`", "Keep one of the two.")
        return None
    for name in entries:
        owners = COMPANIONS.get(name, ())
        if owners and named[:1] and named[0] in owners:
            continue
        if owners:
            message = f"`{name}` belongs to `{'` and `'.join(owners)}`"
            findings.add(entries[name][0].mark, "policy.unknown-key", message, "Remove it.")
    if not named:
        if "rename" in entries:
            return Keep()
        findings.add(node.mark, "policy.missing", "a rule without a transform", suggestion("", TRANSFORMS))
        return None
    return _argument_less(named[0], entries, findings) if named[0] in WORDS else READERS[named[0]](entries, findings)


def _argument_less(name: str, entries: Entries, findings: Findings) -> Transform | None:
    """Return `scrub` written as {scrub: true}, as it must be beside `rename`; the other words stand alone."""
    key, value = entries[name]
    if name == "scrub" and isinstance(value, Scalar) and value.plain and value.text == "true":
        return Scrub()
    if isinstance(value, Scalar) and "*" in value.text:
        findings.add(value.mark, "policy.wildcard", f"`{name}: {value.text}` is a wildcard", _WILDCARD)
    else:
        how = "{scrub: true, rename: x}" if name == "scrub" else f"`{name}` after the path, nothing else"
        findings.add(key.mark, "policy.shape", f"`{name}` takes no argument", f"Write {how}.")
    return None


def _rename(entries: Entries, findings: Findings) -> str | None:
    return text_of(entries["rename"][1], "the new name", findings) if "rename" in entries else None
