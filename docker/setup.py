"""Create one operator's instance as two folders, one per zone, so that each container is given its own only.

    setup.py --inside DIR --outside DIR --ingest-host NAME -- init options (--operator ... --name ... --host ...)

Unlike `demarc init HOME`, the folders may exist, as the mount points of empty volumes do. The inside folder gets the
inside keys, the inside store, and a certificate and key for the ingest listener; the outside folder gets the outside
keys and the outside store. Both get the settings and the descriptor. Nothing is ever overwritten.

The drafts lie in the temporary folder of the machine, which should be in memory: keys pass through it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.keystore.certificates import Authority, server_certificate
from gateway.keystore.files import load_tls_key, write_new
from gateway.keystore.instance import load_certificate
from gateway.keystore.profiles import Purpose, profiles

BOTH = ("demarc.toml", "descriptor.json")
INGEST_CERTIFICATE = "ingest.cert.pem"
INGEST_KEY = "ingest.key.pem"


def main(arguments: Sequence[str] | None = None) -> int:
    """Create both folders and return the exit status."""
    parser = argparse.ArgumentParser(description="Create one operator's instance as two folders.")
    parser.add_argument("--inside", type=Path, required=True, help="folder of the inside container")
    parser.add_argument("--outside", type=Path, required=True, help="folder of the outside container")
    parser.add_argument("--ingest-host", action="append", default=[], help="name of the ingest listener; repeatable")
    parser.add_argument("init", nargs="+", help="options of `demarc init`, after --")
    told = parser.parse_args(arguments)
    if taken := [folder for folder in (told.inside, told.outside) if folder.exists() and any(folder.iterdir())]:
        sys.stderr.write(f"{taken[0]} is not empty; nothing was changed\n")
        return 1
    with tempfile.TemporaryDirectory() as drafts:
        draft = Path(drafts) / "home"
        command = [sys.executable, "-m", "gateway.cli.main", "init", draft, *told.init]
        made = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
        if made.returncode:
            return made.returncode
        sys.stdout.writelines(f"{line}\n" for line in made.stdout.splitlines() if str(draft) not in line)
        _issue_ingest_certificate(draft / "keys", [*told.ingest_host, "localhost", "127.0.0.1"])
        for zone, folder in (("inside", told.inside), ("outside", told.outside)):
            _move(draft, zone, folder)
    sys.stdout.write(f"The inside container gets {told.inside}, the outside container {told.outside}.\n")
    return 0


def _issue_ingest_certificate(keys: Path, hosts: Sequence[str]) -> None:
    """Make a key of its own for the ingest listener: the outside's must not serve, because the outside holds it."""
    known = profiles()
    issuing, serving = known[Purpose.TLS_CA], known[Purpose.TLS_SERVER]
    issuer = Authority(load_certificate(issuing.certificate_path(keys)), load_tls_key(keys, issuing))
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = server_certificate(hosts, key, issuer, datetime.now(UTC), serving.lifetime)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_new(keys / "inside" / INGEST_KEY, pem, serving.mode)
    write_new(keys / "inside" / INGEST_CERTIFICATE, certificate.public_bytes(Encoding.PEM), serving.certificate_mode)


def _move(draft: Path, zone: str, folder: Path) -> None:
    """Fill the folder of one zone; the settings come last, so that a folder that has them is whole."""
    (folder / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copytree(draft / "keys" / zone, folder / "keys" / zone)
    for name in (f"{zone}.db", *reversed(BOTH)):
        shutil.copy2(draft / name, folder / name)


if __name__ == "__main__":
    sys.exit(main())
