"""Receipts: the audience's word for exactly one checkpoint."""

from __future__ import annotations

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence import checkpoint as cp
from gateway.evidence import jws, receipt
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.jws import Signer, TokenRefused
from gateway.evidence.merkle import root_of
from gateway.evidence.receipt import ReceiptMismatch, issue, open_receipt, require_acknowledges

SEAL, RECEIPT = (Signer.of(Ed25519PrivateKey.from_private_bytes(letter * 32)) for letter in (b"s", b"r"))
KEYS = {RECEIPT.key_id: RECEIPT.key.public_key()}
AURORA, NORTHLINK = "urn:demarc:operator:aurora", "urn:demarc:operator:northlink"
SENT = Checkpoint(AURORA, NORTHLINK, "aurora/northlink", 2, root_of([b"a", b"b"]), 1_795_000_000)
TOKEN = cp.issue(SENT, SEAL)
GOOD = issue(SENT, TOKEN, 1_795_000_001, RECEIPT)


def claims(token):
    return jws.verify(token, receipt.TYP, KEYS)


def test_a_receipt_acknowledges_its_checkpoint():
    opened = open_receipt(GOOD, KEYS)
    require_acknowledges(opened, SENT, TOKEN)
    assert (opened.held.issuer, opened.held.audience) == (NORTHLINK, AURORA)
    assert opened.held.issued_at == 1_795_000_001


@pytest.mark.parametrize(
    "change",
    [
        {"iss": AURORA},
        {"iss": NORTHLINK + "x"},
        {"aud": NORTHLINK},
        {"stream": "aurora/other"},
        {"size": 1},
        {"root": jws.encode(root_of([b"a"]))},
        {"cp": cp.digest(cp.issue(dataclasses.replace(SENT, issued_at=1), SEAL))},
        {"cp": ""},
    ],
)
def test_j40_a_receipt_for_anything_else_leaves_what_was_sent_open(change):
    token = jws.sign(claims(GOOD) | change, receipt.TYP, RECEIPT)
    with pytest.raises(ReceiptMismatch) as mismatch:
        require_acknowledges(open_receipt(token, KEYS), SENT, TOKEN)
    assert next(iter(change)) in str(mismatch.value).rpartition("differs in")[2]


@pytest.mark.parametrize("change", [{"cp": None}, {"cp": 7}, {"cp": ["x"]}, {"size": True}, {"more": 1}, {"root": "x"}])
def test_a_claim_of_another_form_is_refused(change):
    with pytest.raises(TokenRefused):
        open_receipt(jws.sign(claims(GOOD) | change, receipt.TYP, RECEIPT), KEYS)


def test_j16_a_checkpoint_is_no_receipt_and_the_seal_key_signs_none():
    with pytest.raises(TokenRefused):
        open_receipt(TOKEN, {SEAL.key_id: SEAL.key.public_key()})
    with pytest.raises(TokenRefused):
        open_receipt(issue(SENT, TOKEN, 0, SEAL), KEYS)
