"""Read a certificate from PEM: the whole of it, so that what is damaged is refused here and nowhere later.

Standard: RFC 5280; RFC 7468 section 5.
"""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

UNREADABLE: Final = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises when it reads a damaged certificate, its key or its extensions."""


class CertificateDamaged(ValueError):
    """The text is not one certificate that can be used."""


def read_certificate(pem: bytes) -> x509.Certificate:
    """Return the first certificate in `pem`, of which the key and the extensions can be read.

    Raises:
        CertificateDamaged: There is none, or it is damaged, or its serial number is not positive (section 4.1.2.2).

    Trust: Nothing about the certificate was verified.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        certificate.public_key()
        _ = certificate.extensions
    except UNREADABLE as error:
        raise CertificateDamaged("not a certificate in PEM that can be read") from error
    if certificate.serial_number <= 0:
        raise CertificateDamaged("a certificate whose serial number is not positive")
    return certificate
