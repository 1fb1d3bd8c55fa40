"""J-01 to J-42, H-09, H-10, M-18 where partners push: against a real `serve outside`, over real mutual TLS.

Aurora's and southwind's keys are ours; northlink is the gateway under attack. Whatever is refused, nothing is stored.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.evidence import jws, receipt, wire
from gateway.evidence.checkpoint import TYP, open_checkpoint
from gateway.evidence.jws import Jws, Signer
from gateway.evidence.stream import MAX_STEP_ENTRIES, Step
from gateway.ids import OperatorId, StreamName
from gateway.keystore.files import load_tls_key
from gateway.keystore.instance import own_anchor
from gateway.keystore.profiles import Purpose, profiles
from gateway.party.descriptor import DescriptorRefused, fingerprint, open_descriptor, sign_descriptor
from gateway.record.strictjson import dump
from tests.counterpart import CANARY, Counterpart, Line
from tests.operators import Folder, Operator, Process

NORTHLINK = "northlink"
L = 2**252 + 27742317777372353535851937790883648493  # order of the group of Ed25519, RFC 8032 section 5.1


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Scene:
    """Northlink's outside process, and two operators that it has pinned."""

    northlink: Operator
    outside: Process
    aurora: Counterpart
    southwind: Counterpart
    folder: Path

    @property
    def anchors(self) -> str:
        return own_anchor(self.northlink.keys)

    def pinned(self, name: str) -> Counterpart:
        """Return a fresh operator that northlink has pinned; for tests that spoil its stream."""
        fresh = Counterpart.create(self.folder, name, NORTHLINK)
        self.northlink.pin(fresh.descriptor)
        return fresh

    def size(self, origin: Counterpart) -> int:
        with self.northlink.outside() as work:
            state = work.streams.state(StreamName(origin.stream))
        return state.size if state else 0


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    path = tmp_path_factory.mktemp("exchange")
    with Folder(path) as folder:
        northlink = folder.operator(NORTHLINK)
        aurora, southwind = (Counterpart.create(path / "others", name, NORTHLINK) for name in ("aurora", "southwind"))
        northlink.pin(aurora.descriptor)
        northlink.pin(southwind.descriptor)
        outside = northlink.serve("outside")
        scene = Scene(northlink, outside, aurora, southwind, path / "others")
        yield scene
        assert "Traceback" not in scene.outside.printed()
        assert scene.outside.stop() == 0


@pytest.fixture
def line(scene: Scene) -> Iterator[Line]:
    """A connection as aurora, with at least one step taken before."""
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as opened:
        if not scene.aurora.sent:
            step = scene.aurora.step()
            assert opened.push(step).status == 200
            scene.aurora.note(step)
        yield opened


def refused(scene: Scene, line: Line, body: bytes, status: int, code: str = "", **headers: str) -> None:
    """Require a refusal that stores nothing; a refused identity ends the connection, so each uses a new one."""
    before = scene.size(scene.aurora)
    line.connection.close()
    answer = line.post(body, **headers)
    assert (answer.status, answer.problem) == (status, code or answer.problem), answer
    assert scene.size(scene.aurora) == before


def test_a_true_step_is_stored_and_receipted(scene: Scene, line: Line) -> None:
    step = scene.aurora.step(5)
    answer = line.push(step)
    assert answer.status == 200
    scene.aurora.note(step)
    checkpoint = open_checkpoint(step.token, {scene.aurora.seal.key_id: scene.aurora.seal.key.public_key()})
    signer = scene.northlink.signer(Purpose.RECEIPT)
    told = receipt.open_receipt(answer.receipt, {signer.key_id: signer.key.public_key()})
    receipt.require_acknowledges(told, checkpoint, step.token)
    assert scene.northlink.lines(scene.aurora.stream) == scene.aurora.sent


# --- J-01 to J-17, J-31 to J-34: the token ---


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


def test_a_ten_megabyte_token_and_a_megabyte_of_head_are_refused_by_size(scene: Scene, line: Line) -> None:
    head = {"from": 0, "count": 1, "checkpoint": "A" * 10_000_000}
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        assert _refusal_to_large(other, json.dumps(head).encode()) == 413
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        assert other.post(b"{}", x_large="x" * 60_000).status == 431


