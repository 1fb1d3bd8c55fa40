"""What must hold at the end, each as one line with what was looked at and the number that was found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rich.text import Text

from gateway.demo import views
from gateway.demo.acts import Acts
from gateway.demo.processes import Children, DemoFailed, run
from gateway.demo.search import names_in
from gateway.demo.stage import Stage
from gateway.demo.story import CUSTOMER, PARTNER, Story
from gateway.record.strictjson import Json

MAX_RESIDENT_BYTES = 200 * 1000 * 1000
_SHOWN = 5
_CHECKPOINTS = re.compile(r", \d+ checkpoints")  # a line has only so much room


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, what was found, and whether that is as it must be."""

    title: str
    found: str
    has_held: bool

    def line(self) -> Text:
        """Return the check as one line."""
        mark = ("ok    ", "green") if self.has_held else ("FAILED", "bold red")
        return Text.assemble(mark, f" {self.title}: {self.found}")


def while_running(acts: Acts, page: bytes) -> list[Check]:
    """Check everything that can be checked while the processes run.

    Args:
        acts: What was played, to its end.
        page: The customer's status page.
    """
    stage, story = acts.stage, acts.story
    to_northlink, to_acme = stage.tap.there + stage.tap.back, bytes(stage.acme.received)
    return [
        nothing_leaked(PARTNER, to_northlink, story),
        nothing_leaked(CUSTOMER, to_acme, story),
        _page_shows_services(page, story),
        *_streams_verify(stage),
        _roots_agree(stage),
        _all_receipted(stage),
        *_problems_are_few(stage, story),
        _all_is_well_again(stage),
        _nothing_in_quarantine(stage),
        small_enough(stage.children),
    ]


def nothing_leaked(party: str, raw: bytes, story: Story) -> Check:
    """Search bytes for every name that the party must not see, and, to see that the search works, for its own."""
    known = story.inventory.names_known_to(party)
    hidden = (story.inventory.names() | story.secrets()) - known
    leaked = sorted(names_in(raw, hidden))
    own = names_in(raw, known)
    looked = f"{len(hidden):,} names searched in {len(raw):,} bytes on the wire"
    if leaked:
        return Check(f"{party} learns no internal name", f"{looked}: {_some(leaked)}", has_held=False)
    found = f"{looked}, none found; {len(own)} of its own are there"
    return Check(f"{party} learns no internal name", found, has_held=bool(own))


def small_enough(children: Children) -> Check:
    """Check the largest memory that each process has held."""
    children.measure()
    sizes = [f"{child.name} {child.peak_bytes / 1e6:.0f} MB" for child in children.every]
    held = all(0 < child.peak_bytes < MAX_RESIDENT_BYTES for child in children.every)
    return Check("each process stays below 200 MB", ", ".join(sizes), held)


def ended_cleanly(statuses: Mapping[str, int]) -> Check:
    """Check the exit statuses after SIGTERM."""
    bad = [f"{name} with {status}" for name, status in statuses.items() if status]
    found = _some(bad) if bad else f"{len(statuses)} processes, all with exit status 0"
    return Check("processes end cleanly at SIGTERM", found, bool(statuses) and not bad)


def _page_shows_services(page: bytes, story: Story) -> Check:
    names = [str((story.inventory.service(one) or {})["name"]) for one in story.inventory.services_of(CUSTOMER)]
    shown = [name for name in names if name.encode() in page]
    return Check("the status page shows what acme bought", f"{len(shown)} of {len(names)} services", shown == names)


def _streams_verify(stage: Stage) -> Iterable[Check]:
    gateways = (stage.aurora, stage.northlink)
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = [pool.submit(_verify, one.home) for one in gateways]
    for one, answer in zip(gateways, answers, strict=True):
        text, has_held = answer.result()
        yield Check(f"streams verify at {one.operator}", text, has_held)


def _verify(home: object) -> tuple[str, bool]:
    try:
        lines = run("stream", "verify", "--home", str(home)).strip().splitlines()
    except DemoFailed as error:
        return str(error), False
    return _CHECKPOINTS.sub("", "; ".join(lines)) or "no stream", bool(lines)


def _roots_agree(stage: Stage) -> Check:
    stream = views.stream_to_partner(stage)
    with stage.aurora_outside.store.read() as ours, stage.northlink_outside.store.read() as theirs:
        one, other = ours.streams.held(stream).frontier, theirs.streams.held(stream).frontier
    told = f"{one.size} and {other.size} entries, roots {one.root().hex()[:16]} and {other.root().hex()[:16]}"
    return Check(
        "both sides hold the same stream", told, (one.size, one.root()) == (other.size, other.root()) and one.size > 0
    )


def _all_receipted(stage: Stage) -> Check:
    stream = views.stream_to_partner(stage)
    with stage.aurora_outside.store.read() as work:
        state, receipt = work.streams.state(stream), work.receipts.newest(stream)
    size, receipted = state.size if state else 0, receipt[0] if receipt else 0
    return Check("every entry to northlink is receipted", f"{receipted} of {size}", size == receipted > 0)


def _problems_are_few(stage: Stage, story: Story) -> Iterable[Check]:
    """One problem for each affected service, however many alarms there were inside."""
    alarms = views.of_aurora(stage).alarms
    for party, view in ((PARTNER, views.of_northlink(stage)), (CUSTOMER, views.of_acme(stage))):
        hit = story.services_hit(party)
        told = Counter(service["id"] for problem in view.problems for service in problem["affectedService"])
        found = f"{alarms} alarms inside, {len(view.problems)} problems of {len(hit)} affected services"
        is_one_each = told == Counter(hit) and len(view.problems) == len(hit)
        yield Check(f"{party} sees one problem a service", found, is_one_each)


def _all_is_well_again(stage: Stage) -> Check:
    inner, outers = views.of_aurora(stage), (views.of_northlink(stage), views.of_acme(stage))
    left: Sequence[Json] = [
        *inner.standing,
        *(one for view in (inner, *outers) for one in views.not_running(view.services)),
        *(one for view in outers for one in views.standing([*view.problems, *view.alarms])),
    ]
    found = f"{len(left)} alarms, problems or failed services left anywhere"
    return Check(
        "after repair and work all is well", found, not left and bool(outers[0].services and outers[1].services)
    )


def _nothing_in_quarantine(stage: Stage) -> Check:
    counts: list[int] = []
    for one in (stage.aurora_inside, stage.northlink_inside):
        with one.store.read() as work:
            counts.append(work.quarantine.count())
    return Check("nothing is in quarantine", f"{counts[0]} at aurora, {counts[1]} at northlink", not any(counts))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"FOUND {', '.join(names[:_SHOWN])}{more}"
