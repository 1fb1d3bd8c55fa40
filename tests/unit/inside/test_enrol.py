"""Enrolling partners and customers: whom we trust is decided once, and a crash in between is repaired by repeating."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.errors import StorageError
from gateway.evidence.jws import Signer
from gateway.inside.enrol import TOKEN_PREFIX, OlderDescriptor, OwnDescriptor
from gateway.party.descriptor import Descriptor, DescriptorRefused, fingerprint, sign_descriptor
from tests.inside_side import NOW
from tests.pki import new_authority, pem

ANCHOR = pem(new_authority("northlink", now=NOW).certificate)
SEAL, RECEIPT, *OTHERS = (Signer.of(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in range(1, 7))


def descriptor(operator="northlink", seal=SEAL, receipt=RECEIPT, **changes):
    plain = Descriptor(
        operator=operator,
        name=operator.title(),
        contact="noc@example.test",
        exchange="https://gateway.example.test:8443",
        protocol_versions=("1",),
        anchors=(ANCHOR,),
        spki_pins=frozenset(),
        seal={seal.key_id: seal.key.public_key()},
        receipt={receipt.key_id: receipt.key.public_key()},
        not_before=NOW,
        not_after=NOW + timedelta(days=30),
        sequence=1,
    )
    return sign_descriptor(dataclasses.replace(plain, **changes), seal)


def pin(house, raw):
    house.enroller.pin(house.enroller.read(raw))


def pinned(house):
    with house.store.read() as here, house.outside.read() as there:
        assert here.partners.every() == there.partners.every()
        return dict(here.partners.every())


def test_reading_a_descriptor_trusts_nobody(house):
    candidate = house.enroller.read(descriptor())
    assert (candidate.descriptor.operator, candidate.fingerprint) == ("northlink", fingerprint(candidate.raw))
    assert pinned(house) == {}


def test_a_pinned_descriptor_is_known_inside_and_outside(house):
    pin(house, descriptor())
    assert pinned(house) == {"northlink": descriptor()}


def test_our_own_descriptor_is_no_partner(house):
    with pytest.raises(OwnDescriptor):
        house.enroller.read(descriptor("aurora"))


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", descriptor()[:-1], descriptor().replace(b"Northlink", b"Southlink")]
)
def test_what_is_no_descriptor_is_refused(house, raw):
    with pytest.raises(DescriptorRefused):
        house.enroller.read(raw)


def test_only_a_newer_descriptor_takes_the_place_of_a_pinned_one(house):
    pin(house, descriptor(sequence=5))
    for sequence in (1, 4, 5):
        with pytest.raises(OlderDescriptor):
            pin(house, descriptor(sequence=sequence, name="Other"))
    assert pinned(house) == {"northlink": descriptor(sequence=5)}
    pin(house, descriptor(sequence=6))
    assert pinned(house) == {"northlink": descriptor(sequence=6)}


def test_pinning_the_same_again_changes_nothing(house):
    for _ in range(2):
        pin(house, descriptor())
    assert pinned(house) == {"northlink": descriptor()}


def test_j38_a_key_that_another_partner_has_is_refused(house):
    pin(house, descriptor())
    for keys in ({"seal": SEAL, "receipt": OTHERS[0]}, {"seal": OTHERS[0], "receipt": SEAL}):
        with pytest.raises(DescriptorRefused):
            pin(house, descriptor("southlink", **keys))
    assert list(pinned(house)) == ["northlink"]


def test_j38_a_key_of_our_own_is_refused(house):
    with house.outside.write() as work:
        work.set_own_descriptor(descriptor("aurora"))
    with pytest.raises(DescriptorRefused):
        pin(house, descriptor(seal=OTHERS[0], receipt=RECEIPT))
    assert pinned(house) == {}


def test_j39_a_key_with_two_purposes_is_refused(house):
    with pytest.raises(DescriptorRefused):
        house.enroller.read(descriptor(receipt=SEAL))


def test_a_descriptor_that_is_not_valid_now_is_refused(house):
    for days in (-1, 31):
        house.now = NOW + timedelta(days=days)
        with pytest.raises(DescriptorRefused):
            house.enroller.read(descriptor())


def test_a_partner_whose_descriptor_expired_can_send_a_new_one_and_keeps_nobody_else_out(house):
    pin(house, descriptor())
    house.now = NOW + timedelta(days=60)
    later = {"not_before": house.now, "not_after": house.now + timedelta(days=30)}
    pin(house, descriptor("southlink", OTHERS[0], OTHERS[1], **later))
    pin(house, descriptor(sequence=2, **later))
    assert pinned(house).keys() == {"northlink", "southlink"}


def test_an_enrolment_that_broke_off_between_inside_and_outside_is_completed_by_repeating_it(house, monkeypatch):
    def fail(*_args, **_more):
        raise StorageError("no power")

    candidate = house.enroller.read(descriptor())
    with monkeypatch.context() as broken:
        broken.setattr(type(house.outside), "write", fail)
        with pytest.raises(StorageError):
            house.enroller.pin(candidate)
    with house.store.read() as here, house.outside.read() as there:
        assert (list(here.partners.every()), list(there.partners.every())) == (["northlink"], [])
    house.enroller.pin(candidate)
    assert pinned(house) == {"northlink": descriptor()}


def test_a_customers_token_is_told_once_and_stored_as_its_digest_only(house):
    token = house.enroller.add_customer("acme", "Acme")
    assert token.startswith(TOKEN_PREFIX)
    assert len(token) == len(TOKEN_PREFIX) + 64
    with house.outside.read() as work:
        assert work.tokens.customer_of(hashlib.sha256(token.encode()).digest()) == "acme"
    stored = b"".join(file.read_bytes() for file in house.folder.glob("outside.db*"))
    assert token.encode() not in stored
    assert bytes.fromhex(token.removeprefix(TOKEN_PREFIX)) not in stored


def test_a_new_token_ends_the_former_at_once(house):
    former = house.enroller.add_customer("acme", "Acme")
    newer = house.enroller.add_customer("acme", "Acme")
    with house.outside.read() as work:
        found = [work.tokens.customer_of(hashlib.sha256(token.encode()).digest()) for token in (former, newer)]
    assert found == [None, "acme"]
