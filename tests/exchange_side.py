"""Northlink's outside process under attack, and the operators that it has pinned."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.ids import StreamName
from gateway.keystore.instance import own_anchor
from tests.counterpart import Counterpart, Line
from tests.operators import Folder, Operator, Process

NORTHLINK = "northlink"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Scene:
    """Northlink's outside process, and two operators that it has pinned."""

    northlink: Operator
    outside: Process
    aurora: Counterpart
    southwind: Counterpart
    folder: Path

    @property
    def anchors(self) -> str:
        return own_anchor(self.northlink.keys)

    def pinned(self, name: str) -> Counterpart:
        """Return a fresh operator that northlink has pinned; for tests that spoil its stream."""
        fresh = Counterpart.create(self.folder, name, NORTHLINK)
        self.northlink.pin(fresh.descriptor)
        return fresh

    def size(self, origin: Counterpart) -> int:
        with self.northlink.outside() as work:
            state = work.streams.state(StreamName(origin.stream))
        return state.size if state else 0


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    path = tmp_path_factory.mktemp("exchange")
    with Folder(path) as folder:
        northlink = folder.operator(NORTHLINK)
        aurora, southwind = (Counterpart.create(path / "others", name, NORTHLINK) for name in ("aurora", "southwind"))
        northlink.pin(aurora.descriptor)
        northlink.pin(southwind.descriptor)
        outside = northlink.serve("outside")
        scene = Scene(northlink, outside, aurora, southwind, path / "others")
        yield scene
        assert "Traceback" not in scene.outside.printed()
        assert scene.outside.stop() == 0


@pytest.fixture
def line(scene: Scene) -> Iterator[Line]:
    """A connection as aurora, with at least one step taken before."""
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as opened:
        if not scene.aurora.sent:
            step = scene.aurora.step()
            assert opened.push(step).status == 200
            scene.aurora.note(step)
        yield opened


def refused(scene: Scene, line: Line, body: bytes, status: int, code: str = "", **headers: str) -> None:
    """Require a refusal that stores nothing; a refused identity ends the connection, so each uses a new one."""
    before = scene.size(scene.aurora)
    line.connection.close()
    answer = line.post(body, **headers)
    assert (answer.status, answer.problem) == (status, code or answer.problem), answer
    assert scene.size(scene.aurora) == before
