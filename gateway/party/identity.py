"""Read an operator's identity from its certificate.

Pure. In this order:

 (1) purpose  extended key usage lists clientAuth, and not "any"
 (2) name     exactly one URI among the subject alternative names is in `urn:demarc:operator:`, spelt exactly

The common name, DNS names and mail addresses say nothing here. Whether the certificate is genuine is not looked at:
the caller verifies the chain against the anchors of the very operator that this module names.

Standard: RFC 5280 sections 4.2.1.6 and 4.2.1.12.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.errors import IdentityError
from gateway.ids import MalformedId, OperatorId, parse_operator_id
from gateway.party.certificate import UNREADABLE

OPERATOR_URN = "urn:demarc:operator:"


class CertificatePurposeRefused(IdentityError):
    """The certificate is not meant for clients."""

    code = "identity.certificate-purpose"
    remedy = "Use a certificate whose extended key usage is clientAuth."


class CertificateNameRefused(IdentityError):
    """The certificate does not name exactly one operator."""

    code = "identity.certificate-name"
    remedy = "Use a certificate with one subject alternative name URI urn:demarc:operator:<id>."


def operator_of_certificate(certificate: x509.Certificate) -> OperatorId:
    """Return the operator that `certificate` names.

    Raises:
        CertificatePurposeRefused: It is not for TLS clients.
        CertificateNameRefused: It names no operator, several, or a malformed one.

    Trust: Nothing about the certificate was verified.
    """
    try:
        extensions = certificate.extensions
    except UNREADABLE as error:
        raise CertificateNameRefused("its extensions cannot be read") from error
    _require_client_purpose(extensions)
    return _named_operator(extensions)


def _require_client_purpose(extensions: x509.Extensions) -> None:
    try:
        usages = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound as error:
        raise CertificatePurposeRefused("no extended key usage") from error
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usages or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usages:
        raise CertificatePurposeRefused("extended key usage is not clientAuth, or any")


def _named_operator(extensions: x509.Extensions) -> OperatorId:
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound as error:
        raise CertificateNameRefused("no subject alternative name") from error
    ours = [uri for uri in names.get_values_for_type(x509.UniformResourceIdentifier) if _looks_like_ours(uri)]
    if len(ours) != 1 or not ours[0].startswith(OPERATOR_URN):
        raise CertificateNameRefused(f"{len(ours)} names of operators where one belongs")
    try:
        return parse_operator_id(ours[0].removeprefix(OPERATOR_URN))
    except MalformedId as error:
        raise CertificateNameRefused("the name of the operator is malformed") from error


def _looks_like_ours(uri: str) -> bool:
    """Tell whether `uri` may be read as one of our URNs; look-alikes count, so none can stand beside a real one."""
    return uri.strip().casefold().startswith(OPERATOR_URN)
