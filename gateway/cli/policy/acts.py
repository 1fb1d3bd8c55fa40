"""`demarc policy list`, `history`, `acts`: how things stand, how they came to be so, and who did it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from gateway import settings
from gateway.cli.console import HERE, Home, out, print_table, printable
from gateway.cli.policy.act_words import about
from gateway.cli.policy.files import Audience, known_audience, short

if TYPE_CHECKING:
    from gateway.policy.approval.approval import Draft
    from gateway.ports import InsideWork
    from gateway.ports.acts import Act, Standing

_DRAFTS = 20
_EXPECTED = re.compile(r"[1-9][0-9]*:[0-9a-f]{64}")


def list_(
    dead: Annotated[bool, typer.Option("--all", help="Also drafts that cannot be published any more.")] = False,
    home: Home = HERE,
) -> None:
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
                if (needs := _needs(work, draft)) is not None or dead:
                    waiting.add_row(draft.id, draft.author, names, needs or "nothing: something else came into force")
    out.print(table if table.rows else "Nothing is published yet; see `demarc policy submit --help`.")
    if waiting.rows:
        out.print(waiting)


def history(audience: Audience, home: Home = HERE) -> None:
    """List what was ever in force for an audience, with author and approvers."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    table = Table("version", "since", "digest", "why", "author", "approved by", "message")
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
                printable(filed.draft.message),
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

    if expect is not None and not _EXPECTED.fullmatch(expect):
        message = f"{expect}: write NUMBER:DIGEST as the line `head` has it, with all 64 digits of the digest"
        raise typer.BadParameter(message, param_hint="--expect")
    store = build(settings.load(home)).store
    if verify or expect:
        told = verify_acts(store, expect)
        out.print(f"{told.count} acts hold together, {told.signatures} signatures verify")
    with store.read() as work:
        last = work.office.acts.last()
        newest = work.office.acts.after(max(0, (last.number if last else 0) - limit), limit)
        messages = {act.number: _message(work, act) for act in newest if act.kind == "policy.submit"}
    table = Table("act", "at", "what", "officer", Column("about", overflow="fold"))
    for act in [] if verify else newest:
        what = f"{about(act)}{messages.get(act.number, '')}"
        table.add_row(str(act.number), f"{act.at:%Y-%m-%d %H:%M:%S}", act.kind, act.officer or "-", printable(what))
    if table.rows:
        print_table(table)
    if last is not None:
        out.print(f"head {last.number}:{last.digest.hex()}")


def _message(work: InsideWork, act: Act) -> str:
    """Return why a draft was submitted, as its author said it."""
    filed = work.office.drafts.get(act.body["draft"][:16])
    return f": {filed.draft.message}" if filed is not None and filed.draft.message else ""


def _needs(work: InsideWork, draft: Draft) -> str | None:
    """Return what has to happen next; None when something else came into force, so that nothing can."""
    from gateway.inside.in_force import base_digest  # noqa: PLC0415

    if any(part.base != base_digest(work, part.audience) for part in draft.parts):
        return None
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
        broken = None if standing.glass is None else work.office.publications.get(standing.glass)
        draft = f", draft {broken.draft}" if broken else ""
        told.append(f"glass broken until {standing.glass_ends:%Y-%m-%d %H:%M:%S} UTC{draft}")
    told += [
        f"another one from {due.at:%Y-%m-%d %H:%M:%S} UTC"
        for due in work.office.dues.of(standing.audience)
        if due.what == "effect"
    ]
    return "; ".join(told) or ("in force" if standing.regular is not None else "nothing in force")
