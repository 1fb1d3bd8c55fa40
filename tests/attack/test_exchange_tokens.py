"""J-01 to J-17, J-21 to J-26, J-31 to J-35, J-39 to J-43: checkpoint tokens of any other form, over real mutual TLS."""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.evidence import jws, receipt
from gateway.evidence.checkpoint import TYP
from gateway.evidence.jws import Jws, Signer
from gateway.evidence.stream import Step
from gateway.keystore.files import load_tls_key
from gateway.keystore.profiles import Purpose, profiles
from gateway.record.strictjson import dump
from tests.counterpart import CANARY, Line
from tests.exchange_side import Scene, b64, line, scene

__all__ = ["line", "scene"]

L = 2**252 + 27742317777372353535851937790883648493  # order of the group of Ed25519, RFC 8032 section 5.1


@dataclass(frozen=True)
class Forger:
    """Builds tokens by hand: any header, any payload bytes, any signature."""

    scene: Scene
    lines: list[bytes]

    @property
    def claims(self) -> dict[str, Any]:
        return self.scene.aurora.claims(self.lines)

    @property
    def header(self) -> dict[str, Any]:
        return {"typ": TYP, "alg": "EdDSA", "kid": self.scene.aurora.seal.key_id}

    @property
    def key(self) -> Ed25519PrivateKey:
        return self.scene.aurora.seal.key

    def raw(self, header: bytes, payload: bytes, sign: Callable[[bytes], bytes] | None = None) -> str:
        message = f"{b64(header)}.{b64(payload)}"
        return f"{message}.{b64((sign or self.key.sign)(message.encode()))}"

    def of(self, header: Any = None, payload: Any = None, sign: Callable[[bytes], bytes] | None = None) -> str:
        return self.raw(dump(self.header if header is None else header), dump(payload or self.claims), sign)

    def with_header(self, **more: Any) -> str:
        return self.of({name: value for name, value in {**self.header, **more}.items() if value is not ...})

    def with_claims(self, **more: Any) -> str:
        return self.of(payload={name: value for name, value in {**self.claims, **more}.items() if value is not ...})


def _hmac_with(form: Callable[[Forger], bytes]) -> Callable[[Forger], str]:
    def make(forger: Forger) -> str:
        def sign(message: bytes) -> bytes:
            return hmac.new(form(forger), message, hashlib.sha256).digest()

        return forger.of({**forger.header, "alg": "HS256"}, sign=sign)

    return make


def _public(encoding: Encoding, form: PublicFormat) -> Callable[[Forger], bytes]:
    return lambda forger: forger.key.public_key().public_bytes(encoding, form)


def _jwk(forger: Forger) -> dict[str, Any]:
    return jws.public_jwk(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())


def _attacker(forger: Forger) -> Signer:
    return Signer.of(Ed25519PrivateKey.from_private_bytes(bytes(32)))


def _with_attackers_key(forger: Forger, **more: Any) -> str:
    signer = _attacker(forger)
    return forger.of({**forger.header, **more}, sign=signer.key.sign)


def _es256(forger: Forger, kid: str | None = None, signature: bytes | None = None) -> str:
    tls: EllipticCurvePrivateKey = load_tls_key(forger.scene.aurora.keys, profiles()[Purpose.TLS_CLIENT])

    def sign(message: bytes) -> bytes:
        return tls.sign(message, ECDSA(SHA256())) if signature is None else signature

    return forger.of({**forger.header, "alg": "ES256", **({"kid": kid} if kid else {})}, sign=sign)


def _wrong_scalar(forger: Forger) -> str:
    def sign(message: bytes) -> bytes:
        made = forger.key.sign(message)
        scalar = int.from_bytes(made[32:], "little") + L
        return made[:32] + scalar.to_bytes(32, "little")

    return forger.of(sign=sign)


def _text(forger: Forger) -> str:
    return dump(forger.claims).decode()


