"""Certificates: every damaged one is refused in one way, wherever the damage is."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.party.certificate import CertificateDamaged, read_certificate
from tests.pki import new_authority

DER = new_authority("northlink").certificate.public_bytes(Encoding.DER)


def armoured(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def test_a_sound_certificate_is_read() -> None:
    assert read_certificate(armoured(DER)).public_bytes(Encoding.DER) == DER


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_is_read_or_refused_in_one_way(bit: int) -> None:
    refused = 0
    for place in range(len(DER)):
        damaged = bytearray(DER)
        damaged[place] ^= 1 << bit
        try:
            read_certificate(armoured(bytes(damaged)))
        except CertificateDamaged:
            refused += 1
    assert refused > len(DER) // 10


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_serial_number_that_is_not_positive_is_refused() -> None:
    length_at = DER.index(b"\xa0\x03\x02\x01\x02\x02") + 6
    negative = bytearray(DER)
    negative[length_at + 1] |= 0x80
    with pytest.raises(CertificateDamaged, match="serial number"):
        read_certificate(armoured(bytes(negative)))


@pytest.mark.parametrize("pem", [b"", b"x", armoured(DER)[:-30], armoured(DER[:-1])])
def test_what_is_no_certificate_is_refused(pem: bytes) -> None:
    with pytest.raises(CertificateDamaged):
        read_certificate(pem)
