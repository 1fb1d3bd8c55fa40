"""The officers of the demo: two at each operator, who put aurora's policies in force with four eyes.

All of it by the commands that they would type, each with the own key.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gateway.demo.processes import DemoFailed, run

OFFICERS = ("ingrid", "tomas")
_AUTHOR, _SECOND = OFFICERS
_ID_LENGTH = 16


class Desk(Protocol):
    """The operator at whose inside the officers act."""

    @property
    def operator(self) -> str:
        """Its identifier."""

    @property
    def home(self) -> Path:
        """The folder of its instance."""


def officer_keys(folder: Path, at: Desk) -> Callable[[], object]:
    """Return what makes the keys of both officers; in life each makes the own one, on the own machine."""
    return lambda: [run("officer", "keygen", str(_key(folder, at, name))) for name in OFFICERS]


def enrol_officers(folder: Path, at: Desk) -> None:
    """Enrol both officers with their public keys."""
    for name in OFFICERS:
        key = _key(folder, at, name)
        public = key.with_name(f"{key.stem}.pub.pem")
        run("officer", "add", name, "--person", f"{name}.{at.operator}", "--key", str(public), *_at(at))


def four_eyes(folder: Path, at: Desk, policy: Path) -> Callable[[], str]:
    """Return what puts a policy in force: one officer submits, the other approves what it widens; it tells how."""

    def publish() -> str:
        submitted = run("policy", "submit", str(policy), *_as(folder, at, _AUTHOR))
        draft = submitted.rpartition("\ndraft ")[2][:_ID_LENGTH]
        if len(draft) < _ID_LENGTH:
            raise DemoFailed(f"`policy submit` named no draft:\n{submitted}")
        run("policy", "approve", draft, "--yes", *_as(folder, at, _SECOND))
        run("policy", "publish", draft, *_as(folder, at, _AUTHOR))
        return f"{policy.stem}: {_AUTHOR} submitted draft {draft}; it widens, so {_SECOND} approved; it is in force"

    return publish


def _key(folder: Path, at: Desk, name: str) -> Path:
    return folder / f"{name}-{at.operator}.pem"


def _as(folder: Path, at: Desk, name: str) -> tuple[str, ...]:
    return ("--officer", name, "--key", str(_key(folder, at, name)), *_at(at))


def _at(at: Desk) -> tuple[str, str]:
    return ("--home", str(at.home))