def _respelt(change: Callable[[str], str]) -> Callable[[Forger], str]:
    """Return the true token after a change that a lenient reader would not notice."""
    return lambda forger: change(forger.of())


def _last_bits(token: str) -> str:
    """Set bits that no byte needs: 64 bytes of signature leave four bits of the last letter free."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # order of P-256
P256_SIGNATURES = {
    "zeros": bytes(64),
    "r-zero": bytes(32) + b"\1" * 32,
    "s-zero": b"\1" * 32 + bytes(32),
    "r-order": N.to_bytes(32, "big") + b"\1" * 32,
    "s-order": b"\1" * 32 + N.to_bytes(32, "big"),
    "63-bytes": bytes(63),
    "65-bytes": bytes(65),
}

TOKENS: dict[str, Callable[[Forger], Any]] = {
    **{f"J-01-alg-{alg}": lambda f, alg=alg: f.of({**f.header, "alg": alg}) for alg in ("none", "None", "nOnE")},
    "J-01-none-unsigned": lambda f: f.of({**f.header, "alg": "none"}, sign=lambda _: b""),
    "J-01-empty-signature": lambda f: f.of(sign=lambda _: b""),
    "J-02-hs256-raw": _hmac_with(_public(Encoding.Raw, PublicFormat.Raw)),
    "J-02-hs256-pem": _hmac_with(_public(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
    "J-02-hs256-der": _hmac_with(_public(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
    "J-02-hs256-jwk": _hmac_with(lambda f: dump(jws.public_jwk(f.key.public_key()))),
    "J-02-hs256-jwks": _hmac_with(lambda f: dump({"keys": [jws.public_jwk(f.key.public_key())]})),
    "J-03-es256-header": lambda f: f.with_header(alg="ES256"),
    **{
        f"J-05-{alg}": lambda f, alg=alg: f.with_header(alg=alg)
        for alg in ("ES384", "ES512", "ES256K", "PS256", "RS256", "Ed25519", "eddsa", "", 1, None)
    },
    **{
        f"J-06-kid-{number}": lambda f, kid=kid: f.with_header(kid=kid)
        for number, kid in enumerate(
            [
                "../../etc/passwd",
                "/dev/null",
                "a\0b",
                "k" * 4000,
                "' OR 1=1 --",
                "${jndi:ldap://127.0.0.1/x}",
                "a\r\nx-evil: 1",
                CANARY,
            ]
        )
    },
    "J-06-kid-look-alike": lambda f: f.with_header(kid=f.header["kid"].replace("a", "а").replace("o", "о") + "а"),
    "J-06-kid-64-kb": lambda f: f.with_header(kid="k" * 65536),
    "J-07-key-of-another-peer": lambda f: f.scene.aurora.token(f.claims, f.scene.southwind.seal),
    "J-07-kid-of-another-peer": lambda f: f.with_header(kid=f.scene.southwind.seal.key_id),
    "J-08-kid-missing": lambda f: f.with_header(kid=...),
    **{
        f"J-08-kid-{name}": lambda f, kid=kid: f.with_header(kid=kid)
        for name, kid in {"int": 1, "list": ["x"], "null": None, "object": {}, "empty": ""}.items()
    },
    "J-09-jwk": lambda f: _with_attackers_key(f, jwk=_jwk(f)),
    "J-09-jwk-and-kid": lambda f: _with_attackers_key(f, jwk=_jwk(f), kid=_attacker(f).key_id),
    **{
        f"J-10-{name}-{number}": lambda f, name=name, url=url: _with_attackers_key(f, **{name: url})
        for name in ("jku", "x5u")
        for number, url in enumerate(["https://127.0.0.1:9/", "http://169.254.169.254/", "file:///etc/passwd"])
    },
    **{f"J-11-{name}": lambda f, name=name: f.with_header(**{name: ["AA=="]}) for name in ("x5c", "x5t", "x5t#S256")},
    **{
        f"J-12-crit-{number}": lambda f, crit=crit: f.with_header(crit=crit)
        for number, crit in enumerate([["exp"], [], ["x", "x"], ["alg"], "alg", ["absent"], None])
    },
    "J-13-b64-crit": lambda f: f.with_header(b64=False, crit=["b64"]),
    "J-13-b64": lambda f: f.with_header(b64=False),
    "J-13-detached": lambda f: "{0}..{2}".format(*f.of().split(".")),
    "J-14-alg-twice": lambda f: f.raw(b'{"alg":"none",' + dump(f.header)[1:], dump(f.claims)),
    "J-14-kid-twice": lambda f: f.raw(dump(f.header)[:-1] + b',"kid":"x"}', dump(f.claims)),
    "J-14-typ-twice": lambda f: f.raw(dump(f.header)[:-1] + b',"t\\u0079p":"x"}', dump(f.claims)),
    "J-15-iss-twice": lambda f: f.raw(dump(f.header), b'{"iss":"x",' + _text(f)[1:].encode()),
    "J-15-aud-twice": lambda f: f.raw(dump(f.header), _text(f)[:-1].encode() + b',"aud":"x"}'),
    "J-15-size-twice": lambda f: f.raw(dump(f.header), _text(f)[:-1].encode() + b',"siz\\u0065":1}'),
    "J-16-typ-absent": lambda f: f.with_header(typ=...),
    **{
        f"J-16-{name}": lambda f, typ=typ: f.with_header(typ=typ)
        for name, typ in {
            "jwt": "JWT",
            "at-jwt": "at+jwt",
            "receipt": receipt.TYP,
            "case": TYP.upper(),
            "application": f"application/{TYP}",
        }.items()
    },
    **{f"J-17-{name}": lambda f, raw=raw: _es256(f, signature=raw) for name, raw in P256_SIGNATURES.items()},
    "J-17-der": _es256,
    "J-19-s-plus-order": _wrong_scalar,
    "J-21-padding": _respelt(lambda token: token + "=="),
    "J-21-plus-and-slash": _respelt(lambda token: token.replace("-", "+").replace("_", "/") + "+/"),
    "J-21-space": _respelt(lambda token: token.replace(".", ". ", 1)),
    "J-21-newline": _respelt(lambda token: token + "\n"),
    "J-21-stray-bits": _respelt(_last_bits),
    "J-21-exclamation": _respelt(lambda token: token + "!"),
    "J-21-2-segments": _respelt(lambda token: token.rsplit(".", 1)[0]),
    "J-21-4-segments": _respelt(lambda token: token + ".AA"),
    "J-21-6-segments": _respelt(lambda token: token + ".AA.AA.AA"),
    "J-21-empty-header": _respelt(lambda token: "." + token.split(".", 1)[1]),
    "J-23-other-audience": lambda f: f.with_claims(aud="urn:demarc:operator:southwind"),
    **{
        f"J-24-aud-{number}": lambda f, aud=aud: f.with_claims(aud=aud)
        for number, aud in enumerate(
            [
                ["urn:demarc:operator:northlink"],
                ["urn:demarc:operator:northlink", "x"],
                "urn:demarc:operator:north",
                "urn:demarc:operator:NORTHLINK",
                "urn:demarc:operator:northlink.",
                "urn:demarc:operator:northlink/",
                None,
                ...,
            ]
        )
    },
    **{
        f"J-25-iss-{number}": lambda f, iss=iss: f.with_claims(iss=iss)
        for number, iss in enumerate(
            [
                "urn:demarc:operator:auror",
                "urn:demarc:operator:aurora2",
                "urn:demarc:operator:southwind",
                ["urn:demarc:operator:aurora"],
                "",
                None,
                ...,
            ]
        )
    },
    "J-25-stream-of-another": lambda f: f.with_claims(stream="southwind/northlink"),
    **{
        f"J-26-{name}": lambda f, iat=iat: f.with_claims(iat=iat)
        for name, iat in {"text": "1", "float": 1.5, "bool": True, "negative": -1, "missing": ...}.items()
    },
    "J-31-flattened": lambda f: dict(zip(("protected", "payload", "signature"), f.of().split("."), strict=True)),
    "J-31-general": lambda f: {"payload": f.of().split(".")[1], "signatures": [{"signature": f.of().split(".")[2]}]},
    "J-32-cty": lambda f: f.with_header(cty="JWT"),
    "J-32-zip": lambda f: f.raw(dump({**f.header, "zip": "DEF"}), zlib.compress(bytes(5_000_00))),
    "J-32-nested": lambda f: f.raw(dump(f.header), f.of().encode()),
    **{
        f"J-33-{number}": lambda f, payload=payload: f.raw(dump(f.header), payload)
        for number, payload in enumerate([b"1", b"[]", b"null", b'"x"', b"{}", b"true"])
    },
    "J-33-empty": lambda f: f.raw(dump(f.header), b""),
    "J-34-trailing": lambda f: f.raw(dump(f.header), dump(f.claims) + b" {}"),
    "J-34-bom": lambda f: f.raw(dump(f.header), b"\xef\xbb\xbf" + dump(f.claims)),
    "J-34-utf-16": lambda f: f.raw(dump(f.header), _text(f).encode("utf-16")),
    "J-34-nul": lambda f: f.raw(dump(f.header), dump(f.claims) + b"\0"),
    "J-34-surrogate": lambda f: f.raw(dump(f.header), _text(f).replace('"aud"', '"\\ud800"').encode()),
    "J-34-nan": lambda f: f.raw(dump(f.header), b'{"size":NaN,' + dump(f.claims)[1:]),
    "J-35-reordered": lambda f: ".".join(
        [f.of().split(".")[0], b64(dump(dict(reversed(f.claims.items())))), f.of().split(".")[2]]
    ),
    "J-39-receipt-key": lambda f: f.scene.aurora.token(f.claims, f.scene.aurora.receipt),
    "J-39-tls-key": lambda f: _es256(f, kid="tls"),
    "J-40-receipt-as-checkpoint": lambda f: f.scene.aurora.token(
        {**f.claims, "cp": "x" * 43}, f.scene.aurora.receipt, receipt.TYP
    ),
    "J-42-10-kb-token": lambda f: f.with_claims(more="x" * 10_000),
    "J-42-deep-payload": lambda f: f.raw(dump(f.header), b'{"a":' + b"[" * 3000 + b"]" * 3000 + b"}"),
    "J-42-5000-digits": lambda f: f.raw(dump(f.header), b'{"size":' + b"9" * 5000 + b"}"),
    "J-43-root-of-another-length": lambda f: f.with_claims(root=b64(bytes(20))),
    "J-43-root-with-stray-bits": lambda f: f.with_claims(root=_last_bits(f.claims["root"][:-1] + "A")),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_checkpoint_token_of_any_other_form_is_refused_and_nothing_is_stored(
    scene: Scene, line: Line, name: str
) -> None:
    forger = Forger(scene, scene.aurora.lines(2))
    token = TOKENS[name](forger)
    head = {"from": scene.aurora.frontier.size, "count": 2, "checkpoint": token}
    body = b"\n".join([json.dumps(head).encode(), *forger.lines]) + b"\n"
    before = scene.size(scene.aurora)
    line.connection.close()
    answer = line.post(body)
    assert answer.status in (400, 403, 422), answer
    assert answer.problem in ("identity.token-refused", "exchange.malformed", "stream.checkpoint-mismatch"), answer
    assert scene.size(scene.aurora) == before


def test_the_forger_can_also_make_a_token_that_is_taken(scene: Scene, line: Line) -> None:
    """Otherwise the refusals above would prove nothing."""
    forger = Forger(scene, scene.aurora.lines(2))
    step = Step(scene.aurora.frontier.size, forger.lines, Jws(forger.of()))
    assert line.push(step).status == 200
    scene.aurora.note(step)
