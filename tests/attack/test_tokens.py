"""Attacks on signed statements, by the number that the threat catalogue gives them; many made by another library."""

from __future__ import annotations

import base64
import json
import socket

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwcrypto import jwk
from jwcrypto import jws as other_jws

from gateway.evidence import checkpoint as cp
from gateway.evidence import jws, receipt
from gateway.evidence.checkpoint import Checkpoint, open_checkpoint
from gateway.evidence.jws import KeyRefused, Signer, TokenRefused, import_jwk, public_jwk, verify
from gateway.evidence.merkle import Frontier, leaf_hash, root_of
from gateway.evidence.receipt import ReceiptMismatch, open_receipt, require_acknowledges
from gateway.evidence.stream import CheckpointMismatch, Held, Parties, Step, advance

TYP = "demarc-checkpoint+jwt"
ALICE, BOB = (Signer.of(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in (1, 2))
ALICE_JWK = public_jwk(ALICE.key.public_key())
KEYS = {ALICE.key_id: ALICE.key.public_key()}
AURORA, NORTHLINK = "urn:demarc:operator:aurora", "urn:demarc:operator:northlink"
TOLD = Checkpoint(AURORA, NORTHLINK, "aurora/northlink", 1, root_of([b"a"]), 1_795_000_000)
CLAIMS = cp.claims_of(TOLD)
GOOD = cp.issue(TOLD, ALICE)
HEADER = {"alg": "EdDSA", "typ": TYP, "kid": ALICE.key_id}
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the base point, RFC 8032 section 5.1


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def crafted(header: object = HEADER, payload: object = CLAIMS, signer: Signer = ALICE) -> str:
    """Return a token with any header and payload, given as values or as bytes, and a signature that is right."""
    raw = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    signed = ".".join(map(b64, raw))
    return f"{signed}.{b64(signer.key.sign(signed.encode()))}"


def by_another_library(header: dict[str, object], payload: bytes, key: jwk.JWK) -> str:
    token = other_jws.JWS(payload)
    token.allowed_algs = ["EdDSA", "HS256", "ES256", "ES384", "ES512", "ES256K", "PS256", "RS256"]
    token.add_signature(key, protected=json.dumps(header))
    return token.serialize(compact=True)


def refused(token: str, keys=KEYS) -> str:
    """Check that a token is refused, and return why."""
    with pytest.raises(TokenRefused) as why:
        open_checkpoint(token, keys)
    return str(why.value)


def test_the_crafting_itself_makes_tokens_that_pass():
    """Else every refusal below would mean nothing."""
    assert open_checkpoint(crafted(), KEYS) == TOLD
    private = jwk.JWK(**ALICE_JWK, d=b64(ALICE.key.private_bytes_raw()))
    assert open_checkpoint(by_another_library(HEADER, json.dumps(CLAIMS).encode(), private), KEYS) == TOLD


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", ""])
def test_j01_no_algorithm(alg):
    signed = b64(json.dumps({**HEADER, "alg": alg}).encode()) + "." + b64(json.dumps(CLAIMS).encode())
    signature = GOOD.rpartition(".")[2]
    for token in (signed + ".", f"{signed}.{signature}", crafted({**HEADER, "alg": alg})):
        refused(token)
    refused(GOOD.rpartition(".")[0] + ".")


def secrets_of(signer: Signer) -> list[bytes]:
    """Return what an attacker may take the public key's bytes to be."""
    key, jwk_ = signer.key.public_key(), public_jwk(signer.key.public_key())
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    jwks = json.dumps({"keys": [jwk_]}).encode()
    return [pem, pem.strip(), der, key.public_bytes_raw(), json.dumps(jwk_).encode(), jwks]


@pytest.mark.parametrize("secret", secrets_of(ALICE))
def test_j02_a_mac_with_the_public_key_as_secret(secret):
    key = jwk.JWK(kty="oct", k=b64(secret))
    refused(by_another_library({**HEADER, "alg": "HS256"}, json.dumps(CLAIMS).encode(), key))


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("ES256", jwk.JWK.generate(kty="EC", crv="P-256")),
        ("ES384", jwk.JWK.generate(kty="EC", crv="P-384")),
        ("ES512", jwk.JWK.generate(kty="EC", crv="P-521")),
        ("ES256K", jwk.JWK.generate(kty="EC", crv="secp256k1")),
        ("RS256", jwk.JWK.generate(kty="RSA", size=2048)),
        ("PS256", jwk.JWK.generate(kty="RSA", size=2048)),
        ("EdDSA", jwk.JWK.generate(kty="OKP", crv="Ed448")),
    ],
)
def test_j03_j04_j05_another_algorithm_or_curve(alg, key):
    payload = json.dumps(CLAIMS).encode()
    refused(by_another_library({**HEADER, "alg": alg}, payload, key))
    with pytest.raises(KeyRefused):
        import_jwk(key.export_public(as_dict=True))


