"""What the CEL library says of a condition that does not compile, in the words of whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.policy.language.findings import suggestion

_REPORT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_SYNTAX = "Syntax error:"
_GROWING = frozenset({"map", "filter"})
_OTHER_LANGUAGES = {"=": "==", "&": "&&", "|": "||", "and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||"}
"""What other languages call the operators of this one."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a condition; `offset` counts characters from its beginning."""

    offset: int
    message: str
    remedy: str


def problems_of(report: str, text: str, known: Sequence[str]) -> list[Problem]:
    """Return the problems in a report of the library about `text`; `known` are the names that there are."""
    lines = text.split("\n")
    problems = []
    for match in _REPORT.finditer(report):
        line, column, said = int(match[1]), int(match[2]), match[3]
        offset = sum(len(above) + 1 for above in lines[: line - 1]) + column - 1
        unknown = _UNDECLARED.search(said)
        if unknown and unknown[1] in _GROWING:
            # Its variable is unknown as well then, and what else is wrong hangs on that.
            message = f"`{unknown[1]}` makes lists of any size"
            return [Problem(offset, message, "Use `all`, `exists` or `exists_one`.")]
        if unknown:
            # CEL reports the dot before the last name; the author looks for where the name begins.
            begin = text.rfind(unknown[1].split(".")[0], 0, offset + 1)
            problems.append(Problem(max(begin, 0), f"there is no `{unknown[1]}`", suggestion(unknown[1], known)))
        elif said.startswith(_SYNTAX):
            # What follows the first of them follows from it.
            return [_syntax_problem(text, offset)]
        else:
            problems.append(Problem(offset, _readable(said), "Correct the condition here."))
    return problems or [Problem(0, "this is not a CEL expression", "Correct the condition.")]


def _syntax_problem(text: str, offset: int) -> Problem:
    """Return what is wrong where CEL cannot read on, in the words of whoever writes a condition."""
    rest = text[offset:].lstrip()
    begin = offset + len(text[offset:]) - len(rest)
    word = re.match(r"\w+|.", rest)
    if word is None:
        return Problem(begin, "the condition ends too early", "Write what is missing, or close brackets and quotes.")
    quoted = f"the condition cannot go on with `{word[0]}` here"
    before = re.search(r"(\w+)\s*$", text[:offset])
    instead = _OTHER_LANGUAGES.get(word[0]) or (before and _OTHER_LANGUAGES.get(before[1]))
    if instead:
        return Problem(begin, quoted, f"Write `{instead}`.")
    if word[0] in "\"'":
        return Problem(begin, quoted, "Close the quotes, or put an operator or a comma before the text.")
    return Problem(begin, quoted, "Compare with ==, !=, <, > or in; join with && and ||; close brackets.")


def _readable(said: str) -> str:
    overload = re.search(r"found no matching overload for '_?(.*?)_?' applied to '(.*?)'", said)
    return f"`{overload[1]}` does not take {overload[2]}" if overload else said.strip()
