"""Whether a table from words to words hides anything, or only gives each word another name.

Rules:
- A word that becomes itself leaves as it is, also with other capitals or other signs between its letters.
- A word whose result no other word has is told by another name. A table with more such words than others is a renaming;
  of a single word it says no more than whether it is that one.
- Where the schema lists the words, those that it does not list do not count: they never come.

What the words mean is not known here. Two words that never come up make a group look coarse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gateway.policy.language.document import Generalise, Hierarchy, Map


def is_renaming(transform: Map | Generalise, words: Sequence[str], hierarchies: Sequence[Hierarchy]) -> bool:
    """Tell whether most of the words leave as good as they are; `words` are all that can come, or none if unknown."""
    if isinstance(transform, Map):
        return _is_renaming_map(transform, words)
    found = next((one for one in hierarchies if one.name == transform.to), None)
    return found is not None and _is_renaming_hierarchy(found, words)


def _is_renaming_map(table: Map, words: Sequence[str]) -> bool:
    said = {word: result for word, result in table.entries if not words or word in words}
    if any(type(result) is str and _letters(word) == _letters(result) for word, result in said.items()):
        return True
    results = [_typed(result) for result in said.values()]
    if table.otherwise is not None:
        results += [_typed(table.otherwise)] * len(set(words) - set(said))
    return len(said) > 1 and _stand_mostly_alone(results)


def _is_renaming_hierarchy(hierarchy: Hierarchy, words: Sequence[str]) -> bool:
    results = [group for group, members in hierarchy.groups for _ in _members(group, members, words)]
    return _stand_mostly_alone(results)


def _members(group: str, members: Iterable[str], words: Sequence[str]) -> set[str]:
    """Return the different words that become a group; its own name in other letters is none."""
    if words:
        return {group, *members} & set(words)
    return {_letters(word) for word in members} - {_letters(group)} or {group}


def _stand_mostly_alone(results: Iterable[object]) -> bool:
    times = Counter(results).values()
    alone = sum(1 for number in times if number == 1)
    return alone > sum(times) - alone


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum()) or text


def _typed(value: object) -> object:
    return type(value), value