@pytest.mark.parametrize("alg", ["ES256", "HS256", "RS256", "Ed25519", "eddsa", "EDDSA", None, 1, ["EdDSA"]])
def test_j03_a_header_that_names_another_algorithm_than_it_was_signed_with(alg):
    refused(crafted({**HEADER, "alg": alg}))


@pytest.mark.parametrize(
    "kid",
    [
        *("../../etc/passwd", "/dev/null", "", " ", ALICE.key_id + "\x00", ALICE.key_id + " ", ALICE.key_id.swapcase()),
        *("' OR 1=1 --", "${jndi:ldap://x}", "a\r\nb", "k" * 65536, ALICE.key_id.replace("e", "е"), ALICE.key_id[:-1]),
    ],
)
def test_j06_a_key_name_is_only_ever_compared(kid):
    refused(crafted({**HEADER, "kid": kid}))


def test_j07_the_key_of_another_party():
    refused(crafted({**HEADER, "kid": BOB.key_id}, signer=BOB))
    refused(crafted(signer=BOB))


@pytest.mark.parametrize("kid", [None, 1, [ALICE.key_id], {}, True])
def test_j08_a_key_name_of_another_type(kid):
    refused(crafted({**HEADER, "kid": kid}), {**KEYS, BOB.key_id: BOB.key.public_key()})


def test_j08_no_key_name_and_no_trying_of_all_keys():
    for keys in (KEYS, {**KEYS, BOB.key_id: BOB.key.public_key()}):
        refused(crafted({"alg": "EdDSA", "typ": TYP}), keys)


@pytest.mark.parametrize(
    "more",
    [
        {"jwk": public_jwk(BOB.key.public_key())},
        {"jku": "https://attacker.test/keys"},
        {"jku": "http://169.254.169.254/latest"},
        {"x5u": "file:///etc/passwd"},
        {"x5c": ["MIIB"]},
        {"x5t": "x"},
        {"x5t#S256": "x"},
        {"crit": []},
        {"crit": ["exp"]},
        {"crit": ["exp", "exp"], "exp": 1},
        {"crit": ["alg"]},
        {"crit": "b64"},
        {"crit": ["unknown"], "unknown": 1},
        {"b64": False},
        {"b64": False, "crit": ["b64"]},
        {"b64": True, "crit": ["b64"]},
        {"cty": "JWT"},
        {"zip": "DEF"},
        {"more": None},
    ],
    ids=str,
)
def test_j09_to_j13_and_j32_any_other_header_parameter(more, monkeypatch):
    def outbound(*_args, **_more):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", outbound)
    monkeypatch.setattr(socket, "getaddrinfo", outbound)
    refused(crafted({**HEADER, **more}))
    refused(crafted({**HEADER, **more}, signer=BOB))


def test_j13_a_detached_payload():
    header, _, signature = GOOD.split(".")
    refused(f"{header}..{signature}")


@pytest.mark.parametrize("name", list(HEADER))
@pytest.mark.parametrize("first", [True, False])
def test_j14_a_header_parameter_twice(name, first):
    good, evil = (json.dumps({name: value})[1:-1] for value in (HEADER[name], "none"))
    rest = json.dumps({key: value for key, value in HEADER.items() if key != name})[1:-1]
    pair = (good, evil) if first else (evil, good)
    refused(crafted(f"{{{pair[0]},{rest},{pair[1]}}}".encode()))
    refused(crafted(f"{{{good},{rest},{good}}}".encode()))


