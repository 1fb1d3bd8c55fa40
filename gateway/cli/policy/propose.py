"""`demarc policy submit`, `review`, `approve`: the steps before a policy is in force."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, err, out
from gateway.cli.policy.files import DraftId, File, bases_beside, findings_printed, moment_of, tests_beside, text_of
from gateway.cli.policy.showing import print_next, print_proposal
from gateway.cli.signing import IsSure, KeyFile, Message, OfficerName, ask_to_sign, hand_of

EffectiveFrom = Annotated[
    str | None, typer.Option("--effective-from", help="Not before then, as 2026-12-01T06:00:00Z; at once without it.")
]


def submit(
    file: File,
    officer: OfficerName,
    key: KeyFile,
    message: Message = "",
    effective_from: EffectiveFrom = None,
    home: Home = HERE,
) -> None:
    """Make a draft: check FILE, show what it would change for whom, and sign it as its author."""
    from gateway.inside.propose import Wish  # noqa: PLC0415 - heavy; help must be quick
    from gateway.wiring.inside import build  # noqa: PLC0415

    hand, begins = hand_of(officer, key), _to_come(effective_from)
    proposer = build(settings.load(home)).life().proposer()
    with findings_printed():
        wish = Wish(message=message, effective_from=begins, bases=bases_beside(file), tests=tests_beside(file))
        proposal = proposer.submit(text_of(file), str(file), hand, wish)
    print_proposal(proposal)
    ran = ", ".join(Path(test).name for test in wish.tests)
    err.print(f"Its tests hold: {ran}." if ran else "No tests stand beside it; see `demarc policy test --help`.")
    print_next(proposal)


def _to_come(text: str | None) -> datetime | None:
    """Return the moment that is named; one that has passed was meant otherwise."""
    from gateway.wiring.outside import utc_now  # noqa: PLC0415

    moment = moment_of(text)
    if moment is not None and moment <= utc_now():
        raise typer.BadParameter(f"{text} has passed; leave it out for at once", param_hint="--effective-from")
    return moment


def review(draft: DraftId, home: Home = HERE) -> None:
    """Show what a draft would change now, for whom."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    inside = build(settings.load(home))
    proposal = inside.life().proposer().review(draft)
    print_proposal(proposal)
    found = proposal.draft.id
    err.print(f"The text: demarc policy show {found}; the very records: demarc policy preview {found}")
    if proposal.is_spent:
        err.print("It was published already.")
    elif proposal.is_moved:
        err.print(
            "[red]Something else came into force, or waits to[/]: submit it again, this draft cannot be published."
        )
    else:
        print_next(proposal)


def approve(
    draft: DraftId,
    officer: OfficerName,
    key: KeyFile,
    is_sure: IsSure = False,
    home: Home = HERE,
) -> None:
    """Approve a draft as the second officer: show it, and sign these policies and these differences."""
    from gateway.inside.propose import require_unspent_and_unmoved  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415

    hand = hand_of(officer, key)
    proposer = build(settings.load(home)).life().proposer()
    proposal = proposer.review(draft)
    print_proposal(proposal)
    require_unspent_and_unmoved(proposal)
    # What is signed is the difference that its author was shown, and that is the one printed here, or it is refused.
    ask_to_sign(is_sure=is_sure)
    proposer.approve(proposal.draft.id, hand)
    out.print(f"Approved by {officer}, for 7 days.")
    err.print(f"Next: demarc policy publish {proposal.draft.id}")
