"""An instance with two officers whose keys lie beside it, for tests of what officers type."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner, Result

from gateway import settings
from gateway.cli.main import app
from gateway.inside.ingest import Offer
from gateway.policy.approval.officers import Hand
from gateway.record import strictjson
from gateway.wiring.inside import Inside, build
from tests.officers import ANNA, BORIS, FourEyes, four_eyes


@dataclass(frozen=True)
class CliDesk:
    """Anna and boris in a folder with the instance `aurora`."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "aurora"

    @property
    def inside(self) -> Inside:
        return build(settings.load(self.home))

    @property
    def officers(self) -> FourEyes:
        return four_eyes(self.inside)

    def run(self, *words: str, by: Hand | None = None, second: Hand | None = None, answer: str = "") -> Result:
        """Type a command, signed by an officer or two."""
        signed = [] if by is None else ["--officer", by.officer, "--key", str(self.key_of(by))]
        signed += [] if second is None else ["--second", second.officer, "--second-key", str(self.key_of(second))]
        return CliRunner().invoke(app, [*words, *signed, "--home", str(self.home)], input=answer)

    def policy(self, *words: str, by: Hand | None = None, second: Hand | None = None, answer: str = "") -> Result:
        """Type a command of `demarc policy`."""
        return self.run("policy", *words, by=by, second=second, answer=answer)

    def key_of(self, hand: Hand) -> Path:
        return self.folder / f"{hand.officer}.pem"

    def write(self, text: str, name: str = "northlink.yaml") -> str:
        """Write a file and return its path."""
        file = self.folder / name
        file.write_text(text)
        return str(file)

    def take(self, *records: dict[str, Any]) -> None:
        """Take records in, and work through the journal."""
        self.inside.ingester().take("test", [Offer(strictjson.dump(one), one) for one in records])
        self.disclose()

    def disclose(self) -> None:
        discloser = self.inside.discloser()
        while discloser.run_once() is not None:
            pass

    def acts(self) -> list[str]:
        """Return the kinds of all acts, oldest first."""
        with self.inside.store.read() as work:
            return [act.kind for act in work.office.acts.after(0, 100)]


def cli_desk(folder: Path) -> CliDesk:
    """Create the instance, and enrol both officers."""
    desk = CliDesk(folder)
    made = CliRunner().invoke(app, ["init", str(desk.home), "--operator", "aurora", "--name", "Aurora"])
    assert made.exit_code == 0, made.output
    for one in (ANNA, BORIS):
        raw = one.signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        desk.key_of(one).write_bytes(raw)
        desk.key_of(one).chmod(0o600)
    desk.officers.enrol()
    return desk
