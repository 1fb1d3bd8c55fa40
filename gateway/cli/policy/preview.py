"""`demarc policy preview`: exactly what the audience would get."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, err
from gateway.cli.policy.files import File, bases_beside, findings_printed, text_of


def preview(
    file: File,
    as_new: Annotated[bool, typer.Option("--as-new", help="Show a stream that begins now, with everything.")] = False,
    home: Home = HERE,
) -> None:
    """Print exactly the entries that each audience would get if FILE came into force now; nothing is sent or stored."""
    from gateway.inside.disclose import CURSOR  # noqa: PLC0415 - heavy; help must be quick
    from gateway.inside.preview import preview as show  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415
    from gateway.wiring.outside import utc_now  # noqa: PLC0415

    inside = build(settings.load(home))
    with findings_printed():
        seen = show(
            inside.store,
            inside.configuration(),
            utc_now,
            text_of(file),
            str(file),
            bases_beside(file),
            as_new=as_new,
        )
    with inside.store.read() as work:
        behind = work.journal.end() - work.cursors.get(CURSOR)
    if behind:
        err.print(f"{behind} lines of the journal are not worked through yet, so this is not all: run `demarc serve`")
    for one in seen:
        for line in one.lines:
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.flush()
        err.print(f"{one.audience}: {len(one.lines)} entries, {len(one.withheld)} stopped by the egress check")
