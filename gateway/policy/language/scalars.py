"""What a YAML scalar means in a policy: text, a constant, a date; and what must be quoted first.

Standard: only JSON's booleans and numbers are typed. Whatever a YAML 1.1 reader would take for something else (`no`,
`on`, `0o14`, `12:30`, a date) must be quoted, so that every reader understands the same policy (threat P-03).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from gateway.policy.language.findings import Findings
from gateway.policy.language.nodes import Node, Scalar

Constant = str | int | float | bool

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_JSON_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_OTHER_NUMBER = re.compile(r"[-+]?[.0-9][0-9a-fA-FxXoO_:.,+\-TtZz ]*|[-+]?\.(?:inf|nan)", re.IGNORECASE)
_BOOLEAN_ELSEWHERE = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false"})
_NULLS = frozenset({"", "~", "null"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LARGEST = 2**53
_DURATION = re.compile(r"(0|[1-9][0-9]{0,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def needs_quotes(scalar: Scalar) -> bool:
    """Tell whether some YAML reader would take this plain scalar for something other than text."""
    text = scalar.text
    if not scalar.plain:
        return False
    folded = text.casefold()
    return folded in _NULLS or folded in _BOOLEAN_ELSEWHERE or _OTHER_NUMBER.fullmatch(text) is not None


def text_of(node: Node, what: str, findings: Findings) -> str | None:
    """Return the text of `node`, or None with a finding when it is not plainly text."""
    if not isinstance(node, Scalar):
        findings.add(node.mark, "policy.shape", f"{what} must be text", "Write one word or a quoted sentence.")
        return None
    if needs_quotes(node):
        message = f"{what} `{node.text}` is not text to every YAML reader"
        findings.add(node.mark, "policy.quote", message, "Put it in quotes if text is meant.")
        return None
    if not node.text.strip():
        findings.add(node.mark, "policy.shape", f"{what} is empty", "Write a value, or remove the key.")
        return None
    return node.text


def date_of(node: Node, what: str, findings: Findings) -> date | None:
    """Return a calendar date written as 2026-12-31."""
    if isinstance(node, Scalar) and _DATE.fullmatch(node.text):
        try:
            return date.fromisoformat(node.text)
        except ValueError:
            message = f"{what} is `{node.text}`, and there is no such day"
            findings.add(node.mark, "policy.date", message, "Look at the calendar.")
            return None
    findings.add(node.mark, "policy.date", f"{what} is not a date", "Write a date as 2026-12-31.")
    return None


def duration_of(node: Node, what: str, findings: Findings, or_else: str = "") -> timedelta | None:
    """Return a duration written as 30s, 5m, 4h or 2d; `or_else` names a word that may stand instead."""
    match = _DURATION.fullmatch(node.text) if isinstance(node, Scalar) else None
    if match is None:
        examples = f"30s, 5m, 4h or {or_else}" if or_else else "30s, 5m or 4h"
        findings.add(node.mark, "policy.duration", f"{what} is not a duration", f"Write for example {examples}.")
        return None
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def number_of(node: Node, what: str, findings: Findings) -> int | float | None:
    """Return a JSON number; in quotes it is text and no number."""
    value = _typed(node.text) if isinstance(node, Scalar) and node.plain else None
    if value is None or isinstance(value, bool | str):
        findings.add(node.mark, "policy.number", f"{what} is not a number", "Write a number as 10 or 2.5.")
        return None
    return value


def integer_of(node: Node, what: str, findings: Findings) -> int | None:
    """Return a JSON integer."""
    value = number_of(node, what, findings)
    if isinstance(value, float):
        findings.add(node.mark, "policy.number", f"{what} is not a whole number", "Write a number as 4.")
        return None
    return value


def constant_of(node: Node, findings: Findings) -> Constant | None:
    """Return the value of `constant`: text, a number or a boolean, never null."""
    if not isinstance(node, Scalar):
        findings.add(
            node.mark, "policy.constant", "a constant must be a single value", "Use text, a number or a boolean."
        )
        return None
    if needs_quotes(node):
        value = _typed(node.text)
        if value is None:
            message = f"constant `{node.text}` means different things to different YAML readers"
            findings.add(node.mark, "policy.quote", message, "Put it in quotes if text is meant.")
        return value
    return node.text


def _typed(text: str) -> Constant | None:
    """Return the boolean or number that JSON would see in `text`; None when it would see neither."""
    if text in ("true", "false"):
        return text == "true"
    if _JSON_INTEGER.fullmatch(text) and len(text) <= 17 and abs(int(text)) <= _LARGEST:
        return int(text)
    if _JSON_NUMBER.fullmatch(text) and len(text) <= 32 and abs(float(text)) <= _LARGEST:
        return float(text)
    return None
