"""Planted leaks of the filter: what the terms let through, and what pseudonyms tell."""

from __future__ import annotations

import base64
import functools
import hashlib
from contextlib import ExitStack
from typing import Any

from gateway.inside import audiences
from gateway.policy.filter import sections
from gateway.policy.filter.compiler import CompiledPolicy
from gateway.policy.language import condition
from gateway.policy.transforms.pseudonym import PREFIXES, Pseudonymiser
from gateway.record.paths import Catalogue
from tests.noninterference.mutants import mutant
from tests.noninterference.mutants.patching import compiled_afresh, swap, without_second_barrier, wrap


def _disclosing(stack: ExitStack, add: Any) -> None:
    """Let the filter say more than it should: `add` gets what is shown, the record and its type."""

    def disclose(former: Any, self: Any, record_type: str, record: Any, context: Any, on_failure: Any = None) -> Any:
        shown = former(self, record_type, record, context, on_failure)
        return None if shown is None else add(dict(shown), record, record_type)

    wrap(stack, CompiledPolicy, "disclose", disclose)
    without_second_barrier(stack)


@mutant("length-of-the-hidden", role="operator", hint=("R1",))
def _(stack: ExitStack) -> None:
    """What is shown says how long the record is."""
    _disclosing(stack, lambda shown, record, _kind: {**shown, "size": len(str(record))})


@mutant("parity-of-the-hidden", role="operator", hint=("R1",))
def _(stack: ExitStack) -> None:
    """One bit of what is shown hangs on what is hidden."""
    _disclosing(stack, lambda shown, record, _kind: {**shown, "flag": len(str(record)) % 2 == 0})


@mutant("digest-of-the-raw", role="customer", hint=("R1",))
def _(stack: ExitStack) -> None:
    """What is shown carries a digest of the whole record."""
    _disclosing(
        stack, lambda shown, record, _kind: {**shown, "version": hashlib.sha256(str(record).encode()).hexdigest()}
    )


@mutant("presence-of-the-hidden", role="operator", hint=("R1", "R2"))
def _(stack: ExitStack) -> None:
    """What is hidden leaves an empty place behind."""
    _disclosing(stack, lambda shown, record, _kind: {**{name: None for name in record if name not in shown}, **shown})


@mutant("unknown-attribute-kept", role="operator", hint=("R3",))
def _(stack: ExitStack) -> None:
    """An attribute that no schema has leaves as it is."""

    def add(shown: Any, record: Any, kind: str) -> Any:
        known = Catalogue.of(kind).members  # type: ignore[arg-type]
        return {**shown, **{name: value for name, value in record.items() if name not in known}}

    _disclosing(stack, add)


@mutant("unknown-attribute-kept-deep", role="operator", hint=("R3",))
def _(stack: ExitStack) -> None:
    """An attribute that no schema has leaves from the second level."""

    def add(shown: Any, record: Any, kind: str) -> Any:
        catalogue = Catalogue.of(kind)  # type: ignore[arg-type]
        for name, value in record.items():
            members = value if isinstance(value, list) else [value]
            for member in members:
                strange = (
                    {
                        key: deep
                        for key, deep in member.items()
                        if f"{name}.{key}" not in catalogue.nodes and f"{name}[].{key}" not in catalogue.nodes
                    }
                    if isinstance(member, dict)
                    else {}
                )
                if strange:
                    shown[name] = strange
        return shown

    _disclosing(stack, add)


@mutant("unknown-attribute-stops", role="operator", hint=("R3",))
def _(stack: ExitStack) -> None:
    """A record with an attribute that no schema has is withheld."""

    def add(shown: Any, record: Any, kind: str) -> Any:
        return shown if record.keys() <= Catalogue.of(kind).members.keys() else None  # type: ignore[arg-type]

    _disclosing(stack, add)


@mutant("free-text-kept", role="customer", hint=("R1",))
def _(stack: ExitStack) -> None:
    """Descriptions leave, whatever the terms say."""
    _disclosing(stack, lambda shown, record, _kind: {**shown, "description": record.get("description", "")})


@mutant("free-text-kept-in-base64", role="operator")
def _(stack: ExitStack) -> None:
    """A hidden text leaves in disguise, alike in both worlds."""

    def add(shown: Any, record: Any, _kind: str) -> Any:
        raw = str(record.get("id", "")).encode()
        return {**shown, "reference": base64.b64encode(raw + b"......").decode()}

    _disclosing(stack, add)


@mutant("hidden-name-backwards", role="customer")
def _(stack: ExitStack) -> None:
    """A hidden name leaves spelt backwards, alike in both worlds."""
    _disclosing(stack, lambda shown, record, _kind: {**shown, "reference": str(record.get("id", ""))[::-1]})


@mutant("order-of-attributes", role="operator", hint=("R3",))
def _(stack: ExitStack) -> None:
    """Attributes leave in the order in which the record has them."""

    def add(shown: Any, record: Any, _kind: str) -> Any:
        names = sorted(shown, key=lambda name: list(record).index(name) if name in record else 99)
        return {"@order": names, **shown}

    _disclosing(stack, add)


