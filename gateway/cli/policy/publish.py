"""`demarc policy publish` and `rollback`: put a draft in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, err, out
from gateway.cli.policy.files import (
    Audience,
    bases_beside,
    existing,
    findings_printed,
    is_file_name,
    known_audience,
    tests_beside,
    text_of,
)
from gateway.cli.policy.showing import print_proposal, print_published
from gateway.cli.signing import KeyFile, Message, OfficerName, hand_of

if TYPE_CHECKING:
    from gateway.inside.propose import Proposal
    from gateway.policy.approval.officers import Hand
    from gateway.wiring.life import Life


def publish(
    what: Annotated[
        str, typer.Argument(metavar="DRAFT|FILE", help="A draft, or a policy (.yaml, .yml) to submit and publish.")
    ],
    officer: OfficerName,
    key: KeyFile,
    message: Message = "",
    home: Home = HERE,
) -> None:
    """Put a draft in force. A policy that widens nothing can be submitted and published in one go."""
    from gateway.inside.propose import FiledText, Wish  # noqa: PLC0415 - heavy; help must be quick
    from gateway.wiring.inside import build  # noqa: PLC0415

    hand = hand_of(officer, key)
    life = build(settings.load(home)).life()
    if is_file_name(what):
        file = existing(Path(what))
        with findings_printed():
            wish = Wish(message=message, bases=bases_beside(file), tests=tests_beside(file))
            text = text_of(file)
            documents = life.proposer().checked(text, str(file), wish)
        if life.publisher().is_in_force(documents):
            out.print("Exactly this is in force already; nothing was published.")
            return
        proposal = life.proposer().file(documents, FiledText(str(file), text, wish.bases), hand, wish)
        print_proposal(proposal)
        _publish_if_it_may(life, proposal, hand)
    else:
        print_published(life.publisher().publish(what, hand))


def rollback(
    audience: Audience,
    officer: OfficerName,
    key: KeyFile,
    to: Annotated[str | None, typer.Option("--to", help="Digest, or its beginning; else the policy before.")] = None,
    message: Message = "",
    home: Home = HERE,
) -> None:
    """Put an older policy in force again, as a new version; if it widens, another officer has to approve it."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    hand = hand_of(officer, key)
    life = build(settings.load(home)).life()
    proposal = life.publisher().roll_back(known_audience(audience, life), hand, to, message)
    print_proposal(proposal)
    _publish_if_it_may(life, proposal, hand)


def _publish_if_it_may(life: Life, proposal: Proposal, hand: Hand) -> None:
    """Publish a fresh draft, unless somebody else has to approve it first."""
    draft = proposal.draft
    if draft.widens:
        err.print(f"It widens, so it is not in force yet. Let another officer run `demarc policy approve {draft.id}`,")
        err.print(f"and then run `demarc policy publish {draft.id}`.")
        raise typer.Exit(1)
    print_published(life.publisher().publish(draft.id, hand))
