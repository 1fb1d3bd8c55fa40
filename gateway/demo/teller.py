"""How the demo speaks: a live screen with three panes where people watch, plain text everywhere else."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from gateway.demo import panes
from gateway.demo.views import Inner, Outer

TICK_SECONDS = 0.25
MIN_COLUMNS, MIN_ROWS = 110, 32
_TITLES = ("aurora knows", "northlink, a partner, was told", "acme, a customer, sees")


class Teller(Protocol):
    """Somebody who tells the story. Use as `with`."""

    is_live: bool

    def __enter__(self) -> Teller: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def act(self, title: str) -> None:
        """Begin an act."""
        ...

    def say(self, text: str) -> None:
        """Say one thing that happened."""
        ...

    def show(self, aurora: Inner, northlink: Outer, acme: Outer) -> None:
        """Show what the three know."""
        ...

    def conclude(self, lines: Sequence[Text]) -> None:
        """Say what came of it all."""
        ...


class PlainTeller:
    """Tells everything one after the other."""

    is_live = False

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> PlainTeller:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def act(self, title: str) -> None:
        """Begin an act."""
        self._console.print(Text(f"\n{_now()}  {title}", "bold"))

    def say(self, text: str) -> None:
        """Say one thing that happened."""
        self._console.print(Text(f"  {text}"))

    def show(self, aurora: Inner, northlink: Outer, acme: Outer) -> None:
        """Print the three pictures below each other."""
        pictures = (
            panes.of_aurora(aurora, 6, 8),
            panes.of_northlink(northlink, is_brief=True),
            panes.of_acme(acme, is_brief=True),
        )
        for title, lines in zip(_TITLES, pictures, strict=True):
            self._console.print(Text(f"\n  {title}", "bold blue"))
            for line in lines:
                if line.plain:
                    self._console.print(Text("    ").append_text(line))

    def conclude(self, lines: Sequence[Text]) -> None:
        """Print the end."""
        for line in lines:
            self._console.print(line)


class LiveTeller:
    """Tells on one screen: what is happening, the three pictures side by side, and what has been said."""

    is_live = True

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, screen=True, auto_refresh=False)
        self._title = "Two operators and a customer are set up"
        self._said: deque[Text] = deque(maxlen=6)
        self._panes: Sequence[panes.Lines] = panes.WHO
        self._end: Sequence[Text] = ()

    def __enter__(self) -> LiveTeller:
        self._live.start()
        self._draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def act(self, title: str) -> None:
        """Begin an act."""
        self._title = title
        self._said.append(Text(f"{_now()}  {title}", "bold"))
        self._draw()

    def say(self, text: str) -> None:
        """Say one thing that happened."""
        self._said.append(Text(f"{_now()}  {text}"))
        self._draw()

    def show(self, aurora: Inner, northlink: Outer, acme: Outer) -> None:
        """Show the three pictures."""
        self._panes = (
            panes.of_aurora(aurora, 6, 4),
            panes.of_northlink(northlink, is_brief=False),
            panes.of_acme(acme, is_brief=False),
        )
        self._draw()

    def conclude(self, lines: Sequence[Text]) -> None:
        """Put the end in the place of what was said."""
        self._title = "The story is over; everything still runs. Ctrl-C ends it"
        self._end = lines
        self._draw()

    def _draw(self) -> None:
        foot = list(self._end or self._said)
        columns = [
            Layout(_pane(title, lines, colour))
            for title, lines, colour in zip(_TITLES, self._panes, ("blue", "magenta", "cyan"), strict=True)
        ]
        middle, screen = Layout(), Layout()
        middle.split_row(*columns)
        head = Panel(Text(self._title, "bold", justify="center"), border_style="dim")
        screen.split_column(
            Layout(head, size=3),
            middle,
            Layout(_pane("checks" if self._end else "so far", foot, "dim"), size=max(len(foot), 6) + 2),
        )
        self._live.update(screen, refresh=True)


def teller_for(*, once: bool, console: Console) -> Teller:
    """Return the live screen where there is a terminal that is large enough and somebody stays, else plain text."""
    if once or not console.is_terminal or console.width < MIN_COLUMNS or console.height < MIN_ROWS:
        return PlainTeller(console)
    return LiveTeller(console)


def _pane(title: str, lines: Sequence[Text], colour: str) -> Panel:
    shown = []
    for line in lines:
        one = line.copy()
        if one.no_wrap is None:  # prose says for itself that it may be folded
            one.no_wrap, one.overflow = True, "ellipsis"
        shown.append(one)
    return Panel(Group(*shown), title=title, title_align="left", border_style=colour)


def _now() -> str:
    return f"{datetime.now(UTC):%H:%M:%S}"