def _refusal_to_large(line: Line, body: bytes) -> int:
    """Send a head that announces `body`, and read the answer before any of it is sent."""
    connection = line.connection
    connection.putrequest("POST", line.path)
    connection.putheader("content-type", wire.CONTENT_TYPE)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders()
    with connection.getresponse() as response:
        response.read()
        return response.status


# --- J-22, J-23, J-41: who says it ---


def test_a_true_step_of_another_operator_is_refused_on_this_connection(scene: Scene, line: Line) -> None:
    """J-22: to its own path and to the path of the operator that signed it."""
    step = scene.southwind.step()
    refused(scene, line, wire.encode(step), 403, "identity.token-refused")
    line.connection.close()
    answer = line.post(wire.encode(step), f"/exchange/v1/streams/{scene.southwind.id}/entries")
    assert (answer.status, answer.problem) == (403, "identity.not-your-stream")
    assert scene.size(scene.southwind) == 0


def test_our_own_checkpoint_reflected_to_us_is_refused(scene: Scene, line: Line) -> None:
    """J-41."""
    seal = scene.northlink.signer(Purpose.SEAL)
    lines = scene.aurora.lines(1)
    claims = scene.aurora.claims(lines)
    mirrored = {**claims, "iss": claims["aud"], "aud": claims["iss"], "stream": "northlink/aurora"}
    for told in (claims, mirrored):
        step = Step(scene.aurora.frontier.size, lines, jws.sign(told, TYP, seal))
        refused(scene, line, wire.encode(step), 403, "identity.token-refused")


def test_a_stream_that_is_nobodys_and_a_path_that_is_no_name_are_refused(scene: Scene, line: Line) -> None:
    body = wire.encode(scene.aurora.step())
    for name, status in (("nobody", 403), ("Aurora", 400), ("a" * 64, 400), ("%61urora!", 400), ("northlink", 403)):
        line.connection.close()
        assert line.post(body, f"/exchange/v1/streams/{name}/entries").status == status, name
    assert line.ask("GET", line.path).status == 405
    assert line.ask("POST", "/exchange/v1/other").status == 404


def test_an_operator_that_is_not_pinned_is_not_even_heard(scene: Scene) -> None:
    stranger = Counterpart.create(scene.folder, "stranger", NORTHLINK)
    with (
        stranger.connected(scene.northlink.exchange_port, scene.anchors) as line,
        pytest.raises((OSError, ConnectionError)),
    ):
        line.push(stranger.step())


# --- J-29, J-30: the batch ---

SPOILT: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "reordered": lambda lines: [lines[1], lines[0], *lines[2:]],
    "one dropped": lambda lines: lines[:-1],
    "one repeated": lambda lines: [*lines, lines[-1]],
    "one replaced by itself": lambda lines: [lines[0], lines[0], *lines[2:]],
    "one byte flipped": lambda lines: [lines[0].replace(b"alm-", b"aln-", 1), *lines[1:]],
    "one space more": lambda lines: [lines[0].replace(b",", b", ", 1), *lines[1:]],
}


@pytest.mark.parametrize("name", SPOILT)
def test_entries_that_are_not_the_signed_ones_are_refused_whole(scene: Scene, line: Line, name: str) -> None:
    step = scene.aurora.step(4)
    refused(scene, line, wire.encode(replace(step, lines=SPOILT[name](list(step.lines)))), 422)


def test_entries_of_another_batch_and_of_another_operator_are_refused(scene: Scene, line: Line) -> None:
    step = scene.aurora.step(2)
    for foreign in (scene.aurora.lines(1, first=900)[0], scene.southwind.lines(1)[0]):
        refused(scene, line, wire.encode(replace(step, lines=[step.lines[0], foreign])), 422)
    merged = replace(step, lines=[*step.lines, *scene.aurora.lines(2, first=step.size)])
    refused(scene, line, wire.encode(merged), 422, "stream.checkpoint-mismatch")
    refused(scene, line, wire.encode(replace(step, first=step.first - 1)), 422)


