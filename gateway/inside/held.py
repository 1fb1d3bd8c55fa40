"""Hold versions back until they may be told, for audiences whose policy has an embargo or a cadence.

Rules:
- A version may be told when its time has come by the journal's own clock, which never goes back. Until then it waits.
- What shows nothing is not held back: it takes effect at once, and nothing older of the record is told any more.
- Of a record the newest version whose time has come counts. Older ones are forgotten, told or not.

The clock decides nothing here: that a time has come is a line of the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from gateway.ids import AudienceId
from gateway.policy.language.document import Release
from gateway.policy.language.release import due_at
from gateway.ports import DisclosedKey, HeldBack, Version


class Held:
    """The versions that are stored, with the changes of a batch that are not written yet."""

    def __init__(self, stored: HeldBack) -> None:
        self._stored = stored
        self.emptied: set[AudienceId] = set()
        self.forgotten: dict[DisclosedKey, int] = {}
        self._fresh: dict[DisclosedKey, dict[int, Version]] = {}

    @property
    def fresh(self) -> Iterator[Version]:
        """Yield the versions to be stored."""
        for versions in self._fresh.values():
            yield from versions.values()

    def hold(self, version: Version) -> None:
        """Let a version wait, or keep it as the one that was told when it is due at no time."""
        if version.due_at is None:
            self.forget(version.key, version.position)
        self._fresh.setdefault(version.key, {})[version.position] = version

    def forget(self, key: DisclosedKey, before: int) -> None:
        """Forget what lines before this one brought of a record."""
        self.forgotten[key] = max(before, self.forgotten.get(key, 0))
        kept = self._fresh.get(key, {})
        self._fresh[key] = {position: version for position, version in kept.items() if position >= before}

    def empty(self, audience: AudienceId) -> None:
        """Forget everything of an audience: all that it is told, it is told at once from here on."""
        self.emptied.add(audience)

    def released(self, key: DisclosedKey) -> Version | None:
        """Return the version of a record that was told, or could have been; None when every one still waits."""
        stored = (one for one in self._stored.of_record(key) if one.position >= self.forgotten.get(key, 0))
        versions = {one.position: one for one in stored} | self._fresh.get(key, {})
        told = [one for one in versions.values() if one.due_at is None]
        return max(told, key=lambda one: one.position, default=None)

    def write(self, to: HeldBack) -> None:
        """Store the changes."""
        for audience in sorted(self.emptied):
            to.forget_audience(audience)
        to.forget(self.forgotten)
        to.put(self.fresh)


def newest_due(versions: Iterable[Version], now: datetime) -> Version | None:
    """Return, of the versions of one record, the newest whose time has come."""
    due = [one for one in versions if one.due_at is None or one.due_at <= now]
    return max(due, key=lambda one: one.position, default=None)


def by_record(versions: Iterable[Version]) -> Mapping[DisclosedKey, list[Version]]:
    """Return versions by whose and which record they are of; they come in the order of their records."""
    return {key: list(some) for key, some in groupby(versions, key=lambda one: one.key)}


def rescheduled(version: Version, release: Release) -> Version:
    """Return a version as another policy lets it wait; one that was told already stays so."""
    return version if version.due_at is None else replace(version, due_at=due_at(release, version.taken_at))
