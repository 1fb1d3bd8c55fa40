"""What makes some conditions true and others not, by z3.

Rules:
- A condition with loops may exhaust its budget and is not true then, whatever it says.
- What the translation leaves open is free. So an answer that there are no values is certain, and an answer with values
  must be tried out on the evaluator.
- The solver's effort is bounded by steps, not by time: the same question has the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

import z3

from gateway.ids import RecordTypeName
from gateway.policy.symbolic.domain import Clause, Variable
from gateway.policy.symbolic.terms import Formula, Term, conjunction, is_true, negation
from gateway.policy.symbolic.translate import ROOM, Translation
from gateway.policy.symbolic.tree import Tree

_EFFORT: Final = 4_000_000

Code: TypeAlias = tuple[int, int]
"""A text: how many of the literals stand at or before it, and its number among those in one place; 0 is the literal."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a solution says of one variable; None where the variable is absent.

    Attributes:
        text: A literal that it is, or its code when it is none of them.
    """

    text: str | Code | None = None
    number: Fraction | None = None
    truth: bool | None = None

    @property
    def is_absent(self) -> bool:
        """Whether the variable has no value."""
        return self.text is None and self.number is None and self.truth is None


class Formulas:
    """The formulas of questions about the same conditions. Not to be shared between threads."""

    def __init__(self, texts: Iterable[str]) -> None:
        context = z3.Context()
        self._solver = z3.Solver(ctx=context)
        self._solver.set("rlimit", _EFFORT)
        self._terms = Translation(context, self._solver.add, texts)
        self._ending: dict[tuple[RecordTypeName, Tree], Formula] = {}

    @property
    def literals(self) -> list[str]:
        """Return all texts that have a place of their own, in ascending order."""
        return self._terms.literals

    # --- what is asked

    def is_true(self, clause: Clause) -> Formula:
        """Return that a condition is exactly true."""
        return self._is_true(clause.tree, clause)

    def is_not_all_true(self, clauses: Iterable[Clause]) -> Formula:
        """Return that at least one of some conditions is not exactly true."""
        return negation(conjunction(*map(self.is_true, clauses)))

    def is_error(self, clause: Clause) -> Formula:
        """Return that a condition is neither true nor false."""
        term = self._terms.term(clause.tree, clause)
        return negation(conjunction(term.defined, term.is_truth, self._ends(clause.tree, clause)))

    def is_present(self, one: Variable, text: str | None) -> Formula:
        """Return that a variable has a value, or just this text."""
        term = self._terms.declared(one)
        return conjunction(
            term.defined, text is None or conjunction(term.is_text, term.text == self._terms.codes[text])
        )

    def _is_true(self, tree: Tree, clause: Clause) -> Formula:
        return conjunction(is_true(self._terms.term(tree, clause)), self._ends(tree, clause))

    def _ends(self, tree: Tree, clause: Clause) -> Formula:
        """Return that the evaluation comes to an end within its budget; nobody knows of one with loops.

        An exhausted budget is no error that `||` could absorb. What is true and comes to an end has evaluated all that
        it joins by `&&`, so each part comes to an end by itself.
        """
        if not tree.has_loops():
            return True
        key = clause.record_type, tree
        if key not in self._ending:
            ends = self._ending[key] = z3.Bool(f"end {len(self._ending)}", self._solver.ctx)
            if tree.said == ("call", "_&&_"):
                so = conjunction(is_true(self._terms.term(tree, clause)), ends)
                self._solver.add([z3.Implies(so, self._ends(part, clause)) for part in tree.parts])
        return self._ending[key]

    def solve(self, demands: Iterable[Formula], wanted: Iterable[Variable]) -> Mapping[str, Values] | bool:
        """Find values that satisfy all demands.

        Returns:
            The values of the wanted variables; False when there are none, True when that could not be found out.
        """
        demands, terms = list(demands), {one.name: self._terms.declared(one) for one in wanted}
        if any(demand is False for demand in demands):
            return False
        self._solver.push()
        try:
            self._solver.add([demand for demand in demands if demand is not True])
            answer = self._solver.check()
            if answer == z3.sat:
                model = self._solver.model()
                return {name: self._values(model, term) for name, term in terms.items()}
            return bool(answer != z3.unsat)
        finally:
            self._solver.pop()

    def _values(self, model: Any, term: Term) -> Values:
        def is_so(flag: Any) -> bool:
            return flag if isinstance(flag, bool) else bool(z3.is_true(model.eval(flag, model_completion=True)))

        if not is_so(term.defined):
            return Values()
        if is_so(term.is_truth):
            return Values(truth=is_so(term.truth))
        if is_so(term.is_number):
            return Values(number=Fraction(model.eval(term.number, model_completion=True).as_string()))
        place, rest = divmod(model.eval(term.text, model_completion=True).as_long(), ROOM)
        return Values(text=self._terms.literals[place - 1] if place and not rest else (place, rest))
