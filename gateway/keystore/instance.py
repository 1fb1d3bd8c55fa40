"""Make all keys of one operator's instance, and find what belongs to TLS among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.ids import OperatorId
from gateway.keystore.certificates import authority, client_certificate, server_certificate
from gateway.keystore.files import (
    KeyFileMissing,
    KeyFileRefused,
    generate_master,
    generate_signing_key,
    generate_tls_key,
    load_tls_key,
    write_new,
)
from gateway.keystore.profiles import Profile, Purpose, profiles
from gateway.party.certificate import read_certificate

OWN_ANCHOR = "tls-anchor.cert.pem"
"""Copy of the authority's certificate in the outside folder: what partners pin, and nothing secret."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate and its private key, as TLS wants them: by path."""

    certificate: Path
    key: Path


def generate_all(folder: Path, operator: OperatorId, hosts: Sequence[str], now: datetime) -> None:
    """Make every key and certificate of an instance below `folder`, one file each.

    Args:
        folder: Gets the folders `inside` and `outside`.
        operator: Whose instance this is.
        hosts: Names and addresses under which its listeners are reached.
        now: Aware UTC; the certificates are valid from then on.

    Raises:
        KeyFileExists: A file is there already; files made before it stay.
        HostNameRefused: A host cannot stand in a certificate.
    """
    known = profiles()
    ca, server, client = (known[purpose] for purpose in (Purpose.TLS_CA, Purpose.TLS_SERVER, Purpose.TLS_CLIENT))
    ca_key = generate_tls_key(folder, ca)
    issuer = authority(operator, ca_key, now, ca.lifetime)
    _write(folder, ca, issuer.certificate)
    write_new(folder / server.zone / OWN_ANCHOR, issuer.certificate.public_bytes(Encoding.PEM), server.certificate_mode)
    server_key = generate_tls_key(folder, server)
    _write(folder, server, server_certificate(hosts, server_key, issuer, now, server.lifetime))
    client_key = generate_tls_key(folder, client)
    _write(folder, client, client_certificate(operator, client_key, issuer, now, client.lifetime))
    for purpose in (Purpose.SEAL, Purpose.RECEIPT):
        generate_signing_key(folder, known[purpose])
    generate_master(folder, known[Purpose.PSEUDONYM])


def tls_files(folder: Path, purpose: Purpose) -> TlsFiles:
    """Return the certificate and key of `purpose`, after checking that they can be used together.

    Raises:
        KeyFileMissing: One of them is not there.
        KeyFileExposed: Others may read the key.
        KeyFileRefused: They are not what the profile says, or do not belong together.
    """
    profile = profiles()[purpose]
    key: EllipticCurvePrivateKey = load_tls_key(folder, profile)
    path = profile.certificate_path(folder)
    if load_certificate(path).public_key() != key.public_key():
        raise KeyFileRefused(f"{path} is not the certificate of {profile.key_path(folder)}")
    return TlsFiles(path, profile.key_path(folder))


def own_anchor(folder: Path) -> str:
    """Return the certificate of the own authority, PEM, as it goes into the descriptor."""
    path = folder / profiles()[Purpose.TLS_SERVER].zone / OWN_ANCHOR
    return load_certificate(path).public_bytes(Encoding.PEM).decode("ascii")


def load_certificate(path: Path) -> x509.Certificate:
    """Return the first certificate of a PEM file, which need not be private."""
    try:
        return read_certificate(path.read_bytes())
    except FileNotFoundError as error:
        raise KeyFileMissing(str(path)) from error
    except (OSError, ValueError) as error:
        raise KeyFileRefused(f"{path}: not a certificate in PEM") from error


def _write(folder: Path, profile: Profile, certificate: x509.Certificate) -> None:
    write_new(profile.certificate_path(folder), certificate.public_bytes(Encoding.PEM), profile.certificate_mode)
