"""M-01 to M-24: who may connect to a partner's listener, and to whom we connect."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.errors import IdentityError
from gateway.ids import OperatorId
from gateway.keystore.certificates import Authority
from gateway.transport.caller import Callers, PeerTrust, spki_pin
from gateway.transport.client import (
    Answer,
    Deadlines,
    InsecurePeerAddress,
    PeerAnswerUnusable,
    PeerClient,
    PeerTlsRefused,
    PeerUnreachable,
)
from gateway.transport.limits import Limits
from gateway.transport.server import Listener
from gateway.transport.tls import client_context, exchange_context, public_context
from tests.listening import Running, connect, exchange, listening, read_to_end
from tests.pki import (
    DAY,
    NOW,
    URN,
    Identity,
    client_identity,
    new_authority,
    odd_leaf,
    pem,
    server_identity,
    stored,
)

REQUEST = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"


@dataclass
class WhoAmI:
    """An application that answers with the caller, or with why there is none."""

    peers: dict[str, PeerTrust]
    bodies: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.callers = Callers(self.peers.get, lambda: datetime.now(UTC))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan here")
        self.bodies.append((await receive())["body"])
        try:
            status, text = 200, str(self.callers.caller_of(scope).operator)
        except IdentityError as error:
            status, text = 403, error.code
        body = text.encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@dataclass
class Scene:
    """Aurora's listener, with northlink and southwind enrolled."""

    folder: Path
    aurora: Authority
    northlink: Authority
    southwind: Authority
    app: WhoAmI
    listener: Listener
    running: Running

    @property
    def port(self) -> int:
        return self.running.port

    def context(self, identity: Identity | None) -> ssl.SSLContext:
        """A client that checks nothing but the server's chain, so that the server has to."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=pem(self.aurora.certificate))
        if identity:
            context.load_cert_chain(identity.certificate_file, identity.key_file)
        return context

    def ask(self, identity: Identity | None, raw: bytes = REQUEST) -> str:
        """Return the body of the answer, or "refused" when TLS did not let the request through."""
        try:
            received = exchange(self.port, raw, self.context(identity))
        except (ssl.SSLError, OSError):
            return "refused"
        return received.partition(b"\r\n\r\n")[2].decode() or "refused"

    def odd(self, leaf: tuple[x509.Certificate, EllipticCurvePrivateKey]) -> str:
        return self.ask(stored(self.folder, "odd", *leaf))


def trust_of(operator: str, anchor: Authority, *pins: str) -> PeerTrust:
    return PeerTrust(OperatorId(operator), (pem(anchor.certificate),), frozenset(pins))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    aurora, northlink, southwind = (new_authority(name) for name in ("aurora", "northlink", "southwind"))
    app = WhoAmI({"northlink": trust_of("northlink", northlink), "southwind": trust_of("southwind", southwind)})
    server = server_identity(tmp_path, aurora)
    anchors = [pem(northlink.certificate), pem(southwind.certificate)]
    context = exchange_context(server.certificate_file, server.key_file, anchors)
    limits = Limits(handshake_deadline=timedelta(seconds=0.5), linger=timedelta(seconds=0.02))
    listener = Listener(app=app, host="127.0.0.1", port=0, tls=context, limits=limits, name="exchange")
    with listening(listener) as running:
        yield Scene(tmp_path, aurora, northlink, southwind, app, listener, running)


def logged(caplog: pytest.LogCaptureFixture, text: str) -> bool:
    """Tell whether the listener, which runs in a thread of its own, logs `text` within a second."""
    for _ in range(100):
        if text in caplog.text:
            return True
        time.sleep(0.01)
    return False


def test_a_peer_is_recognised_by_its_certificate(scene: Scene) -> None:
    assert scene.ask(client_identity(scene.folder, scene.northlink, "northlink")) == "northlink"
    assert scene.ask(client_identity(scene.folder, scene.southwind, "southwind")) == "southwind"


def test_m01_no_certificate(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    assert scene.ask(None) == "refused"
    assert scene.app.bodies == []
    assert logged(caplog, "PEER_DID_NOT_RETURN_A_CERTIFICATE")
    assert scene.listener.refused["handshake"] == 1


def test_m02_another_authority_of_the_same_name(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    impostor = client_identity(scene.folder, new_authority("northlink"), "northlink")
    assert scene.ask(impostor) == "refused"
    assert scene.app.bodies == []
    assert logged(caplog, "handshake of 127.0.0.1 refused: client certificate:")


@pytest.mark.parametrize(
    ("begin", "end"), [(NOW - 2 * DAY, NOW - DAY), (NOW + DAY, NOW + 2 * DAY)], ids=["expired", "not yet valid"]
)
def test_m03_outside_its_validity(scene: Scene, begin: datetime, end: datetime) -> None:
    assert scene.odd(odd_leaf(scene.northlink, not_before=begin, not_after=end)) == "refused"
    assert scene.app.bodies == []


@pytest.mark.parametrize(
    "usages",
    [
        None,
        [ExtendedKeyUsageOID.SERVER_AUTH],
        [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
        [ExtendedKeyUsageOID.CODE_SIGNING],
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
    ],
)
def test_m05_a_certificate_for_something_else(scene: Scene, usages: Sequence[x509.ObjectIdentifier] | None) -> None:
    assert scene.odd(odd_leaf(scene.northlink, usages=usages)) in {"refused", "identity.certificate-purpose"}


def uri(text: str) -> x509.GeneralName:
    return x509.UniformResourceIdentifier._init_without_validation(text)


@pytest.mark.parametrize(
    "names",
    [
        [],
        [uri(URN + "southwind")],
        [uri(URN + "northlink"), uri(URN + "southwind")],
        [uri(URN + "northlink"), uri("URN:Demarc:Operator:southwind")],
        [uri(URN + "northlink"), uri(URN + "northlink")],
        [uri(URN + "*")],
        [uri(URN + "northlink.example.test")],
        [uri(URN + "northlink\0.test")],
        [uri(URN + "NORTHLINK")],
        [uri(URN)],
        [uri("https://northlink/")],
        [x509.DNSName("northlink")],
        [x509.RFC822Name("northlink@example.test")],
    ],
)
def test_m06_a_name_that_is_not_exactly_the_peer(scene: Scene, names: Sequence[x509.GeneralName]) -> None:
    answer = scene.odd(odd_leaf(scene.northlink, names=names, common_name="northlink"))
    assert answer == "refused" or answer.startswith("identity.certificate-")


def test_m06_one_peers_authority_cannot_issue_for_another(scene: Scene) -> None:
    """OpenSSL trusts both authorities on this listener; the second gate knows whose each is."""
    crossed = client_identity(scene.folder, scene.southwind, "northlink")
    assert scene.ask(crossed) == "identity.certificate-chain"


def test_m07_a_leaf_issued_by_a_leaf(scene: Scene) -> None:
    for is_authority in (False, True):
        middle, middle_key = odd_leaf(scene.northlink, is_authority=is_authority)
        leaf, key = odd_leaf(Authority(middle, middle_key))
        identity = stored(scene.folder, "leaf", leaf, key)
        identity.certificate_file.write_text(pem(leaf) + pem(middle))
        assert scene.ask(identity) == "refused"
    assert scene.app.bodies == []


def test_m08_where_keys_are_registered_no_other_key_will_do(scene: Scene) -> None:
    enrolled = client_identity(scene.folder, scene.northlink, "northlink")
    scene.app.peers["northlink"] = trust_of("northlink", scene.northlink, spki_pin(enrolled.certificate))
    assert scene.ask(enrolled) == "northlink"
    other = client_identity(scene.folder, scene.northlink, "northlink", "other")
    assert scene.ask(other) == "identity.certificate-not-pinned"


def test_m09_the_caller_is_the_certificates_owner_whatever_the_body_says(scene: Scene) -> None:
    raw = REQUEST.replace(b"secret", b"aurora")
    assert scene.ask(client_identity(scene.folder, scene.southwind, "southwind"), raw) == "southwind"


@pytest.mark.parametrize(
    "name", ["Client-Cert", "X-Client-Cert", "X-SSL-Client-S-DN", "X-Forwarded-Client-Cert", "Forwarded"]
)
def test_m10_a_header_never_says_who_is_calling(scene: Scene, name: str) -> None:
    south = client_identity(scene.folder, scene.southwind, "southwind")
    claimed = f"{name}: URI=urn:demarc:operator:northlink\r\nContent-Length".encode()
    assert scene.ask(south, REQUEST.replace(b"Content-Length", claimed)) == "southwind"


def test_m10_without_tls_nobody_is_anybody(scene: Scene) -> None:
    with listening(Listener(app=scene.app, host="127.0.0.1", port=0)) as plain:
        received = exchange(plain.port, REQUEST.replace(b"Host", b"Client-Cert: :AAAA:\r\nHost"))
    assert received.endswith(b"identity.no-client-certificate")


def test_m13_only_tls_1_3_is_spoken(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    context = scene.context(client_identity(scene.folder, scene.northlink, "northlink"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        connect(scene.port, context)
    assert logged(caplog, "UNSUPPORTED_PROTOCOL")


def test_m15_m16_no_session_can_be_resumed(scene: Scene) -> None:
    context = scene.context(client_identity(scene.folder, scene.northlink, "northlink"))
    with connect(scene.port, context) as first:
        assert isinstance(first, ssl.SSLSocket)
        first.sendall(REQUEST)
        read_to_end(first)
        session = first.session
        assert first.compression() is None
        assert session is None or not session.has_ticket
    plain = socket.create_connection(("127.0.0.1", scene.port), 5)
    with context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as second:
        assert not second.session_reused


def until(sock: socket.socket, raw: bytes, end: bytes) -> bytes:
    """Send `raw` and read until the answer ends with `end`; the socket's timeout ends a wait in vain."""
    sock.sendall(raw)
    received = b""
    while not received.endswith(end):
        received += sock.recv(65536)
    return received


