"""The failures that belong to a door and not to a use case behind it.

Both zones raise these; `gateway.api.problems` gives each its status.
"""

from __future__ import annotations

from gateway.errors import DemarcError, IdentityError, InputError


class NoSuchAddress(InputError):
    """There is nothing at this address."""

    code = "api.no-such-address"
    remedy = "Check the address against the documentation of this interface."


class MethodRefused(InputError):
    """The address does not offer the method of the request."""

    code = "api.method-refused"
    remedy = "Use one of the methods that the Allow header lists."


class RequestRefused(InputError):
    """The request does not have the form that this address expects."""

    code = "api.request-refused"
    remedy = "Check the request against the documentation of this interface."


class MediaTypeRefused(InputError):
    """The address does not take a body of the request's media type."""

    code = "api.media-type-refused"
    remedy = "Send the body in the media type that the documentation names."


class BodyTooLarge(InputError):
    """The body is larger than this address takes."""

    code = "api.body-too-large"
    remedy = "Send less at once."


class CredentialsMissing(IdentityError):
    """The address needs a credential, and the request has none."""

    code = "api.credentials-missing"
    remedy = "Send the token that the operator gave you as `Authorization: Bearer TOKEN`."


class CredentialsRefused(IdentityError):
    """The credential of the request is not known here."""

    code = "api.credentials-refused"
    remedy = "Check that the token is complete, or ask the operator for a new one."


class CrossSiteRefused(IdentityError):
    """The request was sent from a page of another site."""

    code = "api.cross-site"
    remedy = "Open the page itself and send the form from there."


class Unforeseen(DemarcError):
    """The gateway could not answer."""

    code = "api.unforeseen"
    remedy = "Try again later, and tell the operator if it stays so."
