"""The two zones: the outside works with the inside unplugged, loads none of it, and holds nothing of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway import settings
from gateway.api.outside.headers import ClosedHeaders
from gateway.api.outside.public import PublicApp
from gateway.ids import RecordTypeName
from gateway.inventory.inventory import INVENTORY_TYPES, Inventory
from gateway.keystore.instance import own_anchor
from gateway.record import schemas
from gateway.storage.outside.tables import METADATA
from gateway.wiring import outside as outside_wiring
from tests.counterpart import Counterpart, Line
from tests.network import HIDDEN_ROUTER, INVENTORY, alarm, customer_policy, partner_policy
from tests.operators import ROOT, Folder, Operator, Process, until

HIDDEN_ZONE = ("gateway.inside", "gateway.policy", "gateway.inventory", "gateway.storage.inside", "gateway.sources")
HIDDEN_DOORS = ("gateway.api.inside", "gateway.wiring.inside", "gateway.cli")
HIDDEN_ALARMS = 200


@dataclass
class Unplugged:
    """Aurora after a day's work: its outside process runs, its inside store and keys are elsewhere."""

    aurora: Operator
    outside: Process
    token: str
    partner: Counterpart
    inside_store: Path
    crashed: Path


@pytest.fixture(scope="module")
def unplugged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unplugged]:
    path = tmp_path_factory.mktemp("zones")
    with Folder(path) as folder:
        aurora = folder.operator("aurora")
        partner = Counterpart.create(path / "others", "northlink", "aurora")
        aurora.pin(partner.descriptor)
        token = aurora.add_customer("acme")
        aurora.load(INVENTORY)
        # What nobody may hear of: it makes every position of the journal larger than any stream.
        aurora.load([alarm(f"hid-{n}", alarmedObject={"id": HIDDEN_ROUTER}) for n in range(HIDDEN_ALARMS)])
        aurora.publish(partner_policy("northlink"))
        aurora.publish(customer_policy("acme"))
        both = aurora.serve("both")
        assert aurora.post([alarm("int-alarm-1"), alarm("int-alarm-2", perceivedSeverity="critical")])[0] == 200
        assert aurora.post(
            [alarm("int-alarm-b", alarmedObject={"id": "FBR-LON-FRA-0001"}, perceivedSeverity="critical")]
        )
        until(lambda: _is_replicated(aurora), 60)
        assert both.stop() == 0
        yield _unplug(aurora, token, partner, path)


def _is_replicated(aurora: Operator) -> bool:
    with aurora.inside() as work:
        is_disclosed = work.cursors.get("disclose") == work.journal.end()
        sizes = {state.parties.stream: state.size for state in work.streams.states()}
    with aurora.outside() as work:
        return is_disclosed and sizes == {state.parties.stream: state.size for state in work.streams.states()}


def _unplug(aurora: Operator, token: str, partner: Counterpart, path: Path) -> Unplugged:
    """Move the inside away, run the outside, push something to it and copy its store as a crash would leave it."""
    aurora._inside.databases[0].close()
    away = path / "elsewhere"
    away.mkdir()
    for file in aurora.home.glob("inside.db*"):
        file.rename(away / file.name)
    (aurora.home / "keys" / "inside").rename(away / "keys")
    outside = aurora.serve("outside")
    with partner.connected(aurora.exchange_port, own_anchor(aurora.keys)) as line:
        step = partner.step(text="a fault in our own network")
        assert line.push(step).status == 200
    crashed = path / "crashed"
    crashed.mkdir()
    for file in aurora.home.glob("outside.db*"):
        shutil.copy(file, crashed / file.name)
    return Unplugged(aurora, outside, token, partner, away / "inside.db", crashed)


# --- every outward-facing route ---


def _routes(app: Any) -> set[tuple[str, str]]:
    """Return method and path of every route, also of those that an included router keeps to itself."""
    assert isinstance(app, PublicApp | ClosedHeaders)
    waiting: list[Any] = list(app.routes.routes if isinstance(app, PublicApp) else app.app.routes)
    found = set()
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None)
        if inner is not None:
            waiting += inner.routes
        else:
            found |= {(method, route.path) for method in route.methods}
    return found


