"""P-19: who is stopped is somebody; a name that nobody has is told at once, with the name that is most like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner, Result

from gateway import settings
from gateway.cli.main import app
from gateway.ids import CustomerId, OperatorId
from gateway.wiring.inside import Inside, build
from tests.inside_side import policy
from tests.officers import ANNA, BORIS, FourEyes

PARTNER, CUSTOMER, POLICY_ONLY = "operator:southlink", "customer:acme", "operator:northlink"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an instance with a partner, a customer, and somebody who has a policy alone."""
    home = tmp_path / "aurora"
    made = CliRunner().invoke(app, ["init", str(home), "--operator", "aurora", "--name", "Aurora"])
    assert made.exit_code == 0, made.output
    life = instance(home).life()
    FourEyes(life).publish(policy())
    with life.outside.write() as there:
        there.partners.put(OperatorId("southlink"), b"descriptor", enabled=True)
        there.tokens.put(CustomerId("acme"), "Acme", bytes(32))
    for one in (ANNA, BORIS):
        file = tmp_path / f"{one.officer}.pem"
        file.write_bytes(one.signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.chmod(0o600)
    return home


def instance(home: Path) -> Inside:
    return build(settings.load(home))


def run(home: Path, command: str, audience: str) -> Result:
    words = ["--officer", "anna", "--key", str(home.parent / "anna.pem")]
    if command in ("stop", "resume"):
        words += ["--reason", "suspected breach"]
    if command == "resume":
        words += ["--second", "boris", "--second-key", str(home.parent / "boris.pem")]
    words = [] if command == "history" else words
    return CliRunner().invoke(app, ["policy", command, audience, *words, "--home", str(home)])


def stopped(home: Path) -> list[str]:
    with instance(home).life().outside.read() as there:
        return [audience.removeprefix("urn:demarc:") for audience in there.stops.every()]


@pytest.mark.parametrize("command", ["stop", "resume", "history", "rollback"])
@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [("operator:nothlink", POLICY_ONLY), ("customer:northlink", POLICY_ONLY), ("customer:acne", CUSTOMER)],
)
def test_a_name_that_nobody_has_is_refused_with_the_nearest(
    home: Path, command: str, misspelt: str, meant: str
) -> None:
    told = run(home, command, misspelt)
    assert told.exit_code == 2
    assert f"there is no {misspelt}" in told.output
    assert f"Write `{meant}`" in told.output
    assert stopped(home) == []


@pytest.mark.parametrize("audience", [PARTNER, CUSTOMER, POLICY_ONLY, "urn:demarc:customer:acme"])
def test_whoever_has_a_policy_or_is_a_partner_or_a_customer_is_stopped_and_let_back_in(
    home: Path, audience: str
) -> None:
    assert run(home, "stop", audience).exit_code == 0
    assert stopped(home) == [audience.removeprefix("urn:demarc:")]
    assert run(home, "resume", audience).exit_code == 0
    assert stopped(home) == []


def test_where_there_is_nobody_that_is_said(tmp_path: Path) -> None:
    home = tmp_path / "borealis"
    assert CliRunner().invoke(app, ["init", str(home), "--operator", "borealis", "--name", "B"]).exit_code == 0
    told = run(home, "history", PARTNER)
    assert told.exit_code == 2
    assert "There is nobody yet." in told.output
