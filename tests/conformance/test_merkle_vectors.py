"""Published Merkle proofs, good and bad: a self-consistent wrong hash would pass every property of our own."""

from __future__ import annotations

import base64
import json

import pytest

from gateway.evidence.merkle import AuditMismatch, verify_consistency, verify_inclusion
from tests.conftest import VECTORS

FOLDER = VECTORS / "merkle" / "testdata"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published vectors are not here (DEMARC_VECTORS)")

STRICTER = {
    "additional/sizes-are-equal-one-and-proof-is-empty.json": "its roots are texts of 12 bytes; ours are SHA-256",
}


def cases(kind):
    folder = FOLDER / kind
    return [pytest.param(file, id=str(file.relative_to(folder))) for file in sorted(folder.rglob("*.json"))]


def hashes(values):
    return [base64.b64decode(value) for value in values or []]


def judge(case, name, check):
    if case["wantErr"] or name in STRICTER:
        with pytest.raises(AuditMismatch):
            check()
    else:
        check()


@pytest.mark.parametrize("file", cases("inclusion"))
def test_an_inclusion_proof_is_judged_as_published(file):
    case = json.loads(file.read_text())
    root, leaf, *path = hashes([case["root"], case["leafHash"], *(case["proof"] or [])])
    judge(case, "", lambda: verify_inclusion(leaf, case["leafIdx"], case["treeSize"], path, root))


@pytest.mark.parametrize("file", cases("consistency"))
def test_a_consistency_proof_is_judged_as_published(file):
    case = json.loads(file.read_text())
    first, second, *path = hashes([case["root1"], case["root2"], *(case["proof"] or [])])
    name = str(file.relative_to(FOLDER / "consistency"))
    judge(case, name, lambda: verify_consistency(case["size1"], case["size2"], path, first, second))


def test_all_published_cases_were_found():
    assert (len(cases("inclusion")), len(cases("consistency"))) == (98, 98)
    assert all((FOLDER / "consistency" / name).is_file() for name in STRICTER)


@pytest.mark.parametrize("file", [case for case in cases("inclusion") if "happy-path" in case.id])
def test_no_hash_of_another_length_passes_for_one_of_a_good_proof(file):
    case = json.loads(file.read_text())
    good = hashes([case["root"], case["leafHash"], *(case["proof"] or [])])
    for place in range(len(good)):
        for wrong in (b"", good[place][:-1], good[place] + b"\x00"):
            root, leaf, *path = [*good[:place], wrong, *good[place + 1 :]]
            with pytest.raises(AuditMismatch):
                verify_inclusion(leaf, case["leafIdx"], case["treeSize"], path, root)
