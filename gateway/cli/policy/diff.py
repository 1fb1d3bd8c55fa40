"""`demarc policy diff`: what a policy discloses beyond another one, or a folder of policies beyond another folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, out, printable
from gateway.cli.policy.diff_sides import (
    NOT_KNOWN,
    WIDENS,
    Pair,
    Side,
    Sides,
    ceiling_in,
    failing,
    has_another_ceiling,
    pairs_of,
    sides_of,
)
from gateway.cli.policy.files import span_of, text_of

if TYPE_CHECKING:
    from gateway.inside.replay import Replayed
    from gateway.policy.language.document import DisclosurePolicy


def diff(
    old: Side,
    new: Side,
    ceiling: Annotated[
        Path | None,
        typer.Option(
            "--ceiling", help="Hold NEW against this; of folders: default OLD's.", exists=True, dir_okay=False
        ),
    ] = None,
    replay: Annotated[
        str | None, typer.Option("--replay", metavar="SPAN", help="Replay the last 30d, 12h, ... of the journal.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    home: Home = HERE,
) -> None:
    """Compare OLD and NEW as sets of disclosures; the status is 1 when NEW discloses more, 2 when that is not known.

    Of two folders every policy is compared with the one in the file of the same name; the worst status counts.
    """
    with failing():
        every = sides_of(old, new)
        limit = ceiling or ceiling_in(old)
        status = WIDENS if ceiling is None and has_another_ceiling(old, new) else 0
    found: list[_Compared] = []
    for sides in every:
        try:
            with failing():
                told = [_compared(sides, pair, limit, replay, home) for pair in pairs_of(sides, home)]
        except typer.Exit:
            status = NOT_KNOWN
            continue
        found += told
        status = max(status, *(WIDENS for one in told if one.is_beyond), 0)
        if not as_json:
            _print(told)
    if as_json:
        out.print_json(json.dumps([one.as_json() for one in found]))
    if status:
        raise typer.Exit(status)


def _print(told: Sequence[_Compared]) -> None:
    from gateway.policy.diff.text import diff_lines  # noqa: PLC0415 - heavy; help must be quick

    for one in told:
        if one.file:
            out.print(printable(one.file))
        for line in diff_lines(one.difference, list(one.more())):
            out.print(printable(line))


@dataclass(frozen=True, slots=True)
class _Compared:
    """Everything that was asked about one audience; `file` is empty unless folders are compared."""

    file: str
    difference: Any
    excesses: Sequence[Any]
    replayed: Replayed | None

    @property
    def is_beyond(self) -> bool:
        return bool(self.difference.widens or self.excesses)

    def more(self) -> Iterator[str]:
        yield from (f"CEILING  {excess}" for excess in self.excesses)
        yield from (f"note     {one}" for one in self._notes())
        if self.replayed is not None:
            found = self.replayed
            yield (
                f"replay for {found.audience}: {found.lines} lines; {len(found.shown)} records newly shown, "
                f"{len(found.withheld)} withheld, {len(found.altered)} altered"
            )
            yield from (f"    {kind} {path}: {count} records" for (kind, path), count in found.fields.items())

    def _notes(self) -> Sequence[object]:
        from gateway.policy.diff.readings import told_by_conditions  # noqa: PLC0415

        return told_by_conditions(self.difference.old, self.difference.new)

    def as_json(self) -> dict[str, Any]:
        from gateway.policy.diff.text import diff_json  # noqa: PLC0415

        named = {"file": self.file} if self.file else {}
        told = (
            named
            | diff_json(self.difference)
            | {
                "excesses": [_finding(excess.finding()) for excess in self.excesses],
                "notes": list(map(str, self._notes())),
            }
        )
        if self.replayed is not None:
            found = self.replayed
            told["replay"] = {
                "audience": found.audience,
                "lines": found.lines,
                **{name: len(getattr(found, name)) for name in ("shown", "withheld", "altered")},
                "fields": {f"{kind} {path}": count for (kind, path), count in found.fields.items()},
            }
        return told


def _finding(finding: Any) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in ("file", "line", "column", "code", "message", "remedy")}


def _compared(sides: Sides, pair: Pair, ceiling: Path | None, span: str | None, home: Path) -> _Compared:
    from gateway.policy.diff.ceiling import exceeds, parse_ceiling  # noqa: PLC0415
    from gateway.policy.diff.compare import diff as compare  # noqa: PLC0415

    old, new = pair
    excesses = exceeds(parse_ceiling(text_of(ceiling), str(ceiling)), new) if ceiling and new else ()
    return _Compared(sides.file, compare(old, new), excesses, _replayed(old, new, span, home) if span else None)


def _replayed(old: DisclosurePolicy | None, new: DisclosurePolicy | None, span: str, home: Path) -> Replayed:
    from gateway.inside.replay import replay as run  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415
    from gateway.wiring.outside import utc_now  # noqa: PLC0415

    inside = build(settings.load(home))
    known = inside.configuration()
    return run(inside.store, known.operator, known.pseudonym_master, old, new, utc_now() - span_of(span))