def _public(unplugged: Unplugged, method: str, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    context = ssl.create_default_context(cadata=own_anchor(unplugged.aurora.keys))
    port = unplugged.aurora.public_port
    with contextlib.closing(http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)) as connection:
        body = headers.pop("body", None)
        connection.request(method, path, body, headers)
        with connection.getresponse() as response:
            return response.status, response.read(), {k.lower(): v for k, v in response.getheaders()}


def _session(unplugged: Unplugged) -> str:
    origin = f"https://127.0.0.1:{unplugged.aurora.public_port}"
    form = {"content-type": "application/x-www-form-urlencoded", "origin": origin, "body": f"token={unplugged.token}"}
    status, _, headers = _public(unplugged, "POST", "/status/sign-in", **form)
    assert status == 303
    return headers["set-cookie"].split(";")[0]


Walk = Callable[[Unplugged, str], tuple[int, bytes]]


def _as_customer(path: str) -> Walk:
    return lambda scene, method: _public(scene, method, path, authorization=f"Bearer {scene.token}")[:2]


def _as_anybody(path: str) -> Walk:
    return lambda scene, method: _public(scene, method, path)[:2]


def _as_visitor(path: str) -> Walk:
    def ask(scene: Unplugged, method: str) -> tuple[int, bytes]:
        origin = f"https://127.0.0.1:{scene.aurora.public_port}"
        headers = {"cookie": _session(scene), "origin": origin}
        if method == "POST":
            headers |= {"content-type": "application/x-www-form-urlencoded", "body": f"token={scene.token}"}
        return _public(scene, method, path, **headers)[:2]

    return ask


def _first_of(collection: str) -> Walk:
    def ask(scene: Unplugged, method: str) -> tuple[int, bytes]:
        _, body = _as_customer(collection)(scene, "GET")
        return _as_customer(f"{collection}/{json.loads(body)[0]['id']}")(scene, method)

    return ask


SERVICES, PROBLEMS = "/tmf-api/serviceInventory/v4/service", "/tmf-api/serviceProblemManagement/v4/serviceProblem"
PUBLIC: dict[str, tuple[Walk, bytes]] = {
    SERVICES: (_as_customer(SERVICES), b"svc-100002"),
    SERVICES + "/{public_id}": (_first_of(SERVICES), b"svc-100002"),
    PROBLEMS: (_as_customer(PROBLEMS), b"svc-100002"),
    PROBLEMS + "/{public_id}": (_first_of(PROBLEMS), b"svc-100002"),
    "/status": (_as_visitor("/status"), b"Acme LAN Frankfurt"),
    "/status/sign-in": (_as_visitor("/status/sign-in"), b""),
    "/status/sign-out": (_as_visitor("/status/sign-out"), b""),
    "/status/style.css": (_as_anybody("/status/style.css"), b"{"),
    "/status/icon.svg": (_as_anybody("/status/icon.svg"), b"<svg"),
    "/.well-known/demarc": (_as_anybody("/.well-known/demarc"), b"aurora"),
    "/healthz": (_as_anybody("/healthz"), b""),
}
"""Every route of the public listener, how it is asked rightly, and what its answer holds."""


def test_every_route_of_both_outward_listeners_works_with_the_inside_unplugged(unplugged: Unplugged) -> None:
    wired = outside_wiring.build(settings.load(unplugged.aurora.home))
    exchange, public = (_routes(listener.app) for listener in wired.listeners())
    wired.database.close()
    assert {path for _, path in public} == set(PUBLIC), "a new route: say here how it is asked"
    for method, path in sorted(public):
        ask, holds = PUBLIC[path]
        status, body = ask(unplugged, method)
        assert status == (303 if method == "POST" else 200), (method, path, status, body)
        assert holds in body or method in ("HEAD", "POST"), (method, path)
    asked = set()
    with unplugged.partner.connected(unplugged.aurora.exchange_port, own_anchor(unplugged.aurora.keys)) as line:
        for method, path in sorted(exchange):
            assert _ask_exchange(line, unplugged, method, path) == 200, (method, path)
            asked.add(path)
    assert asked == {"/exchange/v1/streams/{origin}/entries", "/.well-known/demarc", "/healthz"}


