"""Cut one audience off at once, and let it back in when two officers say so.

The inside decides and the outside obeys: the standing is written first, with the act, then the outside store, which is
looked at before every send and every answer. If we die between the two, the running inside hands it over again within
its next round, and so does the same command. What is sealed stays, and more is sealed: nothing of the queue is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.errors import PolicyError
from gateway.ids import AudienceId
from gateway.inside.desk import require_words, sign
from gateway.policy.approval.officers import Hand, Officer
from gateway.ports import Clock, InsideWork, OutsideWork, Store

STOP, RESUME, SECOND = "policy.stop", "policy.resume", "policy.resume-second"


class NotStopped(PolicyError):
    """The audience is not stopped."""

    code = "policy.not-stopped"
    remedy = "See with `demarc policy list` who is stopped."


class SecondOfficerRefused(PolicyError):
    """The second officer is the same person as the first."""

    code = "policy.second-officer-refused"
    remedy = "Let an officer who is another person sign as the second."


class GlassOverdue(PolicyError):
    """The audience's broken glass is not mended although its time is over."""

    code = "policy.glass-overdue"
    remedy = "Let the inside run until the glass is mended; if it cannot, restore the inside store from a backup."


@dataclass(frozen=True, slots=True)
class Stopper:
    """The use case, holding its ports."""

    inside: Store[InsideWork]
    outside: Store[OutsideWork]
    now: Clock

    def stop(self, audience: AudienceId, hand: Hand, reason: str) -> None:
        """Cut an audience off; one officer is enough, because it only takes away. Again completes it."""
        told, moment = require_words(reason), self.now()
        with self.inside.write() as work:
            sign(work.office, hand, STOP, moment, audience=audience, reason=told)
            standing = work.office.standings.get(audience)
            work.office.standings.put(replace(standing, stopped=standing.stopped or told))
        self.hand_over()

    def resume(self, audience: AudienceId, first: Hand, second: Hand, reason: str) -> None:
        """Let an audience back in; it widens, so two persons sign.

        Raises:
            NotStopped: There is nothing to resume.
            GlassOverdue: It would learn what it was to learn for a while only.
            SecondOfficerRefused: Both are the same person.
        """
        told, moment = require_words(reason), self.now()
        with self.inside.write() as work:
            standing = work.office.standings.get(audience)
            if standing.stopped is None:
                raise NotStopped(str(audience))
            if standing.glass_ends is not None and standing.glass_ends <= moment:
                raise GlassOverdue(f"the glass of {audience} was to be mended at {standing.glass_ends:%Y-%m-%d %H:%M}")
            one = sign(work.office, first, RESUME, moment, audience=audience, reason=told)
            other = sign(work.office, second, SECOND, moment, audience=audience, reason=told)
            require_two_persons(one, other)
            work.office.standings.put(replace(standing, stopped=None))
        self.hand_over()

    def hand_over(self) -> int:
        """Bring the outside store to what the inside decided; return how many audiences changed."""
        # In this order: a stop that somebody else hands over just now must not look like one that is not wanted.
        with self.outside.read() as there:
            held = set(there.stops.every())
        with self.inside.read() as work:
            wanted = {standing.audience for standing in work.office.standings.every() if standing.stopped is not None}
        if wanted == held:
            return 0
        with self.outside.write() as there:
            for audience in sorted(wanted - held):
                there.stops.add(audience)
            for audience in sorted(held - wanted):
                there.stops.remove(audience)
        return len(wanted ^ held)


def require_two_persons(one: Officer, other: Officer) -> None:
    """Raise `SecondOfficerRefused` when two officers are one person, or share a key."""
    if one.person == other.person or one.key_id == other.key_id:
        raise SecondOfficerRefused(f"{one.name} and {other.name} are {one.person}")
