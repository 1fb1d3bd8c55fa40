"""R2 and R6: other hidden records, and another past."""

from __future__ import annotations

from dataclasses import replace

from tests.noninterference.change import Change
from tests.noninterference.generate import OTHERS, Author
from tests.noninterference.low import low
from tests.noninterference.model import MINUTE, Step
from tests.noninterference.morning import stamp
from tests.noninterference.promises import draw_terms
from tests.noninterference.relation_of_values import redrawn
from tests.noninterference.surroundings import is_hidden, type_of
from tests.noninterference.vocabulary import canary, device, sentence

# --- R2 records -----------------------------------------------------------------------------------------------


def records(change: Change) -> None:
    """Add, remove and change whole records that do not matter."""
    rng = change.rng
    ids = list(dict.fromkeys((type_of(step.body), step.body["id"]) for step in change.hidden))
    gone = {key for key in ids if key[0] not in ("resource", "service", "dependency") and rng.random() < 0.35}
    change.keep_only(lambda step: step.kind != "record" or (type_of(step.body), step.body["id"]) not in gone)
    _leave_out_unseen(change)
    _update_quietly(change)
    author = Author(rng.randrange(2**40))
    author.objects["hidden"] = [f"dev-{device(rng)}" for _ in range(4)]
    take_stock(change, author)
    for number in range(rng.randrange(0, 31)):
        author.happen(rng.randrange(3, change.last // MINUTE) * MINUTE + 4_000 + number * 1_500)
    author.one_of_each(rng.randrange(2, change.last // MINUTE) * MINUTE + 40_000)
    author.whole_inventory(rng.randrange(2, change.last // MINUTE) * MINUTE + 41_000)
    for step in author.steps:
        if step.kind == "record" and not change.around.concerns(step.body):
            change.add("record", step.at, step.body)
    for word in _promised_words(change)[: rng.randrange(3)]:
        body = {"@type": "Resource", "id": f"dev-{canary(rng)}", "name": word}
        change.add("record", rng.randrange(1, change.last // MINUTE) * MINUTE + 500, body)


def _leave_out_unseen(change: Change) -> None:
    """Leave out records about the observer's services that the terms never show, and see whether it matters."""
    told = low(change.world, change.who)
    unseen = sorted(change.unseen)
    for key in change.rng.sample(unseen, min(3, len(unseen))):
        former, touched = change.world, {name: set(found) for name, found in change.touched.items()}
        change.keep_only(lambda step, key=key: step.kind != "record" or (type_of(step.body), step.body["id"]) != key)
        if low(change.world, change.who) != told:
            change.world, change.touched = former, touched


def _update_quietly(change: Change) -> None:
    """Send records again that differ in nothing that shows: the most productive check of all."""
    newest: dict[tuple[str, str], Step] = {}
    for step in change.world.records():
        key = (type_of(step.body), step.body["id"])
        if key[0] not in ("resource", "dependency"):
            newest[key] = step
    for key in change.rng.sample(sorted(newest), min(8, len(newest))):
        step = newest[key]
        body = redrawn(change, key[0], step.body, "", hidden=key not in change.concerning)
        again = max(step.at, 2 * MINUTE + 5_000) + change.rng.randrange(1, 90_000)
        change.add("record", max(step.at, min(again, change.last - 1)), body)


def take_stock(change: Change, author: Author) -> None:
    """Let the author write about what only others have."""
    for step in change.hidden:
        if type_of(step.body) == "service":
            author.services[step.body["id"]] = step.body
        elif type_of(step.body) == "resource":
            author.objects["hidden"].append(step.body["id"])
    author.objects["ports"] = author.objects["circuits"] = author.objects["hidden"]
    if not author.services:
        author.services["svc-none"] = {"@type": "Service", "id": "svc-none", "name": "none", "state": "active"}


def _promised_words(change: Change) -> list[str]:
    """Return texts that the terms themselves put into what they show."""
    rules = [rule for terms in change.around.promised for part in terms.parts for rule in part.rules]
    words = [
        rule.args[0]
        for rule in rules
        if rule.op == "constant" and isinstance(rule.args[0], str) and len(rule.args[0]) > 3
    ]
    return change.rng.sample(words, len(words))


# --- R6 history -----------------------------------------------------------------------------------------------


def history(change: Change) -> None:
    """Give things a past that the observer never saw: earlier versions, and terms that were once in force."""
    rng = change.rng
    firsts: dict[tuple[str, str], Step] = {}
    for step in change.world.records():
        firsts.setdefault((type_of(step.body), step.body["id"]), step)
    for (kind, _), step in firsts.items():
        hidden = is_hidden(step, change.around, change.concerning)
        if rng.random() < 0.4 or (kind == "dependency" and not hidden):
            continue
        if kind in ("service", "resource") or hidden:
            before = redrawn(change, kind, step.body, "", hidden=hidden)
            if kind == "service":
                before |= {"name": f"Line {canary(rng)}", "description": sentence(rng, 80)}
            if kind in ("alarm", "change-request"):
                before = {name: value for name, value in before.items() if "Changed" not in name}
            at = max(1_000, step.at - rng.randrange(1, 90_000)) if hidden else rng.randrange(500, 50_000)
            if kind in ("alarm", "change-request") and before.get("alarmRaisedTime", "") > stamp(step.at):
                continue
            change.add("record", at, before)
    if rng.random() < 0.5:
        silent = replace(draw_terms(change.who, rng), valid=("2025-01-01", "2025-12-31"))
        change.add("policy", 100 + rng.randrange(400), silent)
    other = rng.choice(OTHERS)
    change.add("policy", MINUTE + rng.randrange(500), draw_terms(other, rng))
