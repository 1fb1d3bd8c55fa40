"""Checkpoints: six claims, each of its type, and nothing beside them."""

from __future__ import annotations

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence import checkpoint, jws, receipt
from gateway.evidence.checkpoint import Checkpoint, claims_of, digest, issue, open_checkpoint
from gateway.evidence.jws import Signer, TokenRefused
from gateway.evidence.merkle import root_of

SEAL = Signer.of(Ed25519PrivateKey.from_private_bytes(b"s" * 32))
KEYS = {SEAL.key_id: SEAL.key.public_key()}
AURORA, NORTHLINK = "urn:demarc:operator:aurora", "urn:demarc:operator:northlink"
MADE = Checkpoint(AURORA, NORTHLINK, "aurora/northlink", 2, root_of([b"a", b"b"]), 1_795_000_000)


def test_a_checkpoint_opens_as_it_was_issued():
    assert open_checkpoint(issue(MADE, SEAL), KEYS) == MADE


def test_its_claims_are_the_six_of_the_design():
    assert list(claims_of(MADE)) == ["iss", "aud", "stream", "size", "root", "iat"]


@pytest.mark.parametrize(
    "change",
    [
        *({name: None} for name in claims_of(MADE)),
        *({"size": size} for size in (-1, "2", 2.0, True, [2])),
        *({"iat": moment} for moment in (-1, "1795000000", 1.5e9, True)),
        *({"iss": name} for name in (7, [AURORA], {})),
        {"aud": [NORTHLINK]},
        {"stream": 1},
        *(
            {"root": root}
            for root in ("", "AA", jws.encode(bytes(31)), jws.encode(bytes(33)), jws.encode(bytes(32)) + "=")
        ),
        {"root": "A" * 42 + "B"},  # stray bits behind the 32 bytes
        {"root": "+" * 43},
        {"root": "é" * 43},
        {"exp": 1},
        {"cp": "x"},
    ],
    ids=str,
)
def test_a_claim_of_another_form_is_refused_however_well_it_is_signed(change):
    with pytest.raises(TokenRefused):
        open_checkpoint(jws.sign(claims_of(MADE) | change, checkpoint.TYP, SEAL), KEYS)


@pytest.mark.parametrize("missing", list(claims_of(MADE)))
def test_a_missing_claim_is_refused(missing):
    claims = {name: value for name, value in claims_of(MADE).items() if name != missing}
    with pytest.raises(TokenRefused):
        open_checkpoint(jws.sign(claims, checkpoint.TYP, SEAL), KEYS)


def test_j16_a_receipts_type_on_a_checkpoint_is_refused():
    with pytest.raises(TokenRefused):
        open_checkpoint(jws.sign(claims_of(MADE), receipt.TYP, SEAL), KEYS)


def test_its_digest_changes_with_its_signature():
    other = Signer.of(Ed25519PrivateKey.from_private_bytes(b"t" * 32))
    digests = {
        digest(issue(MADE, SEAL)),
        digest(issue(MADE, other)),
        digest(issue(dataclasses.replace(MADE, size=3), SEAL)),
    }
    assert len(digests) == 3
