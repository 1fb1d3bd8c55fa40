"""Write into the journal what time does: an agreement that begins or ends is a line of its own.

So the clock decides nothing by itself, and replaying the journal gives the same streams.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from gateway.inside.picture import TIME
from gateway.policy.parser import parse
from gateway.ports import ActivePolicy, Clock, InsideWork, NewLine, Store
from gateway.record.strictjson import dump


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    now: Clock

    def run_once(self) -> int:
        """Journal every boundary of a policy in force that has passed and is not journalled yet; return how many."""
        moment = self.now()
        with self.store.read() as work:
            due = [
                line for policy in work.policies.active() for line in _boundaries(policy) if line[0] <= moment.date()
            ]
            known = work.journal.known([line.key for _, line in due])
        fresh = [line for _, line in due if line.key not in known]
        if fresh:
            with self.store.write() as work:
                work.journal.append(fresh, moment)
        return len(fresh)


@lru_cache(maxsize=4096)  # the same policies are asked about again and again
def _boundaries(policy: ActivePolicy) -> tuple[tuple[date, NewLine], ...]:
    document = parse(policy.text, policy.audience)
    lines = []
    for day in document.agreement.boundaries():
        body = dump({"audience": policy.audience, "policy": policy.position, "day": day.isoformat()})
        digest = hashlib.sha256(body).digest()
        lines.append((day, NewLine(TIME, "clock", hashlib.sha256(TIME.encode() + body).digest(), digest, body)))
    return tuple(lines)
