"""Key files of officers: private ones are nobody else's, public ones are just that."""

from __future__ import annotations

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.keystore.files import KeyFileExists, KeyFileExposed
from gateway.keystore.officers import (
    OfficerKeyMissing,
    OfficerKeyRefused,
    generate_officer_key,
    load_officer_key,
    read_officer_key,
)


@pytest.fixture
def pair(tmp_path):
    """Return the files of a key pair."""
    private = tmp_path / "ingrid.pem"
    return private, generate_officer_key(private)


def test_the_pair_belongs_together_and_the_private_file_is_private(pair):
    private, public = pair
    assert public.name == "ingrid.pub.pem"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    signer = load_officer_key(private)
    read_officer_key(public).verify(signer.key.sign(b"x"), b"x")


def test_a_key_is_never_replaced(pair):
    private, _ = pair
    before = private.read_bytes()
    with pytest.raises(KeyFileExists):
        generate_officer_key(private)
    assert private.read_bytes() == before


def test_a_private_file_that_others_can_read_is_refused(pair):
    private, _ = pair
    private.chmod(0o640)
    with pytest.raises(KeyFileExposed):
        load_officer_key(private)


def test_a_private_key_is_not_enrolled(pair):
    private, public = pair
    with pytest.raises(OfficerKeyRefused):
        read_officer_key(private)
    public.write_bytes(public.read_bytes() + private.read_bytes())
    with pytest.raises(OfficerKeyRefused):
        read_officer_key(public)


@pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path, content):
    file = tmp_path / "key.pem"
    file.write_bytes(content)
    file.chmod(0o600)
    for read in (read_officer_key, load_officer_key):
        with pytest.raises(OfficerKeyRefused):
            read(file)


def test_two_public_keys_in_one_file_are_refused(pair):
    _, public = pair
    public.write_bytes(public.read_bytes() * 2)
    with pytest.raises(OfficerKeyRefused):
        read_officer_key(public)


def test_a_key_of_another_kind_is_refused(tmp_path):
    key = generate_private_key(SECP256R1())
    private, public = tmp_path / "a.pem", tmp_path / "a.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private.chmod(0o600)
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(OfficerKeyRefused):
        load_officer_key(private)
    with pytest.raises(OfficerKeyRefused):
        read_officer_key(public)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    for read in (read_officer_key, load_officer_key):
        with pytest.raises(OfficerKeyMissing):
            read(tmp_path / "nobody.pem")
