"""The status page over real TLS in a real browser: readable, quiet, and nothing but ours is loaded or run."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.outside.answer import CHANGE_REQUEST, SERVICE, SERVICE_PROBLEM
from tests.customer_side import (
    ACME_STREAM,
    ACME_TOKEN,
    BOLT_TOKEN,
    Outside,
    change,
    outside_with_trouble,
    problem,
    service,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium"),
]
sync_api = pytest.importorskip("playwright.sync_api")


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


class Served:
    """An `Outside` behind a real TLS listener on a free port."""

    def __init__(self, outside: Outside, folder: Path) -> None:
        cert_file, key_file = _certificate(folder)
        self.outside = outside
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"https://localhost:{self.socket.getsockname()[1]}"
        config = uvicorn.Config(
            outside.app(),
            ssl_certfile=cert_file,
            ssl_keyfile=key_file,
            server_header=False,
            date_header=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        config.load()
        assert config.ssl is not None
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],))

    def __enter__(self) -> Served:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.socket.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: a temporary folder, or DEMARC_SCREENSHOTS for whoever wants to look at them."""
    folder = Path(os.environ.get("DEMARC_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Visit:
    """A browser window on the page that notes whatever should not happen."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.context = browser.new_context(ignore_https_errors=True, **options)
        self.page = self.context.new_page()
        self.address = address
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)

    def _request(self, request: Any) -> None:
        if not request.url.startswith(self.address + "/"):
            self.elsewhere.append(request.url)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):  # Chromium's hints about forms are of a lower kind.
            self.complaints.append(message.text)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def sign_in(self, token: str) -> None:
        self.page.goto(f"{self.address}/status")
        self.page.fill("#token", token)
        self.page.click("text=Show status")

    def assert_quiet(self) -> None:
        assert (self.elsewhere, self.complaints, self.dialogs) == ([], [], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_a_customer_reads_the_state_of_its_services(
    browser: Any, tmp_path: Path, pictures: Path, scheme: str, width: int
) -> None:
    with Served(outside_with_trouble(), tmp_path) as served:
        visit = Visit(browser, served.address, color_scheme=scheme, viewport={"width": width, "height": 800})
        visit.sign_in(ACME_TOKEN)
        page = visit.page
        assert page.url == f"{served.address}/status"
        assert page.inner_text("h1") == "2 of 3 services are affected"
        assert "London – Frankfurt 10G" in page.inner_text("main")
        assert "Bolt's own line" not in page.content()
        assert page.locator("time[datetime='2026-11-23T09:50:00Z']").count() > 0
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.screenshot(path=pictures / f"status-{scheme}-{width}.png", full_page=True)
        visit.assert_quiet()
        visit.context.close()


def test_signing_in_and_out_keeps_nothing_in_the_browser(browser: Any, tmp_path: Path, pictures: Path) -> None:
    with Served(outside_with_trouble(), tmp_path) as served:
        visit = Visit(browser, served.address, viewport={"width": 800, "height": 640})
        visit.sign_in("not-a-token-of-anybody")
        assert "not known here" in visit.page.inner_text("[role=alert]")
        visit.page.screenshot(path=pictures / "sign-in-refused.png")
        visit.complaints.clear()  # Chromium notes the 403 of the refused token on its console.
        visit.sign_in(BOLT_TOKEN)
        assert "Bolt's own line" in visit.page.inner_text("main")
        (cookie,) = visit.context.cookies()
        assert cookie["name"].startswith("__Host-")
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
        assert BOLT_TOKEN not in cookie["value"]
        visit.page.click("text=Sign out")
        assert visit.page.url.endswith("/status/sign-in")
        assert visit.context.cookies() == []
        visit.page.goto(f"{served.address}/status")
        assert visit.page.url.endswith("/status/sign-in")
        visit.page.screenshot(path=pictures / "sign-in.png")
        visit.assert_quiet()
        visit.context.close()


def test_empty_and_calm_pages_say_what_comes_next(browser: Any, tmp_path: Path, pictures: Path) -> None:
    outside = Outside()
    with Served(outside, tmp_path) as served:
        visit = Visit(browser, served.address, viewport={"width": 1100, "height": 800})
        visit.sign_in(ACME_TOKEN)
        assert visit.page.inner_text("h1") == "Nothing to show yet"
        visit.page.screenshot(path=pictures / "empty.png", full_page=True)
        outside.views.tell(ACME_STREAM, SERVICE, service("svc-1", "London – Frankfurt 10G"), service("svc-2", "Paris"))
        visit.page.reload()
        assert visit.page.inner_text("h1") == "All services run"
        visit.page.screenshot(path=pictures / "calm.png", full_page=True)
        visit.assert_quiet()
        visit.context.close()


def test_no_text_of_a_record_ever_runs_in_the_browser(browser: Any, tmp_path: Path, naughty_strings: list[str]) -> None:
    outside = Outside()
    for number, text in enumerate(naughty_strings):
        name = f"n{number:04}"
        outside.views.tell(ACME_STREAM, SERVICE, service(name, text, "failed", serviceType=text))
        outside.views.tell(
            ACME_STREAM, SERVICE_PROBLEM, problem(name, [name], name=text, description=text + " ", status=text)
        )
        outside.views.tell(
            ACME_STREAM, CHANGE_REQUEST, change(name, [name], description=text, impact=text, status="scheduled")
        )
    with Served(outside, tmp_path) as served:
        visit = Visit(browser, served.address, viewport={"width": 360, "height": 800})
        visit.sign_in(ACME_TOKEN)
        assert visit.page.locator("script, iframe, img, svg, object, embed, style, [onerror], [onload]").count() == 0
        assert visit.page.locator(".service").count() == min(200, len(naughty_strings))
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        visit.assert_quiet()
        visit.context.close()


@pytest.fixture
def naughty_strings() -> list[str]:
    vectors = Path(os.environ.get("DEMARC_VECTORS", Path(__file__).parents[2] / "../shared/vectors"))
    file = vectors / "blns" / "blns.json"
    if not file.exists():
        pytest.skip("needs the vectors (DEMARC_VECTORS)")
    strings: list[str] = json.loads(file.read_text("utf-8"))
    dangerous = [text for text in strings if any(mark in text for mark in "<>\"'&`(")]
    return dangerous[:200]
