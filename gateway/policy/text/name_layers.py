"""One scanner made of several: what they know together, found as if one automaton knew all of it.

To build the automaton of a large inventory takes long, and names keep coming; so those that came lately have a small
one of their own, and nobody who looks for names sees the difference.

Rules:
- A stretch of the text that says a name as it is says no other name of the same letters in disguise, whichever of the
  scanners knows which.
- Whether names may stand within longer ones that the reader knows is decided over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from gateway.policy.text.disguise import squashed
from gateway.policy.text.names import Match, NameScanner


class LayeredScanner(NameScanner):
    """The names of several scanners. Immutable, as far as they are."""

    __slots__ = ("_layers",)

    def __init__(self, layers: Sequence[NameScanner], places: AbstractSet[str] | None = None) -> None:
        super().__init__((), places)
        self._layers = tuple(layers)

    def may_hit(self, text: str) -> bool:
        """Tell whether a closer look is needed."""
        return any(layer.may_hit(text) for layer in self._layers)

    def are_all_within(self, words: Sequence[str], text: str, allowed: AbstractSet[str]) -> bool:
        """Tell a caller that takes whole words out of a text whether no name is left to anybody else."""
        return all(layer.are_all_within(words, text, allowed) for layer in self._layers)

    def matches(self, text: str, *, is_form: bool = False) -> list[Match]:
        """Return every name in this very text, longer ones first where several begin at one place."""
        found = [match for layer in self._layers for match in layer.matches(text, is_form=is_form)]
        if not found:
            return found
        said: dict[tuple[int, int], set[str]] = {}
        for match in found:
            if match.is_plain:
                said.setdefault((match.start, match.end), set()).update(match.names)
        merged = [Match(*place, frozenset(names), is_plain=True) for place, names in said.items()]
        merged += [
            replace(match, names=left)
            for match in found
            if not match.is_plain and (left := _beside(match, said.get((match.start, match.end), set())))
        ]
        return sorted(merged, key=lambda one: (one.start, -one.end, not one.is_plain))


def _beside(match: Match, said: AbstractSet[str]) -> frozenset[str]:
    """Return the names of a match in disguise that are not of the same letters as one that stands there as it is."""
    letters = {squashed(name) for name in said}
    return frozenset(name for name in match.names if squashed(name) not in letters)