def _ask_exchange(line: Line, unplugged: Unplugged, method: str, path: str) -> int:
    if method != "POST":
        return line.ask(method, path).status
    unplugged.partner.frontier = type(unplugged.partner.frontier)()
    return line.push(unplugged.partner.step(text="a fault in our own network")).status


def test_the_unplugged_process_neither_failed_nor_asked_for_the_inside(unplugged: Unplugged) -> None:
    assert unplugged.outside.is_running
    printed = unplugged.outside.printed()
    assert "Traceback" not in printed
    assert "inside" not in printed
    assert not list(unplugged.aurora.home.glob("inside.db*"))


# --- what the process has loaded ---


def test_the_outside_process_loads_no_module_of_the_inside(unplugged: Unplugged) -> None:
    program = (
        "import sys; from pathlib import Path; from gateway import settings, worker;"
        " from gateway.wiring import outside; built = outside.build(settings.load(Path(sys.argv[1])));"
        " built.listeners(); built.database.close(); print(*sorted(sys.modules))"
    )
    command = [sys.executable, "-c", program, str(unplugged.aurora.home)]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split()
    assert "gateway.outside.accept" in loaded
    hidden = [name for name in loaded for zone in HIDDEN_ZONE + HIDDEN_DOORS if f"{name}.".startswith(f"{zone}.")]
    assert hidden == []


# --- what the store holds ---


def _crashed_bytes(unplugged: Unplugged) -> bytes:
    files = sorted(unplugged.crashed.glob("outside.db*"))
    assert {file.name for file in files} >= {"outside.db", "outside.db-wal"}
    return b"".join(file.read_bytes() for file in files)


def _hidden_names() -> set[str]:
    inventory = Inventory()
    for record in INVENTORY:
        record_type = schemas.type_of(record)
        assert record_type in INVENTORY_TYPES
        inventory.apply(RecordTypeName(record_type), record)
    known = {name for party in ("northlink", "acme") for name in inventory.names_known_to(party)}
    return set(inventory.names()) - known


def test_no_name_of_the_inventory_is_in_the_bytes_of_the_outside_store(unplugged: Unplugged) -> None:
    held = _crashed_bytes(unplugged).lower()
    hidden = _hidden_names()
    assert {HIDDEN_ROUTER, "svc-100003", "SN99FFEEDDCC"} <= hidden
    assert "svc-100001" not in hidden
    assert b"svc-100001" in held, "the bytes hold what was disclosed"
    assert [name for name in sorted(hidden) if name.lower().encode() in held] == []
    for internal in (b"int-alarm", b"hid-", b"los on", b"lossofsignal"):
        assert internal not in held


def test_no_policy_and_no_inside_key_is_in_the_bytes_of_the_outside_store(unplugged: Unplugged) -> None:
    held = _crashed_bytes(unplugged)
    policies = partner_policy("northlink") + customer_policy("acme")
    telling = [line.strip() for line in policies.splitlines() if len(line.strip()) > 12]
    assert len(telling) > 20
    assert [line for line in telling if line.encode() in held] == []
    assert b"wholesale-partner" not in held
    for key in (unplugged.inside_store.parent / "keys").iterdir():
        secret = key.read_bytes()
        for piece in (secret, *[line for line in secret.splitlines() if len(line) > 40 and b"CERT" not in secret]):
            assert piece not in held, key.name


def test_no_number_in_the_outside_store_counts_what_is_hidden(unplugged: Unplugged) -> None:
    with contextlib.closing(sqlite3.connect(unplugged.crashed / "outside.db")) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == {table.name for table in METADATA.tables.values()} | {"outside_version"}
        numbers = [
            value
            for name in tables
            for row in connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608
            for value in row
            if isinstance(value, int)
        ]
    with contextlib.closing(sqlite3.connect(unplugged.inside_store)) as connection:
        end = connection.execute("SELECT max(position) FROM journal").fetchone()[0]
    assert end > HIDDEN_ALARMS > max(numbers) > 1


def test_a_third_party_learns_nothing_although_its_service_failed_200_times(unplugged: Unplugged) -> None:
    with unplugged.aurora.outside() as work:
        streams = {state.parties.stream for state in work.streams.states()}
    assert streams == {"aurora/northlink", "aurora/customer:acme", "northlink/aurora"}
