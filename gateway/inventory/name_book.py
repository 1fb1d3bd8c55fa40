"""Which identifying names there ever were, and which of them each party knows because it buys what is called so.

Rules:
- A name that was in the inventory once stays in the book: a renamed device is still called by its former name in texts.
- A party knows the names of the services that it buys now, also those that they had since it buys them, and how they
  call it; nothing of what it once bought.
- A name is a place's as long as it never stood for anything else.
- Names come in the order of the records that brought them, so that a reader can ask for those that are new to it.

It is kept up to date service by service; nothing here is worked out from the whole inventory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from gateway.ids import PartyId
from gateway.inventory.names import is_identifying, names_of_party, own_names
from gateway.record.strictjson import Json

Buyer = tuple[PartyId, str]
"""A party and the role in which services name it."""

_Given = Mapping[Buyer, frozenset[str]]
FormerNames = Mapping[str, _Given]
"""Names that services once had, by service and by who bought the service then and buys it still."""

_NOTHING: frozenset[str] = frozenset()


class NameBook:
    """Names by the order of their coming, and by who knows them."""

    def __init__(self) -> None:
        self._ever: dict[str, None] = {}
        self._order: list[str] = []
        self._places: set[str] = set()
        self._demoted: list[str] = []
        self._given: dict[str, _Given] = {}
        self._former: dict[str, _Given] = {}
        self._moved: set[str] = set()
        self._known: defaultdict[Buyer, Counter[str]] = defaultdict(Counter)
        self._answers: dict[Buyer, frozenset[str]] = {}

    @property
    def count(self) -> int:
        """How many names there ever were."""
        return len(self._order)

    def note(self, names: Set[str], places: Set[str] = frozenset()) -> bool:
        """Write names down; return whether one of them is new.

        Args:
            names: What stands for anything but a place.
            places: What stands for a place.
        """
        fresh = sorted(name for name in names | places if name not in self._ever)
        demoted = sorted(self._places & names)
        self._places.difference_update(demoted)
        self._places.update(name for name in fresh if name not in names)
        self._demoted.extend(demoted)
        self._ever.update(dict.fromkeys(fresh))
        self._order.extend(fresh)
        return bool(fresh)

    @property
    def places(self) -> Set[str]:
        """The names that only ever stood for places; the caller must not keep the answer."""
        return self._places

    @property
    def demoted(self) -> Sequence[str]:
        """The names that stood for places until they stood for something else, in the order in which they did."""
        return self._demoted

    def since(self, count: int) -> Sequence[str]:
        """Return the names that came after the first `count`."""
        return self._order[count:]

    def replace(self, service: Json, buyers: Iterable[Buyer]) -> bool:
        """Give the names of a service to those who buy it now, and take them from those who did and no longer do.

        Returns:
            Whether anybody knows other names now.
        """
        before, now = self._given.get(service["id"], {}), {buyer: _names(service, buyer) for buyer in buyers}
        given = {buyer: names | before.get(buyer, _NOTHING) for buyer, names in now.items()}
        former = {buyer: names - now[buyer] for buyer, names in given.items() if names != now[buyer]}
        if former != self._former.get(service["id"], {}):
            self._moved.add(service["id"])
        self._former[service["id"]] = former
        return self._give(service["id"], before, given)

    def _give(self, service_id: str, before: _Given, given: _Given) -> bool:
        self._given[service_id] = given
        if before == given:
            return False
        for buyer, names in given.items():
            self._known[buyer].update(names)
        for buyer, names in before.items():
            _take(self._known[buyer], names)
        for buyer in before.keys() | given.keys():
            self._answers.pop(buyer, None)
        return True

    def former(self, service_ids: Iterable[str]) -> FormerNames:
        """Return by which names, now gone, the buyers of these services know them."""
        return {service_id: self._former.get(service_id, {}) for service_id in service_ids}

    def moved(self) -> Set[str]:
        """Return the services of which `former` says something else than when this was asked last."""
        moved, self._moved = self._moved, set()
        return moved

    def remember_former(self, former: FormerNames) -> None:
        """Take up former names as an earlier run kept them, before any service."""
        for service_id, given in former.items():
            self._former[service_id] = given
            self._give(service_id, {}, given)

    def known_to(self, buyer: Buyer) -> frozenset[str]:
        """Return the names that a party knows in one role: its own, and those of its services."""
        if buyer not in self._answers:
            own = {buyer[0]} if is_identifying(buyer[0]) else set()
            self._answers[buyer] = frozenset(self._known.get(buyer, {})) | own
        return self._answers[buyer]


def _take(known: Counter[str], names: Iterable[str]) -> None:
    known.subtract(names)
    for name in names:
        if not known[name]:
            del known[name]


def _names(service: Json, buyer: Buyer) -> frozenset[str]:
    return own_names(service) | names_of_party(service, buyer[0])
