"""From the text of a ceiling to a `Ceiling`, or to every finding about it.

Rules:
- As strict as for policies: strict YAML, no unknown key, every path in its schema.
- Every label has a level for operators and one for customers; none is left to a default.
- An exception says why, and so does whatever conditions may read beyond the levels.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ids import RecordTypeName
from gateway.policy.diff.ceiling_levels import Caps, Ceiling, Exemption
from gateway.policy.language.document import API_VERSION
from gateway.policy.language.findings import Findings, PolicyRefused, suggestion
from gateway.policy.language.levels import Level
from gateway.policy.language.nodes import Node, Scalar, read
from gateway.policy.language.scalars import text_of
from gateway.policy.language.shape import Entries, items_of, mapping_of, require
from gateway.record.paths import SENSITIVITIES, Catalogue, FieldPath, MalformedPath, UnknownPath
from gateway.record.schemas import record_types

KIND = "DisclosureCeiling"
_HEAD = ("apiVersion", "kind", "name", "labels", "free_text", "exceptions", "conditions")
_COLUMNS = ("operators", "customers")
_WORDS = {str(level): level for level in Level}
_SHORTEST_REASON = 10


def parse_ceiling(text: str, file: str) -> Ceiling:
    """Return the ceiling that `text` writes.

    Raises:
        PolicyRefused: With all findings.
    """
    findings = Findings(file)
    root = read(text, findings)
    ceiling = _ceiling(root, findings) if root is not None else None
    if ceiling is None or findings.found:
        raise PolicyRefused(findings.found)
    return ceiling


def _ceiling(root: Node, findings: Findings) -> Ceiling:
    head = mapping_of(root, "a ceiling", findings, _HEAD)
    for key, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        node = require(head, key, root, "the ceiling", findings)
        if node is not None and (not isinstance(node, Scalar) or node.text != wanted):
            findings.add(node.mark, "policy.version", f"`{key}` is not `{wanted}`", f"Write `{key}: {wanted}`.")
    name = require(head, "name", root, "the ceiling", findings)
    labels = require(head, "labels", root, "the ceiling", findings)
    free_text = require(head, "free_text", root, "the ceiling", findings)
    exceptions, conditions = (
        items_of(head[key][1], f"`{key}`", findings) if key in head else () for key in ("exceptions", "conditions")
    )
    return Ceiling(
        name=(text_of(name, "`name`", findings) or "") if name is not None else "",
        labels=_labels(labels, findings) if labels is not None else {},
        free_text=_free_text(free_text, findings),
        exemptions=tuple(_exemptions(exceptions, findings)),
        readable=frozenset(_readable(conditions, findings)),
    )


def _labels(node: Node, findings: Findings) -> dict[str, Caps]:
    entries = mapping_of(node, "`labels`", findings, SENSITIVITIES)
    found: dict[str, Caps] = {}
    for label in SENSITIVITIES:
        value = require(entries, label, node, "`labels`", findings)
        if value is not None:
            found[label] = _caps(value, f"`{label}`", findings)
    return found


def _caps(node: Node, what: str, findings: Findings) -> Caps:
    entries = mapping_of(node, what, findings, _COLUMNS)
    for column in _COLUMNS:
        require(entries, column, node, what, findings)
    return Caps(*(_level(entries[column][1], findings) if column in entries else Level.DROP for column in _COLUMNS))


def _level(node: Node, findings: Findings) -> Level:
    word = text_of(node, "a level", findings)
    if word is not None and word not in _WORDS:
        findings.add(node.mark, "policy.level", f"there is no level `{word}`", suggestion(word, _WORDS))
    return _WORDS.get(word or "", Level.DROP)


def _free_text(node: Node | None, findings: Findings) -> Caps:
    if node is None:
        return Caps(Level.DROP, Level.DROP)
    caps = _caps(node, "`free_text`", findings)
    if not {caps.operators, caps.customers} <= {Level.DROP, Level.SCRUB}:
        message = "free text is either scrubbed or dropped"
        findings.add(node.mark, "policy.level", message, "Write `scrub` or `drop`.")
    return caps


def _exemptions(nodes: tuple[Node, ...], findings: Findings) -> Iterator[Exemption]:
    seen: set[tuple[str, str]] = set()
    for node in nodes:
        entries = mapping_of(node, "an exception", findings, ("record", "path", *_COLUMNS, "because"))
        place = _place(entries, node, findings)
        _check_reason(require(entries, "because", node, "the exception", findings), findings)
        if not any(column in entries for column in _COLUMNS):
            message = "the exception has no level"
            findings.add(node.mark, "policy.missing", message, "Add `operators:` or `customers:`, or both.")
        levels = [_level(entries[column][1], findings) if column in entries else None for column in _COLUMNS]
        if place in seen:
            findings.add(node.mark, "policy.duplicate", "there is an exception for this path", "Keep one of the two.")
        if place is not None:
            seen.add(place)
            yield Exemption(*place, *levels)


def _readable(nodes: tuple[Node, ...], findings: Findings) -> Iterator[tuple[RecordTypeName, str]]:
    for node in nodes:
        entries = mapping_of(node, "what conditions may read", findings, ("record", "path", "because"))
        place = _place(entries, node, findings)
        _check_reason(require(entries, "because", node, "what conditions may read", findings), findings)
        if place is not None:
            yield place


def _place(entries: Entries, node: Node, findings: Findings) -> tuple[RecordTypeName, str] | None:
    """Return record type and path; the path must lead to a value, not to something with parts."""
    record, path = (require(entries, key, node, "the exception", findings) for key in ("record", "path"))
    kind = text_of(record, "`record`", findings) if record is not None else None
    text = text_of(path, "`path`", findings) if path is not None else None
    if record is not None and kind is not None and kind not in record_types():
        message = f"there is no record type `{kind}`"
        findings.add(record.mark, "policy.unknown-type", message, suggestion(kind, record_types()))
        return None
    if path is None or text is None or kind is None:
        return None
    try:
        Catalogue.of(RecordTypeName(kind)).lookup(text)
    except UnknownPath as error:
        remedy = f"Write `{error.nearest}` if that is what is meant." if error.nearest else "Look at the schema."
        findings.add(path.mark, "policy.unknown-path", f"{kind} has no `{text}`", remedy)
        return None
    except MalformedPath as error:
        findings.add(path.mark, "policy.path", f"`{text}` is not a path", error.remedy)
        return None
    return RecordTypeName(kind), str(FieldPath.parse(text))


def _check_reason(node: Node | None, findings: Findings) -> None:
    reason = text_of(node, "`because`", findings) if node is not None else None
    if node is not None and reason is not None and len(reason) < _SHORTEST_REASON:
        findings.add(node.mark, "policy.because", "this is no reason", "Say why the path may leave, in a sentence.")
