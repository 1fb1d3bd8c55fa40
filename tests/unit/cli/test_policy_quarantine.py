"""`demarc policy quarantine` on a real instance: what was stopped is seen, and decided by an enrolled officer."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from gateway import settings
from gateway.cli.main import app
from gateway.cli.signing import NobodyToAsk
from gateway.inside.ingest import Offer
from gateway.inside.quarantine import NothingWithheld
from gateway.record import strictjson
from gateway.wiring.inside import build
from tests.inside_side import policy, resource, service
from tests.officers import ANNA, FourEyes


@pytest.fixture
def home(tmp_path):
    """Return an instance with one disclosure stopped."""
    home = tmp_path / "aurora"
    made = CliRunner().invoke(app, ["init", str(home), "--operator", "aurora", "--name", "Aurora"])
    assert made.exit_code == 0, made.output
    inside = build(settings.load(home))
    FourEyes(inside.life()).publish(policy("serviceType: keep", record="service"))
    records = [resource(), resource("rt7.zrh"), service("line", serviceType="rt7.zrh")]
    inside.ingester().take("test", [Offer(strictjson.dump(one), one) for one in records])
    disclose(home)
    return home


def disclose(home):
    discloser = build(settings.load(home)).discloser()
    while discloser.run_once() is not None:
        pass


def run(home, *words):
    return CliRunner().invoke(app, ["policy", "quarantine", *words, "--home", str(home)])


@pytest.fixture
def signed(tmp_path):
    file = tmp_path / "anna.pem"
    file.write_bytes(ANNA.signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o600)
    return ["--officer", "anna", "--key", str(file), "--reason", "agreed by telephone"]


def test_what_was_stopped_is_listed_and_shown(home):
    listed = run(home, "list")
    assert "line" in listed.output.replace("\n", "")
    assert "rt7.zrh" in run(home, "show", "1").output


def test_a_release_tells_it_and_a_second_one_finds_nothing(home, signed):
    released = run(home, "release", "1", "--yes", *signed)
    assert released.exit_code == 0, released.output
    assert "rt7.zrh" in released.output
    disclose(home)
    assert "No disclosure waits" in run(home, "list").output
    assert run(home, "release", "1", "--yes", *signed).exit_code == 1
    explained = CliRunner().invoke(app, ["policy", "explain", "line", "-a", "operator:northlink", "--home", str(home)])
    assert "disclosed" in explained.output.splitlines()[0]
    assert "An officer let it pass" in explained.output


def test_what_would_leave_is_shown_and_nothing_is_signed_unless_somebody_says_yes(home, signed):
    told = run(home, "release", "1", *signed)
    assert isinstance(told.exception, NobodyToAsk)
    assert "rt7.zrh" in told.output
    assert "at /serviceType" in told.output
    assert "rt7.zrh" in run(home, "show", "1").output


def test_what_is_released_is_what_was_shown(home):
    desk = build(settings.load(home)).life().quarantine()
    with pytest.raises(NothingWithheld):
        desk.release(1, ANNA, "agreed", seen=b"another digest")
    assert desk.show(1)


def test_a_discard_settles_it_too(home, signed):
    assert run(home, "discard", "1", *signed).exit_code == 0
    disclose(home)
    assert "No disclosure waits" in run(home, "list").output
