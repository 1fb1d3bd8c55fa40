"""Keys, certificates and descriptors of everybody, made once and used in both worlds of every pair."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.evidence.jws import Signer
from gateway.ids import parse_operator_id
from gateway.keystore.certificates import authority, client_certificate
from gateway.party.descriptor import Descriptor, sign_descriptor
from tests.noninterference.model import BEGIN

NAMES = ("aurora", "northlink", "southwind", "southwind-2", "stranger")
TOKENS = {"acme": "dmc_acme-token-0001", "bolt": "dmc_bolt-token-0001", "bolt-2": "dmc_bolt-token-0002"}
_NOW = datetime.fromisoformat(BEGIN).astimezone(UTC)


@dataclass(frozen=True)
class Keys:
    """What one operator has."""

    seal: Signer
    receipt: Signer
    certificate: str
    descriptor: bytes


def create(file: Path) -> None:
    """Write what cannot be made twice alike, because ECDSA draws: certificates."""
    made = {}
    for number, name in enumerate(NAMES):
        operator = parse_operator_id(name.partition("-")[0])
        key = derive_private_key(1_000 + number, SECP256R1())
        issuer = authority(operator, key, _NOW, timedelta(days=30))
        leaf_key = derive_private_key(2_000 + number, SECP256R1())
        leaf = client_certificate(operator, leaf_key, issuer, _NOW, timedelta(days=20))
        made[name] = [cert.public_bytes(Encoding.PEM).decode() for cert in (issuer.certificate, leaf)]
    file.write_bytes(orjson.dumps(made))


@functools.cache
def load(file: Path) -> dict[str, Keys]:
    """Return everybody's material by name."""
    made = orjson.loads(file.read_bytes())
    return {name: _keys(name, *made[name], number) for number, name in enumerate(NAMES)}


def _keys(name: str, anchor: str, leaf: str, number: int) -> Keys:
    seal, receipt = (
        Signer.of(Ed25519PrivateKey.from_private_bytes(bytes([1 + 2 * number + which]) * 32)) for which in (0, 1)
    )
    operator = parse_operator_id(name.partition("-")[0])
    described = Descriptor(
        operator=operator,
        name=f"{operator.title()} Networks",
        contact=f"noc@{operator}.example",
        exchange="https://192.0.2.1:9",
        protocol_versions=("1",),
        anchors=(anchor,),
        spki_pins=frozenset(),
        seal={seal.key_id: seal.key.public_key()},
        receipt={receipt.key_id: receipt.key.public_key()},
        not_before=_NOW - timedelta(minutes=5),
        not_after=_NOW + timedelta(days=20),
        sequence=1,
    )
    return Keys(seal, receipt, leaf, sign_descriptor(described, seal))