@pytest.mark.parametrize("name", list(CLAIMS))
@pytest.mark.parametrize("escape", [False, True])
def test_j15_a_claim_twice(name, escape):
    raw = json.dumps(CLAIMS)[:-1]
    spelled = f"\\u{ord(name[0]):04x}{name[1:]}" if escape else name
    refused(crafted(payload=f'{raw}, "{spelled}": {json.dumps(CLAIMS[name])}}}'.encode()))


@pytest.mark.parametrize(
    "typ", [..., None, "JWT", "at+jwt", "application/" + TYP, TYP.upper(), TYP + " ", receipt.TYP, 1, [TYP]]
)
def test_j16_another_type(typ):
    refused(crafted({name: value for name, value in {**HEADER, "typ": typ}.items() if value is not ...}))


def test_j16_a_receipt_is_no_checkpoint_and_a_checkpoint_no_receipt():
    refused(receipt.issue(TOLD, GOOD, 0, ALICE))
    with pytest.raises(TokenRefused):
        open_receipt(GOOD, KEYS)


def test_j17_j18_an_ecdsa_signature_in_any_form():
    """There is no ECDSA here, so there is neither a zero nor a malleable one."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    header = {**HEADER, "alg": "ES256"}
    signed = b64(json.dumps(header).encode()) + "." + b64(json.dumps(CLAIMS).encode())
    for signature in (bytes(64), bytes(63), bytes(65), b"\x30\x06\x02\x01\x00\x02\x01\x00"):
        refused(f"{signed}.{b64(signature)}", {ALICE.key_id: point})  # type: ignore[dict-item]


def test_j19_a_signature_whose_s_is_not_reduced():
    signed, _, encoded = GOOD.rpartition(".")
    signature = jws.decode(encoded)
    s = int.from_bytes(signature[32:], "little")
    for multiple in (1, 2, 7):
        refused(f"{signed}.{b64(signature[:32] + (s + multiple * ORDER).to_bytes(32, 'little'))}")


# --- J-21: one spelling ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize(
    "change", ["{}=", "{}==", " {}", "{} ", "{}\n", "\t{}", "{}!", "{}\x00", "{}é", "+{}", "/{}", "{}.", ".{}"]
)
def test_j21_another_spelling_of_the_same_bytes(part, change):
    parts = GOOD.split(".")
    parts[part] = change.format(parts[part])
    refused(".".join(parts))


def test_j21_stray_bits_behind_the_last_byte():
    """64 bytes end in a character of which four bits count for nothing: fifteen other spellings."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(GOOD[-1])
    for stray in range(1, 16):
        refused(GOOD[:-1] + alphabet[last + stray])


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e", GOOD + "." + GOOD, GOOD * 2, GOOD[:-1], "A" * 100]
)
def test_j21_another_number_of_parts(token):
    refused(token)


# --- J-22 to J-25: whose, for whom, about what -----------------------------------------------------------------------

PARTIES = Parties(AURORA, NORTHLINK, "aurora/northlink")
EMPTY = Held(Frontier(), lambda _first, _end: [], lambda _size: Frontier())


def offered(**claims):
    """Offer a checkpoint with other claims, signed by the right key, to the hop that expects aurora to northlink."""
    token = jws.sign(CLAIMS | claims, TYP, ALICE)
    return advance(EMPTY, Step(0, [b"a"], token), open_checkpoint(token, KEYS), PARTIES)


def test_an_honest_checkpoint_advances():
    assert offered().frontier == Frontier().extended([leaf_hash(b"a")])


@pytest.mark.parametrize(
    "iss", [NORTHLINK, "aurora", AURORA + "x", AURORA[:-1], AURORA.upper(), AURORA + ".", " " + AURORA, ""]
)
def test_j22_j25_another_issuer(iss):
    with pytest.raises(CheckpointMismatch):
        offered(iss=iss)


@pytest.mark.parametrize(
    "aud", ["urn:demarc:operator:other", NORTHLINK + "/", NORTHLINK + ".", NORTHLINK[:-1], NORTHLINK.upper(), "", "*"]
)
def test_j23_j24_another_audience(aud):
    with pytest.raises(CheckpointMismatch):
        offered(aud=aud)


