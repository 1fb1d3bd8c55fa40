"""`demarc policy explain` and `demarc policy conformance`: what a policy makes of a record, and of its receivers."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.table import Column, Table

from gateway import settings
from gateway.cli.console import HERE, Home, out, print_table, printable
from gateway.cli.policy.files import File, audience_of, bases_beside, findings_printed, known_audience, text_of
from gateway.record import strictjson

if TYPE_CHECKING:
    from gateway.policy.answers.conformance import Conformance
    from gateway.policy.answers.explain import Place
    from gateway.policy.language.document import DisclosurePolicy

Record = Annotated[str, typer.Argument(help="A file with the record as JSON, or the id of a record that is held.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="Explain by this policy instead of the one in force.", exists=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def explain(
    record: Record,
    audience: Annotated[str, typer.Option("--audience", "-a", help="operator:ID or customer:ID.")],
    policy: PolicyFile = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Say for each value of RECORD which rule decided, where it stands, and what the record lacks to be disclosed.

    What is printed is internal: it is not for the audience.
    """
    from gateway.inside.explain import Explainer  # noqa: PLC0415 - heavy; help must be quick
    from gateway.wiring.inside import build  # noqa: PLC0415
    from gateway.wiring.outside import utc_now  # noqa: PLC0415

    inside = build(settings.load(home))
    reader = audience_of(audience) if policy is not None else known_audience(audience, inside.life())
    with findings_printed():
        document = _document(policy, reader) if policy is not None else None
        explainer = Explainer(inside.store, inside.configuration(), utc_now)
        told = explainer.explain(reader, _record(record), document)
    if as_json:
        out.print_json(json.dumps([asdict(one) for one in told]))
        return
    for one in told:
        _print(one)


def conformance(file: File, as_json: AsJson = False) -> None:
    """Say which TM Forum resources the output of the policy in FILE satisfies, and what would close each gap."""
    from gateway.policy.answers.conformance import conformance_of  # noqa: PLC0415 - heavy; help must be quick
    from gateway.policy.reading.load import load  # noqa: PLC0415

    with findings_printed():
        document = load(text_of(file), str(file), bases_beside(file))[0]
    answers = conformance_of(document)
    if as_json:
        out.print_json(json.dumps([asdict(answer) for answer in answers]))
        return
    for answer in answers:
        _print_conformance(answer)


def _record(text: str) -> Any:
    """Return the record in the file of this name, or the text itself as an identifier."""
    file = Path(text)
    return strictjson.parse(file.read_bytes()) if file.is_file() else text


def _document(file: Path, audience: str) -> DisclosurePolicy:
    from gateway.policy.reading.load import load  # noqa: PLC0415

    documents = load(text_of(file), str(file), bases_beside(file))
    for document in documents:
        if document.audience == audience:
            return document
    raise typer.BadParameter(f"{file} is not for {audience} but for {', '.join(one.audience for one in documents)}")


def _print(told: Any) -> None:
    explanation = told.explanation
    verdict = "[green]disclosed[/]" if told.is_disclosed else "[red]withheld[/]"
    out.print(f"{explanation.record_type} for {told.audience} by {printable(explanation.policy)}: {verdict}")
    out.print(f"policy {explanation.digest}")
    for line in (*told.obstacles, *explanation.needs, *told.remarks):
        out.print(f"  - {printable(line)}")
    if not told.is_disclosed and explanation.disclosed is not None:
        out.print("What the rules would make of it if nothing kept it in:")
    if told.shown_by is not None:
        out.print(f"The lines are those of `demarc policy show {told.shown_by}`.")
    # Nothing is cut: what stands in a cell is there to be copied.
    heads = ("value", "inside", "fate", "disclosed", "rule", "why")
    table = Table(*(Column(head, overflow="fold") for head in heads), box=None)
    for one in explanation.values:
        cells = (one.path, _short(one.before), one.fate, _short(one.after), _rule(one.place, told.shown_by), one.why)
        table.add_row(*map(printable, cells))
    print_table(table)


def _rule(place: Place | None, shown_by: str | None) -> str:
    if place is None:
        return ""
    return f"line {place.line}: {place.text}" if place.file == shown_by else f"{place.file}:{place.line}: {place.text}"


def _short(value: Any) -> str:
    text = "" if value is None else orjson.dumps(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."


def _print_conformance(answer: Conformance) -> None:
    verdict = "[green]satisfied[/]" if answer.is_satisfied else "[yellow]not satisfied[/]"
    out.print(f"{answer.record_type}: {answer.resource} {verdict}")
    for gap in answer.gaps:
        when = "is missing in some records" if gap.is_sometimes_there else "is missing"
        out.print(f"  {printable(gap.path)} {when}")
        for line in gap.remedy.splitlines() or ["(no substitution can stand here)"]:
            out.print(f"    {printable(line)}")
    for path, word in answer.foreign_words:
        out.print(f"  {printable(path)} may be `{printable(word)}`, which the resource does not know; use `map`")
    if answer.unknown:
        out.print(f"  not in the resource: {', '.join(map(printable, answer.unknown))}")
