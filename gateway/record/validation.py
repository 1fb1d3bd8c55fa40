"""Check records against the schema of their type.

Rules:
- One fast engine (`jsonschema-rs`) decides; the other (`jsonschema`) finds the words, only for what was refused.
- Nothing is ever fetched: each schema refers to itself only, and both engines get a way out that raises.
- A finding says where and which rule, in our own words. It repeats no value, nor any name from the record that the
  schema does not have.

Does not refuse attributes that the schema does not name: policies drop those.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, cast

import jsonschema
import jsonschema_rs
from jsonschema.exceptions import ValidationError
from referencing import Registry

from gateway.errors import InputError
from gateway.ids import RecordTypeName
from gateway.record.schemas import schema_of
from gateway.record.strictjson import Json, pointer_to

_MOST_FINDINGS: Final = 20

_MESSAGES: Final[Mapping[str, str]] = {
    "type": "must be {}",
    "required": "lacks {}",
    "enum": "must be one of {}",
    "const": "must be {}",
    "format": "must be a {} by RFC 3339",
    "maxLength": "must have at most {} characters",
    "minLength": "must have at least {} characters",
    "maxItems": "must have at most {} members",
    "minItems": "must have at least {} members",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "not": "does not have this form: {}",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a record breaks: where, the schema's keyword, and a sentence fit for a stranger."""

    pointer: str
    rule: str
    message: str


class InvalidRecord(InputError):
    """The record does not follow the schema of its type.

    Attributes:
        findings: Every rule that it breaks, up to twenty.
    """

    code = "record.invalid"
    remedy = "Correct the record at the places named."

    def __init__(self, record_type: RecordTypeName, findings: Sequence[Finding]) -> None:
        places = "; ".join(f"{finding.pointer or 'the record'} {finding.message}" for finding in findings)
        super().__init__(f"{record_type}: {places}")
        self.findings = tuple(findings)


def require_valid(record_type: RecordTypeName, record: Json) -> None:
    """Check that `record` follows the schema of `record_type`.

    Raises:
        InvalidRecord: It does not; `findings` say where.
        UnknownRecordType: There is no such record type.
    """
    if not _decider(record_type).is_valid(record):
        raise InvalidRecord(record_type, _explain(record_type, record))


def findings(record_type: RecordTypeName, record: Json) -> tuple[Finding, ...]:
    """Return the rules that `record` breaks, in the order of their places; none when it is valid."""
    return () if _decider(record_type).is_valid(record) else _explain(record_type, record)


def _explain(record_type: RecordTypeName, record: Json) -> tuple[Finding, ...]:
    errors = sorted(
        _explainer(record_type).iter_errors(record), key=lambda error: (pointer_to(error.path), error.message)
    )
    found = [_finding(error) for error in errors]
    unexplained = Finding("", "schema", "does not follow the schema")  # The engines differ; the decider's word holds.
    return tuple(dict.fromkeys(found))[:_MOST_FINDINGS] or (unexplained,)


def _finding(error: ValidationError) -> Finding:
    rule = str(error.validator)
    template = _MESSAGES.get(rule, "does not follow the schema")
    return Finding(pointer_to(error.absolute_path), rule, template.format(_wanted(error)))


def _wanted(error: ValidationError) -> str:
    """Return what the schema asks for; of a `required`, the part that is missing."""
    wanted: Any = error.validator_value
    if error.validator == "required":
        wanted = [name for name in wanted if name not in cast(Json, error.instance)]
    if error.validator == "not":
        wanted = cast(Json, error.schema).get("$comment", "")  # A `not` cannot say what it is for.
    return ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)


@functools.cache
def _decider(record_type: RecordTypeName) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        schema_of(record_type),
        validate_formats=True,
        retriever=_refuse_to_fetch,
        pattern_options=jsonschema_rs.RegexOptions(),  # The engine whose time is linear in the text.
    )


@functools.cache
def _explainer(record_type: RecordTypeName) -> jsonschema.Draft202012Validator:
    formats = jsonschema.Draft202012Validator.FORMAT_CHECKER
    closed: Registry[Any] = Registry()
    return jsonschema.Draft202012Validator(schema_of(record_type), format_checker=formats, registry=closed)


def _refuse_to_fetch(_address: str) -> NoReturn:
    raise LookupError("schemas are never fetched")
