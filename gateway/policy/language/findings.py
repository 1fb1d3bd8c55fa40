"""What is wrong with a policy document, said so that its author can put it right.

Rules:
- A finding names file, line, column, a stable code, the fact, and one remedy.
- A refusal carries every finding of the document, in the order of the text.
- Findings quote the policy, never a record: they may be shown to whoever may read the policy.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from gateway.errors import PolicyError


class Mark(NamedTuple):
    """A place in a text; line and column count from 1. A tuple, because a large policy has very many."""

    line: int
    column: int


START = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and what to do about it."""

    file: str
    line: int
    column: int
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.message}. {self.remedy}"


class PolicyRefused(PolicyError):
    """The disclosure policy cannot be used as written."""

    code = "policy.refused"
    remedy = "Correct the places that the findings name."

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(dict.fromkeys(findings), key=lambda found: (found.line, found.column, found.code)))
        super().__init__("\n".join(str(finding) for finding in self.findings))


class Findings:
    """Collects the findings of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Finding] = []

    def add(self, mark: Mark, code: str, message: str, remedy: str, file: str = "") -> None:
        """Note one finding at `mark`, in another file where a rule comes from a base."""
        self.found.append(Finding(file or self.file, mark.line, mark.column, code, message, remedy))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` most likely stands for, or None when nothing comes close."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the remedy for an unknown `name`: the nearest name, or all that there are."""
    names = sorted(known)
    close = nearest(name, names)
    if close:
        return f"Write `{close}` if that is what is meant."
    return f"Use one of: {', '.join(names[:40])}."
