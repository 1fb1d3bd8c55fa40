"""Who is calling: from a bearer token to a customer.

Rules:
- Only the SHA-256 of a token is ever looked up, so finding it takes the same time whatever is stored.
- A token comes in the `Authorization` header or in the sign-in form, never in an address.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from starlette.requests import Request

from gateway.api.refusals import CredentialsMissing, CredentialsRefused
from gateway.ids import CustomerId
from gateway.ports import CustomerTokens

# RFC 6750 section 2.1: the characters of a bearer token.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,512}=*")
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +(.+)")


def digest_of(token: str) -> bytes:
    """Return the digest under which a token is known.

    Raises:
        CredentialsRefused: It does not have the form of a token.
    """
    if not _TOKEN.fullmatch(token):
        raise CredentialsRefused("not the form of a token")
    return hashlib.sha256(token.encode("ascii")).digest()


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Knows the customers by their tokens."""

    tokens: CustomerTokens

    def calling_customer(self, request: Request) -> CustomerId:
        """Return whose token the request carries.

        Raises:
            CredentialsMissing: There is no bearer token.
            CredentialsRefused: It is nobody's, or there are two.
        """
        given = request.headers.getlist("authorization")
        if not given:
            raise CredentialsMissing("no Authorization header")
        bearer = _BEARER.fullmatch(given[0])
        if len(given) != 1 or not bearer:
            raise CredentialsRefused("not exactly one bearer token")
        return self.customer_of(digest_of(bearer[1]))

    def customer_of(self, token_digest: bytes) -> CustomerId:
        """Return whose token has this digest, or raise `CredentialsRefused`."""
        customer = self.tokens.customer_of(token_digest)
        if customer is None:
            raise CredentialsRefused("nobody's token")
        return customer
