"""What a source makes of its input: records that can be taken, and places that cannot be used.

A mapping never raises for what somebody sent. It says where the trouble is (a JSON Pointer into the input) and what it
is, in fixed words that repeat nothing of the input.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.record.strictjson import Json


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record of a source.

    Attributes:
        source_key: The same for the same thing handed in again, so that it becomes one record. Unique within a source.
        record: Internal record with `@type`; not yet validated by its schema.
    """

    source_key: str
    record: Json


@dataclass(frozen=True, slots=True)
class Unusable:
    """One place in the input from which no record can be made."""

    pointer: str
    reason: str
