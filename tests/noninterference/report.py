"""Say what differed and why: the probe, both answers, the first byte, and the hidden atoms that cause it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.noninterference.cases import Case, case
from tests.noninterference.low import low
from tests.noninterference.model import Step, World
from tests.noninterference.worker import Look, in_words, saw

_AROUND = 160


@in_words
def explain(at: Look) -> str:
    """Return the report on the case of this number, run again in this process."""
    found = case(at.seed, at.hint, at.role)
    one, other = _seen(found, found.first, at), _seen(found, found.second, at)
    place = _first_difference(one, other)
    lines = [f"case {at.seed}: {found.who.role} {found.who.party}, relations {'+'.join(found.relations)}"]
    if place is None:
        return "\n".join([*lines, "in one process both worlds look alike: the difference hangs on the hash seed"])
    label = [*one, ("none", b"")][place][0]
    lines += [f"observation {place}: {label}", *_beside(one[place : place + 1], other[place : place + 1])]
    lines += ["hidden atoms that cause it:", *(f"  {atom}" for atom in blame(found, at))]
    return "\n".join(lines)


def _seen(found: Case, world: World, at: Look) -> list[tuple[str, bytes]]:
    shown = replace(found, first=world)
    return [(one.label, one.raw) for one in saw(shown, 1, at.mutant, at.share).seen]


def _first_difference(one: Sequence[tuple[str, bytes]], other: Sequence[tuple[str, bytes]]) -> int | None:
    for number in range(max(len(one), len(other))):
        if one[number : number + 1] != other[number : number + 1]:
            return number
    return None


def _beside(one: Sequence[tuple[str, bytes]], other: Sequence[tuple[str, bytes]]) -> list[str]:
    raws = [side[0][1] if side else b"(nothing)" for side in (one, other)]
    pairs = enumerate(zip(*raws, strict=False))
    at = next((number for number, (left, right) in pairs if left != right), min(map(len, raws)))
    shown = [raw[max(0, at - _AROUND) : at + _AROUND] for raw in raws]
    return [f"first differing byte: {at}", *(f"  world {number}: {raw!r}" for number, raw in enumerate(shown, 1))]


def blame(found: Case, at: Look) -> list[str]:
    """Return the fewest differences between the two worlds that still show, by halving (delta debugging)."""
    keys = _differences(found.first, found.second)
    baseline = _seen(found, found.first, at)
    told = low(found.first, found.who)

    def shows(chosen: list[str]) -> bool:
        world = _between(found.first, found.second, frozenset(chosen))
        if low(world, found.who) != told:
            return False
        return _first_difference(baseline, _seen(found, world, at)) is not None

    parts = 2
    while len(keys) > 1:
        size = max(1, len(keys) // parts)
        chunks = [keys[start : start + size] for start in range(0, len(keys), size)]
        kept = next((chunk for chunk in chunks if shows(chunk)), None)
        rest = (
            next(
                (
                    [key for key in keys if key not in chunk]
                    for chunk in chunks
                    if len(chunks) > 2 and shows([key for key in keys if key not in chunk])
                ),
                None,
            )
            if kept is None
            else None
        )
        if kept is None and rest is None:
            if size == 1:
                break
            parts = min(len(keys), parts * 2)
            continue
        keys, parts = (kept, 2) if kept is not None else (rest or [], max(2, parts - 1))
    return [_told(found.first, found.second, key) for key in keys]


def _differences(first: World, second: World) -> list[str]:
    ones, others = ({step.key: step for step in world.steps} for world in (first, second))
    keys = [key for key in dict.fromkeys([*ones, *others]) if ones.get(key) != others.get(key)]
    settings = [
        f"setting {name}"
        for name in {**first.settings, **second.settings}
        if first.settings.get(name) != second.settings.get(name)
    ]
    return [*keys, *sorted(settings)]


def _between(first: World, second: World, chosen: frozenset[str]) -> World:
    """Return the first world with the chosen differences taken from the second."""
    ones, others = ({step.key: step for step in world.steps} for world in (first, second))
    order = dict.fromkeys([*(step.key for step in first.steps), *(step.key for step in second.steps)])
    steps: list[Step] = []
    for key in order:
        step = (others if key in chosen else ones).get(key)
        if step is not None:
            steps.append(step)
    settings = {
        name: (second if f"setting {name}" in chosen else first).settings.get(name)
        for name in {**first.settings, **second.settings}
    }
    return World((), settings).with_steps(steps)


def _told(first: World, second: World, key: str) -> str:
    one, other = (next((step for step in world.steps if step.key == key), None) for world in (first, second))
    if key.startswith("setting "):
        name = key.removeprefix("setting ")
        return f"{key}: {first.settings.get(name)!r} or {second.settings.get(name)!r}"
    if one is None or other is None:
        there = one or other
        return f"{key}: only in world {'1' if one else '2'}: {there and there.kind} {str(there and there.body)[:160]}"
    if one.at != other.at:
        return f"{key}: at {one.at} or {other.at} ms"
    parts = (
        [name for name in {**dict(one.body), **dict(other.body)} if one.body.get(name) != other.body.get(name)]
        if isinstance(one.body, dict)
        else []
    )
    return f"{key}: {', '.join(parts) or 'another body'}"
