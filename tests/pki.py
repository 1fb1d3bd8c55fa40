"""Certificates for the tests, good and bad, made by the same builders as the real ones where they are good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.ids import parse_operator_id
from gateway.keystore.certificates import Authority, authority, client_certificate, server_certificate

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
URN = "urn:demarc:operator:"


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def new_authority(operator: str = "aurora", now: datetime = NOW, lifetime: timedelta = 30 * DAY) -> Authority:
    return authority(parse_operator_id(operator), new_key(), now, lifetime)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


@dataclass(frozen=True)
class Identity:
    """A certificate with its key, as files."""

    certificate: x509.Certificate
    certificate_file: Path
    key_file: Path


def stored(folder: Path, name: str, certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> Identity:
    certificate_file, key_file = folder / f"{name}.cert.pem", folder / f"{name}.key.pem"
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Identity(certificate, certificate_file, key_file)


def server_identity(
    folder: Path, issuer: Authority, hosts: Sequence[str] = ("127.0.0.1", "localhost"), name: str = "server"
) -> Identity:
    key = new_key()
    return stored(folder, name, server_certificate(hosts, key, issuer, NOW, 10 * DAY), key)


def client_identity(folder: Path, issuer: Authority, operator: str, name: str = "client") -> Identity:
    key = new_key()
    return stored(folder, name, client_certificate(parse_operator_id(operator), key, issuer, NOW, 10 * DAY), key)


def odd_leaf(
    issuer: Authority,
    *,
    names: Sequence[x509.GeneralName] | None = None,
    usages: Sequence[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    not_before: datetime = NOW - DAY,
    not_after: datetime = NOW + DAY,
    common_name: str = "odd",
    is_authority: bool = False,
) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """Return a leaf that our own builders would not make."""
    key = new_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    if names is None:
        names = [x509.UniformResourceIdentifier(URN + "northlink")]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if usages is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return builder.sign(issuer.key, SHA256()), key
