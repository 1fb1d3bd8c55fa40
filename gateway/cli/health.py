"""Ask a running instance on this host whether it is healthy, without any other program: containers have no curl."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from gateway import settings as settings_of
from gateway.cli.console import HERE, Home, counted, err, out
from gateway.keystore.profiles import Purpose, profiles
from gateway.settings import Settings

PATH = "/healthz"
_TIMEOUT_SECONDS = 3.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what a listener may be bound to, and how to reach it

Zone = Literal["inside", "outside"]
ZONES: tuple[Zone, ...] = ("inside", "outside")


@dataclass(frozen=True, slots=True)
class Target:
    """Where one zone answers; with the certificate that it must show, or None for plain HTTP."""

    host: str
    port: int
    certificate: Path | None


def health(
    zone: Annotated[str, typer.Argument(help="inside, outside, or both.")] = "both",
    home: Home = HERE,
) -> None:
    """Ask the processes of this instance whether they can read their stores; exit status 1 when one cannot."""
    if zone not in (*ZONES, "both"):
        raise typer.BadParameter("must be inside, outside or both")
    chosen = settings_of.load(home)
    unwell = 0
    for one in ZONES:
        if zone not in (one, "both"):
            continue
        trouble = ask(target_of(chosen, one))
        unwell += trouble is not None
        (err if trouble else out).print(f"{one}: {trouble or 'healthy'}")
        if one == "inside" and not trouble:
            _say_what_waits(chosen)
    if unwell:
        raise typer.Exit(1)


def _say_what_waits(chosen: Settings) -> None:
    """Say what waits for an officer: disclosures that the egress check stopped, and audiences that are cut off."""
    from gateway.storage.database import Database  # noqa: PLC0415 - heavy; help must be quick
    from gateway.storage.inside.store import SqlInsideStore  # noqa: PLC0415

    database = Database(chosen.inside_store, "inside")
    with SqlInsideStore(database).read() as work:
        count = work.withheld.count()
        stopped = [one.audience for one in work.office.standings.every() if one.stopped is not None]
    database.close()
    if count:
        disclosures = counted(count, "disclosure was", "disclosures were")
        err.print(f"inside: {disclosures} stopped: demarc policy quarantine list")
    for audience in stopped:
        err.print(f"inside: {audience.removeprefix('urn:demarc:')} is cut off: demarc policy list")


def target_of(chosen: Settings, zone: Zone) -> Target:
    """Return where `zone` answers health checks: the ingest listener, or the public one."""
    if zone == "inside":
        return Target(_reachable(chosen.inside.host), chosen.inside.port, chosen.inside.tls_certificate)
    certificate = profiles()[Purpose.TLS_SERVER].certificate_path(chosen.keys)
    return Target(_reachable(chosen.outside.host), chosen.outside.public_port, certificate)


def ask(target: Target) -> str | None:
    """Return what is wrong with the process behind `target`, or None when it is healthy."""
    if not target.port:
        return "its port is 0, so nobody knows where it listens"
    connection = _connection(target)
    try:
        connection.request("GET", PATH)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:  # ssl.SSLError is an OSError
        return f"no answer on {target.host}:{target.port}: {error}"
    finally:
        connection.close()
    return None if status == 200 else f"answers {status}: it cannot read its store"


def _connection(target: Target) -> http.client.HTTPConnection:
    if target.certificate is None:
        return http.client.HTTPConnection(target.host, target.port, timeout=_TIMEOUT_SECONDS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # we know the very certificate, which need not name the loopback address
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # so the leaf itself may be the anchor
    context.load_verify_locations(target.certificate)
    return http.client.HTTPSConnection(target.host, target.port, timeout=_TIMEOUT_SECONDS, context=context)


def _reachable(host: str) -> str:
    try:
        return _ANYWHERE.get(str(ipaddress.ip_address(host)), host)
    except ValueError:
        return host
