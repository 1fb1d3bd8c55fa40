"""How an officer signs at the command line: a name, the file with the private key, and a yes to what is shown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.errors import InputError
from gateway.keystore.officers import load_officer_key
from gateway.policy.approval.officers import Hand

OfficerName = Annotated[str, typer.Option("--officer", help="Your name as an officer.")]
KeyFile = Annotated[Path, typer.Option("--key", help="Your private key.", dir_okay=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is filed with the act.")]
Message = Annotated[str, typer.Option("--message", help="Why; it is filed with the draft.")]
Second = Annotated[str, typer.Option("--second", help="Name of the second officer.")]
SecondKey = Annotated[Path, typer.Option("--second-key", help="Private key of the second officer.", dir_okay=False)]
IsSure = Annotated[bool, typer.Option("--yes", "-y", help="Sign what is shown without being asked.")]
Signers = Annotated[
    list[str] | None,
    typer.Option("--approved-by", metavar="NAME=KEY", help="An enrolled officer who signs this; repeatable."),
]


class NobodyToAsk(InputError):
    """Something is to be signed, and nobody sits there who could say yes to it."""

    code = "input.nobody-to-ask"
    remedy = "Run it at a terminal, or say --yes once you have read what is to be signed."


def ask_to_sign(*, is_sure: bool) -> None:
    """Let the officer say yes to what was just shown, unless they said so with the command.

    Raises:
        NobodyToAsk: Nobody is there to be asked.
    """
    if is_sure:
        return
    if not is_at_a_terminal():
        raise NobodyToAsk("standard input is no terminal, so nobody can be asked; nothing was signed")
    typer.confirm("Sign this?", abort=True, err=True)


def is_at_a_terminal() -> bool:
    """Tell whether somebody is there to be asked."""
    return sys.stdin.isatty()


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
