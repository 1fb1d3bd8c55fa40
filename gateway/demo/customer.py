"""The customer's own client: plain HTTP/1.1 over TLS, checked against aurora's authority; keeps every byte it gets."""

from __future__ import annotations

import http.client
import io
import json
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlencode

from gateway.record.strictjson import Json

SERVICES = "/tmf-api/serviceInventory/v4/service?limit=1000"
PROBLEMS = "/tmf-api/serviceProblemManagement/v4/serviceProblem?limit=1000"
SIGN_IN, PAGE = "/status/sign-in", "/status"
_SECONDS = 10


class AnswerRefused(Exception):
    """The gateway's answer is not what a customer may expect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers, body."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(slots=True)
class Customer:
    """Somebody with a token, who trusts exactly one authority."""

    host: str
    port: int
    tls: ssl.SSLContext
    token: str
    is_recording: bool = True
    received: bytearray = field(default_factory=bytearray)

    def records(self, path: str) -> list[Json]:
        """Return the records at an address of the TM Forum API."""
        answer = self.ask("GET", path, {"Authorization": f"Bearer {self.token}", "Accept": "application/json"})
        if answer.status != http.HTTPStatus.OK:
            raise AnswerRefused(f"GET {path} was answered with {answer.status}")
        records: list[Json] = json.loads(answer.body)
        return records

    def status_page(self) -> bytes:
        """Sign in as a browser would and return the status page."""
        form = urlencode({"token": self.token}).encode()
        origin = f"https://{self.host}:{self.port}"
        headers = {"Origin": origin, "Content-Type": "application/x-www-form-urlencoded"}
        signed_in = self.ask("POST", SIGN_IN, headers, form)
        cookie = signed_in.headers.get("set-cookie", "").partition(";")[0]
        page = self.ask("GET", PAGE, {"Cookie": cookie, "Accept": "text/html"})
        if page.status != http.HTTPStatus.OK:
            raise AnswerRefused(f"the status page was answered with {page.status}")
        return page.body

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Send one request on a connection of its own and read until the gateway closes it."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        raw = self._exchange("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        if self.is_recording:
            self.received += raw
        return _read(raw)

    def _exchange(self, request: bytes) -> bytes:
        raw = bytearray()
        with (
            socket.create_connection((self.host, self.port), _SECONDS) as plain,
            self.tls.wrap_socket(plain, server_hostname=self.host) as connection,
        ):
            connection.sendall(request)
            while chunk := connection.recv(65536):
                raw += chunk
        return bytes(raw)


class _Heard:
    """Bytes that were received already, in the place of a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


def _read(raw: bytes) -> Answer:
    response = http.client.HTTPResponse(cast(Any, _Heard(raw)))
    response.begin()
    return Answer(response.status, response.headers, response.read())
