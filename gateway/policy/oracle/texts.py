"""What a template says, written to be read; a part of the oracle in `reference`.

A template is text with `{path}` where something disclosed goes, and `{{` and `}}` where braces are meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from gateway.policy.language.document import Template
from gateway.policy.oracle.values import ABSENT

_PART = re.compile(r"(?P<open>\{\{)|(?P<close>\}\})|\{(?P<path>[^{}]*)\}|(?P<text>[^{}]+)")


def said(template: Template, values_of: Callable[[str], Sequence[Any]]) -> Any:
    """Return the text of a template, its `otherwise` when something that it names is absent, or ABSENT without one.

    Args:
        template: What to say.
        values_of: Every disclosed value that a path means, in the disclosed order.
    """
    whole = ""
    for part in _PART.finditer(template.text):
        if part["path"] is None:
            whole += "{" if part["open"] else "}" if part["close"] else part["text"]
            continue
        values = values_of(part["path"])
        if not values:
            return ABSENT if template.otherwise is None else template.otherwise
        whole += ", ".join(map(_text, values))
    return whole


def _text(value: Any) -> str:
    """Return a text as it is, and a number or a truth value as JSON writes it."""
    return value if isinstance(value, str) else orjson.dumps(value).decode("ascii")
