"""`demarc policy diff` and `query`: what a policy discloses beyond another one, and what else can be asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import settings
from gateway.cli.console import HERE, Home, err, out, printable, report
from gateway.cli.policy.files import audience_of, bases_beside, print_findings, span_of, text_of
from gateway.errors import DemarcError
from gateway.ids import AudienceId
from gateway.policy.findings import PolicyRefused

if TYPE_CHECKING:
    from gateway.inside.replay import Replayed
    from gateway.policy.document import DisclosurePolicy
    from gateway.policy.levels import Level

_IN_FORCE = "in-force:"
_NOTHING = "nothing"
_WIDENS, _FAILED = 1, 2

Side = Annotated[str, typer.Argument(help="A file, `in-force:AUDIENCE`, or `nothing`.")]


def diff(
    old: Side,
    new: Side,
    ceiling: Annotated[
        Path | None, typer.Option("--ceiling", help="Hold NEW against this ceiling too.", exists=True, dir_okay=False)
    ] = None,
    replay: Annotated[
        str | None, typer.Option("--replay", metavar="SPAN", help="Replay the last 30d, 12h, ... of the journal.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    home: Home = HERE,
) -> None:
    """Compare OLD and NEW as sets of disclosures; the status is 1 when NEW discloses more, 2 when that is not known."""
    from gateway.policy.diff_text import diff_lines  # noqa: PLC0415 - heavy; help must be quick

    with _failing():
        pairs = _pairs(_documents(old, home), _documents(new, home))
        told = [_compared(pair, ceiling, replay, home) for pair in pairs]
        if as_json:
            out.print_json(json.dumps([one.as_json() for one in told]))
        for one in told if not as_json else ():
            for line in (*diff_lines(one.difference), *one.more()):
                out.print(printable(line))
        if any(one.is_beyond for one in told):
            raise typer.Exit(_WIDENS)


@contextmanager
def _failing() -> Iterator[None]:
    """Let every failure end with the status for "not known", so that a script cannot take it for "no wider"."""
    try:
        yield
    except PolicyRefused as error:
        print_findings(error)
        raise typer.Exit(_FAILED) from error
    except DemarcError as error:
        report(error)
        raise typer.Exit(_FAILED) from error


@dataclass(frozen=True, slots=True)
class _Compared:
    """Everything that was asked about one audience."""

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
        from gateway.policy.readings import told_by_conditions  # noqa: PLC0415

        return told_by_conditions(self.difference.old, self.difference.new)

    def as_json(self) -> dict[str, Any]:
        from gateway.policy.diff_text import diff_json  # noqa: PLC0415

        told = diff_json(self.difference) | {
            "excesses": [_finding(excess.finding()) for excess in self.excesses],
            "notes": list(map(str, self._notes())),
        }
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


def _compared(pair: _Pair, ceiling: Path | None, span: str | None, home: Path) -> _Compared:
    from gateway.policy.ceiling import exceeds, parse_ceiling  # noqa: PLC0415
    from gateway.policy.diff import diff as compare  # noqa: PLC0415

    old, new = pair
    excesses = exceeds(parse_ceiling(text_of(ceiling), str(ceiling)), new) if ceiling and new else ()
    return _Compared(compare(old, new), excesses, _replayed(old, new, span, home) if span else None)


def _replayed(old: DisclosurePolicy | None, new: DisclosurePolicy | None, span: str, home: Path) -> Replayed:
    from gateway.inside.replay import replay as run  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415
    from gateway.wiring.outside import utc_now  # noqa: PLC0415

    inside = build(settings.load(home))
    known = inside.configuration()
    return run(inside.store, known.operator, known.pseudonym_master, old, new, utc_now() - span_of(span))


_Pair = tuple["DisclosurePolicy | None", "DisclosurePolicy | None"]


def _pairs(old: Mapping[AudienceId, DisclosurePolicy], new: Mapping[AudienceId, DisclosurePolicy]) -> list[_Pair]:
    """Return what to compare: the policies of each audience. One and one are compared whomever they are for."""
    if len(old) == len(new) == 1:
        return list(zip(old.values(), new.values(), strict=True))
    return [(old.get(audience), new.get(audience)) for audience in sorted({*old, *new})]


def _documents(told: str, home: Path) -> dict[AudienceId, DisclosurePolicy]:
    """Return the policies that an argument names, by audience."""
    from gateway.policy.load import load  # noqa: PLC0415

    if told == _NOTHING:
        return {}
    if told.startswith(_IN_FORCE):
        return _in_force(audience_of(told.removeprefix(_IN_FORCE)), home)
    file = Path(told)
    if not file.is_file():
        err.print(f"There is no file {printable(told)}.")
        raise typer.Exit(_FAILED)
    return {document.audience: document for document in load(text_of(file), told, bases_beside(file))}


def _in_force(audience: AudienceId, home: Path) -> dict[AudienceId, DisclosurePolicy]:
    """Return what is in force for an audience; nothing when nothing is."""
    from gateway.inside.in_force import base_of  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415

    with build(settings.load(home)).store.read() as work:
        document = base_of(work, audience).document
    return {} if document is None else {audience: document}


class Asked(StrEnum):
    """What can be asked of a policy."""

    EQUIVALENT = "equivalent"
    ERRORS = "errors"
    REACHES = "reaches"
    DEAD = "dead"
    DISJOINT = "disjoint"
    UNKNOWN = "unknown"


def query(
    what: Annotated[Asked, typer.Argument(help="The question.")],
    policy: Side,
    other: Annotated[str | None, typer.Argument(help="For `equivalent` and `disjoint`: the other policy.")] = None,
    label: Annotated[str, typer.Option(help="For `reaches`: the sensitivity.")] = "topology",
    beyond: Annotated[str, typer.Option(help="For `reaches`: what is harmless.")] = "substitute",
    record_type: Annotated[str | None, typer.Option("--type", help="For `disjoint`: only this record type.")] = None,
    home: Home = HERE,
) -> None:
    """Ask a question of a policy; the status is 1 when something speaks against it, 2 when that is not known.

    `equivalent`: to OTHER. `errors`: no condition can be in error. `reaches`: nothing of a label is reached. `dead`: no
    rule is. `disjoint`: shares no record with OTHER. `unknown`: no attribute leaves that the schema does not know.
    """
    with _failing():
        ones = list(_documents(policy, home).values())
        others = list(_documents(other, home).values()) if other else []
        found = [line for one in ones for line in _answers(what, one, others, label, beyond, record_type)]
        for line in found:
            out.print(printable(line))
        if found:
            raise typer.Exit(_WIDENS)
        out.print("Nothing speaks against it.")


def _answers(
    what: Asked, one: DisclosurePolicy, others: list[DisclosurePolicy], label: str, beyond: str, record_type: str | None
) -> list[str]:
    from gateway.ids import RecordTypeName  # noqa: PLC0415
    from gateway.policy import diff_queries  # noqa: PLC0415
    from gateway.record.paths import SENSITIVITIES  # noqa: PLC0415

    if what in (Asked.EQUIVALENT, Asked.DISJOINT) and not others:
        raise typer.BadParameter(f"{what} needs two policies")
    match what:
        case Asked.EQUIVALENT:
            return [f"{other.name} is different" for other in others if not diff_queries.are_equivalent(one, other)]
        case Asked.ERRORS:
            return list(map(str, diff_queries.may_err(one)))
        case Asked.REACHES:
            if label not in SENSITIVITIES:
                raise typer.BadParameter(f"{label}: write one of {', '.join(SENSITIVITIES)}")
            return list(map(str, diff_queries.reaches(one, label, _level(beyond))))
        case Asked.DEAD:
            return list(map(str, diff_queries.dead_rules(one)))
        case Asked.UNKNOWN:
            return list(map(str, diff_queries.unknown_shown(one)))
    types = [RecordTypeName(record_type)] if record_type else [part.record_type for part in one.sections]
    both = [diff_queries.shared(one, other, kind) for other in others for kind in types]
    return [str(found) for found in both if found is not None]


def _level(word: str) -> Level:
    from gateway.policy.levels import Level  # noqa: PLC0415

    found = next((level for level in Level if str(level) == word), None)
    if found is None:
        raise typer.BadParameter(f"{word}: write one of {', '.join(map(str, Level))}")
    return found
