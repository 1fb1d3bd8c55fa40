"""Key files: whole, private, and what their profile says."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from gateway import bundled
from gateway.errors import KeyMaterialError
from gateway.evidence import jws
from gateway.ids import OperatorId
from gateway.keystore.certificates import HostNameRefused
from gateway.keystore.files import (
    KeyFileExists,
    KeyFileExposed,
    KeyFileMissing,
    KeyFileRefused,
    generate_signing_key,
    load_master,
    load_signing_key,
    load_tls_key,
    write_new,
)
from gateway.keystore.instance import generate_all, load_certificate, own_anchor, tls_files
from gateway.keystore.profiles import ProfileRefused, Purpose, profiles, read_profiles
from gateway.party.identity import operator_of_certificate
from gateway.transport.tls import TlsMaterialRefused, client_context, exchange_context
from tests.pki import NOW

SEAL, PSEUDONYM = profiles()[Purpose.SEAL], profiles()[Purpose.PSEUDONYM]
AURORA = OperatorId("aurora")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    generate_all(tmp_path / "keys", AURORA, ["127.0.0.1", "::1", "Gateway.aurora.example"], NOW)
    return tmp_path / "keys"


@pytest.fixture
def loose_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("loose_umask")
def test_private_files_are_private_whatever_the_umask(keys: Path) -> None:
    for profile in profiles().values():
        assert stat.S_IMODE(profile.key_path(keys).stat().st_mode) == 0o600
        assert stat.S_IMODE(profile.key_path(keys).parent.stat().st_mode) == 0o700


def test_there_is_nothing_but_what_the_profiles_say(keys: Path) -> None:
    expected = {profile.key_path(keys) for profile in profiles().values()}
    expected |= {profile.certificate_path(keys) for profile in profiles().values() if profile.certificate}
    assert {path for path in keys.rglob("*") if path.is_file()} == expected | {keys / "outside" / "tls-anchor.cert.pem"}


def test_the_outside_holds_neither_seal_nor_pseudonym_nor_authority(keys: Path) -> None:
    assert {path.name for path in (keys / "outside").iterdir()} == {
        "receipt.key.pem",
        "tls-anchor.cert.pem",
        "tls-client.cert.pem",
        "tls-client.key.pem",
        "tls-server.cert.pem",
        "tls-server.key.pem",
    }


def test_a_signing_key_comes_back_and_signs(tmp_path: Path) -> None:
    made = generate_signing_key(tmp_path, SEAL)
    loaded = load_signing_key(tmp_path, SEAL)
    assert loaded.key_id == made.key_id
    token = jws.sign({"a": 1}, "t", loaded)
    assert jws.verify(token, "t", {made.key_id: made.key.public_key()}) == {"a": 1}


def test_a_master_comes_back(keys: Path) -> None:
    assert len(load_master(keys, PSEUDONYM)) == 32


def test_nothing_is_overwritten(keys: Path) -> None:
    before = SEAL.key_path(keys).read_bytes()
    with pytest.raises(KeyFileExists):
        generate_signing_key(keys, SEAL)
    assert SEAL.key_path(keys).read_bytes() == before
    assert [path for path in (keys / "inside").iterdir() if path.name.startswith(".")] == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissing, match=r"seal\.key\.pem"):
        load_signing_key(tmp_path, SEAL)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_k01_a_file_that_others_get_at_is_refused(keys: Path, mode: int) -> None:
    SEAL.key_path(keys).chmod(mode)
    with pytest.raises(KeyFileExposed, match=r"seal\.key\.pem"):
        load_signing_key(keys, SEAL)


@pytest.mark.parametrize("content", [b"", b"x", b"a" * 100_000])
def test_a_file_with_something_else_is_refused(keys: Path, content: bytes) -> None:
    for profile, load in ((SEAL, load_signing_key), (PSEUDONYM, load_master)):
        profile.key_path(keys).write_bytes(content)
        with pytest.raises(KeyFileRefused):
            load(keys, profile)


def test_a_key_of_another_algorithm_is_refused(keys: Path) -> None:
    server = profiles()[Purpose.TLS_SERVER]
    seal, tls = SEAL.key_path(keys).read_bytes(), server.key_path(keys).read_bytes()
    SEAL.key_path(keys).write_bytes(tls)
    server.key_path(keys).write_bytes(seal)
    with pytest.raises(KeyFileRefused, match="Ed25519"):
        load_signing_key(keys, SEAL)
    with pytest.raises(KeyFileRefused, match="P-256"):
        load_tls_key(keys, server)
    with pytest.raises(KeyFileRefused):
        load_tls_key(keys, SEAL)


def test_a_folder_or_a_pipe_is_no_key_file(tmp_path: Path) -> None:
    path = SEAL.key_path(tmp_path)
    path.parent.mkdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(KeyFileRefused, match="regular"):
        load_signing_key(tmp_path, SEAL)


def test_write_new_leaves_nothing_behind_when_it_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_new(tmp_path / "k", b"x", 0o600)
    assert list(tmp_path.iterdir()) == []


def test_both_verifiers_accept_the_certificates(keys: Path) -> None:
    server, client = (tls_files(keys, purpose) for purpose in (Purpose.TLS_SERVER, Purpose.TLS_CLIENT))
    anchor = own_anchor(keys)
    exchange_context(server.certificate, server.key, [anchor])
    client_context(client.certificate, client.key, [anchor])
    policy = PolicyBuilder().store(Store([x509.load_pem_x509_certificate(anchor.encode())])).time(NOW)
    leaf = load_certificate(client.certificate)
    assert operator_of_certificate(leaf) == AURORA
    assert policy.build_client_verifier().verify(leaf, []).subjects
    host = x509.DNSName("gateway.aurora.example")
    policy.build_server_verifier(host).verify(load_certificate(server.certificate), [])


def test_a_certificate_of_another_key_is_refused(keys: Path) -> None:
    server, client = (profiles()[purpose] for purpose in (Purpose.TLS_SERVER, Purpose.TLS_CLIENT))
    server.certificate_path(keys).write_bytes(client.certificate_path(keys).read_bytes())
    with pytest.raises(KeyFileRefused, match="not the certificate of"):
        tls_files(keys, Purpose.TLS_SERVER)
    with pytest.raises(TlsMaterialRefused):
        exchange_context(server.certificate_path(keys), server.key_path(keys), [])


@pytest.mark.parametrize("host", ["", "a b", "*.example", "ö.example", "-a.example", "a..b", "a" * 64, "https://a"])
def test_a_host_that_is_none_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(HostNameRefused):
        generate_all(tmp_path, AURORA, [host], NOW)


def test_the_shipped_profiles_fit_their_purposes() -> None:
    assert set(profiles()) == set(Purpose)
    assert {p.extended_key_usage for p in profiles().values() if p.extended_key_usage} == {"serverAuth", "clientAuth"}
    assert all(profile.mode == 0o600 for profile in profiles().values())


@pytest.mark.parametrize("text", ["", "x", "[seal]", "[other]\nzone='inside'", "[seal]\nzone='elsewhere'"])
def test_damaged_profiles_are_refused(text: str) -> None:
    with pytest.raises(ProfileRefused):
        read_profiles(text)


def test_the_generator_is_a_program(tmp_path: Path) -> None:
    command = [sys.executable, str(bundled.folder("keys") / "generate.py"), str(tmp_path / "out")]
    arguments = ["--operator", "aurora", "--host", "127.0.0.1"]
    first = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    assert "outside" in first.stdout
    second = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert (second.returncode, second.stderr.splitlines()[0][:24]) == (1, "error[keys.file-exists]:")


def test_every_error_here_has_a_remedy() -> None:
    for kind in (KeyFileExists, KeyFileExposed, KeyFileMissing, KeyFileRefused, HostNameRefused, ProfileRefused):
        assert issubclass(kind, KeyMaterialError)
        assert kind.remedy.endswith(".")
