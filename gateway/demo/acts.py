"""The three acts: a fibre is cut, it is repaired, and work on another one is announced, done and over.

Everything enters by the doors that sources use: Alertmanager's webhook and the records door, with the source's token.
After each act the demo waits until all of it has gone as far as it goes, receipts included, and says how long it took.
"""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.api.inside.app import ALERTMANAGER_PATH, RECORDS_PATH
from gateway.demo import views
from gateway.demo.alerts import Alert, Alertmanager
from gateway.demo.processes import DemoFailed
from gateway.demo.stage import HOST, Stage, utc_now
from gateway.demo.story import Story
from gateway.demo.teller import TICK_SECONDS, Teller
from gateway.record.strictjson import Json, dump

_SETTLE_SECONDS = 60
_SECONDS = 30


@dataclass(slots=True)
class Acts:
    """What is played; `posted` counts what became of each posted alert and record."""

    stage: Stage
    story: Story
    teller: Teller
    posted: Counter[str] = field(default_factory=Counter)
    payloads: int = 0
    example: Json = field(default_factory=dict)
    _alertmanager: Alertmanager = field(default_factory=Alertmanager)
    _last_post: float = 0.0

    def open(self) -> None:
        """Wait until everybody outside knows the services it bought."""
        self._settle()
        self.show()

    def cut(self) -> None:
        """Break the fibre on which most depends."""
        story, before = self.story, self._counts()
        self.teller.act(f"A fibre between {story.route(story.cut)} is cut")
        for wave in story.waves(story.cut, utc_now() - timedelta(seconds=10)):
            self._post_alerts(self._alertmanager.notify(wave))
            self._pass(1.5)
        self._post_alerts(self._alertmanager.repeat())
        self._conclude(before)

    def repair(self) -> None:
        """Splice the fibre: light, links and traffic come back, one after the other."""
        before = self._counts()
        self.teller.act("The fibre is spliced")
        self._resolve(("FibreBroken", "OtdrReflection", "PortDown", "OpticalSignalLost", "OpticalPowerLow"))
        self._pass(1.5)
        self._resolve(("CircuitDown", "BfdDown", "BgpSessionDown", "LdpSessionDown", "IsisAdjacencyLost"))
        self._pass(1.5)
        self._resolve(())
        self._conclude(before)

    def work(self) -> None:
        """Announce work on another fibre, begin it, interrupt it for a while, end it."""
        story, before = self.story, self._counts()
        self.teller.act(f"Planned work on the fibre between {story.route(story.work)}")
        self._post_record(story.change("scheduled", utc_now()))
        self._pass(2.5)
        self._post_record(story.change("inProgress", utc_now()))
        self._pass(1.0)
        for wave in story.waves(story.work, utc_now() - timedelta(seconds=10)):
            self._post_alerts(self._alertmanager.notify(wave))
        self._settle()
        self.show(is_key=True)
        self._pass(3.0)
        self._resolve(())
        self._post_record(story.change("completed", utc_now()))
        self._conclude(before)

    def show(self, *, is_key: bool = False) -> None:
        """Show what the three know now; a plain text shows key moments only."""
        if is_key or self.teller.is_live:
            stage = self.stage
            self.teller.show(views.of_aurora(stage), views.of_northlink(stage), views.of_acme(stage))

    def _resolve(self, names: Sequence[str]) -> None:
        """End the standing alerts of these names, or all of them when none is named."""
        ended = [alert for alert in self._alertmanager.standing() if not names or alert.name in names]
        self._post_alerts(self._alertmanager.notify(_ended(ended)))

    def _post_alerts(self, payloads: Sequence[Json]) -> None:
        self.example = self.example or payloads[0]
        for payload in payloads:
            self._post(ALERTMANAGER_PATH, payload)
        self.payloads += len(payloads)

    def _post_record(self, record: Json) -> None:
        self._post(RECORDS_PATH, record)

    def _post(self, path: str, body: Json) -> None:
        connection = http.client.HTTPConnection(HOST, self.stage.aurora.ingest_port, timeout=_SECONDS)
        headers = {"Authorization": f"Bearer {self.stage.aurora.ingest_token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", path, dump(body), headers)
            answer = connection.getresponse()
            told = answer.read()
        except OSError as error:
            self.stage.children.require_alive()
            raise DemoFailed(f"posting to {path} failed: {error}") from error
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise DemoFailed(f"{path} answered {answer.status}: {told.decode('utf-8', 'replace')}")
        self.posted.update(result["status"] for result in json.loads(told)["results"])
        self._last_post = time.monotonic()

    def _conclude(self, before: tuple[int, int, int]) -> None:
        took = self._settle()
        payloads, accepted, known = (now - then for now, then in zip(self._counts(), before, strict=True))
        self.teller.say(
            f"{payloads} Alertmanager payloads, {accepted} new reports taken in, {known} repeats recognised;"
            f" sealed, sent, receipted {took:.2f} s after the last"
        )
        self.show(is_key=True)
        self._pass(2.0)

    def _counts(self) -> tuple[int, int, int]:
        return self.payloads, self.posted["accepted"], self.posted["duplicate"]

    def _settle(self) -> float:
        """Wait until nothing is on its way any more; return the seconds since the last post."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while not views.is_settled(self.stage):
            self.stage.children.require_alive()
            if time.monotonic() > deadline:
                raise DemoFailed(f"something is still on its way after {_SETTLE_SECONDS} seconds; see the logs")
            time.sleep(0.02)
        return time.monotonic() - self._last_post

    def _pass(self, seconds: float) -> None:
        """Let time go by where people watch; a plain text does not wait."""
        end = time.monotonic() + (seconds if self.teller.is_live else 0)
        while time.monotonic() < end:
            self.stage.children.require_alive()
            self.show()
            time.sleep(TICK_SECONDS)


def _ended(alerts: Sequence[Alert]) -> list[Alert]:
    now = utc_now()
    return [alert.resolved(now) for alert in alerts]
