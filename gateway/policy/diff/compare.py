"""Compare two policies as sets of disclosures: what does the audience learn by the new one that it did not before?

Rules:
- For each record type and path: of which records something is shown, and how much of it. Words do not count.
- Where conditions differ, the solver decides whether a record exists that makes the difference. Where they are the
  same, nothing needs to be solved.
- What is not proved to be no wider counts as wider. Every change says of which records it is so.
- Scope, validity, release and members are disclosures too.

Does not decide who must approve what. Documents must have passed `checker.check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.ids import RecordTypeName
from gateway.policy.diff.agreement import agreement_changes
from gateway.policy.diff.changes import Change, Diff, Kind, diff_digest
from gateway.policy.diff.facets import Facet, facets_of
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.language.findings import START, Findings, PolicyRefused
from gateway.policy.language.levels import Order, compare
from gateway.policy.symbolic.domain import Clause, leaf_at, variables_of
from gateway.policy.symbolic.questions import Inquiry, Question
from gateway.policy.symbolic.witness import wanted_at
from gateway.record.paths import FieldPath

__all__ = ["Change", "Diff", "diff", "diff_digest"]

_Facets: TypeAlias = dict[str, list[Facet]]
_ORDERS: dict[Order, Kind] = {"wider": "finer", "narrower": "coarser", "incomparable": "changed"}


def diff(old: DisclosurePolicy | None, new: DisclosurePolicy | None) -> Diff:
    """Return every difference between two effective policies; None is a policy that discloses nothing.

    Raises:
        PolicyRefused: One of them rests on bases that are not worked in, so that what it says is not known.
    """
    for document in (old, new):
        require_whole(document)
    types = sorted({part.record_type for document in (old, new) if document for part in document.sections})
    changes = [change for record_type in types for change in _Comparison(old, new, record_type).changes()]
    return Diff(old, new, (*agreement_changes(old, new), *changes))


def require_whole(document: DisclosurePolicy | None) -> None:
    """Raise when a policy does not say by itself what it discloses."""
    if document is None or not document.extends:
        return
    findings = Findings(document.file)
    message = f"`{document.name}` rests on {', '.join(document.extends)}"
    findings.add(START, "policy.not-effective", message, "Load it together with the policies that it extends.")
    raise PolicyRefused(findings.found)


@dataclass(slots=True)
class _Comparison:
    """Two policies, as they are about records of one type."""

    old: DisclosurePolicy | None
    new: DisclosurePolicy | None
    record_type: RecordTypeName
    _inquiry: Inquiry = field(init=False)
    _read: frozenset[str] = field(init=False)

    def changes(self) -> Iterator[Change]:
        """Yield the differences in the order of paths."""
        before, after = self._facets(self.old), self._facets(self.new)
        facets = (facet for found in (*before.values(), *after.values()) for facet in found)
        clauses = {clause for facet in facets for clause in facet.clauses}
        self._inquiry = Inquiry(clauses)
        self._read = frozenset(str(one.path.unselected()) for clause in clauses for one in variables_of(clause))
        for key in sorted({*before, *after}):
            yield from self._about(key, _covering(before, key), after.get(key, []))

    def _facets(self, document: DisclosurePolicy | None) -> _Facets:
        section = document.section(self.record_type) if document else None
        found: _Facets = {}
        for facet in facets_of(document, section) if document and section else ():
            found.setdefault(facet.key, []).append(facet)
        return found

    def _about(self, key: str, before: list[Facet], after: list[Facet]) -> Iterator[Change]:
        """Yield the differences of all that is disclosed about one thing.

        Several rules can be about it. A new one is held against the former one from which it differs least: if that
        told as much, nothing more is told. What no new one was held against is gone.
        """
        gone = list(before)
        former: Sequence[Facet | None] = before or (None,)
        for facet in after:
            differences = [(one, list(self._at(key, one, facet))) for one in former]
            least, changes = min(differences, key=lambda found: _weight(found[1]))
            yield from changes
            gone = [one for one in gone if one is not least]
        for facet in gone:
            yield from self._at(key, facet, None)

    def _at(self, key: str, before: Facet | None, after: Facet | None) -> Iterator[Change]:
        if before is None or after is None:
            if after is not None:
                yield from self._if_any("visible", key, None, after, after.clauses, ())
            elif before is not None:
                yield from self._if_any("hidden", key, before, None, before.clauses, ())
            return
        if before.clauses != after.clauses:
            yield from self._if_any("visible", key, before, after, after.clauses, (before.clauses,))
            yield from self._if_any("hidden", key, before, after, before.clauses, (after.clauses,))
        order = self._order(before, after)
        if order in _ORDERS:
            yield from self._if_any(_ORDERS[order], key, before, after, before.clauses | after.clauses, ())
        elif before.source.rename != after.source.rename:
            yield from self._if_any("renamed", key, before, after, before.clauses | after.clauses, ())

    def _order(self, before: Facet, after: Facet) -> Order:
        # What is lifted or stands in a sentence is no value of this path.
        leaf = leaf_at(self.record_type, after.rule.path) if after.place is not None else None
        hierarchies = [document.hierarchies if document else () for document in (self.new, self.old)]
        return compare(after.rule, before.rule, leaf, *hierarchies)

    def _if_any(
        self,
        kind: Kind,
        key: str,
        before: Facet | None,
        after: Facet | None,
        holds: frozenset[Clause],
        fails: tuple[frozenset[Clause], ...],
    ) -> Iterator[Change]:
        """Yield the change unless it is proved that there is no record of which it is so."""
        facet = after or before
        place = facet.place if facet else None
        # Only where a condition reads the very place does it matter what stands there.
        is_read = place is not None and not self._read.isdisjoint(wanted_at(place, None))
        question = Question(self.record_type, holds, fails, present=place if is_read else None)
        answer = self._inquiry.ask(question)
        if answer.may_be:
            yield Change(
                kind,
                self.record_type,
                key,
                before.said if before else None,
                after.said if after else None,
                condition(holds, fails),
                answer.outcome == "found",
                question=question,
                witness=answer.witness,
                place=place,
            )


def _weight(changes: list[Change]) -> tuple[int, int]:
    return sum(change.widens for change in changes), len(changes)


def _covering(facets: _Facets, key: str) -> list[Facet]:
    """Return the facets of this key, or those of all members where the key is about those of one name."""
    if key in facets or "[name=" not in key:
        return facets.get(key, [])
    return facets.get(str(FieldPath.parse(key).unselected()), []) if "(" not in key else []


def condition(holds: frozenset[Clause], fails: tuple[frozenset[Clause], ...] = ()) -> str:
    """Return in words of which records something is so."""
    parts = [_said(clauses) for clauses in (holds,) if clauses]
    parts += [f"not ({_said(group)})" for group in fails]
    return ", and ".join(parts) or "always"


def _said(clauses: frozenset[Clause]) -> str:
    ordered = sorted(clauses, key=lambda clause: (clause.array or "", clause.text))
    several = len(ordered) > 1
    return " && ".join(f"({_one(clause)})" if several else _one(clause) for clause in ordered)


def _one(clause: Clause) -> str:
    text = " ".join(clause.text.split())
    return text if clause.array is None else f"{text} [of {clause.array}]"
