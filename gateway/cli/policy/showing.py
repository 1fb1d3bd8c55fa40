"""How drafts and publications are printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gateway.cli.console import err, out, printable
from gateway.cli.policy.files import short

if TYPE_CHECKING:  # heavy; help must be quick
    from gateway.inside.language import Difference
    from gateway.inside.propose import Proposal
    from gateway.inside.publish import Published
    from gateway.policy.approval.approval import Part


def print_proposal(proposal: Proposal) -> None:
    """Print what a draft would change, and the digest of it that is signed."""
    draft = proposal.draft
    for part, difference in zip(proposal.parts, proposal.differences, strict=True):
        out.print(f"{short(part.audience)}: {part.policy[:12]} {_replaces(part)}; {_effect(part, difference)}")
        for line in difference.lines:
            out.print(f"  {printable(line)}")
        out.print(f"  difference {part.diff}")
    out.print(f"draft [bold]{draft.id}[/] by {draft.author}{_words(draft.message)}")
    if draft.effective_from:
        out.print(f"in force from {draft.effective_from:%Y-%m-%d %H:%M:%S} UTC")
    if proposal.approvals:
        out.print(f"approved by {', '.join(sorted({one.officer for one in proposal.approvals}))}")


def print_next(proposal: Proposal) -> None:
    """Say what has to happen before the draft is in force."""
    draft = proposal.draft
    if draft.widens and not proposal.approvals:
        err.print(f"It widens: another officer has to run `demarc policy approve {draft.id}`.")
    else:
        err.print(f"Next: demarc policy publish {draft.id}")


def print_published(published: Iterable[Published]) -> None:
    """Say what is in force now, or when it will be."""
    for one in published:
        if one.effective_from is not None:
            when = f"will be in force for {short(one.audience)} from {one.effective_from:%Y-%m-%d %H:%M:%S} UTC"
            out.print(f"{one.name} {when}, digest {one.digest}")
        else:
            out.print(f"{one.name} is in force for {short(one.audience)} as version {one.version}, digest {one.digest}")


def _replaces(part: Part) -> str:
    if part.base is None:
        return "is the first policy"
    return "is in force already" if part.base == part.policy else f"replaces {part.base[:12]}"


def _effect(part: Part, difference: Difference) -> str:
    if part.widens:
        return "it [bold]widens[/]"
    return "it narrows" if difference.lines else "it changes nothing"


def _words(message: str) -> str:
    return f": {printable(message)}" if message else ""