def test_m18_a_disabled_peer_is_refused_at_its_next_request(scene: Scene) -> None:
    raw = REQUEST.replace(b"Connection: close\r\n", b"")
    context = scene.context(client_identity(scene.folder, scene.northlink, "northlink"))
    with connect(scene.port, context) as sock:
        assert until(sock, raw, b"northlink")
        del scene.app.peers["northlink"]
        assert until(sock, raw, b"identity.not-a-peer")


def test_m21_a_handshake_that_stands_still_is_dropped(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with connect(scene.port) as sock:
        sock.sendall(b"\x16\x03\x01")
        assert read_to_end(sock) == b""
    assert logged(caplog, "the TLS handshake took too long")
    assert scene.listener.refused["handshake"] == 1


# --- our client ---


def post(port: int, context: ssl.SSLContext, host: str = "127.0.0.1", deadlines: Deadlines | None = None) -> Answer:
    async def go() -> Answer:
        async with PeerClient(f"https://{host}:{port}", context, deadlines) as client:
            return await client.post("/x", b"secret", "application/x-ndjson")

    return asyncio.run(go())


@dataclass
class Ours:
    """Our client's identity as northlink, and the anchors of aurora that it pins."""

    scene: Scene

    @property
    def context(self) -> ssl.SSLContext:
        mine = client_identity(self.scene.folder, self.scene.northlink, "northlink", "mine")
        return client_context(mine.certificate_file, mine.key_file, [pem(self.scene.aurora.certificate)])


def test_our_client_gets_through(scene: Scene) -> None:
    answer = post(scene.port, Ours(scene).context)
    assert (answer.status, answer.body) == (200, b"northlink")
    assert scene.app.bodies == [b"secret"]


def expired(scene: Scene) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    usages = [ExtendedKeyUsageOID.SERVER_AUTH]
    names = [x509.DNSName("localhost")]
    return odd_leaf(scene.aurora, usages=usages, names=names, not_before=NOW - 2 * DAY, not_after=NOW - DAY)


@pytest.mark.parametrize(
    "server",
    [
        lambda scene: stored(scene.folder, "bad", *expired(scene)),
        lambda scene: server_identity(scene.folder, scene.aurora, ["other.test"], "bad"),
        lambda scene: server_identity(scene.folder, new_authority("aurora"), name="bad"),
        lambda scene: stored(scene.folder, "bad", scene.aurora.certificate, scene.aurora.key),
    ],
    ids=["expired", "wrong name", "wrong authority", "self-signed"],
)
def test_m22_we_send_nothing_to_whoever_is_not_the_peer(scene: Scene, server: Callable[[Scene], Identity]) -> None:
    bad = server(scene)
    app = WhoAmI({})
    listener = Listener(app=app, host="127.0.0.1", port=0, tls=public_context(bad.certificate_file, bad.key_file))
    with listening(listener) as running, pytest.raises(PeerTlsRefused):
        post(running.port, Ours(scene).context, host="localhost")
    assert app.bodies == []


def test_m23_the_environment_changes_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    impostor = new_authority("aurora")
    bundle, keylog = tmp_path / "bundle.pem", tmp_path / "keylog"
    bundle.write_text(pem(impostor.certificate))
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(bundle))
    monkeypatch.setenv("SSLKEYLOGFILE", str(keylog))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    context = Ours(scene).context
    assert context.keylog_filename is None
    assert post(scene.port, context).status == 200
    assert not keylog.exists()
    bad = server_identity(tmp_path, impostor, name="bad")
    listener = Listener(
        app=WhoAmI({}), host="127.0.0.1", port=0, tls=public_context(bad.certificate_file, bad.key_file)
    )
    with listening(listener) as running, pytest.raises(PeerTlsRefused):
        post(running.port, context)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1",
        "https://",
        "https://user@host",
        "https://h/?q",
        "https://h/#f",
        "ftp://h",
        "h",
        "https://h:x",
    ],
)
def test_m23_only_plain_https_addresses_are_taken(scene: Scene, address: str) -> None:
    with pytest.raises(InsecurePeerAddress):
        PeerClient(address, Ours(scene).context)


