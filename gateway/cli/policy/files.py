"""What every policy command shares: reading a policy's text and what stands beside it, and printing what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.console import err, printable
from gateway.ids import AudienceId, MalformedId, parse_audience_id
from gateway.policy.language.findings import Finding, Findings, PolicyRefused, suggestion
from gateway.policy.language.nodes import Mapping, Scalar, decode, read

if TYPE_CHECKING:
    from gateway.wiring.life import Life

File = Annotated[Path, typer.Argument(help="Policy in YAML.", exists=True, dir_okay=False)]
Files = Annotated[list[Path], typer.Argument(help="Policies in YAML.", exists=True, dir_okay=False)]
Audience = Annotated[str, typer.Argument(metavar="AUDIENCE", help="operator:ID or customer:ID.")]
DraftId = Annotated[str, typer.Argument(metavar="DRAFT", help="Of the draft, or the beginning of its id.")]

_IS_BASE = re.compile(r"^kind:\s*DisclosurePolicyBase\s*(?:#.*)?$", re.MULTILINE)
_SPAN = re.compile(r"([1-9][0-9]{0,5})(s|m|h|d)")
_ENDINGS = (".yaml", ".yml")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def is_file_name(what: str) -> bool:
    """Tell a file from a draft by the name alone: no file that lies about can stand in for a draft."""
    return Path(what).suffix in _ENDINGS


def existing(file: Path) -> Path:
    """Return a file that is there."""
    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}")
    return file


def text_of(file: Path) -> str:
    """Return the text of `file`; raise PolicyRefused when it is not UTF-8."""
    return decode(file.read_bytes(), str(file))


def is_base(text: str) -> bool:
    """Tell whether a text says that it is a base, whatever else is wrong with it."""
    return _IS_BASE.search(text) is not None


def kind_of(file: Path) -> str | None:
    """Return the `kind` that a file says it is; None when it says none, or cannot be read."""
    findings = Findings(str(file))
    try:
        root = read(text_of(file), findings)
    except PolicyRefused:
        return None
    entries = root.entries if isinstance(root, Mapping) and not findings.found else ()
    return next((node.text for key, node in entries if key.text == "kind" and isinstance(node, Scalar)), None)


def bases_beside(file: Path) -> MappingOf[str, str]:
    """Return the base policies in the folder of `file`, by file name without its ending."""
    found = {}
    for other in sorted(file.parent.glob("*.yaml")):
        if other.name != file.name and is_base(text := text_of(other)):
            found[other.stem] = text
    return found


def tests_beside(file: Path) -> MappingOf[str, str]:
    """Return the tests of a policy that stand in `tests/` beside it, by file."""
    from gateway.policy.answers.cases import parse_cases  # noqa: PLC0415 - heavy; help must be quick

    found = {}
    for test in sorted((file.parent / "tests").glob("*.yaml")):
        text = text_of(test)
        if (test.parent / parse_cases(text, str(test)).policy).resolve() == file.resolve():
            found[str(test)] = text
    return found


def audience_of(text: str) -> AudienceId:
    """Return the audience that `operator:ID`, `customer:ID` or the whole URN names."""
    try:
        return parse_audience_id(text if text.startswith("urn:") else f"urn:demarc:{text}")
    except MalformedId as error:
        raise typer.BadParameter(f"{text}: write operator:ID or customer:ID") from error


def known_audience(text: str, life: Life) -> AudienceId:
    """Return the audience that `text` names, if there is one of that name."""
    from gateway.inside.known import known_audiences  # noqa: PLC0415 - heavy; help must be quick

    audience = audience_of(text)
    everybody = known_audiences(life.inside, life.outside)
    if audience in everybody:
        return audience
    told = suggestion(short(audience), map(short, everybody)) if everybody else "There is nobody yet."
    raise typer.BadParameter(f"there is no {short(audience)}. {told}")


def short(audience: str) -> str:
    """Return an audience as commands take it."""
    return audience.removeprefix("urn:demarc:")


def span_of(text: str) -> timedelta:
    """Return the time that `90m`, `2h` or the like names."""
    told = _SPAN.fullmatch(text)
    if told is None:
        raise typer.BadParameter(f"{text}: write a number and s, m, h or d")
    return timedelta(**{_UNITS[told[2]]: int(told[1])})


def moment_of(text: str | None) -> datetime | None:
    """Return the moment that RFC 3339 text names, in UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: write 2026-12-01T06:00:00Z or with an offset") from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text}: say the zone, as in 2026-12-01T06:00:00Z")
    return moment.astimezone(UTC)


@contextmanager
def findings_printed() -> Iterator[None]:
    """Print the findings of a policy that is refused, and end with status 1."""
    try:
        yield
    except PolicyRefused as error:
        print_findings(error)
        raise typer.Exit(1) from error


def print_findings(error: PolicyRefused) -> None:
    """Print each finding with its place and its remedy, on the error stream."""
    for finding in error.findings:
        _print_finding(finding, f"[red]{finding.code}[/]")


def print_doubts(doubts: Iterable[Finding]) -> None:
    """Print what is no reason to refuse a policy in the same way; what several audiences share once."""
    for doubt in dict.fromkeys(doubts):
        _print_finding(doubt, "[yellow]warning[/]")


def _print_finding(finding: Finding, what: str) -> None:
    err.print(f"{printable(finding.file)}:{finding.line}:{finding.column}: {what}: {printable(finding.message)}")
    err.print(f"  help: {printable(finding.remedy)}")
