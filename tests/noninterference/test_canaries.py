"""The second net finds hidden texts in every disguise that it knows of."""

from __future__ import annotations

import base64
import gzip
from random import Random

import pytest

from tests.noninterference.canaries import Net
from tests.noninterference.vocabulary import canary

WORD = canary(Random(1))
DISGUISES = {
    "as it is": WORD.encode(),
    "in capitals": WORD.upper().encode(),
    "between letters": f"xx{WORD}yy".encode(),
    "backwards": WORD[::-1].encode(),
    "percent": "".join(f"%{ord(one):02x}" for one in WORD).encode(),
    "percent twice": "".join(f"%25{ord(one):02x}" for one in WORD).encode(),
    "html": "".join(f"&#{ord(one)};" for one in WORD).encode(),
    "json": "".join(f"\\u{ord(one):04x}" for one in WORD).encode(),
    "full width": "".join(chr(ord(one) + 0xFEE0) for one in WORD).encode(),
    "with hyphens": "-".join(WORD).encode(),
    "with invisible characters": "\u200b".join(WORD).encode(),
    "base64": base64.b64encode(f"......{WORD}......".encode()),
    "base64 of base64": base64.b64encode(base64.b64encode(f"......{WORD}......".encode())),
    "url-safe base64": base64.urlsafe_b64encode(f"\xff\xfe??{WORD}>>>>".encode("latin-1")).rstrip(b"="),
    "base32": base64.b32encode(f"{WORD}12345678".encode()),
    "hexadecimal": WORD.encode().hex().encode(),
    "gzip": gzip.compress(WORD.encode()),
}


@pytest.mark.parametrize("raw", DISGUISES.values(), ids=DISGUISES)
def test_a_hidden_text_is_found(raw: bytes) -> None:
    assert Net(frozenset({WORD})).escaped([b"nothing", raw])


def test_nothing_is_found_where_nothing_is() -> None:
    other = canary(Random(2))
    assert Net(frozenset({WORD})).escaped([other.encode(), b"{}", base64.b64encode(other.encode())]) == []
