"""Write and read key files.

Rules:
- A private file appears whole or not at all, with its final mode from the first byte on, and never replaces another.
- A private file that anybody but its owner may read is refused; so is one that is not a regular file.
- What is read must be what its profile says; nothing is guessed.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gateway.errors import KeyMaterialError
from gateway.evidence.jws import Signer
from gateway.keystore.profiles import Algorithm, Profile

_MAX_BYTES = 64 * 1024
_OTHERS = 0o077
MASTER_BYTES = 32


class KeyFileMissing(KeyMaterialError):
    """A key file of this instance is missing."""

    code = "keys.file-missing"
    remedy = "Restore the file from its backup; a new key needs a new descriptor at every partner."


class KeyFileExposed(KeyMaterialError):
    """A private key file can be read by others than its owner."""

    code = "keys.file-exposed"
    remedy = "Consider the key known: replace it, and keep the new file at mode 0600."


class KeyFileExists(KeyMaterialError):
    """There is a key file where a new one was to be written."""

    code = "keys.file-exists"
    remedy = "Choose an empty folder, or move the old key away yourself."


class KeyFileRefused(KeyMaterialError):
    """A key file does not hold the kind of key that belongs there."""

    code = "keys.file-refused"
    remedy = "Restore the right file from its backup."


def generate_signing_key(folder: Path, profile: Profile) -> Signer:
    """Make an Ed25519 key, write its file below `folder`, and return it."""
    _require(profile, Algorithm.ED25519)
    key = Ed25519PrivateKey.generate()
    write_new(profile.key_path(folder), _pem(key), profile.mode)
    return Signer.of(key)


def load_signing_key(folder: Path, profile: Profile) -> Signer:
    """Return the Ed25519 key of `profile`.

    Raises:
        KeyFileMissing: There is no file.
        KeyFileExposed: Others may read it.
        KeyFileRefused: It holds something else.
    """
    _require(profile, Algorithm.ED25519)
    key = _private_key(profile.key_path(folder))
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileRefused(f"{profile.key_path(folder)}: not an Ed25519 key")
    return Signer.of(key)


def generate_tls_key(folder: Path, profile: Profile) -> EllipticCurvePrivateKey:
    """Make a P-256 key, write its file below `folder`, and return it."""
    _require(profile, Algorithm.P256)
    key = generate_private_key(SECP256R1())
    write_new(profile.key_path(folder), _pem(key), profile.mode)
    return key


def load_tls_key(folder: Path, profile: Profile) -> EllipticCurvePrivateKey:
    """Return the P-256 key of `profile`; the errors are those of `load_signing_key`."""
    _require(profile, Algorithm.P256)
    key = _private_key(profile.key_path(folder))
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise KeyFileRefused(f"{profile.key_path(folder)}: not a P-256 key")
    return key


def generate_master(folder: Path, profile: Profile) -> bytes:
    """Make the secret from which pseudonyms are derived, write its file below `folder`, and return it."""
    _require(profile, Algorithm.BYTES_32)
    master = secrets.token_bytes(MASTER_BYTES)
    write_new(profile.key_path(folder), master.hex().encode() + b"\n", profile.mode)
    return master


def load_master(folder: Path, profile: Profile) -> bytes:
    """Return the secret of `profile`; the errors are those of `load_signing_key`."""
    _require(profile, Algorithm.BYTES_32)
    path = profile.key_path(folder)
    try:
        master = bytes.fromhex(read_private(path).decode("ascii").strip())
    except ValueError as error:
        raise KeyFileRefused(f"{path}: not {MASTER_BYTES} bytes in hex") from error
    if len(master) != MASTER_BYTES:
        raise KeyFileRefused(f"{path}: not {MASTER_BYTES} bytes in hex")
    return master


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that was not there, durably, with exactly `mode` whatever the umask.

    Raises:
        KeyFileExists: There is one already; it was not touched.

    Invariant: At no moment is there a file under `path` that is not whole, or that has another mode.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, this fails when the name is taken
    except FileExistsError as error:
        raise KeyFileExists(str(path)) from error
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Return the content of a private file.

    Raises:
        KeyFileMissing: There is none.
        KeyFileExposed: Its mode lets group or others at it.
        KeyFileRefused: It is no regular file, too large, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise KeyFileMissing(str(path)) from error
    except OSError as error:
        raise KeyFileRefused(f"{path}: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileRefused(f"{path}: not a regular file")
        if status.st_mode & _OTHERS:
            raise KeyFileExposed(f"{path} has mode {stat.S_IMODE(status.st_mode):04o}; 0600 is the widest allowed")
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise KeyFileRefused(f"{path}: larger than any key file")
    return content


def _private_key(path: Path) -> object:
    try:
        return load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileRefused(f"{path}: not an unencrypted private key in PEM") from error


def _pem(key: Ed25519PrivateKey | EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _require(profile: Profile, algorithm: Algorithm) -> None:
    if profile.algorithm is not algorithm:
        raise KeyFileRefused(f"the profile of {profile.purpose} is for {profile.algorithm}, not for {algorithm}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
