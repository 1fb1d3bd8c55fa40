"""What stands around a record when it is disclosed to one audience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.record.strictjson import Json


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one record, for one audience.

    Attributes:
        services: This audience's affected services as internal records, sorted by id.
        about: The internal object that the record is about, `object` in conditions; None when there is none.
        pseudonym: Class and internal identifier to this audience's token.
    """

    services: Sequence[Json]
    about: Json | None
    pseudonym: Callable[[str, str], str]
