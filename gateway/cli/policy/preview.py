"""`demarc policy preview`: exactly what the audience would get."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, counted, err
from gateway.cli.policy.files import bases_beside, existing, findings_printed, is_file_name, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.policy.language.document import DisclosurePolicy
    from gateway.ports import InsideWork, Store


def preview(
    what: Annotated[str, typer.Argument(metavar="DRAFT|FILE", help="A draft, or a policy (.yaml, .yml).")],
    as_new: Annotated[bool, typer.Option("--as-new", help="Show a stream that begins now, with everything.")] = False,
    home: Home = HERE,
) -> None:
    """Print exactly the entries that each audience would get by DRAFT or FILE from now on; nothing is sent."""
    from gateway.inside.disclose import CURSOR  # noqa: PLC0415 - heavy; help must be quick
    from gateway.inside.preview import preview as show  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415
    from gateway.wiring.outside import utc_now  # noqa: PLC0415

    inside = build(settings.load(home))
    with findings_printed():
        documents = _documents(inside.store, what)
    seen = show(inside.store, inside.configuration(), utc_now, documents, as_new=as_new)
    with inside.store.read() as work:
        behind = work.journal.end() - work.cursors.get(CURSOR)
    if behind:
        err.print(f"{behind} lines of the journal are not worked through yet, so this is not all: run `demarc serve`")
    for one in seen:
        for line in one.lines:
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.flush()
        told = counted(len(one.lines), "entry", "entries")
        err.print(f"{one.audience}: {told}, {len(one.withheld)} stopped by the egress check")


def _documents(store: Store[InsideWork], what: str) -> Sequence[DisclosurePolicy]:
    """Return the policies of a draft as they were filed, or of a file as it is now."""
    from gateway.inside.filed import filed_draft  # noqa: PLC0415
    from gateway.inside.in_force import filed_policy  # noqa: PLC0415
    from gateway.policy.reading.load import load  # noqa: PLC0415

    if is_file_name(what):
        file = existing(Path(what))
        return load(text_of(file), str(file), bases_beside(file))
    with store.read() as work:
        return [filed_policy(work, part.policy) for part in filed_draft(work, what).draft.parts]
