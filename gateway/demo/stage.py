"""Set everything up: two operators with an authority each, their gateways running, a customer enrolled.

All of it by the commands that a person would type, in their order. Between aurora's gateway and northlink's stands the
tap; northlink's descriptor names it as its address, as it would name any proxy in front of its gateway.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway import bundled, settings
from gateway.demo.customer import Customer
from gateway.demo.officers import OFFICERS, enrol_officers, four_eyes, officer_keys
from gateway.demo.processes import Children, DemoFailed, accepts, free_ports, run, run_python
from gateway.demo.story import CUSTOMER, PARTNER
from gateway.demo.tap import Tap
from gateway.keystore.instance import own_anchor, tls_files
from gateway.keystore.profiles import Purpose
from gateway.party.descriptor import fingerprint
from gateway.record.strictjson import Json, dump
from gateway.transport.tls import client_context, exchange_context
from gateway.wiring import inside, outside

HOST = "127.0.0.1"
OPERATOR = "aurora"
POLICIES = ("wholesale-partner", "retail-customer")
NAMES = {OPERATOR: "Aurora Networks", PARTNER: "Northlink Carrier"}
_READY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Gateway:
    """One operator's instance: its folder and the ports of its three listeners."""

    operator: str
    home: Path
    ingest_port: int
    exchange_port: int
    public_port: int

    @property
    def ingest_token(self) -> str:
        """The token that its sources present."""
        return (self.home / "keys" / "inside" / inside.INGEST_TOKEN).read_text("ascii").strip()


@dataclass(slots=True)
class Stage:
    """Everything that plays, once it is there."""

    folder: Path
    aurora: Gateway
    northlink: Gateway
    children: Children
    tap: Tap
    acme: Customer
    aurora_inside: inside.Inside
    aurora_outside: outside.Outside
    northlink_inside: inside.Inside
    northlink_outside: outside.Outside


def build(
    folder: Path, records: Iterable[Json], children: Children, resources: ExitStack, say: Callable[[str], None]
) -> Stage:
    """Set up the stage in `folder`.

    Args:
        folder: Empty, and for this demo alone.
        records: The inventory of aurora.
        children: Gets the processes; the caller ends them.
        resources: Gets what else has to be closed: the tap, the stores; the caller closes it.
        say: Told what has been done, a line at a time.

    Raises:
        DemoFailed: A command failed or a process ended.
    """
    ports = free_ports(6)
    aurora = Gateway(OPERATOR, folder / OPERATOR, *ports[:3])
    northlink = Gateway(PARTNER, folder / PARTNER, *ports[3:])
    keys = {one.operator: folder / f"keys-{one.operator}" for one in (aurora, northlink)}
    generator = str(bundled.folder("keys") / "generate.py")
    hosts = ("--host", HOST, "--host", "localhost")
    _together(
        lambda: run_python(generator, str(keys[OPERATOR]), "--operator", OPERATOR, *hosts),
        lambda: run_python(generator, str(keys[PARTNER]), "--operator", PARTNER, *hosts),
        *(officer_keys(folder, one) for one in (aurora, northlink)),
    )
    tap = _tap(keys, northlink)
    resources.callback(tap.close)
    tap_port = tap.open()
    _together(lambda: _init(aurora, keys, aurora.exchange_port), lambda: _init(northlink, keys, tap_port))
    say("two operators, each with keys and a certificate authority of its own")
    for one in (aurora, northlink):
        for zone in ("inside", "outside"):
            children.start(f"{one.operator} {zone}", ("serve", zone, "--home", str(one.home)))
    inventory = folder / "inventory.ndjson"
    inventory.write_bytes(b"".join(dump(record) + b"\n" for record in records))
    _together(lambda: enrol_officers(folder, aurora), lambda: enrol_officers(folder, northlink))
    say(f"two officers at each operator, {' and '.join(OFFICERS)}: nobody lets anybody learn more alone")
    token = _introduce(aurora, northlink, inventory)
    policies = bundled.folder("policies")
    told = _together(*(four_eyes(folder, aurora, policies / f"{name}.yaml") for name in POLICIES))
    _await_listeners(children, (aurora, northlink))
    say("four processes: an inside and an outside of each operator; descriptors exchanged by fingerprint")
    for line in told:
        say(str(line))
    tls = ssl.create_default_context(cadata=own_anchor(aurora.home / "keys"))
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    acme = Customer(HOST, aurora.public_port, tls, token)
    insides = [inside.build(settings.load(one.home)) for one in (aurora, northlink)]
    outsides = [outside.build(settings.load(one.home)) for one in (aurora, northlink)]
    for database in [*(each for one in insides for each in one.databases), *(one.database for one in outsides)]:
        resources.callback(database.close)
    return Stage(folder, aurora, northlink, children, tap, acme, insides[0], outsides[0], insides[1], outsides[1])


def _tap(keys: dict[str, Path], northlink: Gateway) -> Tap:
    server, client = tls_files(keys[PARTNER], Purpose.TLS_SERVER), tls_files(keys[OPERATOR], Purpose.TLS_CLIENT)
    return Tap(
        upstream=(HOST, northlink.exchange_port),
        listen=exchange_context(server.certificate, server.key, [own_anchor(keys[OPERATOR])]),
        call=client_context(client.certificate, client.key, [own_anchor(keys[PARTNER])]),
    )


def _init(one: Gateway, keys: dict[str, Path], reached_at: int) -> None:
    ports = ("--inside-port", one.ingest_port, "--exchange-port", one.exchange_port, "--public-port", one.public_port)
    addresses = (
        *("--exchange-url", f"https://{HOST}:{reached_at}"),
        *("--public-url", f"https://{HOST}:{one.public_port}"),
    )
    told = ("--operator", one.operator, "--name", NAMES[one.operator], "--contact", f"noc@{one.operator}.example")
    run("init", str(one.home), *told, *map(str, ports), *addresses, "--keys", str(keys[one.operator]))


def _introduce(aurora: Gateway, northlink: Gateway, inventory: Path) -> str:
    """Let the parties get to know each other and aurora know its network; return the customer's token."""
    at_aurora, at_northlink = ("--home", str(aurora.home)), ("--home", str(northlink.home))

    def know(partner: Gateway, at: tuple[str, str]) -> None:
        descriptor = partner.home / "descriptor.json"
        run("peer", "add", str(descriptor), "--fingerprint", fingerprint(descriptor.read_bytes()), *at)

    done = _together(
        lambda: run("customer", "add", CUSTOMER, "--name", "Acme Industries", *at_aurora).strip(),
        lambda: know(northlink, at_aurora),
        lambda: know(aurora, at_northlink),
        lambda: run("record", "add", str(inventory), *at_aurora),
    )
    return str(done[0])


def _await_listeners(children: Children, gateways: Sequence[Gateway]) -> None:
    waiting = [port for one in gateways for port in (one.ingest_port, one.exchange_port, one.public_port)]
    deadline = time.monotonic() + _READY_SECONDS
    while waiting := [port for port in waiting if not accepts(port)]:
        children.require_alive()
        if time.monotonic() > deadline:
            raise DemoFailed(f"nothing listens on {waiting} after {_READY_SECONDS} seconds; see the logs")
        time.sleep(0.05)


def _together(*tasks: Callable[[], object]) -> list[object]:
    """Run tasks beside each other, two at a time, and return their results in order; after a failure begin no more."""
    pool = ThreadPoolExecutor(max_workers=2)
    try:
        return [future.result() for future in [pool.submit(task) for task in tasks]]
    finally:
        pool.shutdown(cancel_futures=True)


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)
