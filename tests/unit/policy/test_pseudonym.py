"""Pseudonyms: stable, separate by class and audience, not to be guessed, and made of published functions."""

from __future__ import annotations

import hashlib
import hmac
import random
import re
from base64 import b32encode

import pytest

from gateway.ids import AudienceId
from gateway.policy.transforms.pseudonym import (
    CHARACTERS,
    PREFIXES,
    Pseudonymiser,
    WrongPseudonymKey,
    _base32,
    derive_audience_key,
)
from gateway.record.schemas import record_types

MASTER = bytes(range(32))
NORTHLINK = AudienceId("urn:demarc:operator:northlink")
ACME = AudienceId("urn:demarc:customer:acme")


def test_a_token_is_keyed_blake2b_over_class_and_name() -> None:
    digest = hashlib.blake2b(b"alarm\x00alarm-4711", key=MASTER, digest_size=10).digest()
    assert Pseudonymiser(MASTER).token("alarm", "alarm-4711") == f"alm-{b32encode(digest).decode()}"


def test_an_audiences_key_is_hkdf_sha256_by_rfc_5869() -> None:
    extracted = hmac.digest(bytes(32), MASTER, "sha256")
    expanded = hmac.digest(extracted, b"demarc/v1/pseudonym\x00urn:demarc:operator:northlink\x01", "sha256")
    assert derive_audience_key(MASTER, NORTHLINK) == expanded


@pytest.mark.parametrize("pseudonym_class", sorted(PREFIXES))
def test_tokens_have_the_form_that_contracts_demand(pseudonym_class: str) -> None:
    token = Pseudonymiser(MASTER).token(pseudonym_class, "Müller/ключ")
    assert re.fullmatch(f"{PREFIXES[pseudonym_class]}-{CHARACTERS}", token)


def test_every_record_type_has_a_class_and_no_prefix_occurs_twice() -> None:
    assert set(record_types()) - {"dependency"} <= set(PREFIXES)
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_classes_and_audiences_are_separate() -> None:
    one = Pseudonymiser(derive_audience_key(MASTER, NORTHLINK))
    other = Pseudonymiser(derive_audience_key(MASTER, ACME))
    tokens = [made.token(name, "x-1")[4:] for made in (one, other) for name in PREFIXES]
    assert len(set(tokens)) == len(tokens)


def test_d51_trying_names_without_the_key_finds_nothing() -> None:
    names = [f"rt{number}.par.aurora" for number in range(5000)]
    seen = {Pseudonymiser(derive_audience_key(MASTER, NORTHLINK)).token("resource", name) for name in names[:50]}
    guessing = Pseudonymiser(bytes(32))
    assert seen.isdisjoint(guessing.token("resource", name) for name in names)


def test_what_is_remembered_does_not_show() -> None:
    dice = random.Random(1)
    forgetful, names = Pseudonymiser(MASTER, remembered=2), [f"n{dice.randrange(9)}" for _ in range(200)]
    assert [forgetful.token("alarm", name) for name in names] == [
        Pseudonymiser(MASTER).token("alarm", n) for n in names
    ]


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(WrongPseudonymKey):
        Pseudonymiser(bytes(length))


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(WrongPseudonymKey):
        derive_audience_key(bytes(31), NORTHLINK)


def test_the_quick_base32_is_base32() -> None:
    for raw in (bytes(10), b"\xff" * 10, bytes(range(10)), b"\x80" + bytes(8) + b"\x01"):
        assert _base32(raw) == b32encode(raw).decode()
