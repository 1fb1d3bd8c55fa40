"""What the two sides of a comparison name: a file, what is in force, nothing, or a folder of policies.

Rules:
- Policies are compared by audience: whoever gets a policy that was another's learns all of it, and the other loses it.
- Two folders are compared file by file. Bases, tests and the ceiling are no policies; a policy is read with its bases.
- Whatever fails ends with the status for "not known", so that a script cannot take it for "no wider".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from gateway import settings
from gateway.cli.console import Home, err, report
from gateway.cli.policy.files import bases_beside, is_base, kind_of, known_audience, print_findings, text_of
from gateway.errors import DemarcError, InputError
from gateway.ids import AudienceId
from gateway.policy.language.findings import START, Findings, PolicyRefused

if TYPE_CHECKING:
    from gateway.policy.language.document import DisclosurePolicy

NOTHING = "nothing"
WIDENS, NOT_KNOWN = 1, 2
CEILING = "ceiling.yaml"
Side = Annotated[str, typer.Argument(help="A file, a folder, `in-force:AUDIENCE`, or `nothing`.")]

_IN_FORCE = "in-force:"
_BESIDE_POLICIES = frozenset({"DisclosurePolicyBase", "DisclosureCeiling", "DisclosureTests"})


class NoSuchSide(InputError):
    """There is no policy where one side of a comparison names it."""

    code = "policy.no-such-file"
    remedy = "Correct the name; write `nothing` for a policy that is new or removed."


class Sides(NamedTuple):
    """Two sides to compare; `file` is what they are called in both of two folders."""

    old: str
    new: str
    file: str = ""


class Pair(NamedTuple):
    """The policies of one audience; None where there is none."""

    old: DisclosurePolicy | None
    new: DisclosurePolicy | None


@contextmanager
def failing() -> Iterator[None]:
    """Print a failure, and end with the status for "not known"."""
    try:
        yield
    except PolicyRefused as error:
        print_findings(error)
        raise typer.Exit(NOT_KNOWN) from error
    except DemarcError as error:
        report(error)
        raise typer.Exit(NOT_KNOWN) from error


def sides_of(old: str, new: str) -> list[Sides]:
    """Return what to compare: the two sides as they are, or of two folders each policy that is in either."""
    if not Path(old).is_dir() and not Path(new).is_dir():
        return [Sides(old, new)]
    before, after = _policies_in(old), _policies_in(new)
    if not before and not after:
        raise NoSuchSide(f"there is no policy in {old} or {new}")
    return [Sides(before.get(file, NOTHING), after.get(file, NOTHING), file) for file in sorted({*before, *after})]


def _policies_in(side: str) -> dict[str, str]:
    """Return the policies in a folder and below, by their names in it; what cannot be read counts as one."""
    folder = Path(side)
    if side == NOTHING:
        return {}
    if not folder.is_dir():
        raise NoSuchSide(f"{side} is no folder, and the other side is one")
    files = sorted(file for ending in ("yaml", "yml") for file in folder.glob(f"**/*.{ending}"))
    return {str(file.relative_to(folder)): str(file) for file in files if kind_of(file) not in _BESIDE_POLICIES}


def pairs_of(sides: Sides, home: Home) -> list[Pair]:
    """Return the policies of each audience that either side is for."""
    old, new = documents_of(sides.old, home), documents_of(sides.new, home)
    # What an audience loses stands before what another one gains in its place.
    return [Pair(old.get(audience), new.get(audience)) for audience in dict.fromkeys((*sorted(old), *sorted(new)))]


def documents_of(told: str, home: Home) -> dict[AudienceId, DisclosurePolicy]:
    """Return the policies that an argument names, by audience."""
    from gateway.policy.reading.load import load  # noqa: PLC0415 - heavy; help must be quick

    if told == NOTHING:
        return {}
    if told.startswith(_IN_FORCE):
        return _in_force(told.removeprefix(_IN_FORCE), home)
    file = Path(told)
    if not file.is_file():
        raise NoSuchSide(f"there is no file {told}")
    text = text_of(file)
    if is_base(text):
        _refuse_base(told)
    return {document.audience: document for document in load(text, told, bases_beside(file))}


def _refuse_base(file: str) -> None:
    findings = Findings(file)
    remedy = "Name a policy that extends it, or compare two folders: that looks at each of them."
    findings.add(START, "policy.base", "a base discloses nothing by itself", remedy)
    raise PolicyRefused(findings.found)


def _in_force(name: str, home: Path) -> dict[AudienceId, DisclosurePolicy]:
    """Return what is in force for an audience; nothing when nothing is."""
    from gateway.inside.in_force import base_of  # noqa: PLC0415
    from gateway.wiring.inside import build  # noqa: PLC0415

    inside = build(settings.load(home))
    audience = known_audience(name, inside.life())
    with inside.store.read() as work:
        document = base_of(work, audience).document
    return {} if document is None else {audience: document}


def ceiling_in(side: str) -> Path | None:
    """Return the ceiling in a folder of policies, if it is a folder and has one."""
    file = Path(side) / CEILING
    return file if file.is_file() else None


def has_another_ceiling(old: str, new: str) -> bool:
    """Tell whether NEW is a folder with other limits than those in OLD, and say so on the error stream."""
    from gateway.policy.diff.ceiling_parser import parse_ceiling  # noqa: PLC0415

    before, after = ceiling_in(old), ceiling_in(new)
    if before is None or not Path(new).is_dir():
        return False
    if after and parse_ceiling(text_of(after), str(after)) == parse_ceiling(text_of(before), str(before)):
        return False
    err.print(f"CEILING  {CEILING} is changed: read what it allows. Policies are held against the old one here.")
    return True
