"""A disclosure policy as values: what one audience may learn, rule by rule.

Places in the text (`mark`) are carried for findings and explanations; they do not count when two documents are
compared, and neither do comments, quoting or the order of sections and fields.

This module does not know YAML and checks nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

from gateway.ids import AudienceId, PolicyDigest, RecordTypeName
from gateway.policy.language.findings import START, Mark
from gateway.policy.language.nodes import Scalar
from gateway.policy.language.scalars import Constant as ConstantValue

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
class Map:
    """Disclose what the table says for the value; for any other value `otherwise`, or nothing when that is None."""

    entries: tuple[tuple[str, ConstantValue], ...]
    otherwise: ConstantValue | None = None


@dataclass(frozen=True, slots=True)
class Truncate:
    """Disclose a time cut down to this unit, in UTC."""

    unit: str


@dataclass(frozen=True, slots=True)
class Round:
    """Disclose a number rounded to the nearest multiple of `step` (above 0), halves away from zero."""

    step: int | float


@dataclass(frozen=True, slots=True)
class Bucket:
    """Disclose the greatest of these ascending bounds that does not exceed the number; below the first nothing."""

    bounds: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Generalise:
    """Disclose something coarser: a place as `metro`, `country` or `region`, or a word as its group of a hierarchy."""

    to: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Disclose the network of at most these lengths (bits) that an address or prefix lies in."""

    ipv4: int
    ipv6: int


@dataclass(frozen=True, slots=True)
class Mask:
    """Disclose the first and last characters only; what is between them becomes four asterisks, however long it was."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """Disclose this audience's token for the value."""

    pseudonym_class: str


@dataclass(frozen=True, slots=True)
class Scrub:
    """Disclose free text after everything that identifies has been replaced; nothing when it cannot be made clean."""


@dataclass(frozen=True, slots=True)
class Template:
    """Disclose this sentence with what is disclosed in the place of `{path}`; `otherwise` when some is absent."""

    text: str
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Lift:
    """Disclose the audience's own affected service, or services, in place of an internal object.

    `show` names what is told of each: its `id`, its `name`; and where a receiver insists, `@referredType` and `role`,
    which are the same words for every service.
    """

    target: str
    show: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Disclose how many of the audience's own services are affected (`service`), or members of a disclosed array."""

    of: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Disclose nothing of what a base policy would; only in a policy that extends one, gone from the effective one."""


Transform: TypeAlias = (
    Keep
    | Constant
    | Map
    | Truncate
    | Round
    | Bucket
    | Generalise
    | Prefix
    | Mask
    | Pseudonym
    | Scrub
    | Template
    | Lift
    | Count
    | Drop
)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What happens to the value at one path; `rename` replaces the last name of the path."""

    path: str
    transform: Transform
    rename: str | None = None
    mark: Mark = field(default=START, compare=False)
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class MemberRule:
    """Which members of the array at `path` (without the last `[]`) are disclosed at all: when `when` is true."""

    path: str
    when: str
    mark: Mark = field(default=START, compare=False)
    when_node: Scalar | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Section:
    """The rules for records of one type; `when` is the text of a CEL condition."""

    record_type: RecordTypeName
    when: str | None
    fields: tuple[FieldRule, ...]
    members: tuple[MemberRule, ...] = ()
    mark: Mark = field(default=START, compare=False)
    when_node: Scalar | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call, as the agreement names them."""

    role: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of the audience's services the agreement is about; None means no restriction of that kind.

    Attributes:
        services: Identifiers of services.
        locations: Cities, ISO 3166-1 countries or regions (EMEA, ...) of the service's own places.
        customer_locations: The same for places whose role is the customer's.
        technologies: Service types, or groups of the policy's hierarchy `technology`.
    """

    services: tuple[str, ...] | None = None
    locations: tuple[str, ...] | None = None
    customer_locations: tuple[str, ...] | None = None
    technologies: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the two organisations signed. Conditions may read it as `agreement...`."""

    valid_from: date | None = None
    valid_until: date | None = None
    objectives: tuple[tuple[str, str], ...] = ()
    contacts: tuple[Contact, ...] = ()
    scope: Scope = Scope()

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
class Release:
    """When a change may be told: not before `embargo` has passed, and with a `cadence` only on its beats."""

    embargo: timedelta = timedelta(0)
    cadence: timedelta | None = None

    @property
    def is_immediate(self) -> bool:
        """Whether every change is told at once."""
        return not self.embargo and self.cadence is None


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Words and the group each belongs to, from `{group: [word, ...]}`; a word is in one group only."""

    name: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]

    def group_of(self, word: str) -> str | None:
        """Return the group of `word`, or of itself when it is the name of a group; None for any other word."""
        return next((group for group, words in self.groups if word == group or word in words), None)


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """A whole policy; what it does not name does not leave.

    A policy for a group (`group` is its name, `audience` its URN) has `members`; `for_member` gives the policy of one.
    A policy with `extends` is not effective yet: `extends.effective` makes it so, and only that can be compiled.
    """

    name: str
    audience: AudienceId
    sections: tuple[Section, ...]
    agreement: Agreement = Agreement()
    extends: tuple[str, ...] = ()
    group: str | None = None
    members: tuple[AudienceId, ...] = ()
    release: Release = Release()
    hierarchies: tuple[Hierarchy, ...] = ()
    file: str = field(default="policy.yaml", compare=False)
    source: str = field(default="", compare=False, repr=False)
    marks: Mapping[str, Mark] = field(default_factory=dict, compare=False, repr=False)

    def mark_of(self, key: str) -> Mark:
        """Return where a part of the head stands (`release.cadence`, `extends`), or where what is around it does."""
        while key not in self.marks and "." in key:
            key = key.rpartition(".")[0]
        return self.marks.get(key, START)

    def section(self, record_type: str) -> Section | None:
        """Return the section for records of `record_type`, or None when nothing of them leaves."""
        return next((part for part in self.sections if part.record_type == record_type), None)

    def hierarchy(self, name: str) -> Hierarchy | None:
        """Return the hierarchy of this name."""
        return next((found for found in self.hierarchies if found.name == name), None)

    def for_member(self, audience: AudienceId) -> DisclosurePolicy:
        """Return the policy as it is for one member of the group."""
        return replace(self, audience=audience, members=())


