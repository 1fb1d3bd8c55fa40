"""What is different between two policies, as values.

Rules:
- A change is about one place: a path of one record type, or a part of the agreement.
- `visible`, `finer` and `changed` widen. `changed` are rules of which neither is the lesser: taken for wider.
- What could not be decided widens too, and says so.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from gateway.ids import RecordTypeName
from gateway.policy.language.document import DisclosurePolicy, digest
from gateway.policy.symbolic.questions import Question
from gateway.policy.symbolic.witness import Witness
from gateway.record.strictjson import Json

Kind: TypeAlias = Literal["visible", "finer", "changed", "coarser", "hidden", "renamed"]

WIDENING: Final = frozenset({"visible", "finer", "changed"})
WORDS: Final[dict[Kind, str]] = {
    "visible": "newly visible",
    "finer": "finer",
    "changed": "changed, and neither is the lesser",
    "coarser": "coarser",
    "hidden": "hidden",
    "renamed": "under another name",
}
"""What each kind is called for people."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        record_type: None when it is about the whole policy.
        path: Where: a path of the type, or the part of the policy.
        old: The rule as it was, in words of the policy; None where there was none.
        new: The rule as it is.
        condition: Of which records this is so, in words.
        is_decided: There is a record, tried on the evaluator, of which it is so. Otherwise there may be one.
        detail: An example where it is not about a record: a service that comes into scope, a time.
        question: What was asked to find the example.
        witness: An example, apart from what stands at `place`; `diff_examples` completes it.
        place: The path of the value that the rules read; None when they read none.
    """

    kind: Kind
    record_type: RecordTypeName | None
    path: str
    old: str | None
    new: str | None
    condition: str = "always"
    is_decided: bool = True
    detail: Json | None = field(default=None, compare=False)
    question: Question | None = field(default=None, compare=False, repr=False)
    witness: Witness | None = field(default=None, compare=False, repr=False)
    place: str | None = field(default=None, compare=False, repr=False)

    @property
    def widens(self) -> bool:
        """Whether the audience may learn more by it."""
        return self.kind in WIDENING


@dataclass(frozen=True, slots=True)
class Diff:
    """All differences between two policies; None stands for no policy, which discloses nothing."""

    old: DisclosurePolicy | None = field(repr=False)
    new: DisclosurePolicy | None = field(repr=False)
    changes: tuple[Change, ...]

    @property
    def widens(self) -> bool:
        """Whether the audience may learn anything more."""
        return any(change.widens for change in self.changes)

    @property
    def widenings(self) -> tuple[Change, ...]:
        """Return the changes by which the audience may learn more."""
        return tuple(change for change in self.changes if change.widens)


def diff_digest(difference: Diff) -> str:
    """Return the SHA-256, in hex, of both policies and every change; examples do not count."""
    said = {
        "old": difference.old and digest(difference.old),
        "new": difference.new and digest(difference.new),
        "changes": [
            [one.kind, one.record_type, one.path, one.old, one.new, one.condition, one.is_decided]
            for one in difference.changes
        ],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode("ascii")).hexdigest()
