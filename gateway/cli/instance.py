"""Create an instance, bring its stores up to date, and run it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from gateway import settings as settings_of
from gateway.cli.console import HERE, Home, err, out
from gateway.errors import SettingsError
from gateway.ids import parse_operator_id
from gateway.keystore.files import load_signing_key, write_new
from gateway.keystore.instance import generate_all, own_anchor
from gateway.keystore.profiles import Purpose, profiles
from gateway.party.descriptor import Descriptor, fingerprint, sign_descriptor
from gateway.settings import Settings
from gateway.storage import migrations
from gateway.storage.database import Database
from gateway.storage.outside.store import SqlOutsideStore

serve = typer.Typer(invoke_without_command=True, help="Run this instance until SIGTERM.")
_VALID = timedelta(days=365)
SUPERVISOR = "DEMARC_SUPERVISOR"
"""Names the process without which a half of a gateway must not go on."""
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class HomeInUse(SettingsError):
    """The folder holds something already."""

    code = "settings.home-in-use"
    remedy = "Choose a folder that does not exist yet or is empty."


def init(
    home: Annotated[Path, typer.Argument(help="Folder to create.", file_okay=False)],
    operator: Annotated[str, typer.Option(help="Identifier of the operator: a-z, 0-9, hyphen.")],
    name: Annotated[str, typer.Option(help="Name of the operator, for people.")],
    contact: Annotated[str, typer.Option(help="Where partners reach people.")] = "not stated",
    host: Annotated[list[str] | None, typer.Option(help="Name or address for the TLS certificate; repeatable.")] = None,
    exchange_url: Annotated[str, typer.Option(help="Where partners reach the exchange listener.")] = "",
    public_url: Annotated[str, typer.Option(help="Where customers reach the public listener.")] = "",
    inside_port: Annotated[int, typer.Option(help="Port of the ingest listener.")] = 8080,
    exchange_port: Annotated[int, typer.Option(help="Port of the exchange listener.")] = 8443,
    public_port: Annotated[int, typer.Option(help="Port of the public listener.")] = 8444,
    keys: Annotated[
        Path | None, typer.Option(help="Take these keys, as keys/generate.py makes them, instead of new ones.")
    ] = None,
) -> None:
    """Create an instance: settings, keys with mode 0600, empty stores, a signed descriptor."""
    parse_operator_id(operator)
    if home.exists() and any(home.iterdir()):
        raise HomeInUse(f"{home} is not empty")
    hosts = host or ["localhost", "127.0.0.1"]
    told: dict[str, object] = {
        "operator": operator,
        "name": name,
        "contact": contact,
        "inside": {"port": inside_port},
        "outside": {
            "exchange_port": exchange_port,
            "public_port": public_port,
            "exchange_url": exchange_url or f"https://{hosts[0]}:{exchange_port}",
            "public_url": public_url or f"https://{hosts[0]}:{public_port}",
        },
    }
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=f".{home.name}-") as draft:  # all of it, or nothing
        raw = _create(Path(draft) / home.name, _toml(told), hosts, keys)
        (Path(draft) / home.name).rename(home)
    out.print(f"Created {name} ({operator}) in {home}.")
    out.print(f"Descriptor for partners: {home / 'descriptor.json'}")
    out.print(f"Fingerprint to compare by voice: [bold]{fingerprint(raw)}[/]")
    out.print(f"Next: demarc serve --home {home}")


def _create(home: Path, settings_text: str, hosts: list[str], keys: Path | None) -> bytes:
    home.mkdir(mode=0o700)
    write_new(home / settings_of.FILE, settings_text.encode(), 0o600)
    chosen = settings_of.load(home)  # refuses what the listeners would refuse later
    if keys:
        shutil.copytree(keys, chosen.keys)
    else:
        generate_all(chosen.keys, chosen.operator_id, hosts, datetime.now(UTC))
    write_new(chosen.keys / "inside" / "ingest.token", f"dmi_{secrets.token_hex(32)}\n".encode(), 0o600)
    _upgrade(chosen)
    for store in home.glob("*.db"):
        store.chmod(0o600)
    return _describe(chosen, sequence=1)


def upgrade(home: Annotated[Path, typer.Argument(help="Folder of the instance.", file_okay=False)]) -> None:
    """Bring both stores to the form that this version works with."""
    _upgrade(settings_of.load(home))
    out.print("Both stores are up to date.")


@serve.callback()
def serve_both(context: typer.Context, home: Home = HERE) -> None:
    """Run inside and outside as two processes, until SIGTERM."""
    if context.invoked_subcommand is not None:
        context.obj = home
        return
    command = [sys.executable, "-m", "gateway.cli.main"] + (
        ["-v"] if "-v" in sys.argv or "--verbose" in sys.argv else []
    )
    settings_of.load(home)
    os.environ[SUPERVISOR] = str(os.getpid())
    children = [  # in process groups of their own, so that Ctrl-C reaches them through us, and once
        subprocess.Popen([*command, "serve", zone, "--home", str(home)], process_group=0)
        for zone in ("inside", "outside")
    ]
    asked: set[int] = set()

    def end(*_: object) -> None:
        for child in children:
            if child.poll() is None and child.pid not in asked:
                asked.add(child.pid)  # a second SIGTERM would cut off what the first one began
                child.terminate()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    # One process without the other is no gateway: whichever ends, the other follows. Its status stays to be read below.
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    end()
    statuses = [child.wait() for child in children]
    raise typer.Exit(max(abs(status) for status in statuses))


@serve.command("inside")
def serve_inside(context: typer.Context, home: Home = HERE) -> None:
    """Run the inside process: ingest, disclose, import."""
    from gateway.wiring import inside  # noqa: PLC0415 - the other zone must not even be loaded
    from gateway.worker import serve_inside as run  # noqa: PLC0415

    _end_with_parent()
    run(inside.build(settings_of.load(context.obj if home == HERE else home)), err.print)


@serve.command("outside")
def serve_outside(context: typer.Context, home: Home = HERE) -> None:
    """Run the outside process: partners and customers."""
    from gateway.wiring import outside  # noqa: PLC0415 - the other zone must not even be loaded
    from gateway.worker import serve_outside as run  # noqa: PLC0415

    _end_with_parent()
    run(outside.build(settings_of.load(context.obj if home == HERE else home)), err.print)


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the checks instead of staying.")] = False,
    show_wire: Annotated[bool, typer.Option("--show-wire", help="Print one push and its receipt as sent.")] = False,
) -> None:
    """Run two operators and a customer on this machine and play a fibre cut."""
    from gateway.demo.main import play  # noqa: PLC0415 - nothing else needs it

    raise typer.Exit(play(once=once, show_wire=show_wire))


def _upgrade(chosen: Settings) -> None:
    for zone, url in (("inside", chosen.inside_store), ("outside", chosen.outside_store)):
        database = Database(url, zone)
        migrations.upgrade(database, "inside" if zone == "inside" else "outside")
        database.close()


def _describe(chosen: Settings, sequence: int) -> bytes:
    """Sign our descriptor, keep a copy for partners and hand it to the outside store."""
    known, now = profiles(), datetime.now(UTC).replace(microsecond=0)
    seal = load_signing_key(chosen.keys, known[Purpose.SEAL])
    receipt = load_signing_key(chosen.keys, known[Purpose.RECEIPT])
    descriptor = Descriptor(
        operator=chosen.operator_id,
        name=chosen.name,
        contact=chosen.contact,
        exchange=chosen.outside.exchange_url,
        protocol_versions=("1",),
        anchors=(own_anchor(chosen.keys),),
        spki_pins=frozenset(),
        seal={seal.key_id: seal.key.public_key()},
        receipt={receipt.key_id: receipt.key.public_key()},
        not_before=now,
        not_after=now + _VALID,
        sequence=sequence,
    )
    raw = sign_descriptor(descriptor, seal)
    (chosen.home / "descriptor.json").write_bytes(raw)
    database = Database(chosen.outside_store, "outside")
    with SqlOutsideStore(database).write() as work:
        work.set_own_descriptor(raw)
    database.close()
    return raw


def _end_with_parent() -> None:
    """Ask Linux to end this process when its supervisor dies, so that no half of a gateway is left behind."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor is None or sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        ctypes.CDLL(None, use_errno=True).prctl(_DEATH_SIGNAL, signal.SIGTERM)
    if str(os.getppid()) != supervisor:  # it died before we asked
        raise typer.Exit(1)


def _toml(told: dict[str, object]) -> str:
    """Write the settings of a new instance; TOML's basic strings take what JSON's are."""
    lines = ["# Settings of this Demarc instance; docs/reference/settings.md explains them all."]
    lines += [f"{name} = {json.dumps(value)}" for name, value in told.items() if not isinstance(value, dict)]
    for name, table in told.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"
