"""Show what an audience would get if a policy were in force now: the very bytes, and no side effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.ids import AudienceId, stream_between
from gateway.inside.batch import begin_batch
from gateway.inside.disclose import Configuration
from gateway.inside.picture import Picture
from gateway.inside.review import review
from gateway.inside.settle import settle
from gateway.inside.told import Told
from gateway.policy.language.document import DisclosurePolicy
from gateway.ports import Clock, InsideWork, Refused, Store


@dataclass(frozen=True, slots=True)
class Preview:
    """What one audience's stream would go on with, and what the egress check would stop."""

    audience: AudienceId
    lines: list[bytes]
    withheld: list[Refused]


def preview(
    store: Store[InsideWork],
    configuration: Configuration,
    now: Clock,
    documents: Iterable[DisclosurePolicy],
    *,
    as_new: bool = False,
) -> list[Preview]:
    """Return for each audience of a policy what its stream would go on with: changes, and withdrawals.

    Args:
        store: What is held now; only read.
        configuration: As the running instance has it.
        now: The time at which the policy would come into force.
        documents: Effective policies, one for each audience.
        as_new: Show a stream that begins now instead, with everything that the policy discloses.
    """
    with store.read() as work:
        return [_preview(work, configuration, now, document, as_new=as_new) for document in documents]


def _preview(
    work: InsideWork, configuration: Configuration, now: Clock, document: DisclosurePolicy, *, as_new: bool
) -> Preview:
    picture = Picture(configuration.operator, configuration.pseudonym_master)
    picture.load(work)
    picture.pass_to(now())
    stream = stream_between(configuration.operator, document.audience)
    size = 0 if as_new else work.streams.held(stream).frontier.size
    batch = begin_batch(picture, work, Told(None if as_new else work.disclosed), lambda _audience: size)
    batch.position = work.journal.end() + 1
    settle(picture, batch, review(picture, batch, picture.audiences.put(document)))
    return Preview(document.audience, batch.entries.lines.get(document.audience, []), picture.withholding.refused)
