"""How much a rule discloses, and which of two rules discloses more.

Rules:
- A level is a word for the ceiling and for reports. It is coarse, and a total order.
- `compare` is a partial order: a rule is narrower only when it tells no value more precisely than the other one does,
  and shows nothing of which the other one shows nothing. What cannot be put in order is `incomparable`; callers who
  guard something take that for wider. So a pseudonym and a prefix are incomparable although their levels differ:
  one says what is the same, the other says where it is.
- A constant, a template and the count of a disclosed array say nothing of the value at all. A template that names
  services says which of them a record concerns: that is in no value, so it is no less than anything else.
- The new name that a rule gives does not count: it is another word for the same disclosure.

Does not look at conditions; `diff` does.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from gateway.policy.language.document import (
    Bucket,
    Constant,
    Count,
    Drop,
    FieldRule,
    Generalise,
    Hierarchy,
    Keep,
    Lift,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Template,
    Transform,
    Truncate,
)
from gateway.policy.language.output_names import services_named
from gateway.policy.language.renaming import is_renaming
from gateway.record.paths import Leaf, Node

Order: TypeAlias = Literal["equal", "narrower", "wider", "incomparable"]


class Level(IntEnum):
    """What a rule does with a value, from the least disclosure to the most."""

    DROP = 0
    SUBSTITUTE = 1
    GENERALISE = 2
    PSEUDONYM = 3
    SCRUB = 4
    KEEP = 5

    def __str__(self) -> str:
        return self.name.lower()


_LEVELS: Mapping[type, Level] = MappingProxyType(
    {
        Drop: Level.DROP,
        Constant: Level.SUBSTITUTE,
        Template: Level.SUBSTITUTE,
        Lift: Level.SUBSTITUTE,
        Count: Level.SUBSTITUTE,
        Map: Level.GENERALISE,
        Truncate: Level.GENERALISE,
        Round: Level.GENERALISE,
        Bucket: Level.GENERALISE,
        Generalise: Level.GENERALISE,
        Prefix: Level.GENERALISE,
        Mask: Level.GENERALISE,
        Pseudonym: Level.PSEUDONYM,
        Scrub: Level.SCRUB,
        Keep: Level.KEEP,
    }
)

UNITS: Final = ("second", "minute", "hour", "day", "month", "year")
"""The units of `truncate`, from the finest to the coarsest."""

AREAS: Final = ("region", "country", "metro")
"""What a place is generalised to, from the coarsest to the finest."""

_NOTHING: Final = object()
_SITE_OF_IPV4: Final = 24  # Nothing longer is routed between networks: it is one place, or a single machine.
_SITE_OF_IPV6: Final = 64
_FINE: Final = 0.01  # Of a degree that is a street; of any other unit it is what nobody measures.


def level_of(
    rule: FieldRule | Transform | None, leaf: Node | None = None, hierarchies: Sequence[Hierarchy] = ()
) -> Level:
    """Return the level of a rule at a leaf; no rule at all is `drop`. What only looks like a transform is `keep`."""
    transform = rule.transform if isinstance(rule, FieldRule) else rule
    if transform is None:
        return Level.DROP
    return Level.KEEP if _hides_nothing(transform, leaf, hierarchies) else _LEVELS[type(transform)]


def _hides_nothing(transform: Transform, leaf: Node | None, hierarchies: Sequence[Hierarchy]) -> bool:
    """Tell whether some value leaves as good as it is: an address in a network of its own, a word mapped to itself."""
    is_whole = isinstance(leaf, Leaf) and leaf.kind == "integer"
    match transform:
        case Prefix(ipv4, ipv6):
            return ipv4 > _SITE_OF_IPV4 or ipv6 > _SITE_OF_IPV6
        case Map() | Generalise():
            return is_renaming(transform, leaf.enum if isinstance(leaf, Leaf) else (), hierarchies)
        case Truncate(unit):
            return unit == UNITS[0]
        case Round(step):
            return step <= 1 if is_whole else step <= _FINE
        case Bucket(bounds):
            # Between two neighbours stands one number only; that there is none at all is no number.
            gaps = ((low, round(high - low, 9)) for low, high in pairwise(bounds))
            return any(gap <= 1 and low != 0 if is_whole else gap <= _FINE for low, gap in gaps)
    return False


def compare(
    new: FieldRule | None,
    old: FieldRule | None,
    leaf: Node | None,
    new_hierarchies: Sequence[Hierarchy] = (),
    old_hierarchies: Sequence[Hierarchy] = (),
) -> Order:
    """Tell how much `new` discloses of what stands at one path, compared with `old`.

    Args:
        new: None means that nothing is disclosed, as does the transform `drop`.
        old: The same.
        leaf: What the schema has there; the values of a leaf with a list of words are known.
        new_hierarchies: Those of the policy that `new` is from. Without them a word of a hierarchy is taken to mean
            the same group in both.
        old_hierarchies: Those of the policy that `old` is from.
    """
    one, other = _transform(new), _transform(old)
    if one is None or other is None:
        return _by_presence(one, other)
    return _both(
        _at_most(one, other, leaf, new_hierarchies, old_hierarchies),
        _at_most(other, one, leaf, old_hierarchies, new_hierarchies),
    )


def _transform(rule: FieldRule | None) -> Transform | None:
    return None if rule is None or isinstance(rule.transform, Drop) else rule.transform


def _by_presence(one: Transform | None, other: Transform | None) -> Order:
    if one is None:
        return "equal" if other is None else "narrower"
    return "wider"


def _both(is_at_most: bool, is_at_least: bool) -> Order:
    if is_at_most and is_at_least:
        return "equal"
    if is_at_most:
        return "narrower"
    return "wider" if is_at_least else "incomparable"


def _at_most(
    one: Transform, other: Transform, leaf: Node | None, ones: Sequence[Hierarchy], others: Sequence[Hierarchy]
) -> bool:
    """Tell whether `one` discloses nothing that `other` does not disclose."""
    if Level.SUBSTITUTE in (level_of(one), level_of(other)):
        return _substitute_at_most(one, other)
    if isinstance(other, Keep):
        return True
    if isinstance(one, Map | Generalise) and isinstance(other, Map | Generalise):
        return _maps_at_most(one, other, leaf, ones, others)
    # Of two kinds of measure neither is the lesser.
    return type(one) is type(other) and _MEASURES[type(one)](one, other)


def _substitute_at_most(one: Transform, other: Transform) -> bool:
    match one, other:
        case Constant(a), Constant(b):
            return type(a) is type(b) and a == b  # Python alone finds 1, 1.0 and true equal.
        case Constant(), _:
            return True
        case Lift(target, show), Lift(of, shown):
            return target == of and set(show) <= set(shown)
        case Template() | Count(), _:
            # Which services suffer cannot be read from a value; the others say what is disclosed anyway.
            return one == other or (not _is_of_services(one) and level_of(other) > Level.SUBSTITUTE)
    return False


def _is_of_services(transform: Transform) -> bool:
    return bool(services_named(transform)) if isinstance(transform, Template) else transform == Count("service")


def _is_coarser_time(one: Truncate, other: Truncate) -> bool:
    return one == other or (one.unit in UNITS[1:] and other.unit in UNITS[: UNITS.index(one.unit)])


def _is_odd(times: Fraction) -> bool:
    """Tell whether one step is a multiple of another that parts nothing which the other puts together."""
    return times.denominator == 1 and times.numerator % 2 == 1


def _is_coarser_mask(one: Mask, other: Mask) -> bool:
    # A mask that shows fewer characters also shows them of shorter values, of which the other shows none.
    return one == other or one.first + one.last == 0


_MEASURES: Mapping[type, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        Truncate: _is_coarser_time,
        Round: lambda one, other: _is_odd(Fraction(str(one.step)) / Fraction(str(other.step))),
        Bucket: lambda one, other: set(one.bounds) <= set(other.bounds),
        Prefix: lambda one, other: one.ipv4 <= other.ipv4 and one.ipv6 <= other.ipv6,
        Mask: _is_coarser_mask,
        Pseudonym: operator.eq,
        Scrub: operator.eq,
        Keep: operator.eq,
    }
)
"""For two transforms of one kind: does the first tell no value more precisely than the second?"""


def _maps_at_most(
    one: Map | Generalise,
    other: Map | Generalise,
    leaf: Node | None,
    ones: Sequence[Hierarchy],
    others: Sequence[Hierarchy],
) -> bool:
    """Compare two tables from words to words, or two sizes of area."""
    if isinstance(one, Generalise) and isinstance(other, Generalise):
        if one.to in AREAS and other.to in AREAS:
            return AREAS.index(one.to) <= AREAS.index(other.to)
        if one.to == other.to and not ones and not others:
            return True
    table, than = _table(one, ones), _table(other, others)
    if table is None or than is None:
        return False
    known = leaf.enum if isinstance(leaf, Leaf) else ()
    return _derives((*known, _NOTHING) if known else (*table[0], *than[0], _NOTHING), table, than)


_Table: TypeAlias = tuple[dict[object, object], object]


def _table(transform: Map | Generalise, hierarchies: Sequence[Hierarchy]) -> _Table | None:
    """Return what each word becomes, and what all others become; None when that is not known."""
    if isinstance(transform, Map):
        entries: dict[object, object] = {word: _typed(said) for word, said in transform.entries}
        return entries, _NOTHING if transform.otherwise is None else _typed(transform.otherwise)
    found = next((known for known in hierarchies if known.name == transform.to), None)
    if found is None:
        return None
    words = [word for group, members in found.groups for word in (group, *members)]
    return {word: _typed(found.group_of(word)) for word in words}, _NOTHING


def _typed(value: object) -> object:
    return type(value), value


def _derives(words: Sequence[object], table: _Table, than: _Table) -> bool:
    """Tell whether what `table` says follows from what `than` says: the same word, a coarser one of both, or nothing.

    Another word for the same values is not the same disclosure: only who writes the policy knows that they mean one.
    """
    becomes: dict[object, object] = {}
    for word in words:
        now, before = (entries.get(word, rest) for entries, rest in (table, than))
        is_lesser = now in (_NOTHING, before) or (now == than[1] and before is not _NOTHING)
        if not is_lesser or becomes.setdefault(before, now) != now:
            return False
    return True
