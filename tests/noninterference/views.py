"""What a party holds at the end of a world: by the reference, and by the stream that the gateway sealed for it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import orjson

from gateway.ids import AudienceId
from gateway.policy.transforms.pseudonym import Pseudonymiser, derive_audience_key
from tests.noninterference.cases import case
from tests.noninterference.low import final_view
from tests.noninterference.model import Observer, Step, World, is_policy_of
from tests.noninterference.site import MASTER
from tests.noninterference.worker import in_words, saw

_EPISODE = re.compile(r"(sp-.+-)(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z")

Views = tuple[dict[str, Any], dict[str, Any]]


@in_words
def views(seed: int, role: str) -> Views:
    """Return both, by record type and public name; identifiers in the reference's are put as the party knows them."""
    found = case(seed, (), role)
    found = replace(found, first=_plain(found.first, found.who))
    key = derive_audience_key(MASTER, AudienceId(f"urn:demarc:{found.who.role}:{found.who.party}"))
    token = Pseudonymiser(key).token
    told = {
        f"{kind} {token(kind, _spelt(identifier))}": _known(json.loads(text), token)
        for (kind, identifier), text in final_view(found.first, found.who).items()
    }
    disclosed: dict[str, Any] = {}
    for one in saw(found, 1, share=0).seen:
        if one.label.startswith("stream entry"):
            line = orjson.loads(one.raw)
            _, _, kind, event, _ = line["type"].split(".")
            name = f"{kind} {line['subject']}"
            disclosed[name] = _in_order(line["data"])
            if event == "withdrawn":
                del disclosed[name]
    return told, disclosed


def _plain(world: World, who: Observer) -> World:
    """Return the world under terms that never scrub or wait: the reference says to the letter what they show."""
    return replace(world, steps=tuple(_plainly(step) if is_policy_of(step, who) else step for step in world.steps))


def _plainly(step: Step) -> Step:
    parts = tuple(
        replace(part, rules=tuple(rule for rule in part.rules if rule.op != "scrub")) for part in step.body.parts
    )
    return replace(step, body=replace(step.body, parts=parts, embargo=0, cadence=None))


def _spelt(identifier: str) -> str:
    """Return an internal id as the gateway spells it: the reference writes the times of episodes out."""
    return _EPISODE.sub(
        lambda found: (
            "".join(found.group(1, 2, 3, 4)) + f"T{found[5]}{found[6]}{found[7]}{'.' + found[8] if found[8] else ''}Z"
        ),
        identifier,
    )


def _known(value: Any, token: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"pseudonym"} and isinstance(value["pseudonym"], list):
            kind, raw = value["pseudonym"]
            return token(kind, _spelt(raw))
        return _first_lifted({name: _known(member, token) for name, member in value.items()})
    if isinstance(value, list):
        return _sorted([_known(member, token) for member in value])
    return value


def _first_lifted(value: dict[str, Any]) -> dict[str, Any]:
    """Return what is lifted to a single place: the first of the services, in the order of their names."""
    lifted = value.get("alarmedObject")
    return {**value, "alarmedObject": lifted[0]} if isinstance(lifted, list) else value


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_order(member) for name, member in value.items()}
    return _sorted([_in_order(member) for member in value]) if isinstance(value, list) else value


def _sorted(members: list[Any]) -> list[Any]:
    return sorted(members, key=lambda one: orjson.dumps(one, option=orjson.OPT_SORT_KEYS))
