"""Run the tests that stand beside a policy, by the very code that discloses; and tell which rules they reached.

Rules:
- A test begins from the file's records alone; no store is read and nothing is written.
- What passes the filter must also pass the egress check, with every name in the file's records as a name of the
  inventory; else the test fails, because the entry would not leave.
- A rule is reached when, in some case, it put something into what was disclosed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from gateway.errors import InputError
from gateway.ids import AudienceId, RecordTypeName
from gateway.inside.audiences import Audience, Audiences
from gateway.inventory.assess import Assessor
from gateway.inventory.concerns import concern_of
from gateway.inventory.inventory import Inventory
from gateway.policy.answers.cases import WITHHELD, Case, Cases
from gateway.policy.answers.explain import explain
from gateway.policy.egress.check import EgressRefused
from gateway.policy.language.document import DisclosurePolicy, FieldRule
from gateway.record import schemas, strictjson, validation
from gateway.record.strictjson import Json

_MASTER = b"the same in every run of tests!!"
_SEPARATOR = "\x1f"


class NoSuchMember(InputError):
    """The tests are for an audience that the policy does not have."""

    code = "policy.no-such-member"
    remedy = "Name a member of the policy's group under `audience`."


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a policy by where it stands."""

    record_type: str
    path: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one case went; `failure` is empty when it passed."""

    case: str
    line: int
    failure: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How all cases of a file went, and the rules that none of them reached."""

    verdicts: tuple[Verdict, ...]
    reached: frozenset[Rule]
    unreached: tuple[Rule, ...]


def run(documents: Sequence[DisclosurePolicy], cases: Cases, samples: Iterable[Json] = ()) -> Outcome:
    """Run `cases` on the policy of the audience that they name, or the only one there is.

    Args:
        documents: The effective policies that the policy's file writes.
        cases: What to run.
        samples: Further records that count for coverage and expect nothing.

    Raises:
        NoSuchMember: `cases` names an audience that is not among the policies'.
    """
    document = _chosen(documents, cases.audience)
    stage = _Stage(document, cases)
    verdicts = tuple(stage.verdict(case) for case in cases.cases)
    for sample in samples:
        stage.see(sample)
    every = list(_rules(document))
    return Outcome(verdicts, frozenset(stage.reached), tuple(rule for rule in every if rule not in stage.reached))


def _chosen(documents: Sequence[DisclosurePolicy], audience: AudienceId | None) -> DisclosurePolicy:
    for document in documents:
        if audience in (None, document.audience):
            return document
    raise NoSuchMember(f"the policy is not for {audience}")


def _rules(document: DisclosurePolicy) -> Iterator[Rule]:
    for section in document.sections:
        yield from (_rule(document, section.record_type, rule) for rule in section.fields)


def _rule(document: DisclosurePolicy, record_type: str, rule: FieldRule) -> Rule:
    return Rule(record_type, rule.path, rule.file or document.file, rule.mark.line)


