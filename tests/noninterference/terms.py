"""Terms as the gateway reads them: a policy in YAML."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.noninterference.model import Part, Rule, Terms

_WORD = "word:"


def policy_text(terms: Terms) -> str:
    """Return the policy document that says what `terms` say. JSON is YAML, so values are written as JSON."""
    lines = [
        "apiVersion: demarc/v1",
        "kind: DisclosurePolicy",
        f"name: {terms.note or 'terms'}",
        f"audience: {{{terms.role}: {terms.party}}}",
    ]
    agreement: list[str] = []
    if terms.valid:
        agreement.append(f"  valid: {{from: {terms.valid[0]}, until: {terms.valid[1]}}}")
    scope = {"services": terms.services, "technologies": terms.technologies}
    given = {name: list(chosen) for name, chosen in scope.items() if chosen is not None}
    if given:
        agreement.append(f"  scope: {json.dumps(given)}")
    if agreement:
        lines += ["agreement:", *agreement]
    if terms.embargo or terms.cadence is not None:
        cadence = "none" if terms.cadence is None else f"{terms.cadence}s"
        lines.append(f"release: {{embargo: {terms.embargo}s, cadence: {cadence}}}")
    if terms.groups:
        groups = {group: list(words) for group, words in terms.groups}
        lines.append(f"hierarchies: {json.dumps({'kinds': groups})}")
    lines.append("records:")
    for part in terms.parts:
        lines += _part(part)
    return "\n".join(lines) + "\n"


def _part(part: Part) -> list[str]:
    lines = [f"  {part.record_type}:"]
    if part.when is not None:
        lines.append(f"    when: {json.dumps(condition(part.when))}")
    lines.append("    fields:")
    for path, test in part.members:
        rules = {rule.path.removeprefix(path + "[]."): _said(rule) for rule in part.rules if _is_below(rule, path)}
        lines.append(f"      {path}: {_flow({'items': {'when': condition(test), 'fields': rules}})}")
    outside = [rule for rule in part.rules if not any(_is_below(rule, path) for path, _ in part.members)]
    return [*lines, *(f"      {json.dumps(rule.path)}: {_flow(_said(rule))}" for rule in outside)]


def _flow(said: Any) -> str:
    """Return YAML in one line: JSON, but for the words that name a rule, which stand without quotes."""
    text = json.dumps(said)
    return re.sub(rf'"{_WORD}([a-z]+)"', r"\1", text)


def _is_below(rule: Rule, path: str) -> bool:
    return rule.path.startswith(path + "[].")


def _said(rule: Rule) -> Any:
    said = _transform(rule)
    if rule.rename is None:
        return said
    return {"rename": rule.rename, **(said if isinstance(said, dict) else {})}


def _transform(rule: Rule) -> Any:  # noqa: PLR0911 - one return for each rule of the language
    match rule.op:
        case "keep" | "scrub":
            return _WORD + rule.op
        case "constant" | "truncate" | "pseudonym" | "round" | "count" | "generalise":
            return {rule.op: rule.args[0]}
        case "bucket":
            return {"bucket": list(rule.args)}
        case "lift":
            return {"lift": "service", "show": list(rule.args)}
        case "map":
            table, otherwise = rule.args
            return {"map": dict(table)} | ({} if otherwise is None else {"otherwise": otherwise})
        case "mask":
            return {"mask": {"first": rule.args[0], "last": rule.args[1]}}
        case "template":
            text, otherwise = rule.args
            return {"template": text} | ({} if otherwise is None else {"otherwise": otherwise})
        case "prefix":
            return {"generalise": "prefix", "ipv4": rule.args[0], "ipv6": rule.args[1]}
    raise ValueError(rule.op)


def condition(test: tuple[Any, ...]) -> str:
    """Return a condition in the policy's language."""
    match test:
        case ("in", path, values):
            return f"{path} in {json.dumps(list(values))}"
        case ("not", path, value):
            return f"{path} != {json.dumps(value)}"
        case ("is", path):
            return str(path)
        case ("all", *tests):
            return " && ".join(f"({condition(one)})" for one in tests)
    raise ValueError(test)
