"""The life of a policy as officers type it: each command as in docs/how-to/decide-on-policies.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.keystore.profiles import Purpose
from tests.network import INVENTORY, partner_policy
from tests.operators import Folder, Operator, demarc

pytestmark = pytest.mark.slow


@pytest.fixture
def aurora(tmp_path: Path) -> Iterator[Operator]:
    """Return an instance with two enrolled officers, whose keys stand beside it, and with its inventory."""
    with Folder(tmp_path) as folder:
        operator = folder.operator("aurora")
        operator.load(INVENTORY)
        for name in ("ingrid", "tomas"):
            demarc("officer", "keygen", str(tmp_path / f"{name}.pem"))
            public = str(tmp_path / f"{name}.pub.pem")
            operator.run("officer", "add", name, "--person", f"{name}.person", "--key", public)
        yield operator


def by(aurora: Operator, name: str, prefix: str = "") -> tuple[str, ...]:
    key = str(aurora.home.parent / f"{name}.pem")
    return ("--second", name, "--second-key", key) if prefix else ("--officer", name, "--key", key)


def put_in_force(aurora: Operator) -> None:
    """Let both officers put the partner's policy in force."""
    file = aurora.home.parent / "partner.yaml"
    file.write_text(partner_policy())
    draft = draft_in(aurora.run("policy", "submit", str(file), *by(aurora, "ingrid")))
    aurora.run("policy", "approve", draft, "--yes", *by(aurora, "tomas"))
    aurora.run("policy", "publish", draft, *by(aurora, "ingrid"))


def draft_in(printed: str) -> str:
    found = re.search(r"^draft ([0-9a-f]{16}) ", printed, re.MULTILINE)
    assert found, printed
    return found[1]


def test_from_draft_to_force_and_back(aurora: Operator, tmp_path: Path) -> None:
    wide, narrow = tmp_path / "northlink.yaml", tmp_path / "narrow.yaml"
    wide.write_text(partner_policy())
    narrow.write_text(partner_policy().replace("      perceivedSeverity: keep\n", "", 1))

    submitted = aurora.run("policy", "submit", str(wide), *by(aurora, "ingrid"), "--message", "contract 2027")
    assert "operator:northlink" in submitted
    assert "newly visible: alarm" in submitted
    draft = draft_in(submitted)
    aurora.run("policy", "publish", draft, *by(aurora, "ingrid"), status=1)
    aurora.run("policy", "approve", draft, "--yes", *by(aurora, "ingrid"), status=1)
    aurora.run("policy", "approve", draft, *by(aurora, "tomas"), status=1)
    assert "  perceivedSeverity: nothing -> keep" in aurora.run("policy", "review", draft[:6])
    assert aurora.run("policy", "show", draft) == wide.read_text()
    aurora.run("policy", "approve", draft, "--yes", *by(aurora, "tomas"))
    assert "as version 1" in aurora.run("policy", "publish", draft, *by(aurora, "ingrid"))
    assert "as version 2" in aurora.run("policy", "publish", str(narrow), *by(aurora, "ingrid"))

    back = aurora.run("policy", "rollback", "operator:northlink", *by(aurora, "tomas"), status=1)
    aurora.run("policy", "approve", draft_in(back), "--yes", *by(aurora, "ingrid"))
    assert "as version 3" in aurora.run("policy", "publish", draft_in(back), *by(aurora, "tomas"))
    history = aurora.run("policy", "history", "operator:northlink")
    assert [line.split()[1] for line in history.splitlines() if re.match(r"│ \d", line)] == ["1", "2", "3"]


def test_stop_resume_and_broken_glass(aurora: Operator, tmp_path: Path) -> None:
    put_in_force(aurora)
    # Stopped by one, resumed by two.
    aurora.run("policy", "stop", "operator:northlink", *by(aurora, "ingrid"), "--reason", "suspected breach")
    assert "stopped: suspected" in aurora.run("policy", "list")
    resume = ("policy", "resume", "operator:northlink", *by(aurora, "ingrid"), "--reason", "all clear")
    aurora.run(*resume, *by(aurora, "ingrid", "s"), status=1)
    aurora.run(*resume, *by(aurora, "tomas", "s"))
    assert "stopped" not in aurora.run("policy", "list")
    # Widened for two hours.
    wider = tmp_path / "wider.yaml"
    wider.write_text(partner_policy() + "      statusChangeReason: {constant: investigated}\n")
    glass = ("--for", "2h", "--reason", "joint incident 4711")
    printed = aurora.run("policy", "break-glass", str(wider), *glass, *by(aurora, "ingrid"), *by(aurora, "tomas", "s"))
    assert "newly visible: trouble-ticket" in printed
    assert "glass broken until" in aurora.run("policy", "list")
    report = aurora.run("policy", "report", draft_in(printed))
    assert "by ingrid and tomas: joint incident 4711" in report
    assert "is still open" in report


def test_everything_is_in_the_acts_and_the_head_can_be_asked_for(aurora: Operator) -> None:
    put_in_force(aurora)
    head = aurora.run("policy", "acts").splitlines()[-1].removeprefix("head ")
    assert "acts hold together" in aurora.run("policy", "acts", "--verify", "--expect", head)
    aurora.run("policy", "acts", "--expect", "1:" + "0" * 64, status=1)


def test_a_third_officer_needs_the_signatures_of_two(aurora: Operator, tmp_path: Path) -> None:
    demarc("officer", "keygen", str(tmp_path / "carla.pem"))
    add = ("officer", "add", "carla", "--person", "carla.person", "--key", str(tmp_path / "carla.pub.pem"))
    signed = [f"--approved-by={name}={tmp_path / name}.pem" for name in ("ingrid", "tomas")]
    aurora.run(*add, status=1)
    aurora.run(*add, signed[0], status=1)
    aurora.run(*add, *signed)
    aurora.run("officer", "disable", "carla", f"--approved-by=carla={tmp_path / 'carla.pem'}", status=1)
    aurora.run("officer", "disable", "carla", signed[0])
    assert re.search(r"carla .*disabled", aurora.run("officer", "list").replace("\n", " "))


def test_the_keys_of_the_gateway_are_no_officers_keys(aurora: Operator, tmp_path: Path) -> None:
    for number, purpose in enumerate((Purpose.SEAL, Purpose.RECEIPT)):
        public = tmp_path / f"{number}.pub.pem"
        key = aurora.signer(purpose).key.public_key()
        public.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        signed = [f"--approved-by={name}={tmp_path / name}.pem" for name in ("ingrid", "tomas")]
        aurora.run("officer", "add", "x", "--person", "x", "--key", str(public), *signed, status=1)
