"""Who is told what, compiled: each policy in force with what it needs at hand.

An audience that has no policy is not here, and so learns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.ids import AudienceId, PartyId, is_operator, party_of_audience
from gateway.inside.scanning import Scanning
from gateway.inside.sensitivity import Sensitivity, sensitivity_of
from gateway.inventory.concerns import Concern
from gateway.inventory.inventory import Inventory
from gateway.policy.egress.check import EgressCheck
from gateway.policy.filter.compiler import CompiledPolicy, compile_policy
from gateway.policy.filter.context import Context, nothing_is_disclosed
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.reading.parser import parse
from gateway.policy.transforms.pseudonym import Pseudonymiser, derive_audience_key
from gateway.ports import ActivePolicy
from gateway.record.strictjson import Json

IsDisclosed = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Audience:
    """One audience with its compiled policy, and what that policy looks at beside the record itself.

    `until` is the end of a policy that is in force for a while only.
    """

    id: AudienceId
    party: PartyId
    policy: CompiledPolicy
    check: EgressCheck
    pseudonym: Callable[[str, str], str]
    sensitivity: Sensitivity
    until: datetime | None = None

    def is_over(self, at: datetime) -> bool:
        """Tell whether the policy was in force for a while only, and that while is over."""
        return self.until is not None and at >= self.until

    @property
    def role(self) -> str:
        """In which role services name this audience: no operator gets what a customer of the same id bought."""
        return "partner" if is_operator(self.id) else "customer"


@dataclass(frozen=True, slots=True)
class Shown:
    """What an audience would be shown of a record now; `data` None means nothing.

    `services` are the audience's own services that the record concerns, within the agreement's scope.
    """

    data: Json | None
    services: Sequence[Json] = ()


class Audiences:
    """All audiences that have a policy, found by party; and what an inventory name is, for all of them."""

    def __init__(self, pseudonym_master: bytes, inventory: Inventory) -> None:
        self._master = pseudonym_master
        self._inventory = inventory
        self._by_id: dict[AudienceId, Audience] = {}
        self._by_party: dict[PartyId, tuple[Audience, ...]] = {}
        self.scanning = Scanning(inventory)

    def activate(self, active: ActivePolicy, until: datetime | None = None) -> Audience:
        """Put a policy that was checked when it was published in place of the audience's former one."""
        return self.put(parse(active.text, f"{active.audience}@{active.position}"), until)

    def put(self, document: DisclosurePolicy, until: datetime | None = None) -> Audience:
        """Compile an effective policy, in place of the audience's former one."""
        policy = compile_policy(document)
        audience = Audience(
            policy.audience,
            party_of_audience(policy.audience),
            policy,
            EgressCheck(policy.contract),
            Pseudonymiser(derive_audience_key(self._master, policy.audience)).token,
            sensitivity_of(document),
            until,
        )
        self._by_id[audience.id] = audience
        self._by_party = _grouped(self._by_id.values())
        return audience

    def get(self, audience: AudienceId) -> Audience | None:
        """Return the audience of this name, if it has a policy."""
        return self._by_id.get(audience)

    def of_parties(self, parties: Iterable[PartyId]) -> list[Audience]:
        """Return the audiences of these parties, in the order of the parties."""
        return [audience for party in parties for audience in self._by_party.get(party, ())]

    def names_known_to(self, audience: Audience) -> frozenset[str]:
        """Return the names that an audience knows anyway."""
        return self._inventory.names_known_to(audience.party, audience.role)

    def is_own(self, audience: Audience, service: Json) -> bool:
        """Tell whether a service is this audience's, and the agreement is about it."""
        return self._inventory.has_role(service["id"], audience.party, audience.role) and audience.policy.covers(
            service
        )

    def show(
        self, audience: Audience, concern: Concern, at: datetime, is_disclosed: IsDisclosed = nothing_is_disclosed
    ) -> Shown:
        """Return what the policy shows of a record to an audience, on the day of `at`.

        Args:
            audience: Who would read it.
            concern: The record with the services that it concerns.
            at: When the journal took the line that is the cause.
            is_disclosed: Tells of other records whether they are disclosed to this audience.
        """
        context = self.context(audience, concern, is_disclosed)
        if not context.services or not audience.policy.is_valid_on(at.date()):
            return Shown(None)
        return Shown(audience.policy.disclose(concern.record_type, concern.record, context), context.services)

    def services_of(self, concern: Concern) -> list[Json]:
        """Return the services that a record concerns and that there are, as they stood when it was taken."""
        seen = concern.seen or {}
        found = ((service_id, self._inventory.service(service_id)) for service_id in concern.services)
        return [seen.get(service_id, service) for service_id, service in found if service is not None]

    def context(
        self, audience: Audience, concern: Concern, is_disclosed: IsDisclosed = nothing_is_disclosed
    ) -> Context:
        """Return what stands around a record for this audience: of services, only its own and within the scope."""
        own = [service for service in self.services_of(concern) if self.is_own(audience, service)]

        def scrub(text: str) -> str | None:
            return self.scanning.scrubber.scrub(text, self.names_known_to(audience))

        return Context(own, concern.about, audience.pseudonym, is_disclosed, scrub)


def _grouped(audiences: Iterable[Audience]) -> dict[PartyId, tuple[Audience, ...]]:
    grouped: dict[PartyId, tuple[Audience, ...]] = {}
    for audience in sorted(audiences, key=lambda one: one.id):
        grouped[audience.party] = (*grouped.get(audience.party, ()), audience)
    return grouped
