"""Do what was decided for later: a publication whose time has come, a broken glass whose time is over.

Rules:
- Never before its time; and once done it is struck out in the same transaction, so that a clock that is set back does
  not do it again, and whoever dies in between does it after the next start.
- What comes into force by time is still what was approved: had something else come into force in between, the
  publication lapses; and so it does when the ceiling came down below it, unless it only takes away.
- Mending a broken glass needs nobody: it only takes away. It comes before everything else, and an audience whose glass
  cannot be mended is cut off.
- What cannot be done keeps nothing else from being done; it stays noted, and is tried again in the next round.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.errors import DemarcError, StorageError
from gateway.ids import AudienceId, OperatorId
from gateway.inside.desk import note
from gateway.inside.disclose import CURSOR
from gateway.inside.in_force import (
    BY_CLOCK,
    EFFECT,
    REPORT,
    REVERT,
    activate,
    base_digest,
    filed_policy,
    make_regular,
    mend,
)
from gateway.inside.language import CeilingExceeded, Language
from gateway.ports import Clock, InsideWork, Store
from gateway.ports.acts import Activation, Due, Publication

PATIENCE = timedelta(minutes=1)
"""How long a glass may stay broken beyond its time while the store can merely not be written just now."""

CUT_OFF = "its broken glass could not be mended when its time was over"
_log = logging.getLogger(__name__)


class PublicationMissing(StorageError):
    """Something is noted for a publication that the store does not have."""

    code = "storage.publication-missing"
    remedy = "Restore the inside store from a backup, and find out who wrote to it."
    retryable = False


@dataclass(frozen=True, slots=True)
class DueTaker:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    language: Language
    operator: OperatorId
    now: Clock

    def run_once(self) -> int:
        """Do everything that is due, each in a transaction of its own; return how many things were done.

        Raises:
            DemarcError: The first thing that could not be done, after everything else was.
        """
        moment = self.now()
        with self.store.read() as work:
            found = sorted(work.office.dues.until(moment), key=lambda due: due.what != REVERT)
        done, failures = 0, list[Exception]()
        for due in found:
            try:
                done += self._take_or_cut_off(due)
            except Exception as error:  # noqa: BLE001 - raised below
                _log.error("%s of publication %s for %s: %s", due.what, due.publication, due.audience, error)
                failures.append(error)
        if failures:
            raise failures[0]
        return done

    def _take_or_cut_off(self, due: Due) -> bool:
        try:
            return self._take(due)
        except Exception as error:
            if due.what == REVERT and self._is_lasting(due, error):
                self._cut_off(due, error)
            raise

    def _is_lasting(self, due: Due, error: Exception) -> bool:
        """Tell whether trying again in a moment is no answer."""
        is_passing = isinstance(error, DemarcError) and error.retryable
        return not is_passing or self.now() - due.at >= PATIENCE

    def _cut_off(self, due: Due, error: Exception) -> None:
        """Stop an audience that would go on learning what it was to learn for a while only."""
        code = error.code if isinstance(error, DemarcError) else type(error).__name__
        with self.store.write() as work:
            standing = work.office.standings.get(due.audience)
            if standing.stopped is not None or due not in work.office.dues.of(due.audience):
                return
            work.office.standings.put(replace(standing, stopped=CUT_OFF))
            note(
                work.office,
                "policy.cut-off",
                self.now(),
                audience=due.audience,
                publication=due.publication,
                because=code,
            )

    def _take(self, due: Due) -> bool:
        if due.what == REPORT and not self._is_through(due):
            return False
        with self.store.write() as work:
            if due not in work.office.dues.of(due.audience):
                return False  # an officer was quicker
            work.office.dues.remove(due)
            publication = work.office.publications.get(due.publication)
            if publication is None:
                raise PublicationMissing(f"publication {due.publication}")
            {EFFECT: self._effect, REVERT: self._revert, REPORT: self._report}[due.what](work, publication)
            return True

    def _effect(self, work: InsideWork, publication: Publication) -> None:
        office = work.office
        filed = office.drafts.get(publication.draft)
        shown = [part for part in filed.draft.parts if part.audience == publication.audience] if filed else []
        if not shown or shown[0].base != base_digest(work, publication.audience):
            self._lapse(work, publication, "something else came into force")
            return
        try:
            self.language.require_within_ceiling([filed_policy(work, publication.policy)])
        except CeilingExceeded as excess:
            if shown[0].widens:
                self._lapse(work, publication, f"above the ceiling: {excess}")
                return
            # What is in force tells more still: to keep it would be the wider way out.
            _log.error(
                "publication %s for %s is above the ceiling: %s", publication.number, publication.audience, excess
            )
        moment = self.now()
        make_regular(work, self.operator, publication, "effective", BY_CLOCK, moment)
        note(office, "policy.in-force", moment, audience=publication.audience, publication=publication.number)

    def _lapse(self, work: InsideWork, publication: Publication, because: str) -> None:
        """Note that a publication whose time has come is not put in force, and never will be."""
        audience, number = publication.audience, publication.number
        _log.error("publication %s for %s lapsed: %s", number, audience, because)
        note(work.office, "policy.lapsed", self.now(), audience=audience, publication=number, because=because)

    def _revert(self, work: InsideWork, broken: Publication) -> None:
        moment, standing = self.now(), work.office.standings.get(broken.audience)
        regular = None if standing.regular is None else work.office.publications.get(standing.regular)
        if standing.glass != broken.number or regular is None:
            raise PublicationMissing(f"{broken.audience} has no policy to go back to")
        activate(work, self.operator, regular, "revert", BY_CLOCK, moment)
        mend(work, broken.audience, "its time was over", moment)

    def _report(self, work: InsideWork, broken: Publication) -> None:
        """Note between which entries of the stream the glass was broken, now that the revert is worked through."""
        opened = _opening(work, broken.audience, broken.number)
        size = next((state.size for state in work.streams.states() if state.parties.audience == broken.audience), 0)
        note(
            work.office,
            "policy.glass-report",
            self.now(),
            audience=broken.audience,
            publication=broken.number,
            draft=broken.draft,
            entries=[opened.entries, size],
        )

    def _is_through(self, due: Due) -> bool:
        """Tell whether what replaced the broken glass is worked through, so that no more entries come of it."""
        with self.store.read() as work:
            opened = _opening(work, due.audience, due.publication)
            history = work.office.publications.history(due.audience)
            after = next((one for one in history if one.version == opened.version + 1), None)
            return after is not None and work.cursors.get(CURSOR) >= after.position


def _opening(work: InsideWork, audience: AudienceId, publication: int) -> Activation:
    """Return when the glass was broken by a publication."""
    for activation in work.office.publications.history(audience):
        if activation.publication == publication:
            return activation
    raise PublicationMissing(f"publication {publication} was never in force for {audience}")
