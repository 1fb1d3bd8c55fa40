"""Draw a world: an operator over a public topology, what it sells to whom, and a morning of events."""

from __future__ import annotations

from tests.noninterference.model import ACME, MINUTE, NORTHLINK, Observer, Terms, World
from tests.noninterference.morning import Morning
from tests.noninterference.promises import draw_terms, limited

OTHERS = (Observer("operator", "southwind"), Observer("customer", "bolt"))
BEATS = 6


class Author(Morning):
    """Writes one world, step by step."""

    def __init__(self, seed: int, beats: int = BEATS) -> None:
        super().__init__(seed)
        self._beats = beats

    def write(self) -> World:
        """Return the world."""
        self._stock()
        for number, who in enumerate(self._shuffled([NORTHLINK, ACME, *OTHERS])):
            self._add(f"terms-{who.party}", 2 * MINUTE + 1000 + number * 100, "policy", self._terms(who))
        for beat in range(2, 2 + self._beats):
            for number in range(self.rng.randrange(3, 14)):
                self.happen(beat * MINUTE + 5_000 + number * 3_000, self._rename, self._junk)
        self._rare()
        self.one_of_each((2 + self._beats // 2) * MINUTE + 57_000)
        self._one_of_each_of_others((2 + self._beats // 2) * MINUTE + 58_000)
        for beat in range(1, 3 + self._beats):
            self._add(f"tick-{beat}", beat * MINUTE + 59_000, "tick")
        settings = {"batch_lines": 500, "log_level": "WARNING", "dice": 1, "other_keys": 0}
        return World((), settings).with_steps(self.steps)

    def _one_of_each_of_others(self, at: int) -> None:
        """Write such records that matter to neither observer, so that every leaf has something to hide in."""
        objects, services, standing = self.objects, self.services, self.standing
        self.objects = dict.fromkeys(objects, objects["hidden"])
        parties = {who.party for who in OTHERS}
        self.services = {name: one for name, one in services.items() if one["relatedParty"][0]["id"] in parties}
        self.standing = {}
        self.one_of_each(at)
        self.follow_up(at + 600)
        self.objects, self.services, self.standing = objects, services, {**standing, **self.standing}

    def _rare(self) -> None:
        """Add what happens once in a while: restarts, other parties' trouble, changed terms, what partners push."""
        rng = self.rng
        for kind, likely in (("restart", 0.6), ("outage", 0.6), ("noise", 0.9), ("foreign", 0.7), ("fault", 0.4)):
            if rng.random() < likely:
                at = rng.randrange(3, 1 + self._beats) * MINUTE + rng.randrange(50_000)
                self._add(f"{kind}-0", at, kind, rng.randrange(1, 10))
        for who in (*OTHERS, rng.choice((NORTHLINK, ACME))):
            if rng.random() < 0.5:
                at = rng.randrange(4, max(5, self._beats)) * MINUTE + rng.randrange(50_000)
                self._add(f"later-{who.party}", at, "policy", self._terms(who))

    def _terms(self, who: Observer) -> Terms:
        sold = [one["id"] for one in self.services.values() if one["relatedParty"][0]["id"] == who.party]
        return limited(draw_terms(who, self.rng), sold, self.rng)

    def _shuffled(self, things: list[Observer]) -> list[Observer]:
        return self.rng.sample(things, len(things))


def draw_world(seed: int, beats: int = BEATS) -> World:
    """Return the world of this number and length, always alike."""
    return Author(seed, beats).write()
