"""`demarc policy query`: what else can be asked of a policy, beside what it discloses beyond another one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.console import HERE, Home, out, printable
from gateway.cli.policy.diff_sides import WIDENS, Side, documents_of, failing

if TYPE_CHECKING:
    from gateway.policy.language.document import DisclosurePolicy
    from gateway.policy.language.levels import Level


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
    with failing():
        ones = list(documents_of(policy, home).values())
        others = list(documents_of(other, home).values()) if other else []
        found = [line for one in ones for line in _answers(what, one, others, label, beyond, record_type)]
        for line in found:
            out.print(printable(line))
        if found:
            raise typer.Exit(WIDENS)
        out.print("Nothing speaks against it.")


def _answers(
    what: Asked, one: DisclosurePolicy, others: list[DisclosurePolicy], label: str, beyond: str, record_type: str | None
) -> list[str]:
    from gateway.ids import RecordTypeName  # noqa: PLC0415
    from gateway.policy.diff import queries as diff_queries  # noqa: PLC0415
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
    from gateway.policy.language.levels import Level  # noqa: PLC0415

    found = next((level for level in Level if str(level) == word), None)
    if found is None:
        raise typer.BadParameter(f"{word}: write one of {', '.join(map(str, Level))}")
    return found
