"""What all commands share: which instance is meant, and how they speak.

Results go to standard output, everything else to standard error. `NO_COLOR` and pipes are respected.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.errors import DemarcError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Home = Annotated[
    Path,
    typer.Option("--home", "-H", envvar="DEMARC_HOME", help="Folder of the instance.", file_okay=False),
]
HERE = Path()
_PIPE_COLUMNS = 200


def printable(text: str) -> str:
    """Return text from elsewhere without anything that a terminal would obey (threat C-04)."""
    return escape(
        "".join(letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text)
    )


def print_table(table: Table) -> None:
    """Print a table with long cells; in a pipe as wide as they are, because it has no edge at which to fold them."""
    console = out if out.is_terminal else Console(file=out.file, width=_PIPE_COLUMNS, highlight=False)
    console.print(table)


def counted(number: int, one: str, many: str) -> str:
    """Return a number with the word for what is counted."""
    return f"{number} {one if number == 1 else many}"


def report(error: DemarcError) -> None:
    """Print an error as two lines: what happened, and what to do."""
    err.print(f"[red]error\\[{error.code}][/]: {printable(str(error) or error.summary())}")
    err.print(f"  help: {error.remedy}")


def read_input(file: Path) -> bytes:
    """Return the bytes of a file, or of standard input for `-`."""
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
