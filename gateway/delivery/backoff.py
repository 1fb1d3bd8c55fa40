"""When to try a delivery again.

Pure: the caller brings the clock and the dice. The pause is `base * 2**(attempt - 1)`, capped and spread by jitter, so
that many peers that come back together are not hit by all their queues at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How patient we are with one peer."""

    base: timedelta = timedelta(milliseconds=500)
    cap: timedelta = timedelta(minutes=5)


def next_attempt_at(
    attempt: int, failed_at: datetime, backoff: Backoff, jitter: float, asked: timedelta | None = None
) -> datetime:
    """Return when to send again.

    Args:
        attempt: How many sends have failed in a row; 1 after the first failure.
        failed_at: When the last one failed; aware UTC.
        backoff: The schedule.
        jitter: A number in [0, 1) that the caller drew; 0 sends earliest.
        asked: What the peer's `Retry-After` asks for; honoured up to the cap, never below our own pause.
    """
    doublings = min(attempt - 1, 30)  # 2**30 base units already exceed any cap
    pause: timedelta = min(backoff.base * 2**doublings, backoff.cap)
    spread = pause * (0.5 + jitter / 2)
    return failed_at + max(spread, min(asked or timedelta(), backoff.cap))
