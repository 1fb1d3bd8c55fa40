"""What the status page says: pure, from disclosed records and the time of day to the words in their places.

Rules:
- It reads only what the customer's own stream disclosed, and survives whatever a policy left out of it.
- It never claims more than was disclosed: a service without an operating status is not called running.

Does not: escape (the template does) or fetch (the page does).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.portal.records import Change, Problem, Service, read_change, read_problem, read_service
from gateway.portal.wording import WORD_OF_LEVEL, Level, Moment, duration, moment
from gateway.record.strictjson import Json

SHOWN_AT_MOST = 200
RECENT = timedelta(days=7)
_ORDER = list(Level)
_AFFECTED = (Level.DOWN, Level.DEGRADED, Level.PLANNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One service on the page."""

    name: str
    kind: str
    level: Level
    word: str
    since: Moment | None
    since_word: str
    lasted: str
    next_change: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemLine:
    """One problem on the page; `ended` is None while it is open."""

    title: str
    text: str
    word: str
    services: tuple[str, ...]
    began: Moment | None
    updated: Moment | None
    ended: Moment | None
    lasted: str
    next_change: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One planned work on the page."""

    title: str
    word: str
    is_running: bool
    impact: str
    services: tuple[str, ...]
    starts: Moment | None
    ends: Moment | None
    lasts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """The whole page."""

    level: Level
    headline: str
    detail: str
    services: tuple[ServiceLine, ...]
    more_services: int
    problems: tuple[ProblemLine, ...]
    recent: tuple[ProblemLine, ...]
    work: tuple[WorkLine, ...]
    last_change: Moment | None
    made_at: Moment | None

    @property
    def is_ours(self) -> bool:
        """Whether something is wrong on the operator's side."""
        return self.level in (Level.DOWN, Level.DEGRADED)


def status_view(
    services: Iterable[Json],
    problems: Iterable[Json],
    changes: Iterable[Json],
    last_change: datetime | None,
    now: datetime,
) -> StatusView:
    """Return what the page says to one customer at `now`."""
    works = sorted(
        (each for each in map(read_change, changes) if each.is_coming(now)),
        key=lambda each: (each.begins or now, each.title, each.id),
    )
    known = [read_problem(each) for each in problems]
    open_problems = sorted((each for each in known if each.is_open), key=_newest_first)
    recent = sorted((each for each in known if each.ended_within(RECENT, now)), key=_newest_first)
    bought = [each.seen_with(open_problems, works) for each in map(read_service, services) if not each.has_ended]
    names = {each.id: each.name for each in bought}
    ordered = sorted(bought, key=lambda each: (_ORDER.index(each.level), each.name.casefold(), each.id))
    level, headline, detail = _answer(bought, open_problems, works)
    return StatusView(
        level=level,
        headline=headline,
        detail=detail,
        services=tuple(_service_line(each, known, works, now) for each in ordered[:SHOWN_AT_MOST]),
        more_services=max(0, len(ordered) - SHOWN_AT_MOST),
        problems=tuple(_problem_line(each, names, works, now) for each in open_problems[:SHOWN_AT_MOST]),
        recent=tuple(_problem_line(each, names, works, now) for each in recent[:10]),
        work=tuple(_work_line(each, names, now) for each in works[:SHOWN_AT_MOST]),
        last_change=moment(last_change, now),
        made_at=moment(now, now),
    )


def _answer(
    services: Sequence[Service], problems: Sequence[Problem], works: Sequence[Change]
) -> tuple[Level, str, str]:
    """Return the big answer at the top: its colour, its sentence, and one more sentence."""
    total = len(services)
    levels = [each.level for each in services]
    down, degraded, planned = (levels.count(level) for level in _AFFECTED)
    affected = down + degraded + planned
    if affected:
        worst = next(level for level in _AFFECTED if level in levels)
        return worst, _affected_sentence(affected, total), _what_kind(down, degraded, planned)
    if problems:
        return Level.DEGRADED, "There is a problem", "None of your services is marked as affected. See below."
    if not total:
        return Level.UNKNOWN, "Nothing to show yet", "Your services appear here as soon as they are shared with you."
    if Level.UNKNOWN in levels:
        return Level.UNKNOWN, "No problem is known", "For some services no status is given."
    running = levels.count(Level.UP)
    if not running:
        return Level.WAITING, "Not in service yet", "None of your services has been started."
    sentence = "All services run" if running > 1 else "Your service runs"
    return Level.UP, sentence, "Work is planned. See below for when." if works else "No problem is known."


def _affected_sentence(affected: int, total: int) -> str:
    if total == 1:
        return "Your service is affected"
    if affected == total:
        return f"All {total} services are affected"
    return f"{affected} of {total} services {'is' if affected == 1 else 'are'} affected"


def _what_kind(down: int, degraded: int, planned: int) -> str:
    parts = [
        f"{count} {word}"
        for count, word in ((down, "not working"), (degraded, "impaired"), (planned, "under planned work"))
        if count
    ]
    text = ", ".join(parts) + "."
    return text if down or degraded else "This is planned work, not a fault. " + text.capitalize()


def _service_line(service: Service, known: Sequence[Problem], works: Sequence[Change], now: datetime) -> ServiceLine:
    since = service.since(known, works, now)
    return ServiceLine(
        name=service.name,
        kind=service.kind,
        level=service.level,
        word=WORD_OF_LEVEL[service.level],
        since=moment(since, now),
        # That it was put into service then does not mean that it has worked ever since.
        since_word="in service since" if service.level is Level.UP and since == service.started else "since",
        lasted=duration(now - since) if since and since <= now and service.level in _AFFECTED else "",
        next_change=moment(_next_change((service.id,), works, now), now) if service.level in _AFFECTED else None,
    )


def _problem_line(problem: Problem, names: dict[str, str], works: Sequence[Change], now: datetime) -> ProblemLine:
    until = problem.ended or now
    return ProblemLine(
        title=problem.title,
        text=problem.text,
        word=problem.word,
        services=_names_of(problem.services, names),
        began=moment(problem.began, now),
        updated=moment(problem.updated, now),
        ended=moment(problem.ended, now),
        lasted=duration(until - problem.began) if problem.began and problem.began <= until else "",
        next_change=None if problem.ended else moment(_next_change(problem.services, works, now), now),
    )


def _work_line(work: Change, names: dict[str, str], now: datetime) -> WorkLine:
    return WorkLine(
        title=work.title,
        word=work.word,
        is_running=work.is_running,
        impact=work.impact,
        services=_names_of(work.services, names),
        starts=moment(work.begins, now),
        ends=moment(work.ends, now),
        lasts=duration(work.ends - work.begins) if work.begins and work.ends and work.begins <= work.ends else "",
    )


def _next_change(services: Sequence[str], works: Sequence[Change], now: datetime) -> datetime | None:
    """Return when work that is going on at one of the services is to end: the next change that can be foreseen."""
    ends = [
        work.ends
        for work in works
        if work.is_running and work.ends and work.ends > now and set(services) & set(work.services)
    ]
    return max(ends, default=None)


def _names_of(ids: Sequence[str], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(names[each] for each in ids if each in names)


def _newest_first(problem: Problem) -> tuple[float, str]:
    at = problem.ended or problem.began
    return (-at.timestamp() if at else 0.0, problem.id)
