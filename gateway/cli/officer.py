"""Officers: who may decide about policies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gateway import settings
from gateway.cli.console import HERE, Home, err, out
from gateway.cli.signing import Signers, hands_of
from gateway.keystore.officers import generate_officer_key, read_officer_key
from gateway.policy.approval.roster import LEAST_PERSONS, is_founded, persons

app = typer.Typer(no_args_is_help=True, help="Officers: who may decide about policies, and their keys.")
Name = Annotated[str, typer.Argument(help="Under which the officer signs: a-z, 0-9, dot, hyphen.")]


@app.command("keygen")
def keygen(file: Annotated[Path, typer.Argument(help="Where the private key goes; never replaced.")]) -> None:
    """Make an officer's key pair. The private key stays with the officer; the public one is enrolled."""
    public = generate_officer_key(file)
    out.print(f"Private key, for nobody else: {file}")
    out.print(f"Public key, to be enrolled: {public}")


@app.command("add")
def add(
    name: Name,
    person: Annotated[str, typer.Option(help="Who it is; one person, however many names and keys.")],
    key: Annotated[Path, typer.Option(help="The public key, as `demarc officer keygen` wrote it.", dir_okay=False)],
    approved_by: Signers = None,
    home: Home = HERE,
) -> None:
    """Enrol an officer. After the first two persons, two enrolled persons have to sign."""
    from gateway.wiring.inside import build  # noqa: PLC0415 - heavy; help must be quick

    inside = build(settings.load(home))
    officer = inside.life().officers().add(name, person, read_officer_key(key), hands_of(approved_by))
    out.print(f"Enrolled {officer.name}, who is {officer.person}, with the key {officer.key_id}.")
    with inside.store.read() as work:
        officers = work.office.officers.every()
    if not is_founded(officers):
        missing = LEAST_PERSONS - len(persons(officers.values()))
        err.print(f"{missing} more person is needed before anything can be approved.")


@app.command("list")
def list_(home: Home = HERE) -> None:
    """List all officers who were ever enrolled."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    with build(settings.load(home)).store.read() as work:
        officers = work.office.officers.every()
    table = Table("officer", "person", "key", "enrolled", "state")
    for one in officers.values():
        state = "enabled" if one.disabled_at is None else f"disabled {one.disabled_at:%Y-%m-%d %H:%M}"
        table.add_row(one.name, one.person, one.key_id, f"{one.enrolled_at:%Y-%m-%d %H:%M}", state)
    out.print(table if officers else "No officer is enrolled yet; see `demarc officer add --help`.")


@app.command("disable")
def disable(name: Name, approved_by: Signers = None, home: Home = HERE) -> None:
    """Disable an officer for good. Somebody else has to sign, and two persons have to be left."""
    from gateway.wiring.inside import build  # noqa: PLC0415

    build(settings.load(home)).life().officers().disable(name, hands_of(approved_by))
    out.print(f"Disabled {name}. What it approved and is not published yet does not count any more.")
