"""Texts of which the ends only are told.

What is hidden becomes four asterisks, however long it was. A text whose ends would be most of it is hidden whole.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final

MARKER: Final = "****"
FEWEST_HIDDEN: Final = 4


@functools.lru_cache(maxsize=1024)
def masking(first: int, last: int) -> Callable[[object], str | None]:
    """Return the function that leaves this many characters at the ends of a text."""
    shortest = first + last + FEWEST_HIDDEN

    def mask(value: object) -> str | None:
        if type(value) is not str:
            return None
        return MARKER if len(value) < shortest else value[:first] + MARKER + value[len(value) - last :]

    return mask
