"""`demarc policy show`: the very text of a draft, or of a policy in force."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, err, out, printable
from gateway.cli.policy.files import known_audience

if TYPE_CHECKING:
    from gateway.ports import InsideWork
    from gateway.wiring.inside import Inside


def show(
    what: Annotated[
        str, typer.Argument(metavar="DRAFT|AUDIENCE[@VERSION]", help="A draft; or operator:ID, customer:ID, also @3.")
    ],
    effective: Annotated[
        bool, typer.Option("--effective", help="Of a draft what would come into force, its bases taken in.")
    ] = False,
    home: Home = HERE,
) -> None:
    """Print the text of a draft as filed, or of the policy that is in force for an audience, or was as VERSION."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    inside = build(settings.load(home))
    if ":" in what:
        _print(_in_force(inside, what))
        return
    with inside.store.read() as work:
        _print(_of_draft(work, what, effective=effective))


def _in_force(inside: Inside, what: str) -> str:
    from gateway.inside.filed import text_in_force  # noqa: PLC0415

    name, at, version = what.partition("@")
    if at and not (version.isascii() and version.isdigit()):
        raise typer.BadParameter(f"{what}: write AUDIENCE@VERSION, as in operator:northlink@3")
    audience = known_audience(name, inside.life())
    with inside.store.read() as work:
        return text_in_force(work, audience, int(version) if at else None)


def _of_draft(work: InsideWork, draft_id: str, *, effective: bool) -> str:
    from gateway.inside.filed import filed_draft  # noqa: PLC0415
    from gateway.inside.in_force import filed_text  # noqa: PLC0415

    filed = filed_draft(work, draft_id)
    if effective:
        return "---\n".join(filed_text(work, part.policy) for part in filed.draft.parts)
    if filed.bases:
        err.print(f"Filed with the bases {', '.join(filed.bases)}; --effective prints what would come into force.")
    return filed.source


def _print(text: str) -> None:
    """Print a text as it is stored, byte for byte; at a terminal without what the terminal would obey."""
    if sys.stdout.isatty():
        out.print(printable(text), end="")
        return
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()