@contextlib.contextmanager
def answering(scene: Scene, *pieces: bytes, pause: float = 0) -> Iterator[int]:
    """A peer with a good certificate that answers one connection with these raw bytes."""
    server = server_identity(scene.folder, scene.aurora, name="raw")
    context = public_context(server.certificate_file, server.key_file)
    door = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def work() -> None:
        with contextlib.suppress(OSError), context.wrap_socket(door.accept()[0], server_side=True) as sock:
            sock.recv(65536)
            for piece in pieces:
                sock.sendall(piece)
                done.wait(pause)
            if pause:
                done.wait(2)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield door.getsockname()[1]
    finally:
        done.set()
        door.close()
        thread.join(5)


LIMITED = Deadlines(total=timedelta(seconds=0.5), max_answer_bytes=1000)


@pytest.mark.parametrize("location", [b"http://127.0.0.1:9/", b"https://other.test/", b"/y"])
def test_m24_a_redirect_is_not_followed(scene: Scene, location: bytes) -> None:
    raw = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    with answering(scene, raw) as port, pytest.raises(PeerAnswerUnusable, match="redirect"):
        post(port, Ours(scene).context, deadlines=LIMITED)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + bytes(1001),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"3e8\r\n" + bytes(1000) + b"\r\n1\r\na\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X%d: %s\r\n" % (n, b"a" * 100) for n in range(2000)) + b"\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
    ],
    ids=["large", "endless", "encoded", "many headers", "another protocol"],
)
def test_h11_an_answer_beyond_the_agreed_is_dropped(scene: Scene, raw: bytes) -> None:
    with answering(scene, raw, pause=0.01) as port, pytest.raises(PeerAnswerUnusable):
        post(port, Ours(scene).context, deadlines=LIMITED)


