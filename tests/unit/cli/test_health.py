"""The health check that containers use: it says what is wrong, and never needs more than this process."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.cli.health import Target, ask, target_of
from gateway.ids import OperatorId
from gateway.keystore.instance import generate_all
from gateway.settings import Settings
from tests.cli_desk import cli_desk
from tests.inside_side import policy
from tests.officers import ANNA
from tests.operators import free_ports

STATUS = {"status": 200}


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers health checks with the status of the moment."""

    def do_GET(self) -> None:
        self.send_response(STATUS["status"] if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("keys")
    generate_all(folder, OperatorId("aurora"), ["somewhere.example"], datetime.now(UTC))
    return folder


@pytest.fixture(params=[False, True], ids=["http", "https"])
def target(request, keys: Path) -> Iterator[Target]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Answers)
    certificate = keys / "outside" / "tls-server.cert.pem"
    if request.param:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, keys / "outside" / "tls-server.key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Target("127.0.0.1", server.server_port, certificate if request.param else None)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("status", [200, 503])
def test_the_answer_decides(target, status, monkeypatch):
    monkeypatch.setitem(STATUS, "status", status)
    trouble = ask(target)
    assert (trouble is None) == (status == 200)


@pytest.mark.parametrize("target", [True], ids=["https"], indirect=True)
def test_a_certificate_that_is_not_the_expected_one_is_no_answer(target, keys):
    other = Target(target.host, target.port, keys / "outside" / "tls-client.cert.pem")
    assert "CERTIFICATE_VERIFY_FAILED" in str(ask(other))


def test_nobody_listening_is_named():
    [port] = free_ports(1)
    assert f"127.0.0.1:{port}" in str(ask(Target("127.0.0.1", port, None)))


def test_a_port_that_the_system_chose_cannot_be_asked():
    assert "port is 0" in str(ask(Target("127.0.0.1", 0, None)))


@pytest.mark.parametrize(
    ("bound", "asked"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.2", "127.0.0.2"), ("gateway", "gateway")],  # noqa: S104
)
def test_a_listener_on_all_addresses_is_asked_on_loopback(tmp_path, bound, asked):
    settings = Settings(home=tmp_path, operator="aurora", name="Aurora", outside={"host": bound})
    assert target_of(settings, "outside").host == asked
    assert target_of(settings, "outside").certificate == tmp_path / "keys" / "outside" / "tls-server.cert.pem"
    assert target_of(settings, "inside").certificate is None


@pytest.mark.parametrize("target", [False], ids=["http"], indirect=True)
def test_whoever_is_cut_off_is_named_beside_the_health_of_the_inside(target, tmp_path, monkeypatch):
    monkeypatch.setitem(STATUS, "status", 200)
    monkeypatch.setenv("DEMARC_INSIDE__PORT", str(target.port))
    desk = cli_desk(tmp_path)
    desk.officers.publish(policy())
    assert "cut off" not in desk.run("health", "inside").output
    desk.policy("stop", "operator:northlink", "--reason", "breach", by=ANNA)
    told = desk.run("health", "inside")
    assert (told.exit_code, "operator:northlink is cut off" in told.output) == (0, True)
