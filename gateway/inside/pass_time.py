"""Write into the journal what time does: an agreement that begins or ends, something held back that is due.

So the clock decides nothing by itself, and replaying the journal gives the same streams.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from gateway.ids import AudienceId
from gateway.inside.picture import TIME
from gateway.policy.reading.parser import parse
from gateway.ports import ActivePolicy, Clock, InsideWork, NewLine, Store
from gateway.record.strictjson import Json, dump


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    now: Clock

    def run_once(self) -> int:
        """Journal what time has brought and is not journalled yet; return how many lines that were.

        That is: every boundary of a policy in force that has passed, and for every audience for which something was
        held back whose time has come, that time.
        """
        moment = self.now()
        with self.store.read() as work:
            active = work.policies.active()
            due = [line for policy in active for day, line in _boundaries(policy) if day <= moment.date()]
            due += [_release(audience, latest) for audience, latest in work.held_back.due_audiences(moment).items()]
            known = work.journal.known([line.key for line in due])
        fresh = [line for line in due if line.key not in known]
        if fresh:
            with self.store.write() as work:
                work.journal.append(fresh, moment)
        return len(fresh)


@lru_cache(maxsize=4096)  # the same policies are asked about again and again
def _boundaries(policy: ActivePolicy) -> tuple[tuple[date, NewLine], ...]:
    document = parse(policy.text, policy.audience)
    said = {"audience": policy.audience, "policy": policy.position}
    return tuple((day, line_of({**said, "day": day.isoformat()})) for day in document.agreement.boundaries())


def _release(audience: AudienceId, latest: datetime) -> NewLine:
    """Return the line that releases everything due until `latest`; what is taken after it is due later than that."""
    return line_of({"audience": audience, "due": latest.isoformat()})


def line_of(said: Json) -> NewLine:
    """Return the line of the journal that says what time brought; the same words are the same line."""
    body = dump(said)
    return NewLine(TIME, "clock", hashlib.sha256(TIME.encode() + body).digest(), hashlib.sha256(body).digest(), body)
