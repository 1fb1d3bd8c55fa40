"""Issue the TLS certificates of one operator: its own authority, one server, one client.

Built so that both verifiers accept them: OpenSSL with X509_STRICT, and `cryptography.x509.verification`.
Pure but for the serial numbers: the caller brings the clock and the keys, and writes the files.

Standard: RFC 5280 section 4.2; CA/Browser Forum profile where the second verifier asks for it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.errors import KeyMaterialError
from gateway.ids import OperatorId, audience_of_operator

_CLOCK_SKEW = timedelta(minutes=5)
_MAX_COMMON_NAME = 64


class HostNameRefused(KeyMaterialError):
    """A certificate cannot be issued for this host."""

    code = "keys.host-refused"
    remedy = "Give a DNS name in ASCII or an IP address."


@dataclass(frozen=True, slots=True)
class Authority:
    """What issues the certificates of one operator."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey


def authority(operator: OperatorId, key: EllipticCurvePrivateKey, now: datetime, lifetime: timedelta) -> Authority:
    """Return an operator's own authority with a self-signed certificate; it issues leaves only."""
    subject = _name(f"{operator} TLS authority")
    public = key.public_key()
    certificate = (
        _draft(subject, subject, now, lifetime)
        .public_key(public)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, SHA256())
    )
    return Authority(certificate, key)


def server_certificate(
    hosts: Sequence[str],
    key: EllipticCurvePrivateKey,
    issuer: Authority,
    now: datetime,
    lifetime: timedelta,
) -> x509.Certificate:
    """Return the certificate of a listener that is reached under `hosts`, names or addresses.

    Raises:
        HostNameRefused: There is no host, or one is neither a DNS name nor an address.
    """
    if not hosts:
        raise HostNameRefused("no host was given")
    names = [_host(host) for host in hosts]
    draft = _leaf_draft("server", key, issuer, now, lifetime)
    return _sign_leaf(draft, names, ExtendedKeyUsageOID.SERVER_AUTH, issuer)


def client_certificate(
    operator: OperatorId,
    key: EllipticCurvePrivateKey,
    issuer: Authority,
    now: datetime,
    lifetime: timedelta,
) -> x509.Certificate:
    """Return the certificate with which an operator's gateway calls on its peers."""
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(audience_of_operator(operator))]
    draft = _leaf_draft("client", key, issuer, now, lifetime)
    return _sign_leaf(draft, names, ExtendedKeyUsageOID.CLIENT_AUTH, issuer)


def _leaf_draft(
    role: str, key: EllipticCurvePrivateKey, issuer: Authority, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    """Return the part that all leaves share; a leaf never outlives its issuer."""
    public = key.public_key()
    within = min(lifetime, issuer.certificate.not_valid_after_utc - now)
    return (
        _draft(_name(f"demarc {role}"), issuer.certificate.subject, now, within)
        .public_key(public)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )


def _sign_leaf(
    draft: x509.CertificateBuilder, names: Sequence[x509.GeneralName], usage: x509.ObjectIdentifier, issuer: Authority
) -> x509.Certificate:
    return (
        draft.add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(issuer.key, SHA256())
    )


def _draft(subject: x509.Name, issuer: x509.Name, now: datetime, lifetime: timedelta) -> x509.CertificateBuilder:
    """Return what all certificates begin with; the start lies back a little, for clocks that are behind."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before((now - _CLOCK_SKEW).replace(microsecond=0))
        .not_valid_after((now + lifetime).replace(microsecond=0))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_MAX_COMMON_NAME])])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return _dns_name(host)


def _dns_name(host: str) -> x509.GeneralName:
    labels = host.split(".")
    if not host.isascii() or len(host) > 253 or not all(_is_label(label) for label in labels):
        raise HostNameRefused(f"{host[:80]!r} is neither a DNS name nor an address")
    return x509.DNSName(host.lower())


def _is_label(label: str) -> bool:
    inner = label.replace("-", "a")
    return 0 < len(label) <= 63 and inner.isalnum() and not (label.startswith("-") or label.endswith("-"))
