"""The operator that a certificate names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.party.identity import CertificateNameRefused, CertificatePurposeRefused, operator_of_certificate
from tests.pki import URN, client_identity, new_authority, odd_leaf, server_identity

NORTH = new_authority("northlink")


def test_our_own_client_certificate_names_its_operator(tmp_path: Path) -> None:
    assert operator_of_certificate(client_identity(tmp_path, NORTH, "northlink").certificate) == "northlink"


def test_a_server_certificate_names_nobody(tmp_path: Path) -> None:
    with pytest.raises(CertificatePurposeRefused):
        operator_of_certificate(server_identity(tmp_path, NORTH).certificate)


@pytest.mark.parametrize(
    "usages",
    [
        None,
        [ExtendedKeyUsageOID.SERVER_AUTH],
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
    ],
)
def test_m05_the_purpose_is_exact(usages: Sequence[x509.ObjectIdentifier] | None) -> None:
    with pytest.raises(CertificatePurposeRefused):
        operator_of_certificate(odd_leaf(NORTH, usages=usages)[0])


def test_m06_other_kinds_of_names_do_not_matter_beside_the_one() -> None:
    names = [x509.UniformResourceIdentifier(URN + "northlink"), x509.DNSName("southwind")]
    assert operator_of_certificate(odd_leaf(NORTH, names=names)[0]) == "northlink"


@pytest.mark.parametrize("texts", [[], ["a", "b"], ["A"], [""], ["-a"], ["a" * 64], ["a/b"], ["a\n"], ["%61"]])
def test_m06_the_name_is_exact(texts: Sequence[str]) -> None:
    names = [x509.UniformResourceIdentifier._init_without_validation(URN + text) for text in texts]
    with pytest.raises(CertificateNameRefused):
        operator_of_certificate(odd_leaf(NORTH, names=names, common_name=URN + "northlink")[0])
