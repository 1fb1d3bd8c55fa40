"""A disclosure policy as values: what one audience may learn, rule by rule.

Places in the text (`mark`) are carried for findings and explanations; they do not count when two documents are
compared, and neither do comments, quoting or the order of sections and fields.

This module does not know YAML and checks nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeAlias

from gateway.ids import AudienceId, PolicyDigest, RecordTypeName
from gateway.policy.findings import START, Mark
from gateway.policy.nodes import Scalar
from gateway.policy.scalars import Constant as ConstantValue

API_VERSION = "demarc/v1"
KIND = "DisclosurePolicy"


@dataclass(frozen=True, slots=True)
class Keep:
    """Disclose the value as it is."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Disclose this value instead, whether or not the record has one."""

    value: ConstantValue


@dataclass(frozen=True, slots=True)
class Truncate:
    """Disclose a time cut down to this unit, in UTC."""

    unit: str


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """Disclose this audience's token for the value."""

    pseudonym_class: str


@dataclass(frozen=True, slots=True)
class Lift:
    """Disclose the audience's own affected service, or services, in place of an internal object."""

    target: str
    show: tuple[str, ...]


Transform: TypeAlias = Keep | Constant | Truncate | Pseudonym | Lift


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What happens to the value at one path; `rename` replaces the last name of the path."""

    path: str
    transform: Transform
    rename: str | None = None
    mark: Mark = field(default=START, compare=False)


@dataclass(frozen=True, slots=True)
class Section:
    """The rules for records of one type; `when` is the text of a CEL condition."""

    record_type: RecordTypeName
    when: str | None
    fields: tuple[FieldRule, ...]
    mark: Mark = field(default=START, compare=False)
    when_node: Scalar | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call, as the agreement names them."""

    role: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the two organisations signed. Conditions may read it as `agreement...`."""

    valid_from: date | None = None
    valid_until: date | None = None
    objectives: tuple[tuple[str, str], ...] = ()
    contacts: tuple[Contact, ...] = ()

    def covers(self, day: date) -> bool:
        """Tell whether `day` lies within the validity, both ends included."""
        return not (self.valid_from and day < self.valid_from) and not (self.valid_until and day > self.valid_until)

    def boundaries(self) -> tuple[date, ...]:
        """Return the days on which something begins or stops being disclosed: the first, and the one after the last."""
        after = (self.valid_until + timedelta(days=1),) if self.valid_until else ()
        return ((self.valid_from,) if self.valid_from else ()) + after

    def variables(self) -> dict[str, str]:
        """Return what a condition can read, by dotted name."""
        valid = {"valid.from": self.valid_from, "valid.until": self.valid_until}
        dates = {f"agreement.{name}": day.isoformat() for name, day in valid.items() if day is not None}
        return dates | {f"agreement.objectives.{name}": value for name, value in self.objectives}


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """A whole policy; what it does not name does not leave."""

    name: str
    audience: AudienceId
    sections: tuple[Section, ...]
    agreement: Agreement = Agreement()
    file: str = field(default="policy.yaml", compare=False)
    source: str = field(default="", compare=False, repr=False)

    def section(self, record_type: str) -> Section | None:
        """Return the section for records of `record_type`, or None when nothing of them leaves."""
        return next((part for part in self.sections if part.record_type == record_type), None)


def digest(policy: DisclosurePolicy) -> PolicyDigest:
    """Return the SHA-256 of what the policy says, in hex; layout and order in the text do not count."""
    canonical = json.dumps(_plain(policy), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return PolicyDigest(hashlib.sha256(canonical.encode("ascii")).hexdigest())


def _plain(policy: DisclosurePolicy) -> dict[str, Any]:
    agreement = policy.agreement
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": policy.name,
        "audience": policy.audience,
        "agreement": {
            "valid": [day and day.isoformat() for day in (agreement.valid_from, agreement.valid_until)],
            "objectives": dict(agreement.objectives),
            "contacts": [[contact.role, dict(contact.details)] for contact in agreement.contacts],
        },
        "records": {part.record_type: _plain_section(part) for part in policy.sections},
    }


def _plain_section(section: Section) -> dict[str, Any]:
    return {"when": section.when, "fields": {rule.path: _plain_rule(rule) for rule in section.fields}}


def _plain_rule(rule: FieldRule) -> list[Any]:
    match rule.transform:
        case Keep():
            said: list[Any] = ["keep"]
        case Constant(value):
            said = ["constant", value]
        case Truncate(unit):
            said = ["truncate", unit]
        case Pseudonym(pseudonym_class):
            said = ["pseudonym", pseudonym_class]
        case Lift(target, show):
            said = ["lift", target, sorted(show)]
    return [*said, rule.rename]