def test_h11_an_answer_that_drips_ends_at_the_deadline(scene: Scene) -> None:
    head = [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"]
    with answering(scene, *head, pause=0.05) as port, pytest.raises(PeerUnreachable, match="deadline"):
        post(port, Ours(scene).context, deadlines=LIMITED)


def test_a_peer_that_is_not_there_is_unreachable(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(PeerUnreachable):
        post(port, Ours(scene).context)


def test_a_peer_that_refuses_our_certificate_is_named_so(scene: Scene) -> None:
    stranger = client_identity(scene.folder, new_authority("northlink"), "northlink", "stranger")
    context = client_context(stranger.certificate_file, stranger.key_file, [pem(scene.aurora.certificate)])
    with pytest.raises((PeerTlsRefused, PeerUnreachable)):
        post(scene.port, context)
    assert scene.app.bodies == []


def test_the_scope_has_the_leaf_first_as_pem(scene: Scene) -> None:
    seen: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            seen.append(scope["extensions"]["tls"])
        await scene.app(scope, receive, send)

    server = server_identity(scene.folder, scene.aurora, name="second")
    anchors = [pem(scene.northlink.certificate)]
    context = exchange_context(server.certificate_file, server.key_file, anchors)
    identity = client_identity(scene.folder, scene.northlink, "northlink")
    with listening(Listener(app=app, host="127.0.0.1", port=0, tls=context)) as running:
        exchange(running.port, REQUEST, scene.context(identity))
    assert seen[0]["client_cert_chain"] == [pem(identity.certificate)]
    assert json.dumps(seen[0])
