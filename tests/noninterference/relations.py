"""How the second world is made from the first: ten relations, each of which changes other hidden things.

R1 values, R2 records, R3 names, R4 order, R5 timing, R6 history, R7 other parties, R8 topology, R9 faults,
R10 configuration. They compose; whether the result agrees on what may be known is for `low` to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tests.noninterference.change import Change
from tests.noninterference.dress import dress, leaves_in
from tests.noninterference.generate import OTHERS, Author
from tests.noninterference.model import MINUTE, Observer, Step, World, is_policy_of
from tests.noninterference.promises import draw_terms
from tests.noninterference.relation_of_records import history, records, take_stock
from tests.noninterference.relation_of_values import names, redrawn, values
from tests.noninterference.surroundings import type_of
from tests.noninterference.vocabulary import canary, device, sentence

# --- R4 order, R5 timing --------------------------------------------------------------------------------------


def order(change: Change) -> None:
    """Hand hidden records in at other places of the order, and mix up arrays the order of which means nothing."""
    rng = change.rng
    for step in change.hidden:
        if rng.random() < 0.6:
            low_end = step.at // MINUTE * MINUTE
            _move(change, step, low_end + rng.randrange(500, 58_000))
    for step in change.world.records():
        if rng.random() < 0.5:
            body = _mixed(step.body, rng)
            if body != step.body:
                change.put(step.key, body)
                change.touch(body)


def _mixed(value: Any, rng: Random) -> Any:
    if isinstance(value, dict):
        return {name: _mixed(member, rng) for name, member in value.items()}
    if isinstance(value, list):
        mixed = [_mixed(member, rng) for member in value]
        return rng.sample(mixed, len(mixed)) if mixed and isinstance(mixed[0], dict) else mixed
    return value


def timing(change: Change) -> None:
    """Hand hidden records in earlier or later, some beats away."""
    for step in change.hidden:
        for _ in range(change.rng.randrange(4)):
            moved = step.at + change.rng.randrange(-2 * MINUTE, 2 * MINUTE)
            if _move(change, step, min(max(moved, 2 * MINUTE + 2_000), change.last)):
                break


def _move(change: Change, step: Step, at: int) -> bool:
    """Move a step, but not beyond another version of the same record; tell whether that was possible."""
    key = (type_of(step.body), step.body["id"])
    versions = [one for one in change.world.records() if (type_of(one.body), one.body["id"]) == key]
    place = next(number for number, one in enumerate(versions) if one.key == step.key)
    if (place and at <= versions[place - 1].at) or (place + 1 < len(versions) and at >= versions[place + 1].at):
        return False
    change.touch(step.body)
    change.put(step.key, step.body, at)
    return True


# --- R7 other parties -----------------------------------------------------------------------------------------


def others(change: Change) -> None:
    """Give other parties other terms, services, trouble and behaviour."""
    rng, who = change.rng, change.who

    change.keep_only(lambda step: step.kind != "policy" or is_policy_of(step, who) or rng.random() < 0.6)
    change.keep_only(lambda step: step.kind not in ("outage", "noise", "foreign") or rng.random() < 0.5)
    for other in OTHERS:
        if rng.random() < 0.7:
            change.add("policy", rng.randrange(2 * MINUTE, change.last), draw_terms(other, rng))
    change.world = replace(change.world, settings={**change.world.settings, "between": rng.choice((3, 5, 11, 29))})
    for kind in ("outage", "noise", "noise", "foreign"):
        change.add(kind, rng.randrange(3 * MINUTE, change.last), rng.randrange(1, 8))
    for step in change.hidden:
        body = step.body
        if type_of(body) == "service" and rng.random() < 0.5:
            party = rng.choice((f"party-{canary(rng)}", "southwind", "bolt"))
            role = "partner" if party == "southwind" else "customer"
            change.put(
                step.key,
                {
                    **body,
                    "relatedParty": [
                        {"id": party, "role": role, "name": f"{party} Ltd", "@referredType": "Organization"}
                    ],
                },
            )
            change.touch(body)
    for _ in range(rng.randrange(1, 5)):
        _sell_to_another(change)
    author = Author(rng.randrange(2**40))
    take_stock(change, author)
    author.whole_inventory(2 * MINUTE + 40_000)
    author.one_of_each(3 * MINUTE)
    author.follow_up(3 * MINUTE + 5_000)
    for number in range(rng.randrange(6)):
        author.happen(3 * MINUTE + 9_000 + number * 9_000)
    for step in author.steps:
        if not change.around.concerns(step.body):
            change.add("record", step.at, step.body)


def _sell_to_another(change: Change) -> None:
    """Let another party buy something that stands on what the observer's services stand on too."""
    rng, party = change.rng, f"party-{canary(change.rng)}"
    shared = sorted(change.around.reach - change.around.services)
    body = {
        "@type": "Service",
        "id": f"svc-{canary(rng)}",
        "name": f"Line {canary(rng)}",
        "state": "active",
        "relatedParty": [{"id": party, "role": "customer", "name": f"{party} Ltd", "@referredType": "Organization"}],
        "supportingResource": [{"id": one} for one in rng.sample(shared, min(2, len(shared)))],
    }
    change.add("record", rng.randrange(MINUTE, change.last), dress("service", body, rng, 0.35))


