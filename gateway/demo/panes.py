"""The three pictures as lines of text, the same for the live screen and for plain output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text

from gateway.demo.views import Inner, Outer, not_running, standing
from gateway.inventory.times import instant
from gateway.record.strictjson import Json

_STYLES = {
    "critical": "red",
    "failed": "red",
    "major": "yellow",
    "degraded": "yellow",
    "minor": "cyan",
    "running": "green",
    "resolved": "green",
    "completed": "green",
    "inProgress": "yellow",
    "scheduled": "cyan",
}
_PLANNED = 5  # a problem of this priority or milder is a planned one: see gateway/inventory/episodes.py
Lines = list[Text]

WHO = tuple(
    [Text(text, no_wrap=False, overflow="fold")]
    for text in (
        "An operator. Its network, its alarms and its plans stay inside; it decides by policy who is told what.",
        "Another operator, which buys six services. It gets sealed entries over mutual TLS and signs receipts.",
        "A company that buys six services. It asks the TM Forum API, or looks at its status page.",
    )
)
"""Who the three are, until there is something to show."""


def of_aurora(view: Inner, alarms: int, services: int) -> Lines:
    """Return what aurora knows: at most so many alarms and services one by one, the rest as a number."""
    down = not_running(view.services)
    counts = ", ".join(f"{count} {severity}" for severity, count in view.severities.items())
    standing_alarms = f"{_count(len(view.standing), 'alarm')} standing, {view.alarms} so far"
    lines = [Text(f"{view.resources} resources, {len(view.services)} services"), Text(), _heading(standing_alarms)]
    if counts:
        lines.append(Text(f" {counts}", "dim"))
    for alarm in _spread(view.standing, alarms):
        told = f"{alarm['alarmedObject']['id']} {alarm['specificProblem']}"
        lines.append(_row(alarm["perceivedSeverity"], told))
    lines += [*_more(len(view.standing), alarms), Text(), _services_heading(view.services)]
    lines += [_row(one["operatingStatus"], f"{one['id']} {one['name']}") for one in down[:services]]
    lines += _more(len(down), services)
    for change in view.changes:
        targets = " ".join(target["id"] for target in change["targetEntity"])
        lines += [Text(), _heading("planned work"), _row(change["status"], f"{targets} {change['id']}")]
        lines.append(Text(f" {change['description']}", "dim"))
    return lines


def of_northlink(view: Outer, *, is_brief: bool) -> Lines:
    """Return what northlink was told; in brief without what is as it should be."""
    received = Text(f"{view.entries} entries received, {view.receipted} receipted")
    lines = [received, Text(), *_services(view, is_brief=is_brief), *_problems(view, is_brief=is_brief)]
    open_alarms = standing(view.alarms)
    told = f"{_count(len(open_alarms), 'interconnect alarm')} standing, {len(view.alarms)} so far"
    lines += [Text(), _heading(told)]
    for alarm in open_alarms:
        lines.append(_row(alarm["perceivedSeverity"], f"{_names_of(alarm, 'affectedService')} {alarm['id']}"))
    for change in view.changes:
        told = f"{_names_of(change, 'targetEntity')} {change['id']}"
        lines += [Text(), _heading("planned work"), _row(change["status"], told)]
    return lines


def of_acme(view: Outer, *, is_brief: bool) -> Lines:
    """Return what acme gets when it asks; in brief without what is as it should be."""
    source = Text("asked by the TM Forum API, over TLS")
    return [source, Text(), *_services(view, is_brief=is_brief), *_problems(view, is_brief=is_brief)]


def _services(view: Outer, *, is_brief: bool) -> Lines:
    start = _shared_start([one.get("name", "") for one in view.services])
    shown = not_running(view.services) if is_brief else view.services
    rows = (_row(one.get("operatingStatus", "?"), f"{one['id']} {one.get('name', '')[start:]}") for one in shown)
    return [_services_heading(view.services), *rows]


def _services_heading(services: Sequence[Json]) -> Text:
    return _heading(f"{len(not_running(services))} of {len(services)} services not running")


def _problems(view: Outer, *, is_brief: bool) -> Lines:
    is_open = standing(view.problems)
    over = len(view.problems) - len(is_open)
    lines = [Text(), _heading(f"{_count(len(is_open), 'problem')} open, {over} resolved")]
    shown = is_open if is_brief else view.problems
    for problem in sorted(shown, key=lambda one: str(one.get("creationDate"))):
        state = "open" if problem in is_open else "resolved"
        why = "planned work" if problem.get("priority", 0) >= _PLANNED and state == "open" else _span(problem)
        lines.append(_row(state, f"{_names_of(problem, 'affectedService')} {why} {problem['id']}"))
    return lines


def _shared_start(names: Sequence[str]) -> int:
    """Return how many characters all names begin with: the buyer's own name, which need not be repeated in its pane."""
    return next((at for at, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1), 0)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _span(problem: Json) -> str:
    began, ended = (_clock(instant(problem.get(name))) for name in ("creationDate", "resolutionDate"))
    return f"{began}-{ended}" if ended else f"since {began}"


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M}" if moment else ""


def _names_of(record: Json, attribute: str) -> str:
    return " ".join(one["id"] for one in record.get(attribute, ()))


def _spread(alarms: Sequence[Json], room: int) -> Sequence[Json]:
    """Return `room` alarms, the worst first, but of each kind of trouble only the first."""
    first: dict[str, Json] = {}
    for alarm in alarms:
        first.setdefault(alarm["specificProblem"], alarm)
    return list(first.values())[:room]


def _heading(text: str) -> Text:
    return Text(text, "bold")


def _row(state: str, text: str) -> Text:
    style = "red" if state == "open" else _STYLES.get(state, "dim")
    return Text.assemble(" ", (f"{state:<9} ", style), text)


def _more(count: int, shown: int) -> Lines:
    return [Text(f" and {count - shown} more", "dim")] if count > shown else []
