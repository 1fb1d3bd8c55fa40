"""How an officer signs at the command line: a name, and the file with the private key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.keystore.officers import load_officer_key
from gateway.policy.officers import Hand

OfficerName = Annotated[str, typer.Option("--officer", help="Your name as an officer.")]
KeyFile = Annotated[Path, typer.Option("--key", help="Your private key.", dir_okay=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is filed with the act.")]
Message = Annotated[str, typer.Option("--message", help="Why; it is filed with the draft.")]
Second = Annotated[str, typer.Option("--second", help="Name of the second officer.")]
SecondKey = Annotated[Path, typer.Option("--second-key", help="Private key of the second officer.", dir_okay=False)]
Signers = Annotated[
    list[str] | None,
    typer.Option("--approved-by", metavar="NAME=KEY", help="An enrolled officer who signs this; repeatable."),
]


def hand_of(officer: str, key: Path) -> Hand:
    """Return the officer with the private key from its file."""
    return Hand(officer, load_officer_key(key))


def hands_of(told: list[str] | None) -> list[Hand]:
    """Return everybody of `NAME=KEY`."""
    hands = []
    for one in told or []:
        name, separator, key = one.partition("=")
        if not separator:
            raise typer.BadParameter(f"{one}: write NAME=KEY", param_hint="--approved-by")
        hands.append(hand_of(name, Path(key)))
    return hands