def digest(policy: DisclosurePolicy) -> PolicyDigest:
    """Return the SHA-256 of what the policy says, in hex; layout and order in the text do not count."""
    canonical = json.dumps(_plain(policy), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return PolicyDigest(hashlib.sha256(canonical.encode("ascii")).hexdigest())


def _plain(policy: DisclosurePolicy) -> dict[str, Any]:
    agreement, scope, release = policy.agreement, policy.agreement.scope, policy.release
    plain: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": policy.name,
        "audience": policy.audience,
        "group": policy.group,
        "members": sorted(policy.members),
        "extends": list(policy.extends),
        "agreement": {
            "valid": [day and day.isoformat() for day in (agreement.valid_from, agreement.valid_until)],
            "objectives": dict(agreement.objectives),
            "contacts": [[contact.role, dict(contact.details)] for contact in agreement.contacts],
            "scope": [
                names if names is None else sorted(names)
                for names in (scope.services, scope.locations, scope.customer_locations, scope.technologies)
            ],
        },
        "release": [
            release.embargo.total_seconds(),
            release.cadence.total_seconds() if release.cadence is not None else None,
        ],
        "hierarchies": {
            hierarchy.name: {group: sorted(words) for group, words in hierarchy.groups}
            for hierarchy in policy.hierarchies
        },
        "records": {part.record_type: _plain_section(part) for part in policy.sections},
    }
    return plain


def _plain_section(section: Section) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "when": section.when,
        "fields": {rule.path: _plain_rule(rule) for rule in section.fields},
        "members": {rule.path: rule.when for rule in section.members},
    }
    if (len(plain["fields"]), len(plain["members"])) != (len(section.fields), len(section.members)):
        # No good policy says a thing twice. One that does is yet another one than that with either of the two.
        rules = [json.dumps([rule.path, *_plain_rule(rule)], sort_keys=True) for rule in section.fields]
        plain |= {"fields": sorted(rules), "members": sorted([rule.path, rule.when] for rule in section.members)}
    return plain


def _plain_rule(rule: FieldRule) -> list[Any]:
    said: list[Any]
    match rule.transform:
        case Map(entries, otherwise):
            said = ["map", dict(entries), otherwise]
        case Lift(target, show):
            said = ["lift", target, sorted(show)]
        case transform:
            values = [getattr(transform, name.name) for name in fields(transform)]
            said = [type(transform).__name__.lower(), *values]
    return [*said, rule.rename]
