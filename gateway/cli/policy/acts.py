"""`demarc policy list`, `history`, `acts`: how things stand, how they came to be so, and who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from gateway import settings
from gateway.cli.console import HERE, Home, out, printable
from gateway.cli.policy.files import Audience, known_audience, short

if TYPE_CHECKING:
    from gateway.policy.approval import Draft
    from gateway.ports import InsideWork
    from gateway.ports.acts import Standing

_DRAFTS = 20
_DIGEST, _SHOWN = 64, 12


def list_(home: Home = HERE) -> None:
    """List what is in force for whom, and the drafts that wait."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    with build(settings.load(home)).store.read() as work:
        table = Table("audience", "version", "digest", "state")
        for standing in work.office.standings.every():
            table.add_row(
                short(standing.audience), str(standing.version), _digest(work, standing), _state(work, standing)
            )
        waiting = Table("draft", "author", "for", "needs")
        for filed in work.office.drafts.newest(_DRAFTS):
            draft = filed.draft
            if draft.kind != "break-glass" and not work.office.publications.of_draft(draft.id):
                names = ", ".join(short(part.audience) for part in draft.parts)
                waiting.add_row(draft.id, draft.author, names, _needs(work, draft))
    out.print(table if table.rows else "Nothing is published yet; see `demarc policy submit --help`.")
    if waiting.rows:
        out.print(waiting)


def history(audience: Audience, home: Home = HERE) -> None:
    """List what was ever in force for an audience, with author and approvers."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    table = Table("version", "since", "digest", "why", "author", "approved by")
    inside = build(settings.load(home))
    found = known_audience(audience, inside.life())
    with inside.store.read() as work:
        for one in work.office.publications.history(found):
            publication = work.office.publications.get(one.publication)
            filed = work.office.drafts.get(publication.draft) if publication else None
            if publication is None or filed is None:
                continue
            approvers = sorted({approval.officer for approval in work.office.drafts.approvals(filed.draft.id)})
            table.add_row(
                str(one.version),
                f"{one.at:%Y-%m-%d %H:%M:%S}",
                publication.policy[:12],
                one.cause,
                filed.draft.author,
                ", ".join(approvers) or "nobody: it widened nothing",
            )
    out.print(table if table.rows else "Nothing was ever published for it.")


def acts(
    verify: Annotated[bool, typer.Option("--verify", help="Recompute the chain and check every signature.")] = False,
    expect: Annotated[
        str | None, typer.Option("--expect", metavar="NUMBER:DIGEST", help="An act that must be in the chain.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many of the newest to print.")] = 50,
    home: Home = HERE,
) -> None:
    """List everything that officers did; the last line names the head of the chain."""
    from gateway.inside.audit import verify as verify_acts  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415

    store = build(settings.load(home)).store
    if verify or expect:
        told = verify_acts(store, expect)
        out.print(f"{told.count} acts hold together, {told.signatures} signatures verify")
    with store.read() as work:
        last = work.office.acts.last()
        newest = work.office.acts.after(max(0, (last.number if last else 0) - limit), limit)
    table = Table("act", "at", "what", "officer", "about")
    for act in [] if verify else newest:
        about = ", ".join(f"{name} {_cut(value)}" for name, value in act.body.items() if name != "signature")
        table.add_row(str(act.number), f"{act.at:%Y-%m-%d %H:%M:%S}", act.kind, act.officer or "-", printable(about))
    if table.rows:
        out.print(table)
    if last is not None:
        out.print(f"head {last.number}:{last.digest.hex()}")


def _cut(value: object) -> str:
    """Return what fits into a column: of a digest its beginning."""
    text = str(value)
    return text[:_SHOWN] if len(text) == _DIGEST else text


def _needs(work: InsideWork, draft: Draft) -> str:
    from gateway.inside.in_force import base_digest  # noqa: PLC0415

    if any(part.base != base_digest(work, part.audience) for part in draft.parts):
        return "nothing: something else came into force"
    return "approval" if draft.widens and not work.office.drafts.approvals(draft.id) else "publishing"


def _digest(work: InsideWork, standing: Standing) -> str:
    number = standing.glass if standing.glass is not None else standing.regular
    publication = None if number is None else work.office.publications.get(number)
    return "-" if publication is None else publication.policy[:12]


def _state(work: InsideWork, standing: Standing) -> str:
    told = []
    if standing.stopped is not None:
        told.append(f"stopped: {printable(standing.stopped)}")
    if standing.glass_ends is not None:
        told.append(f"glass broken until {standing.glass_ends:%Y-%m-%d %H:%M:%S} UTC")
    told += [
        f"another one from {due.at:%Y-%m-%d %H:%M:%S} UTC"
        for due in work.office.dues.of(standing.audience)
        if due.what == "effect"
    ]
    return "; ".join(told) or ("in force" if standing.regular is not None else "nothing in force")
