"""The second barrier: what the filter made is checked once more before it is sealed.

 (1) contract  the data is what the audience's contract says, and nothing beside it
 (2) scrubbed  free text that the contract promises to be clean is what the scrubber would make of it
 (3) names     no other text in it holds a name of the inventory that this audience must not see, not even in two parts

None of them knows the policy's rules, so that a fault in the filter does not repeat itself here. What fails is refused
with a reason and a place; quarantining it is the caller's work.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Literal, NoReturn, TypeAlias

import jsonschema_rs

from gateway.errors import PolicyError
from gateway.ids import RecordTypeName
from gateway.policy.egress.plan import collector_of, open_texts, plan_of
from gateway.policy.text.names import NameScanner, normal
from gateway.policy.text.scrub import Scrubber
from gateway.record.paths import Catalogue
from gateway.record.schemas import record_types
from gateway.record.strictjson import Json

__all__ = ["EgressCheck", "EgressRefused", "NameScanner", "Reason"]

_EDGE = 48
"""How many characters at the ends of a long text may be half of a name."""
_LONG = 3 * _EDGE

Reason: TypeAlias = Literal["no-contract", "contract", "unclean", "name", "too-large"]


class EgressRefused(PolicyError):
    """A disclosed record failed the check before sealing.

    Attributes:
        reason: `no-contract`, `contract`, `unclean`, `name` or `too-large`.
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

    __slots__ = ("_collectors", "_plans", "_validators", "_vocabulary")

    def __init__(self, contract: Json) -> None:
        definitions = contract["$defs"]
        self._validators = {
            name: jsonschema_rs.Draft202012Validator(definition, validate_formats=True, retriever=_no_network)
            for name, definition in definitions.items()
        }
        self._plans = {name: plan_of(definition, _attribute_names()) for name, definition in definitions.items()}
        self._collectors = {name: collector_of(plan) for name, plan in self._plans.items()}
        self._vocabulary = _attributes() | frozenset(map(normal, _words(definitions)))

    def require_clean(
        self,
        record_type: RecordTypeName,
        data: Json,
        scanner: NameScanner,
        allowed: AbstractSet[str],
    ) -> None:
        """Raise unless `data` may be sealed for this audience.

        Args:
            record_type: The type that the entry claims.
            data: The disclosed record, exactly as it will be in the entry.
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
        texts: list[str] = []
        clean: list[str] = []
        self._collectors[record_type](data, texts, clean)
        if clean:
            scrub, known = Scrubber(scanner).scrub, frozenset(allowed)
            for text in clean:
                if scrub(text, known) != text:
                    self._refuse_unclean(record_type, data, text)
        hits = scanner.hits("\n".join(texts), allowed) if texts else frozenset()
        hits |= _over_the_edge(texts + clean, scanner, allowed)
        if hits:
            self._refuse_names(record_type, hits, data, scanner, allowed)

    def _refuse_unclean(self, record_type: RecordTypeName, data: Json, unclean: str) -> NoReturn:
        texts = open_texts(self._plans[record_type], data)
        pointer = next((at for at, text, is_scrubbed in texts if is_scrubbed and text == unclean), "")
        raise EgressRefused("unclean", pointer, "the scrubber would change this text")

    def _refuse_names(
        self,
        record_type: RecordTypeName,
        hits: AbstractSet[str],
        data: Json,
        scanner: NameScanner,
        allowed: AbstractSet[str],
    ) -> None:
        """Raise unless every hit is a word of the schemas, as when somebody has named a resource `critical`."""
        names = {name for name in hits if normal(name) not in self._vocabulary}
        if not names:
            return
        for pointer, part, _ in open_texts(self._plans[record_type], data):
            if not names.isdisjoint(scanner.hits(part, allowed)):
                raise EgressRefused("name", pointer, ", ".join(sorted(names)))
        raise EgressRefused("name", "", ", ".join(sorted(names)))


def _over_the_edge(texts: list[str], scanner: NameScanner, allowed: AbstractSet[str]) -> frozenset[str]:
    """Return names that begin in one text and end in the next, or in the one before."""
    if allowed:
        texts = [text for text in texts if text not in allowed]
    edges = [text if len(text) < _LONG else f"{text[:_EDGE]}\n\n{text[-_EDGE:]}" for text in texts]
    joined = "\n".join(edges + edges[-2::-1])  # there and back: the last one needs no repetition
    if len(edges) < 2 or not scanner.may_hit(joined):
        return frozenset()
    divided = (match for match in scanner.unknown(joined, allowed) if "\n" in joined[match.start : match.end])
    return frozenset(name for match in divided for name in match.names)


@functools.cache
def _attribute_names() -> frozenset[str]:
    """Return the names of all attributes of all record types."""
    nodes = [node for name in record_types() for node in Catalogue.of(name).nodes]
    return frozenset(part.removesuffix("[]") for node in nodes for part in node.split("."))


@functools.cache
def _attributes() -> frozenset[str]:
    return frozenset(map(normal, _attribute_names()))


@functools.cache
def _enumerated() -> frozenset[str]:
    """Return every word that an enumeration of our schemas lists."""
    return frozenset(word for name in record_types() for leaf in Catalogue.of(name).leaves for word in leaf.enum)


def _words(schema: Any) -> Iterator[str]:
    """Yield the words that enumerations of a contract list and our schemas too: those of a policy are not known."""
    if isinstance(schema, dict):
        yield from (word for word in schema.get("enum", ()) if word in _enumerated())
        for part in schema.values():
            yield from _words(part)


def _refuse_contract(validator: Any, data: Json) -> NoReturn:
    error = next(validator.iter_errors(data))
    steps = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in error.instance_path)
    raise EgressRefused("contract", steps, str(error.kind.name))


def _no_network(uri: str) -> NoReturn:
    raise LookupError(f"a contract refers to nothing outside itself, but to {uri}")
