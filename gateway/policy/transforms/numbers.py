"""Numbers made coarser: rounded to multiples of a step, or sorted into buckets.

Rules:
- A truth value is no number, and an integer's place takes integers only.
- Rounding is exact on the digits that the number is written with, halves away from zero, and never gives minus zero,
  which would tell the sign of what it hides.
- What is not finite, or too large to be exact, gives None.
"""

from __future__ import annotations

import functools
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction

LARGEST = 2**53
"""Beyond this, neighbouring integers are one number to readers that use floating point."""

_HALF = Fraction(1, 2)


@functools.lru_cache(maxsize=1024, typed=True)  # 10 and 10.0 are one key, and give other bytes
def rounding(step: int | float, *, is_integer: bool) -> Callable[[object], int | float | None]:
    """Return the function that rounds to the nearest multiple of `step`; integers when the step is one."""
    unit = Fraction(repr(step))
    to_number: type[int] | type[float] = int if type(step) is int else float

    def round_to_step(value: object) -> int | float | None:
        if not (type(value) is int or (type(value) is float and not is_integer)) or not -LARGEST <= value <= LARGEST:
            return None
        exact = Fraction(repr(value))
        steps = int(abs(exact) / unit + _HALF)
        return to_number((steps if exact > 0 else -steps) * unit)

    return round_to_step


def bucketing(bounds: Sequence[int | float], *, is_integer: bool) -> Callable[[object], int | float | None]:
    """Return the function that gives the greatest of the ascending `bounds` that does not exceed a number."""
    ascending = tuple(bounds)

    def bucket(value: object) -> int | float | None:
        if type(value) is not int and (type(value) is not float or is_integer or math.isnan(value)):
            return None
        at = bisect_right(ascending, value)
        return ascending[at - 1] if at else None

    return bucket
