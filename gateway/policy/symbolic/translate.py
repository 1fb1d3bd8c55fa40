"""Conditions and their variables as terms for z3.

Rules:
- Texts are integers: each literal has its place in the order of all literals, with room between two for texts that
  are not mentioned. So equality and order are exact, and no theory of strings is needed.
- A condition is true, false or in error. `&&` and `||` absorb errors as CEL does.
- What has no meaning here (a function, a comprehension, a list) is a free value, the same for the same words.

Does not solve anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import z3

from gateway.ids import RecordTypeName
from gateway.policy.symbolic.domain import Clause, Variable, variable
from gateway.policy.symbolic.terms import Term, conjunction, disjunction, is_false, is_true, negation, same
from gateway.policy.symbolic.tree import Tree

ROOM: Final = 1_000_000
"""How many texts have a code between two literals."""

_LARGEST: Final = 2**63 - 1


class Translation:
    """Terms for conditions that speak of the same texts.

    Attributes:
        literals: All texts that have a place of their own, in ascending order.
        codes: The number of each.
    """

    def __init__(self, context: Any, demand: Callable[..., None], texts: Iterable[str]) -> None:
        self._context = context
        self._demand = demand
        self.literals = sorted(set(texts))
        self.codes = {text: (place + 1) * ROOM for place, text in enumerate(self.literals)}
        self._zero = z3.IntVal(0, context)
        self._variables: dict[str, Term] = {}
        self._terms: dict[tuple[RecordTypeName, Tree], Term] = {}
        self._labels = itertools.count()

    # --- variables

    def declared(self, one: Variable) -> Term:
        """Return the term of a variable, and let it have only the values that its schema allows."""
        if one.name not in self._variables:
            term = self._fresh(one.name, "any" if one.is_list else one.kind)
            self._variables[one.name] = replace(term, defined=True) if one.is_certain else term
            if one.enum and not one.is_list:
                self._demand(z3.Or([term.text == self.codes[word] for word in one.enum]))
        return self._variables[one.name]

    def _fresh(self, label: str, kind: str) -> Term:
        """Return a term of any value of a kind."""
        there = z3.Bool(f"{label} there", self._context)
        if kind == "any":
            flags = tuple(z3.Bool(f"{label} is {what}", self._context) for what in ("text", "number", "truth"))
            self._demand(z3.AtMost(*flags, 1))
        else:
            flags = (kind in ("string", "date-time"), kind in ("integer", "number"), kind == "boolean")
        return Term(
            there,
            flags[0],
            self._zero if flags[0] is False else self._any_text(label),
            flags[1],
            self._zero if flags[1] is False else self._any_number(label, is_integer=kind == "integer"),
            flags[2],
            flags[2] is not False and z3.Bool(f"{label} truth", self._context),
        )

    def _any_text(self, label: str) -> Any:
        text = z3.Int(f"{label} text", self._context)
        self._demand(text > 0, text < (len(self.literals) + 1) * ROOM)
        return text

    def _any_number(self, label: str, *, is_integer: bool) -> Any:
        if not is_integer:
            return z3.Real(f"{label} number", self._context)
        number = z3.Int(f"{label} number", self._context)
        self._demand(number >= -_LARGEST - 1, number <= _LARGEST)
        return number

    # --- expressions

    def term(self, tree: Tree, clause: Clause) -> Term:
        """Return what a condition, or a part of one, comes to."""
        key = clause.record_type, tree
        if key not in self._terms:
            self._terms[key] = self._made(tree, clause)
        return self._terms[key]

    def _made(self, tree: Tree, clause: Clause) -> Term:
        match tree.form:
            case "name":
                return self._named(str(tree.said[1]), clause)
            case "literal":
                return self._literal(tree)
            case "call" if str(tree.said[1]) in _CALLS:
                return _CALLS[str(tree.said[1])](self, tree, clause)
        return self._opaque(tree, clause)

    def _named(self, name: str, clause: Clause) -> Term:
        one = variable(name, clause.record_type)
        if one is None:
            # A name of the agreement that has no value is an error whenever it is read.
            term = self._fresh(name, "any")
            return replace(term, defined=False) if name.startswith("agreement.") else term
        term = self.declared(one)
        # A list is no text, number or truth value; comparing it with anything is left open by `_opaque`.
        return Term(term.defined, False, self._zero, False, self._zero, False, False) if one.is_list else term

    def _literal(self, tree: Tree) -> Term:
        kind, value = tree.said
        if kind == "text":
            return self._constant(text=z3.IntVal(self.codes[str(value)], self._context))
        if kind == "truth":
            return self._constant(truth=bool(value))
        if kind == "integer":
            return self._constant(number=z3.IntVal(value, self._context))
        if kind == "number" and isinstance(value, float) and value - value == 0:
            fraction = Fraction(value)
            return self._constant(number=z3.Q(fraction.numerator, fraction.denominator, self._context))
        return self._fresh(f"literal {next(self._labels)}", "any")

    def _constant(self, text: Any = None, number: Any = None, truth: Any = None) -> Term:
        texts = (text is not None, self._zero if text is None else text)
        numbers = (number is not None, self._zero if number is None else number)
        return Term(True, *texts, *numbers, truth is not None, truth is True)

    def _truth(self, is_true: Any, is_false: Any) -> Term:
        """Return a truth value by when it is true and when false; in error otherwise."""
        return Term(disjunction(is_true, is_false), False, self._zero, False, self._zero, True, is_true)

    def _opaque(self, tree: Tree, clause: Clause) -> Term:
        """Return a free value; a call with an argument in error is in error, and that much is known."""
        term = self._fresh(f"opaque {next(self._labels)}", "any")
        if tree.form not in ("call", "list"):
            return term
        return replace(term, defined=conjunction(term.defined, *(self.term(p, clause).defined for p in tree.parts)))

    # --- calls that have a meaning here

    def and_(self, tree: Tree, clause: Clause) -> Term:
        """True when all parts are true, false when one is false."""
        parts = [self.term(part, clause) for part in tree.parts]
        return self._truth(conjunction(*map(is_true, parts)), disjunction(*map(is_false, parts)))

    def or_(self, tree: Tree, clause: Clause) -> Term:
        """True when one part is true, false when all are false."""
        parts = [self.term(part, clause) for part in tree.parts]
        return self._truth(disjunction(*map(is_true, parts)), conjunction(*map(is_false, parts)))

    def not_(self, tree: Tree, clause: Clause) -> Term:
        """False is true, and an error stays one."""
        [part] = (self.term(part, clause) for part in tree.parts)
        return self._truth(is_false(part), is_true(part))

    def choice_(self, tree: Tree, clause: Clause) -> Term:
        """An error in what is not chosen does no harm."""
        test, yes, no = (self.term(part, clause) for part in tree.parts)
        is_yes, is_no = is_true(test), is_false(test)

        def either(one: Any, other: Any) -> Any:
            return disjunction(conjunction(is_yes, one), conjunction(is_no, other))

        def chosen(one: Any, other: Any) -> Any:
            return (one if is_yes else other) if isinstance(is_yes, bool) else z3.If(is_yes, one, other)

        return Term(
            either(yes.defined, no.defined),
            either(yes.is_text, no.is_text),
            chosen(yes.text, no.text),
            either(yes.is_number, no.is_number),
            chosen(yes.number, no.number),
            either(yes.is_truth, no.is_truth),
            either(yes.truth, no.truth),
        )

    def itself_(self, tree: Tree, clause: Clause) -> Term:
        """A conversion that keeps the value."""
        return self.term(tree.parts[0], clause)

    def equal_(self, tree: Tree, clause: Clause) -> Term:
        """Values of different types are not equal, which is no error."""
        return self._equality(tree, clause, is_negated=False)

    def unequal_(self, tree: Tree, clause: Clause) -> Term:
        """The opposite of `equal_`; an error stays one."""
        return self._equality(tree, clause, is_negated=True)

    def _equality(self, tree: Tree, clause: Clause, *, is_negated: bool) -> Term:
        if not all(self._is_scalar(part, clause) for part in tree.parts):
            return self._opaque(tree, clause)
        one, other = (self.term(part, clause) for part in tree.parts)
        both, alike = conjunction(one.defined, other.defined), same(one, other)
        yes, no = conjunction(both, alike), conjunction(both, negation(alike))
        return self._truth(no, yes) if is_negated else self._truth(yes, no)

    def in_(self, tree: Tree, clause: Clause) -> Term:
        """Equal to one of the members that are written out; all of them must be there."""
        member, members = tree.parts
        if members.form != "list" or not all(self._is_scalar(part, clause) for part in (member, *members.parts)):
            return self._opaque(tree, clause)
        one, others = self.term(member, clause), [self.term(part, clause) for part in members.parts]
        all_there = conjunction(one.defined, *(other.defined for other in others))
        found = disjunction(*(same(one, other) for other in others))
        return self._truth(conjunction(all_there, found), conjunction(all_there, negation(found)))

    def _is_scalar(self, tree: Tree, clause: Clause) -> bool:
        """Tell whether equality with this is equality of texts, numbers or truth values."""
        if tree.form == "name":
            one = variable(str(tree.said[1]), clause.record_type)
            return one is None or not one.is_list
        if tree.form == "call":
            choice = tree.said[1] == "_?_:_"
            parts = tree.parts[1:] if choice else tree.parts if tree.said[1] == "dyn" else ()
            return tree.said[1] in _CALLS and all(self._is_scalar(part, clause) for part in parts)
        return tree.form == "literal" and tree.said[0] != "other"

    def ordered(self, tree: Tree, clause: Clause, holds: Callable[[Any, Any], Any]) -> Term:
        """Texts, numbers and truth values have an order, each among themselves."""
        if not all(self._is_scalar(part, clause) for part in tree.parts):
            return self._opaque(tree, clause)
        one, other = (self.term(part, clause) for part in tree.parts)
        kinds = []
        if (texts := conjunction(one.is_text, other.is_text)) is not False:
            kinds.append((texts, holds(one.text, other.text)))
        if (numbers := conjunction(one.is_number, other.is_number)) is not False:
            kinds.append((numbers, holds(one.number, other.number)))
        if (truths := conjunction(one.is_truth, other.is_truth)) is not False:
            kinds.append((truths, holds(*(self._as_number(term.truth) for term in (one, other)))))
        both = conjunction(one.defined, other.defined, disjunction(*(kind for kind, _ in kinds)))
        result = disjunction(*(conjunction(kind, so) for kind, so in kinds))
        return self._truth(conjunction(both, result), conjunction(both, negation(result)))

    def _as_number(self, truth: Any) -> Any:
        """Return 0 or 1: false comes before true."""
        if isinstance(truth, bool):
            return z3.IntVal(int(truth), self._context)
        return z3.If(truth, z3.IntVal(1, self._context), self._zero)


_CALLS: Final[Mapping[str, Callable[[Translation, Tree, Clause], Term]]] = {
    "_&&_": Translation.and_,
    "_||_": Translation.or_,
    "!_": Translation.not_,
    "_?_:_": Translation.choice_,
    "_==_": Translation.equal_,
    "_!=_": Translation.unequal_,
    "@in": Translation.in_,
    "dyn": Translation.itself_,
    "_<_": lambda self, tree, clause: self.ordered(tree, clause, lambda a, b: a < b),
    "_<=_": lambda self, tree, clause: self.ordered(tree, clause, lambda a, b: a <= b),
    "_>_": lambda self, tree, clause: self.ordered(tree, clause, lambda a, b: a > b),
    "_>=_": lambda self, tree, clause: self.ordered(tree, clause, lambda a, b: a >= b),
}