class _Stage:
    """An inventory and the other records, as the file has them, with one audience before it."""

    def __init__(self, document: DisclosurePolicy, cases: Cases) -> None:
        self._document = document
        self._at = datetime.combine(cases.day, datetime.min.time(), UTC)
        self._inventory = Inventory()
        self._audiences = Audiences(_MASTER, self._inventory)
        # A token that can be read; its own form is checked where the real one is made.
        self._audience = replace(self._audiences.put(document), pseudonym=_readable)
        self._real: Audience = self._audiences.put(document)
        self._held: dict[tuple[str, str], Json] = {}
        assessor = Assessor(self._inventory)
        for record in cases.records:
            for concern in assessor.assess(_type_of(record), record, self._at):
                self._held[concern.record_type, concern.record_id] = concern.record
        self.reached: set[Rule] = set()

    def verdict(self, case: Case) -> Verdict:
        """Run one case."""
        try:
            failure = self._failure(case)
        except InputError as error:
            failure = str(error)
        return Verdict(case.name, case.mark.line, failure)

    def _failure(self, case: Case) -> str:
        record_type = _type_of(case.record)
        shown = self._shown(self._audience, record_type, case.record)
        self.see(case.record)
        if shown is None and case.expect is not None:
            return f"expected a record, got {WITHHELD}: {self._reason(record_type, case.record)}"
        if _marked(shown) != _marked(case.expect):
            return difference(case.expect, shown)
        real = self._shown(self._real, record_type, case.record)
        if real is None:
            return ""
        try:
            known = self._audiences.names_known_to(self._real)
            self._audiences.scanning.require_clean(self._real.check, record_type, real, known)
        except EgressRefused as refused:
            return f"the egress check would stop it: {refused}"
        return ""

    def _reason(self, record_type: RecordTypeName, record: Json) -> str:
        """Return why nothing of a record is shown."""
        concern = concern_of(self._inventory, record_type, record)
        context = self._audiences.context(self._audience, concern, self._is_disclosed)
        if not self._audience.policy.is_valid_on(self._at.date()):
            return f"The agreement is not valid on {self._at.date()}."
        if not self._audiences.services_of(concern):
            return "The record concerns no service among the `records` of the file."
        if not context.services:
            return "The services that the record concerns are not this audience's, or out of the agreement's scope."
        return " ".join(explain(self._audience.policy, record_type, record, context).needs)

    def see(self, record: Json) -> None:
        """Note which rules a record reaches."""
        record_type = _type_of(record)
        concern = concern_of(self._inventory, record_type, record)
        context = self._audiences.context(self._real, concern, self._is_disclosed)
        if not context.services or not self._real.policy.is_valid_on(self._at.date()):
            return
        told = explain(self._real.policy, record_type, record, context)
        places = {(one.place.file, one.place.line) for one in told.values if one.place and one.fate != "withheld"}
        section = self._document.section(record_type)
        for rule in section.fields if section else ():
            found = _rule(self._document, record_type, rule)
            if (found.file, found.line) in places:
                self.reached.add(found)

    def _shown(self, audience: Audience, record_type: RecordTypeName, record: Json) -> Json | None:
        concern = concern_of(self._inventory, record_type, record)
        return self._audiences.show(audience, concern, self._at, self._is_disclosed).data

    def _is_disclosed(self, record_type: str, record_id: str) -> bool:
        record = self._held.get((record_type, record_id))
        if record is None:
            return False
        concern = concern_of(self._inventory, RecordTypeName(record_type), record)
        return self._audiences.show(self._real, concern, self._at).data is not None


def _readable(pseudonym_class: str, raw: str) -> str:
    return f"<{pseudonym_class} {raw}>"


def _type_of(record: Json) -> RecordTypeName:
    record_type = schemas.type_of(record)
    validation.require_valid(record_type, record)
    return record_type


def _marked(value: Any) -> bytes:
    return strictjson.dump({"is": _ordered(value)})


def _ordered(value: Any) -> Any:
    """Return `value` with arrays in the order of their bytes: readable tokens sort otherwise than real ones."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return sorted((_ordered(member) for member in value), key=lambda one: strictjson.dump({"is": one}))
    return value


def difference(expected: Json | None, shown: Json | None) -> str:
    """Return what is other than expected, place by place."""
    if expected is None or shown is None:
        wanted, got = WITHHELD if expected is None else "a record", WITHHELD if shown is None else _said(shown)
        return f"expected {wanted}, got {got}"
    return "; ".join(_differences(_ordered(expected), _ordered(shown), ""))


def _differences(expected: Any, shown: Any, path: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(shown, dict):
        for name in sorted(expected.keys() | shown.keys()):
            place = f"{path}.{name}" if path else name
            if name not in shown:
                yield f"{place} is missing, expected {_said(expected[name])}"
            elif name not in expected:
                yield f"{place} is {_said(shown[name])}, expected to be withheld"
            else:
                yield from _differences(expected[name], shown[name], place)
    elif expected != shown or type(expected) is not type(shown):
        yield f"{path} is {_said(shown)}, expected {_said(expected)}"


def _said(value: Any) -> str:
    """Return a value as an author can write it into the tests: JSON is YAML too."""
    return json.dumps(value, ensure_ascii=False)
