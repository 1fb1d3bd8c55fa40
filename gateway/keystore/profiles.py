"""What each key of an instance is for, as `keys/profiles.toml` says.

The file is data that ships with the code; what is wrong in it is a fault of the installation.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gateway import bundled
from gateway.errors import KeyMaterialError


class Purpose(StrEnum):
    """What a key is for; a key of one purpose never serves another."""

    SEAL = "seal"
    RECEIPT = "receipt"
    PSEUDONYM = "pseudonym"
    TLS_CA = "tls-ca"
    TLS_SERVER = "tls-server"
    TLS_CLIENT = "tls-client"


class Algorithm(StrEnum):
    """What a key is."""

    ED25519 = "Ed25519"
    P256 = "ECDSA-P256"
    BYTES_32 = "32-random-bytes"


class ProfileRefused(KeyMaterialError):
    """The list of key profiles of this installation is damaged."""

    code = "keys.profile-refused"
    remedy = "Install demarc again, or restore keys/profiles.toml."


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One purpose.

    Attributes:
        purpose: Which.
        algorithm: What the key is.
        lifetime: How long it is used after it was made.
        zone: `inside` or `outside`: which of the two processes holds it.
        file: Name of the private file, below the folder of its zone.
        mode: Permission bits of the private file.
        certificate: Name of the certificate beside it, or None.
        certificate_mode: Permission bits of the certificate.
        extended_key_usage: `serverAuth` or `clientAuth` for a TLS certificate, else None.
    """

    purpose: Purpose
    algorithm: Algorithm
    lifetime: timedelta
    zone: str
    file: str
    mode: int
    certificate: str | None = None
    certificate_mode: int = 0o644
    extended_key_usage: str | None = None

    def key_path(self, folder: Path) -> Path:
        """Return where the private file is, below the folder of all keys of an instance."""
        return folder / self.zone / self.file

    def certificate_path(self, folder: Path) -> Path:
        """Return where the certificate is."""
        if self.certificate is None:
            raise ProfileRefused(f"{self.purpose} has no certificate")
        return folder / self.zone / self.certificate


@cache
def profiles() -> Mapping[Purpose, Profile]:
    """Return every profile of this installation.

    Raises:
        ProfileRefused: The file is not as it shipped.
    """
    return read_profiles((bundled.folder("keys") / "profiles.toml").read_text(encoding="utf-8"))


def read_profiles(text: str) -> Mapping[Purpose, Profile]:
    """Return the profiles that `text` lists, exactly one for each purpose."""
    try:
        tables = tomllib.loads(text)
        found = {Purpose(name): _profile(Purpose(name), table) for name, table in tables.items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ProfileRefused(f"profiles.toml: {error}") from error
    if missing := set(Purpose) - found.keys():
        raise ProfileRefused(f"profiles.toml: no profile for {', '.join(sorted(missing))}")
    return MappingProxyType(found)


def _profile(purpose: Purpose, table: dict[str, Any]) -> Profile:
    if table["zone"] not in {"inside", "outside"}:
        raise ValueError(f"{purpose}: no such zone")
    return Profile(
        purpose=purpose,
        algorithm=Algorithm(table["algorithm"]),
        lifetime=timedelta(days=table["lifetime_days"]),
        zone=table["zone"],
        file=table["file"],
        mode=int(table["mode"], 8),
        certificate=table.get("certificate"),
        certificate_mode=int(table.get("certificate_mode", "0644"), 8),
        extended_key_usage=table.get("extended_key_usage"),
    )