# --- R8 topology ----------------------------------------------------------------------------------------------


def topology(change: Change) -> None:
    """Put another network under the same services: other names, other places, more hops."""
    rng = change.rng
    resources = list(
        dict.fromkeys(step.body["id"] for step in change.world.records() if type_of(step.body) == "resource")
    )
    renamed = {
        name: rng.choice(("{0}", "a-{0}", "z-{0}")).format(device(rng)) for name in resources if rng.random() < 0.9
    }
    steps = []
    for step in change.world.steps:
        if step.kind == "record":
            body = _renamed(step.body, renamed)
            if type_of(body) == "resource":
                body = {**redrawn(change, "resource", body, "", hidden=True), "name": body["id"]}
            if body != step.body:
                change.touch(body, {leaf for leaf, _ in set(leaves_in(step.body)) ^ set(leaves_in(body))})
            step = replace(step, body=body)  # noqa: PLW2901
        steps.append(step)
    change.world = change.world.with_steps(steps)
    for step in [one for one in change.world.records() if type_of(one.body) == "resource"]:
        if step.body.get("resourceRelationship") and rng.random() < 0.4:
            _insert_hop(change, step)


def _renamed(value: Any, renamed: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _renamed(member, renamed) for name, member in value.items()}
    if isinstance(value, list):
        return [_renamed(member, renamed) for member in value]
    return renamed.get(value, value) if isinstance(value, str) else value


def _insert_hop(change: Change, step: Step) -> None:
    """Let a resource stand on another one through a new one in between."""
    first, *rest = step.body["resourceRelationship"]
    hop = {"@type": "Resource", "id": device(change.rng), "name": device(change.rng), "resourceRelationship": [first]}
    change.add("record", step.at, dress("resource", hop, change.rng, 0.35))
    body = {**step.body, "resourceRelationship": [*rest, {"id": hop["id"], "relationshipType": "dependsOn"}]}
    change.put(step.key, body)


# --- R9 faults, R10 configuration -----------------------------------------------------------------------------


def faults(change: Change) -> None:
    """Let processes restart, stores fail once and records be refused at other moments."""
    rng = change.rng
    change.keep_only(lambda step: step.kind not in ("restart", "fault", "junk") or rng.random() < 0.5)
    for _ in range(rng.randrange(1, 3)):
        change.add("restart", rng.randrange(2 * MINUTE, change.last), None)
    for _ in range(2):
        change.add("fault", rng.randrange(3 * MINUTE, change.last), rng.randrange(0, 12))
    for _ in range(rng.randrange(3)):
        change.add(
            "junk", rng.randrange(MINUTE, change.last), {"@type": "Alarm", "id": device(rng), "x": sentence(rng, 50)}
        )


def configuration(change: Change) -> None:
    """Set up what no agreement speaks of in another way."""
    rng = change.rng
    settings = {
        "batch_lines": rng.choice((1, 3, 7, 23)),
        "log_level": rng.choice(("DEBUG", "ERROR")),
        "dice": rng.randrange(2, 10),
        "other_keys": 1,
    }
    change.world = replace(change.world, settings=settings)


RELATIONS: dict[str, Callable[[Change], None]] = {
    "R1": values,
    "R2": records,
    "R3": names,
    "R4": order,
    "R5": timing,
    "R6": history,
    "R7": others,
    "R8": topology,
    "R9": faults,
    "R10": configuration,
}


def related(world: World, who: Observer, chosen: tuple[str, ...], rng: Random) -> Change:
    """Return what becomes of a world under some relations, one after the other."""
    change = Change(world, who, rng)
    for name in chosen:
        change.begin(name)
        RELATIONS[name](change)
        change.touched.setdefault(name, set())
    return change
