"""Who is told what, compiled: each policy in force with what it needs at hand.

An audience that has no policy is not here, and so learns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.ids import AudienceId, PartyId, is_operator, party_of_audience
from gateway.inventory.inventory import Inventory
from gateway.inventory.names import own_names
from gateway.policy.compiler import CompiledPolicy, Context, compile_policy
from gateway.policy.egress import EgressCheck, NameScanner
from gateway.policy.parser import parse
from gateway.policy.pseudonym import Pseudonymiser, derive_audience_key
from gateway.ports import ActivePolicy
from gateway.record.strictjson import Json


@dataclass(frozen=True, slots=True)
class Audience:
    """One audience with its compiled policy."""

    id: AudienceId
    party: PartyId
    policy: CompiledPolicy
    check: EgressCheck
    pseudonym: Callable[[str, str], str]

    @property
    def role(self) -> str:
        """In which role services name this audience: no operator gets what a customer of the same id bought."""
        return "partner" if is_operator(self.id) else "customer"


class Audiences:
    """All audiences that have a policy, found by party; and the scanner for inventory names that all of them share."""

    def __init__(self, pseudonym_master: bytes, inventory: Inventory) -> None:
        self._master = pseudonym_master
        self._inventory = inventory
        self._by_id: dict[AudienceId, Audience] = {}
        self._by_party: dict[PartyId, tuple[Audience, ...]] = {}
        self._names: frozenset[str] = frozenset()
        self._scanner = NameScanner(())
        self._scanned_version = -1
        self._begun_at = -1
        self._allowed: dict[AudienceId, frozenset[str]] = {}

    def activate(self, active: ActivePolicy) -> Audience:
        """Compile a policy that was checked when it was published, in place of the audience's former one."""
        policy = compile_policy(parse(active.text, f"{active.audience}@{active.position}"))
        key = derive_audience_key(self._master, active.audience)
        audience = Audience(
            active.audience,
            party_of_audience(active.audience),
            policy,
            EgressCheck(policy.contract),
            Pseudonymiser(key).token,
        )
        self._by_id[audience.id] = audience
        self._by_party = _grouped(self._by_id.values())
        return audience

    def named(self, audience: AudienceId) -> list[Audience]:
        """Return the audience of this name, if it has a policy."""
        return [found for found in self._by_id.values() if found.id == audience]

    def of_parties(self, parties: Iterable[PartyId]) -> list[Audience]:
        """Return the audiences of these parties, in the order of the parties."""
        return [audience for party in parties for audience in self._by_party.get(party, ())]

    def begin_batch(self) -> None:
        """Remember which names there are before some lines are taken."""
        if self._by_id and self._scanned_version != self._inventory.names_version:
            self._scan(self._inventory.names())
        self._begun_at = self._inventory.names_version

    @property
    def names_moved(self) -> bool:
        """Whether names came or went since the batch began."""
        return self._begun_at != self._inventory.names_version

    def scanner(self) -> NameScanner:
        """Return a scanner that knows every name of the inventory, before this batch and after it."""
        if self._scanned_version != self._inventory.names_version:
            self._scan(self._names | self._inventory.names())
        return self._scanner

    def _scan(self, names: frozenset[str]) -> None:
        self._names, self._scanner = names, NameScanner(names)
        self._allowed.clear()
        self._scanned_version = self._inventory.names_version

    def names_allowed(self, audience: Audience, services: Iterable[Json]) -> frozenset[str]:
        """Return names that the audience knows anyway: all of them, or when names moved, those that it surely knew.

        Args:
            audience: Who would read them.
            services: Its own services that the record concerns, as they were at the record's line.
        """
        if self.names_moved:
            return frozenset({audience.party}).union(*map(own_names, services))
        if audience.id not in self._allowed:
            self._allowed[audience.id] = self._inventory.names_known_to(audience.party, audience.role)
        return self._allowed[audience.id]

    def context(self, audience: Audience, services: Iterable[str], about: dict[str, object] | None) -> Context:
        """Return what the policy may look at beside the record: only services that are this audience's own."""
        own = [
            service
            for service_id in services
            if self._inventory.has_role(service_id, audience.party, audience.role)
            and (service := self._inventory.service(service_id)) is not None
        ]
        return Context(own, about, audience.pseudonym)


def _grouped(audiences: Iterable[Audience]) -> dict[PartyId, tuple[Audience, ...]]:
    grouped: dict[PartyId, tuple[Audience, ...]] = {}
    for audience in sorted(audiences, key=lambda one: one.id):
        grouped[audience.party] = (*grouped.get(audience.party, ()), audience)
    return grouped
