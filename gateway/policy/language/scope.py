"""Which services an agreement is about.

Rules:
- A service is in scope when every restriction that the agreement gives holds of it; one that is not given always holds.
- What the service does not say is not in scope: no place, no location; no type, no technology.
- Cities are compared whatever their case; everything else is compared exactly.

The roles by which a place is the customer's are those of `CUSTOMER_ROLES`, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.policy.language.document import DisclosurePolicy, Hierarchy, Scope
from gateway.policy.transforms.regions import region_of, regions_named
from gateway.record.strictjson import Json

CUSTOMER_ROLES = frozenset({"customer", "customer-site", "customerSite", "endCustomer"})
TECHNOLOGY = "technology"


def in_scope(document: DisclosurePolicy, service: Json) -> bool:
    """Tell whether the agreement of `document` is about this internal service."""
    scope = document.agreement.scope
    return (
        (scope.services is None or service.get("id") in scope.services)
        and _is_located(scope.locations, service, is_customers=False)
        and _is_located(scope.customer_locations, service, is_customers=True)
        and _is_of(scope, document.hierarchy(TECHNOLOGY), service)
    )


def _is_located(listed: tuple[str, ...] | None, service: Json, *, is_customers: bool) -> bool:
    if listed is None:
        return True
    places = service.get("place")
    if not isinstance(places, list):
        return False
    ours = [p for p in places if isinstance(p, dict) and (_role(p) in CUSTOMER_ROLES) == is_customers]
    return any(_matches(place, listed) for place in ours)


def _role(place: Json) -> str | None:
    role = place.get("role")
    return role if isinstance(role, str) else None


def _matches(place: Json, listed: Iterable[str]) -> bool:
    city, country = place.get("city"), place.get("country")
    folded = city.casefold() if isinstance(city, str) and city else None
    code = country if isinstance(country, str) and country else None
    region = region_of(code) if code else None
    return any(
        name.casefold() == folded or name == code or (region is not None and region in regions_named(name))
        for name in listed
    )


def _is_of(scope: Scope, hierarchy: Hierarchy | None, service: Json) -> bool:
    if scope.technologies is None:
        return True
    return any(word in scope.technologies for word in _technologies(hierarchy, service))


def _technologies(hierarchy: Hierarchy | None, service: Json) -> Iterator[str]:
    """Yield what a service calls itself, and the group of each word."""
    for attribute in ("serviceType", "category"):
        word = service.get(attribute)
        if isinstance(word, str) and word:
            yield word
            group = hierarchy.group_of(word) if hierarchy else None
            if group is not None:
                yield group