@mutant("order-of-arrays", role="operator", hint=("R4",))
def _(stack: ExitStack) -> None:
    """Members of arrays leave in the order in which the record has them."""
    compiled_afresh(stack)
    swap(stack, sections, "_NAMESPACE", {**sections._NAMESPACE, "canonical": lambda _value: b""})


@mutant("count-of-hidden-members", role="operator", hint=("R1", "R4"))
def _(stack: ExitStack) -> None:
    """What is shown says how many notes there are that it does not show."""
    _disclosing(
        stack,
        lambda shown, record, _kind: {**shown, "of": sum(len(one) for one in record.values() if isinstance(one, list))},
    )


@mutant("affected-of-all", role="operator", hint=("R7", "R8", "R2"))
def _(stack: ExitStack) -> None:
    """An alarm says of how many services its object is a part."""

    def show(former: Any, self: Any, audience: Any, concern: Any, *rest: Any) -> Any:
        found = former(self, audience, concern, *rest)
        if found.data is None:
            return found
        return audiences.Shown(
            {**found.data, "affected": f"{len(found.services)} of {len(concern.services)}"}, found.services
        )

    wrap(stack, audiences.Audiences, "show", show)
    without_second_barrier(stack)


@mutant("seconds-kept", role="operator", hint=("R1",))
def _(stack: ExitStack) -> None:
    """Times keep their seconds, whatever they are cut down to."""

    def add(shown: Any, record: Any, _kind: str) -> Any:
        cut = [
            name
            for name, value in shown.items()
            if isinstance(value, str) and value.endswith(":00Z") and name in record
        ]
        return {**shown, **{name: record[name] for name in cut}}

    _disclosing(stack, add)


@mutant("condition-ignored", role="operator", hint=("R2", "R1"))
def _(stack: ExitStack) -> None:
    """The conditions of the terms always hold."""
    swap(stack, condition.Condition, "holds", lambda *_args, **_named: True)


@mutant("constant-only-where-there", role="operator", hint=("R1",))
def _(stack: ExitStack) -> None:
    """A constant stands only where the record had a value of its own."""

    def add(shown: Any, record: Any, _kind: str) -> Any:
        return {name: value for name, value in shown.items() if name in record or name == "id"}

    _disclosing(stack, add)


@mutant("failure-falls-open", role="operator", hint=("R3", "R1"))
def _(stack: ExitStack) -> None:
    """A record that is not of the usual form is shown whole."""

    def add(shown: Any, record: Any, kind: str) -> Any:
        return shown if record.keys() <= Catalogue.of(kind).members.keys() else record  # type: ignore[arg-type]

    _disclosing(stack, add)


@mutant("pseudonym-unkeyed", role="operator")
def _(stack: ExitStack) -> None:
    """Pseudonyms are a plain digest that anybody can try out."""

    def token(_self: Any, kind: str, raw: str) -> str:
        return f"{PREFIXES[kind]}-{base64.b32encode(hashlib.sha256(raw.encode()).digest())[:16].decode()}"

    swap(stack, Pseudonymiser, "_token", token)


@mutant("pseudonym-with-one-key", role="operator")
def _(stack: ExitStack) -> None:
    """All audiences get the same pseudonyms."""
    wrap(
        stack,
        audiences,
        "derive_audience_key",
        lambda former, master, _audience: former(master, "urn:demarc:operator:nobody"),
    )


@mutant("pseudonym-keeps-the-name", role="operator")
def _(stack: ExitStack) -> None:
    """A pseudonym is the name in base32."""

    def token(_self: Any, kind: str, raw: str) -> str:
        return f"{PREFIXES[kind]}-{base64.b32encode(raw.encode()).decode().rstrip('=')}"

    swap(stack, Pseudonymiser, "_token", token)
    without_second_barrier(stack)


@mutant("pseudonym-by-turns", role="operator", hint=("R2", "R7"))
def _(stack: ExitStack) -> None:
    """Pseudonyms are given out in the order in which anything is first named."""

    @functools.cache
    def number(kind: str, raw: str) -> int:
        return number.cache_info().currsize

    def token(_self: Any, kind: str, raw: str) -> str:
        digits = hashlib.sha256(str(number(kind, raw)).encode()).digest()
        return f"{PREFIXES[kind]}-{base64.b32encode(digits)[:16].decode()}"

    swap(stack, Pseudonymiser, "_token", token)


@mutant("cached-by-id", role="operator", hint=("R2", "R7"))
def _(stack: ExitStack) -> None:
    """What was shown of a record is remembered without whom it was shown to."""
    shown: dict[Any, Any] = {}

    def disclose(former: Any, self: Any, record_type: str, record: Any, context: Any, on_failure: Any = None) -> Any:
        key = (record_type, record["id"])
        if key not in shown:
            shown[key] = former(self, record_type, record, context, on_failure)
        return shown[key]

    wrap(stack, CompiledPolicy, "disclose", disclose)
    without_second_barrier(stack)
