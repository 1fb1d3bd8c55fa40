"""Who there is: everybody whom a command may name as an audience.

That is whoever ever had a policy, is pinned as a partner, disabled ones too, or is enrolled as a customer; and whoever
is cut off, whatever else is known of them. Whom only the inventory names is nobody here: nothing is sent to them.
"""

from __future__ import annotations

from gateway.ids import AudienceId, audience_of_customer, audience_of_operator
from gateway.ports import InsideWork, OutsideWork, Store


def known_audiences(inside: Store[InsideWork], outside: Store[OutsideWork]) -> frozenset[AudienceId]:
    """Return all audiences that there are."""
    with inside.read() as work:
        here = {standing.audience for standing in work.office.standings.every()}
        here |= {active.audience for active in work.policies.active()}
        here |= {audience_of_operator(operator) for operator in work.partners.known()}
    with outside.read() as there:
        served = {audience_of_operator(operator) for operator in there.partners.known()}
        served |= {audience_of_customer(customer) for customer in there.tokens.customers()}
        return frozenset({*here, *served, *there.stops.every()})
