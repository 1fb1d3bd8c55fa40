"""Read what each transform is told: `{map: {a: b}, otherwise: c}` and so on, one function for each.

Only the shape is read here. Whether a transform fits what stands at its path is for `field_checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gateway.policy.language.document import (
    Bucket,
    Constant,
    Count,
    Generalise,
    Lift,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Template,
    Transform,
    Truncate,
)
from gateway.policy.language.findings import Findings
from gateway.policy.language.hierarchies import PREFIX
from gateway.policy.language.scalars import constant_of, integer_of, number_of, text_of
from gateway.policy.language.shape import Entries, items_of, mapping_of, quoted_keys, require, words_of

COMPANIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "otherwise": ("map", "template"),
        "show": ("lift",),
        "ipv4": ("generalise",),
        "ipv6": ("generalise",),
    }
)
"""Keys that stand beside a transform, and beside which."""


def _constant(entries: Entries, findings: Findings) -> Constant | None:
    value = constant_of(entries["constant"][1], findings)
    return None if value is None else Constant(value)


def _map(entries: Entries, findings: Findings) -> Map | None:
    key, node = entries["map"]
    table = quoted_keys(mapping_of(node, "`map`", findings), "the key", findings)
    read = [(word, constant_of(value, findings)) for word, (_, value) in table.items()]
    pairs = tuple((word, value) for word, value in read if value is not None)
    otherwise = constant_of(entries["otherwise"][1], findings) if "otherwise" in entries else None
    if not read:
        findings.add(key.mark, "policy.map", "`map` has no entries", "Write {map: {word: other}}.")
    return Map(pairs, otherwise) if pairs and len(pairs) == len(read) else None


def _truncate(entries: Entries, findings: Findings) -> Truncate | None:
    unit = text_of(entries["truncate"][1], "the unit of `truncate`", findings)
    return None if unit is None else Truncate(unit)


def _round(entries: Entries, findings: Findings) -> Round | None:
    step = number_of(entries["round"][1], "the step of `round`", findings)
    return None if step is None else Round(step)


def _bucket(entries: Entries, findings: Findings) -> Bucket | None:
    items = items_of(entries["bucket"][1], "`bucket`", findings)
    read = [number_of(item, "a bound of `bucket`", findings) for item in items]
    bounds = tuple(bound for bound in read if bound is not None)
    return Bucket(bounds) if len(bounds) == len(read) else None


def _generalise(entries: Entries, findings: Findings) -> Generalise | Prefix | None:
    key, node = entries["generalise"]
    to = text_of(node, "the target of `generalise`", findings)
    lengths = {name: entries[name] for name in ("ipv4", "ipv6") if name in entries}
    if to == PREFIX:
        for name in ("ipv4", "ipv6"):
            if name not in lengths:
                message = f"a prefix needs a length for `{name}`"
                findings.add(key.mark, "policy.missing", message, "Write {generalise: prefix, ipv4: 16, ipv6: 32}.")
        read = [integer_of(value, f"`{name}`", findings) for name, (_, value) in lengths.items()]
        ipv4, ipv6 = read if len(read) == 2 else (None, None)
        return None if ipv4 is None or ipv6 is None else Prefix(ipv4, ipv6)
    for name, (length, _) in lengths.items():
        message = f"`{name}` belongs to {{generalise: prefix}}"
        findings.add(length.mark, "policy.unknown-key", message, "Remove it.")
    return None if to is None else Generalise(to)


def _mask(entries: Entries, findings: Findings) -> Mask | None:
    key, node = entries["mask"]
    parts = mapping_of(node, "`mask`", findings, ("first", "last"))
    if not parts:
        findings.add(key.mark, "policy.mask", "`mask` says what to show", "Write {mask: {first: 0, last: 4}}.")
        return None
    first = integer_of(parts["first"][1], "`first`", findings) if "first" in parts else 0
    last = integer_of(parts["last"][1], "`last`", findings) if "last" in parts else 0
    return None if first is None or last is None else Mask(first, last)


def _pseudonym(entries: Entries, findings: Findings) -> Pseudonym | None:
    name = text_of(entries["pseudonym"][1], "the class of `pseudonym`", findings)
    return None if name is None else Pseudonym(name)


def _template(entries: Entries, findings: Findings) -> Template | None:
    text = text_of(entries["template"][1], "the text of `template`", findings)
    otherwise = text_of(entries["otherwise"][1], "`otherwise`", findings) if "otherwise" in entries else None
    return None if text is None else Template(text, otherwise)


def _lift(entries: Entries, findings: Findings) -> Lift | None:
    key, value = entries["lift"]
    target = text_of(value, "the target of `lift`", findings)
    shown = require(entries, "show", key, "`lift`", findings)
    if shown is None:
        return None
    show = words_of(shown, "`show`", "an item of `show`", findings)
    return None if target is None else Lift(target, show)


def _count(entries: Entries, findings: Findings) -> Count | None:
    of = text_of(entries["count"][1], "what to count", findings)
    return None if of is None else Count(of)


READERS: Mapping[str, Callable[[Entries, Findings], Transform | None]] = MappingProxyType(
    {
        "constant": _constant,
        "map": _map,
        "truncate": _truncate,
        "round": _round,
        "bucket": _bucket,
        "generalise": _generalise,
        "mask": _mask,
        "pseudonym": _pseudonym,
        "template": _template,
        "lift": _lift,
        "count": _count,
    }
)
"""Every transform that is told something, by its name."""
