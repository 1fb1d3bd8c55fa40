"""`demarc policy stop`, `resume`, `break-glass`, `report`: what is done when there is no time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, err, out, printable
from gateway.cli.policy.files import (
    Audience,
    DraftId,
    File,
    bases_beside,
    findings_printed,
    known_audience,
    short,
    span_of,
    text_of,
)
from gateway.cli.policy.showing import print_proposal, print_published
from gateway.cli.signing import KeyFile, OfficerName, Reason, Second, SecondKey, hand_of

if TYPE_CHECKING:
    from gateway.inside.only_then import OnlyThen


def stop(audience: Audience, officer: OfficerName, key: KeyFile, reason: Reason, home: Home = HERE) -> None:
    """Cut one audience off at once: nothing more is sent or answered to it. What is sealed stays."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    life = build(settings.load(home)).life()
    life.stopper().stop(known_audience(audience, life), hand_of(officer, key), reason)
    out.print(f"Stopped {audience}. Its queue is kept; `demarc policy resume` lets it go on.")


def resume(
    audience: Audience,
    officer: OfficerName,
    key: KeyFile,
    second: Second,
    second_key: SecondKey,
    reason: Reason,
    home: Home = HERE,
) -> None:
    """Let a stopped audience back in; two officers sign."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    first, other = hand_of(officer, key), hand_of(second, second_key)
    life = build(settings.load(home)).life()
    life.stopper().resume(known_audience(audience, life), first, other, reason)
    out.print(f"{audience} is served again.")


def break_glass(
    file: File,
    lasts: Annotated[str, typer.Option("--for", metavar="TIME", help="How long: 90m, 2h; at most 24h.")],
    reason: Reason,
    officer: OfficerName,
    key: KeyFile,
    second: Second,
    second_key: SecondKey,
    home: Home = HERE,
) -> None:
    """Put FILE in force for a while, by two officers; then the regular policy is in force again by itself."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    first, other = hand_of(officer, key), hand_of(second, second_key)
    glass = build(settings.load(home)).life().break_glass()
    with findings_printed():
        proposal = glass.propose(text_of(file), str(file), span_of(lasts), reason, first, bases_beside(file), other)
    print_proposal(proposal)
    print_published(glass.open(proposal.draft.id, other))
    err.print(f"It ends by itself in {lasts}. Afterwards: demarc policy report {proposal.draft.id}")


def report(draft: DraftId, home: Home = HERE) -> None:
    """Say who broke the glass, why, what it widened, and what was disclosed meanwhile."""
    from gateway.inside.report import report as compile_report  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415

    inside = build(settings.load(home))
    told = compile_report(inside.store, inside.life().language, inside.settings.operator_id, draft)
    out.print(f"draft {told.draft.id}, {told.opened_at:%Y-%m-%d %H:%M:%S} UTC, for {told.draft.lasts}")
    out.print(f"by {told.draft.author} and {', '.join(told.seconds)}: {printable(told.draft.message)}")
    for part in told.parts:
        end = "is still open" if part.ended_at is None else f"ended {part.ended_at:%Y-%m-%d %H:%M:%S} UTC, {part.cause}"
        out.print(f"{short(part.audience)}: {end}")
        for line in part.widened:
            out.print(f"  {printable(line)}")
        out.print(f"  {_entries(*part.entries)}")
        for one in part.only:
            out.print(f"  entry {one.index}, {one.record_type} {one.subject}: {printable(_only_then(one))}")


def _entries(first: int, beyond: int) -> str:
    if beyond <= first:
        return "no entries"
    if beyond == first + 1:
        return f"entry {first} was sealed meanwhile"
    return f"entries {first} to {beyond - 1} were sealed meanwhile"


def _only_then(one: OnlyThen) -> str:
    told = [", ".join(one.names)] if one.names else []
    if one.otherwise:
        told.append(f"told otherwise than by the regular policy: {', '.join(one.otherwise)}")
    return "; ".join(told) or "the whole record"
