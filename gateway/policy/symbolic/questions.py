"""Questions about conditions: is there a record of which some are true and others not?

Rules:
- `never` is a proof: no record that follows its schema answers the question with yes.
- `found` comes with a record, on which the evaluator itself has said yes.
- Everything else is `undecided`, and whoever guards something takes it for a yes.

The solver finds values or proves that there are none; what it leaves open, because a condition has parts that have no
meaning to it, is tried out on likely values. Where these are all values there are, trying is a proof too.

Pure. Does not know rules and transforms.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from gateway.ids import RecordTypeName
from gateway.policy.symbolic.domain import Clause, Variable, variables_of
from gateway.policy.symbolic.values import as_value, candidates, is_finite
from gateway.policy.symbolic.witness import PRESENT, Witness, default_at, synthesise, wanted_at
from gateway.record.paths import FieldPath

if TYPE_CHECKING:
    from gateway.policy.symbolic.solver import Formulas

_MOST_TRIES: Final = 1500

Outcome: TypeAlias = Literal["never", "found", "undecided"]
Assignment: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Question:
    """Is there a record of this type ...

    Attributes:
        holds: ... of which all of these are exactly true,
        fails: ... and of each of these groups not all,
        errs: ... and this one is neither true nor false,
        present: ... and that has something at this path of a rule?
    """

    record_type: RecordTypeName
    holds: frozenset[Clause] = frozenset()
    fails: tuple[frozenset[Clause], ...] = ()
    errs: Clause | None = None
    present: str | None = None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Return all conditions that the question is about, in a fixed order."""
        errs = [self.errs] if self.errs else []
        return _in_order({*self.holds, *itertools.chain(*self.fails), *errs})

    @property
    def holds_in_order(self) -> tuple[Clause, ...]:
        """Return the conditions that must be true, in a fixed order."""
        return _in_order(self.holds)

    def is_answered_by(self, witness: Witness) -> bool:
        """Ask the evaluator."""
        return (
            all(map(witness.satisfies, self.holds))
            and not any(all(map(witness.satisfies, group)) for group in self.fails)
            and (self.errs is None or not (witness.satisfies(self.errs) or witness.satisfies(self.errs.negated)))
        )


def _in_order(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    return tuple(sorted(clauses, key=lambda one: (one.text, one.array or "", one.agreement)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out."""

    outcome: Outcome
    witness: Witness | None = field(default=None, compare=False)

    @property
    def may_be(self) -> bool:
        """Whether there is such a record, or might be."""
        return self.outcome != "never"


class Inquiry:
    """Answers questions, all of which are about some of the same conditions. One thread at a time.

    Answers are remembered, and so is what the solver needs to know of the conditions.
    """

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self._clauses = frozenset(clauses)
        self._answers: dict[Question, Answer] = {}
        self._formulas: Formulas | None = None

    def ask(self, question: Question) -> Answer:
        """Answer a question."""
        if question not in self._answers:
            self._answers[question] = self._answer(question)
        return self._answers[question]

    def _answer(self, question: Question) -> Answer:
        true = {clause.tree for clause in question.holds}
        if any(all(clause.tree in true for clause in group) for group in question.fails):
            return Answer("never")  # The same conditions cannot be true and not true; most questions end here.
        if not question.clauses:
            return Answer("found", _witness(question, {}, {}))
        variables = {one.name: one for clause in question.clauses for one in variables_of(clause)}
        solved = self._solved(question, variables)
        if solved is False:
            return Answer("never")
        base = solved if isinstance(solved, dict) else {}
        for assignment in itertools.chain([base], _tries(question, variables, base)):
            witness = _witness(question, variables, assignment)
            if witness is not None and question.is_answered_by(witness):
                return Answer("found", witness)
        return Answer("never" if _is_exhausted(question, variables) else "undecided")

    def _solved(self, question: Question, variables: Mapping[str, Variable]) -> dict[str, object] | bool:
        """Return values by the solver; False when there are none, True when it does not know."""
        formulas = self._prepared()
        demands = [
            *map(formulas.is_true, question.holds_in_order),
            *map(formulas.is_not_all_true, question.fails),
            *([formulas.is_error(question.errs)] if question.errs else []),
        ]
        selected = {} if question.present is None else wanted_at(question.present, None)
        for one in variables.values():
            path = str(one.path.unselected())
            if one.root != "object" and path in selected:
                name = selected[path]
                known = name if isinstance(name, str) and name in formulas.literals else None
                demands.append(formulas.is_present(one, known))
        solution = formulas.solve(demands, variables.values())
        if isinstance(solution, bool):
            return solution
        return {name: as_value(variables[name], values, formulas.literals) for name, values in solution.items()}

    def _prepared(self) -> Formulas:
        if self._formulas is None:
            from gateway.policy.symbolic.solver import Formulas  # noqa: PLC0415  Heavy, and often not needed.

            texts = {text for clause in self._clauses for text in clause.tree.texts()}
            words = {word for clause in self._clauses for one in variables_of(clause) for word in one.enum}
            self._formulas = Formulas(texts | words)
        return self._formulas


def ask(question: Question) -> Answer:
    """Answer a single question."""
    return Inquiry(question.clauses).ask(question)


def _tries(question: Question, variables: Mapping[str, Variable], base: Assignment) -> Iterator[Assignment]:
    """Yield likely values for all variables: first one changed at a time, then all together, up to a bound."""
    pools = {name: candidates(one, question.clauses) for name, one in variables.items()}
    for name, pool in pools.items():
        yield from ({**base, name: value} for value in pool)
    for values in itertools.islice(itertools.product(*pools.values()), _MOST_TRIES):
        yield dict(zip(pools, values, strict=True))


def _is_exhausted(question: Question, variables: Mapping[str, Variable]) -> bool:
    """Tell whether `_tries` has tried all values that there are, in all records that could matter.

    A condition on members can be true of one member and not of another, and only one is tried.
    """
    if any(clause.array is not None for clause in question.clauses):
        return False
    sizes = [len(candidates(one, question.clauses)) for one in variables.values()]
    return all(map(is_finite, variables.values())) and math.prod(sizes) <= _MOST_TRIES


def _witness(question: Question, variables: Mapping[str, Variable], assignment: Assignment) -> Witness | None:
    # A condition on members needs a member, also one that reads nothing of it.
    arrays = {FieldPath.parse(clause.array) for clause in question.clauses if clause.array is not None}
    wanted: dict[str, object] = {f"{path.unselected()}".removesuffix("[]") + "[]": PRESENT for path in arrays}
    about: dict[str, object] = {}
    for name, value in assignment.items():
        one = variables[name]
        if one.root == "object":
            about[str(one.path)] = value
        else:
            wanted |= wanted_at(str(one.path), value)
    if question.present is not None:
        *names, (path, _) = wanted_at(question.present, None).items()
        wanted |= names
        if wanted.get(path) is None:
            wanted[path] = default_at(question.record_type, path)
    is_about = any(value is not None for value in about.values())
    return synthesise(question.record_type, wanted, about if is_about else None)
