"""Values for the variables of conditions: from what a solver says, and likely ones to try.

None always means that the variable is absent. Pure; checks no record against its schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from gateway.policy.symbolic.domain import Clause, Variable
from gateway.policy.symbolic.witness import TIME
from gateway.policy.transforms.times import moment

if TYPE_CHECKING:
    from gateway.policy.symbolic.solver import Code, Values

_MOST_LITERALS: Final = 24
_BEFORE: Final = ("a", "A", "0", " ", "")
_TIMES: Final = ("1971-03-14T15:09:26Z", TIME, "2999-03-14T15:09:26Z")
_SECOND: Final = timedelta(seconds=1)


def as_value(variable: Variable, values: Values, literals: Sequence[str]) -> object:
    """Return a solution's value for a variable as JSON has it.

    Args:
        variable: Whose value it is.
        values: What the solver says.
        literals: All literal texts in ascending order, as the solver had them.
    """
    if variable.is_list:
        return None if values.is_absent else [default_member(variable)]
    if values.truth is not None:
        return values.truth
    if values.number is not None:
        return _number(values.number, variable)
    if isinstance(values.text, tuple):
        return _text(values.text, variable, literals)
    return values.text


def default_member(variable: Variable) -> object:
    """Return something that can be a member of a list."""
    texts = {"string": "other", "date-time": TIME, "any": "other", "boolean": True}
    return variable.enum[0] if variable.enum else texts.get(variable.kind, 1)


def _number(number: Fraction, variable: Variable) -> int | float:
    return int(number) if number.denominator == 1 and variable.kind != "number" else float(number)


def _text(code: Code, variable: Variable, literals: Sequence[str]) -> str:
    """Return a text that stands between two literals, another one for every code."""
    place, rest = code
    below = literals[place - 1] if 0 < place <= len(literals) else ""
    above = literals[place] if place < len(literals) else None
    if variable.kind == "date-time":
        return _time(below, above)
    if not place:
        return next((text for text in _BEFORE if above is None or text < above), "")
    text = f"{below}-other{rest % 1000 or ''}"
    return text if above is None or text < above else f"{below} {rest % 1000 or ''}".rstrip()


def _time(below: str, above: str | None) -> str:
    parsed = moment(below)
    after = parsed.astimezone(UTC).replace(microsecond=0) + _SECOND if parsed and parsed.year < 9999 else None
    tries = (*((_written(after),) if after else ()), *_TIMES)
    return next((time for time in tries if below < time and (above is None or time < above)), TIME)


def _written(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def is_finite(variable: Variable) -> bool:
    """Tell whether `candidates` are all the values that the variable can have."""
    return not variable.is_list and (bool(variable.enum) or variable.kind == "boolean")


def candidates(variable: Variable, clauses: Sequence[Clause]) -> tuple[object, ...]:
    """Return values that make a difference to some conditions, or may; None among them where it can be absent."""
    absent = () if variable.is_certain else (None,)
    if variable.enum and not variable.is_list:
        return (*variable.enum, *absent)
    if variable.kind == "boolean" and not variable.is_list:
        return (True, False, *absent)
    texts = sorted({text for clause in clauses for text in clause.tree.texts()})[:_MOST_LITERALS]
    numbers = sorted({number for clause in clauses for number in clause.tree.numbers()})[:_MOST_LITERALS]
    if variable.is_list:
        return ([], [default_member(variable)], *([text] for text in texts), texts, *absent)
    return (*_scalars(variable, texts, numbers), *absent)


def _scalars(variable: Variable, texts: Sequence[str], numbers: Sequence[int | float]) -> tuple[object, ...]:
    near = [value for number in numbers for value in (number, number - 1, number + 1)] or [0, 1]
    match variable.kind:
        case "integer":
            return tuple(dict.fromkeys(int(value) for value in near))
        case "number":
            return tuple(dict.fromkeys(float(value) for value in near))
        case "date-time":
            return tuple(dict.fromkeys([*(text for text in texts if moment(text)), *_TIMES]))
    words = [one for text in texts for one in (text, f"{text}x", f"x{text}")]
    found = ["other", "", *words] + ([*near, True, False] if variable.kind == "any" else [])
    lengths = [_of_length(int(number)) for value in numbers for number in (value, value + 1) if 0 < value < 200]
    return (*found, *lengths)


def _of_length(size: int) -> str:
    return "o" * size
