"""The second barrier: what the filter made is checked once more before it is sealed.

 (1) contract  the data is what the audience's contract says, and nothing beside it
 (2) names     no text in it holds a name of the inventory that this audience must not see

Both know nothing of the policy's rules, so that a fault in the filter does not repeat itself here. What fails is
refused with a reason and a place; quarantining it is the caller's work.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Literal, NoReturn, TypeAlias

import jsonschema_rs

from gateway.errors import PolicyError
from gateway.ids import RecordTypeName
from gateway.policy.names import NameScanner, normal
from gateway.record.paths import Catalogue
from gateway.record.schemas import record_types
from gateway.record.strictjson import Json

__all__ = ["EgressCheck", "EgressRefused", "NameScanner", "Reason", "searchable_text"]

Reason: TypeAlias = Literal["no-contract", "contract", "name", "too-large"]


class EgressRefused(PolicyError):
    """A disclosed record failed the check before sealing.

    Attributes:
        reason: `no-contract`, `contract`, `name` or `too-large`.
        pointer: JSON Pointer to the place in the disclosed data; empty for the whole.
    """

    code = "policy.egress"
    remedy = "Look at the quarantined entry, and correct the policy or the inventory."

    def __init__(self, reason: Reason, pointer: str, particulars: str) -> None:
        self.reason = reason
        self.pointer = pointer
        super().__init__(f"{reason} at {pointer or 'the whole'}: {particulars}")


class EgressCheck:
    """The check for one audience, by its contract. Immutable; the names come with each call, because they change."""

    __slots__ = ("_validators", "_vocabulary")

    def __init__(self, contract: Json) -> None:
        self._validators = {
            name: jsonschema_rs.Draft202012Validator(definition, validate_formats=True, retriever=_no_network)
            for name, definition in contract["$defs"].items()
        }
        self._vocabulary = _attributes() | frozenset(map(normal, _words(contract["$defs"])))

    def require_clean(
        self,
        record_type: RecordTypeName,
        data: Json,
        text: str,
        scanner: NameScanner,
        allowed: AbstractSet[str],
    ) -> None:
        """Raise unless `data` may be sealed for this audience.

        Args:
            record_type: The type that the entry claims.
            data: The disclosed record, exactly as it will be in the entry.
            text: `data` as JSON text where the caller has it already; empty otherwise.
            scanner: Knows every name of the inventory as it is now.
            allowed: Names that this audience knows: its own services and itself.

        Raises:
            EgressRefused: With the reason and the place. The entry must not leave.
        """
        validator = self._validators.get(record_type)
        if validator is None:
            raise EgressRefused("no-contract", "", f"the contract has no {record_type}")
        if not validator.is_valid(data):
            _refuse_contract(validator, data)
        if not text or "\\" in text:
            text = searchable_text(data)  # an escape such as \n would look like a letter before a name
        hits = scanner.hits(text, allowed)
        if hits:
            self._refuse_names(hits, data, scanner, allowed)

    def _refuse_names(
        self, hits: AbstractSet[str], data: Json, scanner: NameScanner, allowed: AbstractSet[str]
    ) -> None:
        """Raise unless every hit is a word of the schemas, as when somebody has named a resource `critical`."""
        names = {name for name in hits if normal(name) not in self._vocabulary}
        if not names:
            return
        for pointer, part in _texts(data, ""):
            if not names.isdisjoint(scanner.hits(part, allowed)):
                raise EgressRefused("name", pointer, ", ".join(sorted(names)))
        raise EgressRefused("name", "", ", ".join(sorted(names)))


def searchable_text(data: Json) -> str:
    """Return every text in `data`, one a line: values and keys."""
    return "\n".join(part for _, part in _texts(data, ""))


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, member in value.items():
            place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            yield place, key
            yield from _texts(member, place)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _texts(member, f"{pointer}/{index}")


@functools.cache
def _attributes() -> frozenset[str]:
    """Return the names of all attributes of all record types, as they are compared."""
    nodes = [node for name in record_types() for node in Catalogue.of(name).nodes]
    return frozenset(normal(part.removesuffix("[]")) for node in nodes for part in node.split("."))


def _words(schema: Any) -> Iterator[str]:
    """Yield the words that enumerations of a contract list; they come from our schemas, never from a policy."""
    if isinstance(schema, dict):
        yield from schema.get("enum", ())
        for part in schema.values():
            yield from _words(part)


def _refuse_contract(validator: Any, data: Json) -> NoReturn:
    error = next(validator.iter_errors(data))
    steps = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in error.instance_path)
    raise EgressRefused("contract", steps, str(error.kind.name))


def _no_network(uri: str) -> NoReturn:
    raise LookupError(f"a contract refers to nothing outside itself, but to {uri}")
