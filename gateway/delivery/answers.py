"""What a peer's answer to a push means, as one table.

Everything that a peer can say ends in one of these verdicts; what is not in the table is `RETRY`, because an answer
that we do not understand never counts as delivered and never loses anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from gateway.record import strictjson
from gateway.record.strictjson import Json

_MAX_ANSWER = 64 * 1024


class Verdict(Enum):
    """What to do next with a stream."""

    ACKNOWLEDGED = "acknowledged"
    REWIND = "rewind"
    FORKED = "forked"
    REFUSED = "refused"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Reading:
    """A peer's answer, read. `receipt` and `expected` are set for the verdicts that need them."""

    verdict: Verdict
    detail: str
    receipt: str = ""
    expected: int = 0
    retry_after: timedelta | None = None


_BY_PROBLEM = {
    (409, "urn:demarc:error:stream.gap"): Verdict.REWIND,
    (409, "urn:demarc:error:stream.fork"): Verdict.FORKED,
}
_REFUSALS = {400, 413, 422}  # about these very bytes: sending them again cannot help


def read_answer(status: int, body: bytes, retry_after: str | None) -> Reading:
    """Return what the answer means.

    Trust: Nothing in the body is believed: the caller verifies the receipt, and `expected` is only where to read from.
    """
    fields = _fields(body)
    if status == 200 and isinstance(fields.get("receipt"), str):
        return Reading(Verdict.ACKNOWLEDGED, "receipt", receipt=fields["receipt"])
    problem = fields.get("type")
    verdict = _BY_PROBLEM.get((status, problem)) if isinstance(problem, str) else None
    if verdict is Verdict.REWIND:
        expected = fields.get("expected")
        if type(expected) is int and expected >= 0:
            return Reading(Verdict.REWIND, "the peer holds fewer entries", expected=expected)
        return Reading(Verdict.RETRY, "a gap without a position")
    if verdict is Verdict.FORKED:
        return Reading(Verdict.FORKED, "the peer holds another history of this stream")
    code = problem if isinstance(problem, str) and problem.isascii() and len(problem) < 100 else "no problem type"
    if status in _REFUSALS:
        return Reading(Verdict.REFUSED, f"{status} {code}")
    return Reading(Verdict.RETRY, f"{status} {code}", retry_after=_seconds(retry_after))


def _fields(body: bytes) -> Json:
    if len(body) > _MAX_ANSWER:
        return {}
    try:
        return strictjson.parse_object(body)
    except strictjson.NotStrictJson:
        return {}


def _seconds(text: str | None) -> timedelta | None:
    """Read `Retry-After` in seconds; a date, a negative or an absurd number is no wish at all (R-12)."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    return timedelta(seconds=int(text))
