"""The form of a descriptor: every member, its type and its bounds. What has another form is refused.

Does not look at signatures or at the clock; `descriptor` does.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.errors import IdentityError
from gateway.evidence import jws
from gateway.evidence.jws import KeyRefused
from gateway.ids import KeyId, MalformedId, OperatorId, parse_operator_id
from gateway.party.certificate import read_certificate
from gateway.record.strictjson import Json

Keys = Mapping[KeyId, Ed25519PublicKey]
T = TypeVar("T")

MAX_ANCHORS, MAX_PINS, MAX_KEYS, MAX_VERSIONS = 4, 8, 8, 8
_TEXT, _PEM, _URL = 200, 4096, 500
_LABEL = re.compile(r"(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_PIN = re.compile(r"[0-9a-f]{64}", re.ASCII)
_VERSION = re.compile(r"[0-9]{1,3}", re.ASCII)
_MEMBERS = frozenset(
    {"operator", "name", "contact", "exchange", "protocolVersions", "tls", "keys", "notBefore", "notAfter", "sequence"}
)


class DescriptorRefused(IdentityError):
    """The descriptor is not one that this gateway accepts."""

    code = "identity.descriptor-refused"
    remedy = "Ask the operator for its current descriptor, as its gateway serves it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """What an operator says about itself.

    Attributes:
        operator: Its identifier.
        name: For people.
        contact: For people: a mail address or a telephone number.
        exchange: HTTPS address of its exchange, without a trailing slash.
        protocol_versions: Versions of the exchange that it speaks, best first.
        anchors: Its own TLS trust anchors, one PEM certificate each.
        spki_pins: Lower-case hex SHA-256 of the public keys of its TLS clients; empty when any under `anchors` will do.
        seal: Keys that sign its checkpoints.
        receipt: Keys that sign its receipts.
        not_before: From when this holds; aware UTC, whole seconds.
        not_after: Until when, inclusive.
        sequence: Grows with every descriptor of this operator.
    """

    operator: OperatorId
    name: str
    contact: str
    exchange: str
    protocol_versions: tuple[str, ...]
    anchors: tuple[str, ...]
    spki_pins: frozenset[str]
    seal: Keys
    receipt: Keys
    not_before: datetime
    not_after: datetime
    sequence: int


def claims_of(descriptor: Descriptor) -> Json:
    """Return the members of a descriptor as they are signed."""
    return {
        "operator": descriptor.operator,
        "name": descriptor.name,
        "contact": descriptor.contact,
        "exchange": descriptor.exchange,
        "protocolVersions": list(descriptor.protocol_versions),
        "tls": {"anchors": list(descriptor.anchors), "spkiPins": sorted(descriptor.spki_pins)},
        "keys": {"seal": _jwks(descriptor.seal), "receipt": _jwks(descriptor.receipt)},
        "notBefore": _instant(descriptor.not_before),
        "notAfter": _instant(descriptor.not_after),
        "sequence": descriptor.sequence,
    }


def descriptor_of(claims: Json) -> Descriptor:
    """Return the descriptor that `claims` spell out.

    Raises:
        DescriptorRefused: They have another form, or a key of theirs cannot be used. Nothing is repeated of them.
    """
    _closed(claims, _MEMBERS, "descriptor")
    tls = _closed(claims["tls"], frozenset({"anchors", "spkiPins"}), "tls")
    keys = _closed(claims["keys"], frozenset({"seal", "receipt"}), "keys")
    found = Descriptor(
        operator=_operator(claims["operator"]),
        name=_text(claims["name"], "name"),
        contact=_text(claims["contact"], "contact"),
        exchange=_address(claims["exchange"]),
        protocol_versions=_several(claims["protocolVersions"], _version, 1, MAX_VERSIONS, "protocolVersions"),
        anchors=_several(tls["anchors"], _anchor, 1, MAX_ANCHORS, "tls.anchors"),
        spki_pins=frozenset(_several(tls["spkiPins"], _pin, 0, MAX_PINS, "tls.spkiPins")),
        seal=_keys(keys["seal"], "keys.seal"),
        receipt=_keys(keys["receipt"], "keys.receipt"),
        not_before=_time(claims["notBefore"], "notBefore"),
        not_after=_time(claims["notAfter"], "notAfter"),
        sequence=_sequence(claims["sequence"]),
    )
    _require_one_purpose_each(found)
    if found.not_after < found.not_before:
        _refuse("notAfter is before notBefore")
    return found


def _require_one_purpose_each(found: Descriptor) -> None:
    """Refuse a key that stands under two purposes, TLS included (threats J-38, J-39)."""
    if found.seal.keys() & found.receipt.keys():
        _refuse("one key is listed under two purposes")
    raw = {key.public_bytes_raw() for keys in (found.seal, found.receipt) for key in keys.values()}
    for anchor in found.anchors:
        key = read_certificate(anchor.encode("ascii")).public_key()
        if isinstance(key, Ed25519PublicKey) and key.public_bytes_raw() in raw:
            _refuse("a signing key is also the key of a TLS anchor")


def _jwks(keys: Keys) -> Json:
    return {"keys": [jws.public_jwk(key) for _, key in sorted(keys.items())]}


def _keys(value: Any, place: str) -> Keys:
    def one(jwk: Any) -> tuple[KeyId, Ed25519PublicKey]:
        if not isinstance(jwk, dict):
            _refuse(f"{place}: not an object")
        try:
            return jws.import_jwk(jwk)
        except KeyRefused as error:
            raise DescriptorRefused(f"{place}: {error}") from error

    pairs = _several(_closed(value, frozenset({"keys"}), place)["keys"], one, 1, MAX_KEYS, place)
    if len(dict(pairs)) != len(pairs):
        _refuse(f"{place}: the same key twice")
    return dict(pairs)


def _closed(value: Any, members: frozenset[str], place: str) -> Json:
    if not isinstance(value, dict) or value.keys() != members:
        _refuse(f"{place}: not exactly the members {', '.join(sorted(members))}")
    return value


def _several(value: Any, read: Callable[[Any], T], least: int, most: int, place: str) -> tuple[T, ...]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        _refuse(f"{place}: not a list of {least} to {most}")
    return tuple(read(item) for item in value)


def _operator(value: Any) -> OperatorId:
    try:
        return parse_operator_id(_text(value, "operator"))
    except MalformedId as error:
        raise DescriptorRefused("operator: not an identifier") from error


def _text(value: Any, place: str, longest: int = _TEXT) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        _refuse(f"{place}: not a printable text of 1 to {longest} characters")
    return value


def _address(value: Any) -> str:
    address = _text(value, "exchange", _URL)
    try:
        parts, is_usable = urlsplit(address), urlsplit(address).port != 0
    except ValueError as error:
        raise DescriptorRefused("exchange: not an address") from error
    is_plain = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and address.isascii()
    if not (is_plain and is_usable) or parts.query or parts.fragment or address.endswith(("/", "?", "#")):
        _refuse("exchange: not a plain https address without a trailing slash")
    if not is_host(parts.hostname or ""):
        _refuse("exchange: the host is neither an IP address nor a plain name of letters, digits and hyphens")
    return address


def is_host(host: str) -> bool:
    """Tell whether every client can connect to `host`: an IP address, or plain labels (RFC 1123 section 2.1).

    Encoded international labels are refused: clients disagree on which of them are well-formed, and fail on the others.
    """
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return len(host) <= 253 and all(map(_LABEL.fullmatch, host.split(".")))


def _anchor(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _PEM or value.count("-----BEGIN") != 1:
        _refuse("tls.anchors: not one certificate in PEM")
    try:
        certificate = read_certificate(value.encode("ascii"))
        is_authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.ExtensionNotFound) as error:
        raise DescriptorRefused("tls.anchors: not the certificate of an authority") from error
    if not is_authority:
        _refuse("tls.anchors: not the certificate of an authority")
    return certificate.public_bytes(Encoding.PEM).decode("ascii")  # as we write it: OpenSSL takes less than was read


def _pin(value: Any) -> str:
    return _matching(value, _PIN, "tls.spkiPins: not SHA-256 in lower-case hex")


def _version(value: Any) -> str:
    return _matching(value, _VERSION, "protocolVersions: not a number as text")


def _matching(value: Any, pattern: re.Pattern[str], otherwise: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        _refuse(otherwise)
    return value


def _sequence(value: Any) -> int:
    if type(value) is not int or not 1 <= value < 2**53:
        _refuse("sequence: not a whole number from 1 on")
    return value


def _time(value: Any, place: str) -> datetime:
    text = _matching(value, _TIME, f"{place}: not a time in UTC like 2026-01-31T00:00:00Z")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise DescriptorRefused(f"{place}: no such time") from error


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_ids(descriptors: Iterable[Descriptor]) -> frozenset[KeyId]:
    """Return the signing keys of all these descriptors."""
    return frozenset(key for one in descriptors for purpose in (one.seal, one.receipt) for key in purpose)


def _refuse(reason: str) -> NoReturn:
    raise DescriptorRefused(reason)
