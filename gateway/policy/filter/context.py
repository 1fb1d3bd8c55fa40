"""What stands around a record when it is disclosed to one audience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.record.strictjson import Json


def nothing_is_disclosed(_record_type: str, _record_id: str) -> bool:
    """Say of every other record that it is not disclosed: references to it do not leave."""
    return False


def nothing_is_clean(_text: str) -> str | None:
    """Say of every free text that it cannot be made clean."""
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one record, for one audience. What is not given denies.

    Attributes:
        services: This audience's affected services as internal records, sorted by id, within the agreement's scope.
        about: The internal object that the record is about, `object` in conditions; None when there is none.
        pseudonym: Class and internal identifier to this audience's token.
        is_disclosed: Record type and internal identifier to whether that record is disclosed to this audience now.
        scrub: Free text to the same text without anything that identifies, or None when it cannot be made clean.
    """

    services: Sequence[Json]
    about: Json | None
    pseudonym: Callable[[str, str], str]
    is_disclosed: Callable[[str, str], bool] = nothing_is_disclosed
    scrub: Callable[[str], str | None] = nothing_is_clean
