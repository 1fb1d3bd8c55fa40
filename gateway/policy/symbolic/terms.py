"""Terms of three-valued logic for z3, and connectives that leave out what is known already.

Python's `True` and `False` stand for what is known; everything else is a formula of the solver's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import z3

Formula: TypeAlias = Any
"""A truth value of the solver's, or of Python's when it is known already."""


@dataclass(frozen=True, slots=True)
class Term:
    """A value that may be text, a number or a truth value; static types have two of the three flags false."""

    defined: Any
    is_text: Any
    text: Any
    is_number: Any
    number: Any
    is_truth: Any
    truth: Any


def conjunction(*parts: Any) -> Any:
    """Return that all parts hold. What is known already, as a Python truth value, never reaches the solver."""
    if any(part is False for part in parts):
        return False
    open_parts = [part for part in parts if part is not True]
    return z3.And(open_parts) if len(open_parts) > 1 else open_parts[0] if open_parts else True


def disjunction(*parts: Any) -> Any:
    """Return that some part holds."""
    if any(part is True for part in parts):
        return True
    open_parts = [part for part in parts if part is not False]
    return z3.Or(open_parts) if len(open_parts) > 1 else open_parts[0] if open_parts else False


def negation(part: Any) -> Any:
    """Return that a part does not hold."""
    return (not part) if isinstance(part, bool) else z3.Not(part)


def same_truth(one: Any, other: Any) -> Any:
    """Return that both hold, or neither."""
    if isinstance(one, bool):
        one, other = other, one
    if isinstance(one, bool):
        return one == other
    if isinstance(other, bool):
        return one if other else z3.Not(one)
    return one == other


def is_true(term: Term) -> Formula:
    """Return that a term is exactly true."""
    return conjunction(term.defined, term.is_truth, term.truth)


def is_false(term: Term) -> Formula:
    """Return that a term is exactly false."""
    return conjunction(term.defined, term.is_truth, negation(term.truth))


def same(one: Term, other: Term) -> Formula:
    """Return that two terms that are there are equal; values of different types are not."""
    parts = []
    if (both := conjunction(one.is_text, other.is_text)) is not False:
        parts.append(conjunction(both, one.text == other.text))
    if (both := conjunction(one.is_number, other.is_number)) is not False:
        parts.append(conjunction(both, one.number == other.number))
    if (both := conjunction(one.is_truth, other.is_truth)) is not False:
        parts.append(conjunction(both, same_truth(one.truth, other.truth)))
    return disjunction(*parts)
