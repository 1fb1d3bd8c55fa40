"""What the life of a policy needs of the policy language, as functions that `wiring` brings together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.errors import PolicyError
from gateway.policy.language.document import DisclosurePolicy


class CeilingExceeded(PolicyError):
    """The policy discloses more than the ceiling lets any policy disclose."""

    code = "policy.ceiling-exceeded"
    remedy = "Let the policy disclose less at the places named, or let the ceiling be changed by those who own it."


class PolicyTestsFailed(PolicyError):
    """The tests that stand beside the policy do not hold."""

    code = "policy.tests-failed"
    remedy = "Correct the policy or its tests, and try again."


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes for one audience: whether it learns anything more, the digest of all changes, and words for people.

    The digest covers everything that the lines say, so that whoever signs it has seen exactly this.
    """

    widens: bool
    digest: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """The policy language.

    Args:
        load: From text, its name and the bases that it may extend to effective, checked policies, one per audience.
        write: From an effective policy to the text that reads as the same policy.
        compare: From what is in force (None: nothing) and what would be to the difference.
        exceeds: What the policy discloses beyond the ceiling, in words; nothing if it keeps within.
        test: Which tests of the policy fail, in words; the tests are handed in as text by file name.
    """

    load: Callable[[str, str, Mapping[str, str]], Sequence[DisclosurePolicy]]
    write: Callable[[DisclosurePolicy], str]
    compare: Callable[[DisclosurePolicy | None, DisclosurePolicy], Difference]
    exceeds: Callable[[DisclosurePolicy], Sequence[str]] = lambda _policy: ()
    test: Callable[[Sequence[DisclosurePolicy], Mapping[str, str]], Sequence[str]] = lambda _policies, _tests: ()

    def require_within_ceiling(self, documents: Sequence[DisclosurePolicy]) -> None:
        """Raise `CeilingExceeded` with every excess."""
        if excesses := [f"{one.audience}: {excess}" for one in documents for excess in self.exceeds(one)]:
            raise CeilingExceeded("\n".join(excesses))

    def require_tested(self, documents: Sequence[DisclosurePolicy], tests: Mapping[str, str]) -> None:
        """Raise `PolicyTestsFailed` with every failure."""
        if failures := list(self.test(documents, tests)):
            raise PolicyTestsFailed("\n".join(failures))
