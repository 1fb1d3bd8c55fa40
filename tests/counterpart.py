"""An operator of which there are only keys: it says over real mutual TLS whatever a test wants it to say."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from gateway.evidence import jws, wire
from gateway.evidence.checkpoint import TYP
from gateway.evidence.jws import Jws, Signer
from gateway.evidence.merkle import Frontier, leaf_hash
from gateway.evidence.stream import Step
from gateway.ids import (
    OperatorId,
    RecordTypeName,
    Subject,
    audience_of_operator,
    parse_operator_id,
    stream_between,
)
from gateway.keystore.files import load_signing_key
from gateway.keystore.instance import generate_all, own_anchor, tls_files
from gateway.keystore.profiles import Purpose, profiles
from gateway.party.descriptor import Descriptor, sign_descriptor
from gateway.record import entry
from gateway.record.strictjson import Json

CANARY = "zqx-canary-7741"
"""Stands in whatever a test sends; no answer may repeat it."""


@dataclass(frozen=True)
class Answer:
    """What a gateway answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> str:
        return str(json.loads(self.body).get("type", "")).removeprefix("urn:demarc:error:")

    @property
    def receipt(self) -> str:
        return str(json.loads(self.body)["receipt"])


@dataclass
class Counterpart:
    """The keys of an operator, and its stream to one audience as it goes on."""

    id: OperatorId
    keys: Path
    audience: OperatorId
    frontier: Frontier = field(default_factory=Frontier)
    sent: list[bytes] = field(default_factory=list)

    @classmethod
    def create(cls, folder: Path, name: str, audience: str) -> Counterpart:
        """Make all keys of an operator below `folder`."""
        operator = parse_operator_id(name)
        generate_all(folder / name, operator, ["127.0.0.1"], datetime.now(UTC))
        return cls(operator, folder / name, parse_operator_id(audience))

    def signer(self, purpose: Purpose) -> Signer:
        return load_signing_key(self.keys, profiles()[purpose])

    @cached_property
    def seal(self) -> Signer:
        return self.signer(Purpose.SEAL)

    @cached_property
    def receipt(self) -> Signer:
        return self.signer(Purpose.RECEIPT)

    @property
    def stream(self) -> str:
        return str(stream_between(self.id, audience_of_operator(self.audience)))

    def described(self, **other: Any) -> Descriptor:
        """Return what it says about itself; `other` replaces members."""
        now = datetime.now(UTC).replace(microsecond=0)
        told: dict[str, Any] = {
            "operator": self.id,
            "name": f"{self.id.title()} Networks",
            "contact": "noc",
            "exchange": "https://127.0.0.1:9",
            "protocol_versions": ("1",),
            "anchors": (own_anchor(self.keys),),
            "spki_pins": frozenset(),
            "seal": {self.seal.key_id: self.seal.key.public_key()},
            "receipt": {self.receipt.key_id: self.receipt.key.public_key()},
            "not_before": now - timedelta(minutes=1),
            "not_after": now + timedelta(days=1),
            "sequence": 1,
        }
        return Descriptor(**{**told, **other})

    @property
    def descriptor(self) -> bytes:
        return sign_descriptor(self.described(), self.seal)

    # --- what it says ---

    def lines(self, count: int, first: int | None = None, text: str = "") -> list[bytes]:
        """Return entries as it could have them."""
        begin = self.frontier.size if first is None else first
        return [self._line(number, text) for number in range(begin, begin + count)]

    def _line(self, number: int, text: str) -> bytes:
        return entry.build(
            entry_id=f"evt-{number}",
            source=audience_of_operator(self.id),
            record_type=RecordTypeName("alarm"),
            event="raised",
            subject=Subject(f"alm-{number}"),
            contract="0" * 64,  # type: ignore[arg-type]
            data={"@type": "Alarm", "id": f"alm-{number}", "specificProblem": text or CANARY},
        )

    def claims(self, lines: Sequence[bytes], frontier: Frontier | None = None) -> Json:
        """Return the claims of a true checkpoint over `lines` at the end of the stream."""
        whole = (self.frontier if frontier is None else frontier).extended(map(leaf_hash, lines))
        return {
            "iss": audience_of_operator(self.id),
            "aud": audience_of_operator(self.audience),
            "stream": self.stream,
            "size": whole.size,
            "root": jws.encode(whole.root()),
            "iat": int(datetime.now(UTC).timestamp()),
        }

    def token(self, claims: Json, signer: Signer | None = None, typ: str = TYP) -> Jws:
        return jws.sign(claims, typ, signer or self.seal)

    def step(self, count: int = 3, text: str = "") -> Step:
        """Return the next true step of its stream."""
        lines = self.lines(count, text=text)
        return Step(self.frontier.size, lines, self.token(self.claims(lines)))

    def note(self, step: Step) -> None:
        """Remember that the audience took a step."""
        fresh = step.lines[self.frontier.size - step.first :]
        self.frontier = self.frontier.extended(map(leaf_hash, fresh))
        self.sent += fresh

    # --- how it says it ---

    def context(self, anchors: str) -> ssl.SSLContext:
        """Return a client that shows this operator's certificate and believes these anchors."""
        files = tls_files(self.keys, Purpose.TLS_CLIENT)
        context = ssl.create_default_context(cadata=anchors)
        context.load_cert_chain(files.certificate, files.key)
        return context

    @contextlib.contextmanager
    def connected(self, port: int, anchors: str) -> Iterator[Line]:
        """Open one connection, kept alive for several requests."""
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=self.context(anchors))
        try:
            yield Line(connection, f"/exchange/v1/streams/{self.id}/entries")
        finally:
            connection.close()


@dataclass
class Line:
    """One connection to a gateway. Every answer is checked: never a 500, and nothing of what was sent comes back."""

    connection: http.client.HTTPSConnection
    path: str

    def post(self, body: bytes, path: str = "", **headers: str) -> Answer:
        told = {"content-type": wire.CONTENT_TYPE} | {name.replace("_", "-"): text for name, text in headers.items()}
        return self.ask("POST", path or self.path, body, told)

    def push(self, step: Step) -> Answer:
        return self.post(wire.encode(step))

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        self.connection.request(method, path, body or None, headers or {})
        with self.connection.getresponse() as response:
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        assert answer.status < 500, answer
        assert CANARY.encode() not in answer.body + repr(answer.headers).encode()
        if answer.status >= 400:
            assert answer.headers["content-type"] == "application/problem+json", answer
            assert set(json.loads(answer.body)) <= {"type", "title", "status", "detail", "expected"}
        return answer
