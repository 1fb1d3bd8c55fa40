"""Names of things, as types: swapping two of them is an error that mypy finds.

Identifiers of parties are plain ASCII (threat H-19): what looks alike must be alike.
"""

from __future__ import annotations

import re
from typing import NewType

from gateway.errors import InputError

OperatorId = NewType("OperatorId", str)
CustomerId = NewType("CustomerId", str)
PartyId = NewType("PartyId", str)
AudienceId = NewType("AudienceId", str)
StreamName = NewType("StreamName", str)
RecordTypeName = NewType("RecordTypeName", str)
RecordId = NewType("RecordId", str)
ServiceId = NewType("ServiceId", str)
ResourceId = NewType("ResourceId", str)
Subject = NewType("Subject", str)
KeyId = NewType("KeyId", str)
PolicyDigest = NewType("PolicyDigest", str)
ContractDigest = NewType("ContractDigest", str)
LeafHash = NewType("LeafHash", bytes)
NodeHash = NewType("NodeHash", bytes)
RootHash = NewType("RootHash", bytes)

_PARTY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_OPERATOR_URN = "urn:demarc:operator:"
_CUSTOMER_URN = "urn:demarc:customer:"


class MalformedId(InputError):
    """An identifier has characters or a length that identifiers do not have."""

    code = "input.malformed-id"
    remedy = "Use 1 to 63 of a-z, 0-9 and hyphen, not beginning or ending with a hyphen."


def _party(text: str) -> str:
    if not _PARTY.fullmatch(text):
        raise MalformedId(f"{text[:80]!r} is not an identifier")
    return text


def parse_operator_id(text: str) -> OperatorId:
    """Return `text` as an operator's identifier, or raise `MalformedId`."""
    return OperatorId(_party(text))


def parse_customer_id(text: str) -> CustomerId:
    """Return `text` as a customer's identifier, or raise `MalformedId`."""
    return CustomerId(_party(text))


def audience_of_operator(operator: OperatorId) -> AudienceId:
    """Return the name under which a partner operator is an audience."""
    return AudienceId(_OPERATOR_URN + operator)


def audience_of_customer(customer: CustomerId) -> AudienceId:
    """Return the name under which a customer is an audience."""
    return AudienceId(_CUSTOMER_URN + customer)


def parse_audience_id(text: str) -> AudienceId:
    """Return `text` as an audience's URN, or raise `MalformedId`."""
    for prefix in (_OPERATOR_URN, _CUSTOMER_URN):
        if text.startswith(prefix):
            return AudienceId(prefix + _party(text.removeprefix(prefix)))
    raise MalformedId(f"{text[:80]!r} is neither an operator's nor a customer's URN")


def party_of_audience(audience: AudienceId) -> PartyId:
    """Return the party behind an audience, as the inventory names it."""
    return PartyId(audience.rpartition(":")[2])


def is_operator(audience: AudienceId) -> bool:
    """Tell whether the audience is a partner operator, and so has a gateway of its own."""
    return audience.startswith(_OPERATOR_URN)


def stream_between(origin: OperatorId, audience: AudienceId) -> StreamName:
    """Return the one stream of this ordered pair: `aurora/northlink` or `aurora/customer:acme`."""
    party = party_of_audience(audience)
    return StreamName(f"{origin}/{party}" if is_operator(audience) else f"{origin}/customer:{party}")
