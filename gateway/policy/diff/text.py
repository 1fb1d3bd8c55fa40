"""A difference in words for people, and as JSON for programs.

Changes that are alike (the same kind, of the same records) stand together, with one example for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from gateway.policy.diff.changes import WORDS, Change, Diff, diff_digest
from gateway.policy.diff.examples import Example, example
from gateway.policy.language.document import DisclosurePolicy, digest

_MOST_PATHS = 60


def diff_lines(difference: Diff, more: Sequence[str] = (), *, examples: bool = True) -> Iterator[str]:
    """Yield the difference line by line: for whom, what widens, then the rest, and `more` before what it comes to."""
    yield f"{_audience(difference)}{_named(difference.old)} -> {_named(difference.new)}"
    if not difference.changes:
        yield "the same disclosures"
    ordered = sorted(difference.changes, key=_order)
    for _, alike in groupby(ordered, key=_alike):
        yield from _lines(difference, list(alike), examples=examples)
    yield from more
    yield f"widens: {'yes' if difference.widens else 'no'}; difference {diff_digest(difference)}"


def _audience(difference: Diff) -> str:
    """Return whom the policies are for, as commands take it."""
    named = dict.fromkeys(one.audience.removeprefix("urn:demarc:") for one in (difference.old, difference.new) if one)
    return f"{' -> '.join(named)}: " if named else ""


def _named(document: DisclosurePolicy | None) -> str:
    return f"{document.name} {digest(document)[:12]}" if document else "nothing"


def _order(change: Change) -> tuple[Any, ...]:
    return (not change.widens, change.record_type or "", *_alike(change), change.path)


def _alike(change: Change) -> tuple[Any, ...]:
    rules = (change.old or "", change.new or "") if change.kind in ("finer", "changed", "coarser", "renamed") else ()
    return change.record_type or "", change.kind, change.condition, change.is_decided, rules


def _lines(difference: Diff, alike: list[Change], *, examples: bool) -> Iterator[str]:
    change = alike[0]
    mark = "WIDENS" if change.widens else "ok"
    doubt = "" if change.is_decided else " (undecided: taken for so)"
    yield f"{mark}  {change.record_type or 'policy'}: {WORDS[change.kind]}{doubt}"
    for one in alike[:_MOST_PATHS]:
        yield f"    {one.path}: {_rules(one)}"
    if len(alike) > _MOST_PATHS:
        yield f"    and {len(alike) - _MOST_PATHS} more"
    if change.record_type is not None:
        yield f"    of records with: {change.condition}"
    if change.detail is not None:
        yield f"    example: {_json(change.detail)}"
    shown = example(difference, change) if examples else None
    if shown is not None:
        yield from _example(shown)


def _rules(change: Change) -> str:
    """Return the rule before and after; one that stays, for other records than before, once."""
    if change.old == change.new and change.old is not None:
        return change.old
    return f"{change.old or 'nothing'} -> {change.new or 'nothing'}"


def _example(shown: Example) -> Iterator[str]:
    about = f" about {_json(shown.witness.about)}" if shown.witness.about else ""
    yield f"    example: {_json(shown.witness.record)}{about}"
    yield f"      before: {_seen(shown.before)}"
    yield f"      after:  {_seen(shown.after)}"


def _seen(shown: object) -> str:
    return "withheld" if shown is None else _json(shown)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def diff_json(difference: Diff) -> dict[str, Any]:
    """Return the difference for programs; an example for every change that has one."""
    document = difference.new or difference.old
    return {
        "audience": document and document.audience,
        "old": difference.old and digest(difference.old),
        "new": difference.new and digest(difference.new),
        "widens": difference.widens,
        "digest": diff_digest(difference),
        "changes": [_change_json(difference, change) for change in difference.changes],
    }


def _change_json(difference: Diff, change: Change) -> dict[str, Any]:
    shown = example(difference, change)
    return {
        "kind": change.kind,
        "widens": change.widens,
        "recordType": change.record_type,
        "path": change.path,
        "old": change.old,
        "new": change.new,
        "condition": change.condition,
        "decided": change.is_decided,
        "detail": change.detail,
        "example": shown
        and {
            "record": shown.witness.record,
            "object": shown.witness.about,
            "before": shown.before,
            "after": shown.after,
        },
    }
