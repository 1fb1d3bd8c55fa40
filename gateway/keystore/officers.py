"""Key files of officers: the private one stays with the person, the public one is enrolled.

They are no keys of the instance, so no profile names them and they are never below its folder of keys.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from gateway.errors import KeyMaterialError
from gateway.evidence.jws import Signer
from gateway.keystore.files import KeyFileMissing, KeyFileRefused, read_private, write_new

PRIVATE_MODE, PUBLIC_MODE = 0o600, 0o644
_MAX_PUBLIC_BYTES = 4096


class OfficerKeyMissing(KeyMaterialError):
    """There is no such file with an officer's key."""

    code = "keys.officer-key-missing"
    remedy = "Give the file that `demarc officer keygen` wrote for this officer."


class OfficerKeyRefused(KeyMaterialError):
    """A file does not hold the kind of key that is asked for."""

    code = "keys.officer-key-refused"
    remedy = "Give the private key to sign, the public one (.pub.pem) to enrol; `demarc officer keygen` writes both."


def generate_officer_key(path: Path) -> Path:
    """Make a key, write it to `path` and its public part beside it; return where that is.

    Raises:
        KeyFileExists: One of the two is there already; the private one is not touched.
    """
    key = Ed25519PrivateKey.generate()
    public = path.with_name(f"{path.stem}.pub.pem")
    write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), PRIVATE_MODE)
    write_new(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), PUBLIC_MODE)
    return public


def load_officer_key(path: Path) -> Signer:
    """Return an officer's private key.

    Raises:
        OfficerKeyMissing, KeyFileExposed, OfficerKeyRefused: None is there, others may read it, or it is another kind.
    """
    try:
        key = load_pem_private_key(read_private(path), password=None)
    except KeyFileMissing as error:
        raise OfficerKeyMissing(str(error)) from error
    except KeyFileRefused as error:
        raise OfficerKeyRefused(str(error)) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise OfficerKeyRefused(f"{path}: not an unencrypted private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise OfficerKeyRefused(f"{path}: not an Ed25519 key")
    return Signer.of(key)


def read_officer_key(path: Path) -> Ed25519PublicKey:
    """Return an officer's public key.

    Raises:
        OfficerKeyMissing, OfficerKeyRefused: There is none, or it is something else; a private key is something else.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_PUBLIC_BYTES + 1)
    except FileNotFoundError as error:
        raise OfficerKeyMissing(str(path)) from error
    except OSError as error:
        raise OfficerKeyRefused(f"{path}: {error.strerror}") from error
    if len(raw) > _MAX_PUBLIC_BYTES or b"PRIVATE KEY" in raw or raw.count(b"-----BEGIN") != 1:
        raise OfficerKeyRefused(f"{path}: not one public key in PEM")
    try:
        key = load_pem_public_key(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise OfficerKeyRefused(f"{path}: not one public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise OfficerKeyRefused(f"{path}: not an Ed25519 key")
    return key
