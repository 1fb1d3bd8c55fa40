"""The one map from errors to HTTP: status, headers and the two forms of body.

Rules:
- An error's class decides; nothing that an instance says reaches a stranger.
- The nearest class in the error's own order of inheritance wins, so a leaf overrides its family.
- Leaves of the inside zone are registered by the inside doors in the argument `more`; this module does not import them.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import TypeAlias

from gateway import errors, ids
from gateway.api import refusals
from gateway.outside.answer import NotFound

StatusTable: TypeAlias = Mapping[type[errors.DemarcError], HTTPStatus]

FAMILIES: StatusTable = MappingProxyType(
    {
        errors.DemarcError: HTTPStatus.INTERNAL_SERVER_ERROR,
        errors.InputError: HTTPStatus.BAD_REQUEST,
        errors.IdentityError: HTTPStatus.FORBIDDEN,
        errors.StreamError: HTTPStatus.CONFLICT,
        errors.PolicyError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.SettingsError: HTTPStatus.INTERNAL_SERVER_ERROR,
        errors.KeyMaterialError: HTTPStatus.INTERNAL_SERVER_ERROR,
        errors.StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
        errors.PeerError: HTTPStatus.BAD_GATEWAY,
    }
)

LEAVES: StatusTable = MappingProxyType(
    {
        ids.MalformedId: HTTPStatus.BAD_REQUEST,
        NotFound: HTTPStatus.NOT_FOUND,
        refusals.NoSuchAddress: HTTPStatus.NOT_FOUND,
        refusals.MethodRefused: HTTPStatus.METHOD_NOT_ALLOWED,
        refusals.MediaTypeRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        refusals.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        refusals.CredentialsMissing: HTTPStatus.UNAUTHORIZED,
        refusals.CredentialsRefused: HTTPStatus.UNAUTHORIZED,
        refusals.Unforeseen: HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)

RETRY_AFTER_SECONDS = 5
"""A fixed number: one that followed the load would tell about others (threat D-26)."""

_HEADERS: Mapping[HTTPStatus, Mapping[str, str]] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: {"www-authenticate": "Bearer"},
        HTTPStatus.TOO_MANY_REQUESTS: {"retry-after": str(RETRY_AFTER_SECONDS)},
        HTTPStatus.SERVICE_UNAVAILABLE: {"retry-after": str(RETRY_AFTER_SECONDS)},
    }
)

_NOTHING_MORE: StatusTable = MappingProxyType({})


def status_of(kind: type[errors.DemarcError], more: StatusTable = _NOTHING_MORE) -> HTTPStatus:
    """Return the HTTP status of an error class.

    Args:
        kind: The class of the error.
        more: Further leaves, as a door registers them; they go before those of this module.
    """
    for ancestor in kind.__mro__:
        for table in (more, LEAVES, FAMILIES):
            if ancestor in table:
                return table[ancestor]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def headers_of(status: HTTPStatus) -> dict[str, str]:
    """Return the headers that go with every error of this status."""
    return dict(_HEADERS.get(status, {}))


def problem(error: errors.DemarcError, more: StatusTable = _NOTHING_MORE) -> dict[str, str | int]:
    """Return the problem document of an error, for the exchange and for ingest.

    Standard: RFC 9457 section 3.
    """
    return {
        "type": f"urn:demarc:error:{error.code}",
        "title": error.summary(),
        "status": status_of(type(error), more).value,
        "detail": error.remedy,
    }


def tmf_error(error: errors.DemarcError, more: StatusTable = _NOTHING_MORE) -> dict[str, str]:
    """Return the `Error` of an error as TM Forum resources spell it (wire facts, section 1)."""
    return {
        "@type": "Error",
        "code": error.code,
        "reason": error.summary(),
        "message": error.remedy,
        "status": str(status_of(type(error), more).value),
    }