BODIES: dict[str, Callable[[Step], bytes]] = {
    "empty": lambda _: b"",
    "no head": lambda step: b"\n".join(step.lines),
    "head alone": lambda step: wire.encode(step).split(b"\n")[0],
    "head twice": lambda step: wire.encode(step).split(b"\n")[0] + b"\n" + wire.encode(step),
    "count too high": lambda step: wire.encode(step).replace(b'"count":2', b'"count":3'),
    "count zero": lambda step: wire.encode(step).replace(b'"count":2', b'"count":0'),
    "count true": lambda step: wire.encode(step).replace(b'"count":2', b'"count":true'),
    "count text": lambda step: wire.encode(step).replace(b'"count":2', b'"count":"2"'),
    "from negative": lambda step: wire.encode(step).replace(b'"from":', b'"from":-'),
    "from a fraction": lambda step: wire.encode(step).replace(b',"count"', b'.0,"count"'),
    "from huge": lambda step: wire.encode(step).replace(b'"from":', b'"from":9007199254740993'),
    "a member more": lambda step: wire.encode(step).replace(b'{"from"', b'{"x":"%s","from"' % CANARY.encode(), 1),
    "a member twice": lambda step: wire.encode(step).replace(b'{"from"', b'{"from":0,"from"', 1),
    "bom": lambda step: b"\xef\xbb\xbf" + wire.encode(step),
    "an empty line": lambda step: wire.encode(step).replace(b"\n", b"\n\n", 1),
    "no json": lambda step: b"\n".join([wire.encode(step).split(b"\n")[0], b"{", b"}"]),
    "no event": lambda step: b"\n".join([wire.encode(step).split(b"\n")[0], b'{"a":1}', b'{"a":1}']),
    "no utf-8": lambda step: wire.encode(step).replace(CANARY.encode(), b"\xff\xfe"),
    "crlf": lambda step: wire.encode(step).replace(b"\n", b"\r\n"),
    "nul": lambda step: wire.encode(step).replace(CANARY.encode(), b"\0"),
    "a surrogate": lambda step: wire.encode(step).replace(CANARY.encode(), b"\\ud800"),
    "a member twice in an entry": lambda step: wire.encode(step).replace(b'{"specversion"', b'{"id":"x","specversion"'),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_of_another_form_is_refused(scene: Scene, line: Line, name: str) -> None:
    refused(scene, line, BODIES[name](scene.aurora.step(2)), 422 if name == "crlf" else 400)  # CR belongs to the bytes


def test_genuine_entries_that_are_no_events_are_refused_though_they_are_signed(scene: Scene, line: Line) -> None:
    for bad in (b"{}", b"[]", b'"x"', b'{"specversion":"1.0"}', b"{" * 5000):
        step = Step(scene.aurora.frontier.size, [bad], scene.aurora.token(scene.aurora.claims([bad])))
        refused(scene, line, wire.encode(step), 400, "entry.malformed")


def test_more_entries_or_longer_ones_than_agreed_are_too_large(scene: Scene, line: Line) -> None:
    many = scene.aurora.lines(MAX_STEP_ENTRIES + 1)
    long = scene.aurora.lines(1, text="x" * 66_000)
    for lines in (many, long):
        step = Step(scene.aurora.frontier.size, lines, scene.aurora.token(scene.aurora.claims(lines)))
        refused(scene, line, wire.encode(step), 413, "exchange.too-large")


# --- gap, fork, repeat ---


def test_a_gap_is_answered_with_the_place_to_rewind_to(scene: Scene, line: Line) -> None:
    ahead = Counterpart(scene.aurora.id, scene.aurora.keys, scene.aurora.audience, scene.aurora.frontier)
    ahead.note(ahead.step(7))
    answer = line.push(ahead.step(2))
    assert (answer.status, answer.problem) == (409, "stream.gap")
    assert json.loads(answer.body)["expected"] == scene.aurora.frontier.size == scene.size(scene.aurora)


def test_a_repeated_step_gets_the_same_receipt_however_often_and_wherever_it_is_sent(scene: Scene, line: Line) -> None:
    """J-27: on this connection, on another, as gzip."""
    step = scene.aurora.step(4)
    first = line.push(step)
    assert first.status == 200
    scene.aurora.note(step)
    body = wire.encode(step)
    assert line.push(step).receipt == first.receipt
    assert line.post(gzip.compress(body), content_encoding="gzip").receipt == first.receipt
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        assert other.push(step).receipt == first.receipt
    assert scene.northlink.lines(scene.aurora.stream) == scene.aurora.sent


def test_a_repeat_that_goes_on_stores_what_is_new_and_nothing_twice(scene: Scene, line: Line) -> None:
    """J-30: a member of one batch comes again as a member of another."""
    first = scene.aurora.step(2)
    assert line.push(first).status == 200
    scene.aurora.note(first)
    more = scene.aurora.lines(3)
    longer = Step(first.first, [*first.lines, *more], scene.aurora.token(scene.aurora.claims(more)))
    assert line.push(longer).status == 200
    scene.aurora.note(longer)
    assert scene.northlink.lines(scene.aurora.stream) == scene.aurora.sent


def test_a_second_history_stops_the_stream_and_keeps_both_versions(scene: Scene) -> None:
    """J-28: other entries under the same positions, truly signed."""
    forked = scene.pinned("eastwind")
    with forked.connected(scene.northlink.exchange_port, scene.anchors) as line:
        honest, other = forked.step(3), forked.step(3, text="another history")
        assert line.push(honest).status == 200
        answer = line.push(other)
        assert (answer.status, answer.problem) == (409, "stream.fork")
        forked.note(honest)
        answer = line.push(forked.step(1))
        assert (answer.status, answer.problem) == (409, "stream.fork")
    assert scene.northlink.lines(forked.stream) == list(honest.lines)
    with scene.northlink.outside() as work:
        state = work.streams.state(StreamName(forked.stream))
        assert state is not None
        assert state.stopped is not None


def test_a_second_root_over_the_same_entries_is_no_fork_but_a_lie(scene: Scene, line: Line) -> None:
    """Only what the origin signed about *other* entries is another history; a wrong root is a wrong checkpoint."""
    step = scene.aurora.step(2)
    wrong = scene.aurora.token({**scene.aurora.claims(step.lines), "root": b64(bytes(32))})
    refused(scene, line, wire.encode(replace(step, token=wrong)), 422, "stream.checkpoint-mismatch")


# --- H-09, H-10, H-22: the body ---


def test_a_body_over_the_cap_is_refused_before_any_of_it_is_read(scene: Scene, line: Line) -> None:
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        began = time.monotonic()
        assert _refusal_to_large(other, bytes(wire.MAX_BODY_BYTES + 1)) == 413
        assert time.monotonic() - began < 5


def test_a_gzip_bomb_is_refused_at_the_cap_and_costs_no_memory(scene: Scene, line: Line) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    before = _peak_memory(scene.outside.pid)
    answer = line.post(bomb, content_encoding="gzip")
    assert (answer.status, answer.problem) == (413, "api.body-too-large")
    assert _peak_memory(scene.outside.pid) - before < 64 * 1024


def _peak_memory(pid: int) -> int:
    """Return the largest resident size so far, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def test_no_other_encoding_and_no_broken_gzip_is_taken(scene: Scene, line: Line) -> None:
    body = wire.encode(scene.aurora.step(2))
    for coding in ("zstd", "br", "deflate", "gzip, gzip", "gzip,identity", "x-gzip", "GZIP "):
        line.connection.close()
        assert line.post(gzip.compress(body), content_encoding=coding).status == 415, coding
    packed = gzip.compress(body)
    for broken in (packed[:-9], packed + b"x", packed + packed, body, gzip.compress(packed), b"\x1f\x8b"):
        line.connection.close()
        answer = line.post(broken, content_encoding="gzip")
        assert answer.status in (400, 415), answer


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "", "application/x-ndjson; charset=utf-16", "application/X-NDJSON,x"]
)
def test_no_other_media_type_is_taken(scene: Scene, line: Line, kind: str) -> None:
    refused(scene, line, wire.encode(scene.aurora.step(2)), 415, "api.media-type-refused", content_type=kind)


# --- J-20, J-38, J-39: enrolment ---


def test_a_descriptor_with_one_key_for_two_purposes_or_a_weak_key_is_not_enrolled(scene: Scene) -> None:
    crooked = Counterpart.create(scene.folder, "crooked", NORTHLINK)
    seal = crooked.seal
    both = {seal.key_id: seal.key.public_key()}
    forms = [_signed(crooked, {"seal": _jwks(both), "receipt": _jwks(both)})]
    for weak in (bytes(32), b"\1" + bytes(31), (2**255 - 19).to_bytes(32, "little"), b"\xff" * 32):
        keys = {"seal": [*_jwks(both), {"kty": "OKP", "crv": "Ed25519", "x": b64(weak)}]}
        forms.append(_signed(crooked, keys))
    forms.append(_signed(crooked, {"seal": [*_jwks(both), {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}))
    for raw in forms:
        with pytest.raises(DescriptorRefused):
            open_descriptor(raw, datetime.now(UTC))
    scene.northlink.run("peer", "add", "-", "--fingerprint", fingerprint(forms[0]), stdin=forms[0], status=1)
    with scene.northlink.outside() as work:
        assert OperatorId("crooked") not in work.partners.every()


def _jwks(keys: Any) -> list[Any]:
    return [jws.public_jwk(key) for key in keys.values()]


def _signed(origin: Counterpart, keys: dict[str, Any]) -> bytes:
    """Return a descriptor with other keys in it, truly signed; our own builder would refuse to make it."""
    told = json.loads(origin.descriptor)["descriptor"]
    told["keys"] = {**told["keys"], **keys}
    return dump({"descriptor": told, "signature": jws.sign(told, "demarc-descriptor+jwt", origin.seal)})


def test_a_key_of_one_peer_is_not_enrolled_for_another(scene: Scene) -> None:
    """J-38."""
    thief = Counterpart.create(scene.folder, "thief", NORTHLINK)
    stolen = {scene.aurora.seal.key_id: scene.aurora.seal.key.public_key()}
    own = {thief.seal.key_id: thief.seal.key.public_key()}
    raw = sign_descriptor(thief.described(seal={**own, **stolen}), thief.seal)
    scene.northlink.run("peer", "add", "-", "--fingerprint", fingerprint(raw), stdin=raw, status=1)


# --- last, because they change the process ---


def test_a_peer_that_is_disabled_is_refused_at_its_next_request_on_the_same_connection(scene: Scene) -> None:
    """M-18."""
    leaving = scene.pinned("westwind")
    with leaving.connected(scene.northlink.exchange_port, scene.anchors) as line:
        step = leaving.step()
        assert line.push(step).status == 200
        leaving.note(step)
        with scene.northlink.changing_outside() as work:
            work.partners.put(leaving.id, leaving.descriptor, enabled=False)
        answer = line.push(leaving.step())
        assert (answer.status, answer.problem) == (403, "identity.not-a-peer")
        assert answer.headers["connection"] == "close"
    assert scene.size(leaving) == leaving.frontier.size
    with scene.northlink.changing_outside() as work:
        work.partners.put(leaving.id, leaving.descriptor, enabled=True)


def test_what_a_peer_sent_before_it_was_disabled_still_verifies(scene: Scene) -> None:
    former = scene.pinned("former")
    with former.connected(scene.northlink.exchange_port, scene.anchors) as line:
        assert line.push(former.step()).status == 200
    with scene.northlink.changing_outside() as work:
        work.partners.put(former.id, former.descriptor, enabled=False)
    try:
        assert f"{former.stream}: 3 entries" in scene.northlink.verify()
    finally:
        with scene.northlink.changing_outside() as work:
            work.partners.put(former.id, former.descriptor, enabled=True)


def test_a_repeat_after_a_restart_gets_the_same_receipt(scene: Scene, line: Line) -> None:
    """J-27."""
    step = scene.aurora.step(2)
    first = line.push(step)
    scene.aurora.note(step)
    scene.outside.kill_nine()
    scene.outside = scene.northlink.serve("outside")
    with scene.aurora.connected(scene.northlink.exchange_port, scene.anchors) as other:
        assert other.push(step).receipt == first.receipt
    assert "entries" in scene.northlink.verify()