@pytest.mark.parametrize("stream", ["aurora/other", "northlink/aurora", "aurora/northlink/", "Aurora/northlink", ""])
def test_j23_another_stream(stream):
    with pytest.raises(CheckpointMismatch):
        offered(stream=stream)


@pytest.mark.parametrize("claim", ["iss", "aud", "stream"])
@pytest.mark.parametrize("value", [None, 1, True, {}, [], [AURORA], [NORTHLINK, "urn:demarc:operator:other"]])
def test_j24_j25_an_issuer_or_audience_that_is_no_text(claim, value):
    with pytest.raises(TokenRefused):
        offered(**{claim: value})


def test_j41_our_own_checkpoint_reflected_to_us():
    with pytest.raises(CheckpointMismatch):
        advance(
            EMPTY, Step(0, [b"a"], GOOD), open_checkpoint(GOOD, KEYS), Parties(NORTHLINK, AURORA, "northlink/aurora")
        )


def test_j23_a_receipt_for_another_stream_acknowledges_nothing():
    other = Checkpoint(AURORA, "urn:demarc:operator:other", "aurora/other", 1, TOLD.root, TOLD.issued_at)
    given = receipt.issue(other, cp.issue(other, ALICE), 0, ALICE)
    with pytest.raises(ReceiptMismatch):
        require_acknowledges(open_receipt(given, KEYS), TOLD, GOOD)


# --- the form of the payload, and its size ---------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [b"", b"null", b"1", b'"x"', b"[]", b"true", b"[{}]"])
def test_j33_a_payload_that_is_no_object(payload):
    refused(crafted(payload=payload))


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps(CLAIMS).encode() + b"{}",
        json.dumps(CLAIMS).encode() + b"\x00",
        b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode(),
        json.dumps(CLAIMS).encode("utf-16"),
        json.dumps(CLAIMS).encode("utf-32"),
        json.dumps({**CLAIMS, "iss": "\x00"}).encode(),
        json.dumps({**CLAIMS, "iss": "\ud800"}).encode(),
        json.dumps({**CLAIMS, "iat": float("nan")}).encode(),
        json.dumps({**CLAIMS, "size": float("inf")}).encode(),
        json.dumps({**CLAIMS, "size": 2**53}).encode(),
        json.dumps(CLAIMS).encode().replace(b'"size": 1', b'"size": 1.0'),
        json.dumps(CLAIMS).encode().replace(b'"size": 1', b'"size": 1e0'),
        json.dumps(CLAIMS).encode().replace(b'"size": 1', b'"size": 01'),
    ],
)
def test_j34_a_payload_that_another_parser_may_read_otherwise(payload):
    refused(crafted(payload=payload))


@pytest.mark.parametrize(
    "token",
    [
        "A" * 10_000_000,
        GOOD + "A" * 10_000,
        crafted({**HEADER, "more": "x" * 1_000_000}),
        crafted({**HEADER, "typ": "x" * 6000}),
        crafted(payload=b'{"a":' + b"[" * 3000 + b"]" * 3000 + b"}"),
        crafted(payload=b'{"size":' + b"9" * 5000 + b"}"),
        crafted(payload={**CLAIMS, "iss": "x" * 7000}),
    ],
    ids=["10 MB", "long", "1 MB header", "6 KB header", "deep", "integer", "long issuer"],
)
def test_j42_a_token_that_costs_more_to_read_than_to_refuse(token):
    refused(token)


def test_j31_the_json_forms():
    header, payload, signature = GOOD.split(".")
    flat = {"protected": header, "payload": payload, "signature": signature}
    for form in (flat, {**flat, "header": {"kid": ALICE.key_id}}, {"payload": payload, "signatures": [flat]}):
        refused(json.dumps(form))


def test_a_key_of_one_purpose_never_verifies_for_another():
    """The caller passes the keys of one purpose: a seal key is not among the receipt keys."""
    with pytest.raises(TokenRefused):
        verify(receipt.issue(TOLD, GOOD, 0, ALICE), receipt.TYP, {BOB.key_id: BOB.key.public_key()})
