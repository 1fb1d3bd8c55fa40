"""Show what an audience would get if a policy were in force now: the very bytes, and no side effect."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.inside.disclose import Configuration
from gateway.inside.picture import Batch, Picture
from gateway.inside.seal import Withheld, write_entries
from gateway.policy.compiler import compile_policy
from gateway.policy.parser import parse
from gateway.ports import ActivePolicy, Clock, InsideWork, Store


@dataclass(frozen=True, slots=True)
class Preview:
    """The entries of a stream that begins now, and what the egress check would stop."""

    lines: list[bytes]
    withheld: list[Withheld]


def preview(store: Store[InsideWork], configuration: Configuration, now: Clock, text: str, file: str) -> Preview:
    """Return what the policy in `text` would disclose of all records held now.

    Raises:
        PolicyRefused: It cannot be used as written.
    """
    policy = compile_policy(parse(text, file))
    picture = Picture(configuration.operator, configuration.pseudonym_master)
    with store.read() as work:
        picture.load(work)
        audience = picture.audiences.activate(ActivePolicy(policy.audience, policy.digest, text, 0))
        tellings = list(picture.review(audience, work, Batch(now())))
    sealing = write_entries(tellings, {}, {}, configuration.operator, picture.audiences)
    return Preview(sealing.lines.get(audience.id, []), sealing.withheld)
