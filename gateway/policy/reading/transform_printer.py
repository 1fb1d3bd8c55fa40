"""Write single values and transforms as YAML, each on one line; what is written reads back as the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from gateway.policy.language.document import (
    Bucket,
    Constant,
    Count,
    Drop,
    Generalise,
    Keep,
    Lift,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Template,
    Transform,
    Truncate,
)
from gateway.policy.language.findings import START
from gateway.policy.language.nodes import Scalar
from gateway.policy.language.scalars import Constant as ConstantValue
from gateway.policy.language.scalars import needs_quotes

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS: dict[type, str] = {Keep: "keep", Scrub: "scrub", Drop: "drop"}


def word(text: str) -> str:
    """Return a text without quotes where every YAML reader takes it for one, else with quotes."""
    return text if _PLAIN.fullmatch(text) and not needs_quotes(Scalar(text, START, START)) else quoted(text)


def quoted(text: str) -> str:
    """Return a text in double quotes; what JSON escapes, YAML reads alike."""
    return json.dumps(text, ensure_ascii=False)


def constant(value: ConstantValue) -> str:
    """Return a constant; numbers and truth values as JSON writes them."""
    return word(value) if isinstance(value, str) else json.dumps(value)


def flow(pairs: dict[str, str]) -> str:
    """Return a mapping on one line."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"


def print_transform(transform: Transform, rename: str | None = None) -> str:
    """Return what stands behind the path of a rule."""
    new_name = {} if rename is None else {"rename": word(rename)}
    if type(transform) in _WORDS and rename is None:
        return _WORDS[type(transform)]
    if isinstance(transform, Keep):
        return flow(new_name)
    return flow({**_told(transform), **new_name})


def _told(transform: Transform) -> dict[str, str]:
    """Return the keys and values of a transform that is told something."""
    return _PRINTERS[type(transform)](transform)


def _map(table: Map) -> dict[str, str]:
    entries = flow({word(key): constant(value) for key, value in table.entries})
    return {"map": entries} | ({} if table.otherwise is None else {"otherwise": constant(table.otherwise)})


def _template(template: Template) -> dict[str, str]:
    otherwise = {} if template.otherwise is None else {"otherwise": quoted(template.otherwise)}
    return {"template": quoted(template.text)} | otherwise


def _prefix(prefix: Prefix) -> dict[str, str]:
    return {"generalise": "prefix", "ipv4": str(prefix.ipv4), "ipv6": str(prefix.ipv6)}


_PRINTERS: dict[type, Callable[[Any], dict[str, str]]] = {
    Scrub: lambda _: {"scrub": "true"},
    Constant: lambda said: {"constant": constant(said.value)},
    Map: _map,
    Truncate: lambda said: {"truncate": word(said.unit)},
    Round: lambda said: {"round": constant(said.step)},
    Bucket: lambda said: {"bucket": f"[{', '.join(map(constant, said.bounds))}]"},
    Generalise: lambda said: {"generalise": word(said.to)},
    Prefix: _prefix,
    Mask: lambda said: {"mask": flow({"first": str(said.first), "last": str(said.last)})},
    Pseudonym: lambda said: {"pseudonym": word(said.pseudonym_class)},
    Template: _template,
    Lift: lambda said: {"lift": word(said.target), "show": f"[{', '.join(map(word, said.show))}]"},
    Count: lambda said: {"count": word(said.of)},
}
