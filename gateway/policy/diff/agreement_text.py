"""What an agreement says about when a policy holds, and of which services, in words for whoever is to sign it."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.language.document import Agreement, Scope

_KINDS = {
    "services": "these services",
    "locations": "services in",
    "customer_locations": "services with the customer in",
    "technologies": "services of the technologies",
}


def agreement_lines(agreement: Agreement) -> Iterator[str]:
    """Yield for how long, and of which of the audience's services."""
    begins = f" from {agreement.valid_from}" if agreement.valid_from else ""
    ends = f" until {agreement.valid_until}, that day included" if agreement.valid_until else " without an end"
    yield f"it holds{begins}{ends}"
    yield f"it is about {'; '.join(_restrictions(agreement.scope)) or 'all services of the audience'}"


def _restrictions(scope: Scope) -> Iterator[str]:
    for name, words in _KINDS.items():
        told = getattr(scope, name)
        if told is not None:
            yield f"{words} {', '.join(told) or 'none'}"
