"""What identifies something inside, so that it can be looked for in what leaves.

A text is an identifying name when all of these hold:
 (1) place      it is an id or a name of a resource, service, dependency, place or party, a serial number, or the value
                of a characteristic that is an address or a label by its name (`IDENTIFYING_CHARACTERISTICS`)
 (2) length     at least 4 characters after NFKC and trimming: a two-letter site code alone is none
 (3) letters    it has a letter, or is an IP address, or has at least 7 digits (a serial number, not a year)
 (4) own        it is not a word of the field that everybody uses (`GENERIC`), such as `router` or `active`

Cities, countries and coordinates are no names: whether they may leave is for the policy. The operator itself, named as
a related party with the role `operator` or `provider`, is no secret either.
"""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterator

from gateway.ids import RecordTypeName
from gateway.record.strictjson import Json

MIN_LENGTH = 4
MIN_DIGITS = 7


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


IDENTIFYING_CHARACTERISTICS = _words(
    "address assettag chassisid circuitid clli fqdn hostname interfacename ipaddress ipv4address ipv6address label"
    " loopbackaddress macaddress managementaddress managementip mgmtaddress mgmtip rack serialnumber siteaddress"
    " siteid sitename"
)

GENERIC = _words(
    "access active aggregation alarm amplifier backbone border bridge building cabinet cable card chassis"
    " circuit client cloud cluster connection console control controller core critical customer data degraded"
    " device distribution east edge equipment ethernet europe evpl exchange failed fiber fibre firewall"
    " gateway global hardware host inactive interconnect interface internal internet line linecard link local"
    " location loopback main major management metro minor module monitoring name network node none north"
    " office operator optical partner path peer peering platform point pop port power primary private"
    " protection provider public quorum rack radio region remote resource ring router running secondary"
    " segment server service site south spare splitter standby station storage switch system test tower"
    " transit transport trunk tunnel unknown uplink user vlan voice wavelength west working"
)

_OURSELVES = frozenset({"operator", "provider"})


def is_identifying(text: str) -> bool:
    """Tell whether `text`, found where names stand, identifies something (rules 2 to 4)."""
    normal = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(normal) < MIN_LENGTH or normal in GENERIC:
        return False
    if any(character.isalpha() for character in normal):
        return True
    return sum(character.isdigit() for character in normal) >= MIN_DIGITS or _is_address(normal)


def names_of(record_type: RecordTypeName, record: Json) -> frozenset[str]:
    """Return the identifying names in a service, resource or dependency record."""
    return frozenset(text.strip() for text in _candidates(record_type, record) if is_identifying(text))


def places_of(record: Json) -> frozenset[str]:
    """Return how a record calls the places that it is at."""
    place = record.get("place", ())
    entries = [place] if isinstance(place, dict) else place
    return frozenset(text.strip() for entry in entries for text in _labels(entry) if is_identifying(text))


def names_beside_places(record_type: RecordTypeName, record: Json) -> frozenset[str]:
    """Return the identifying names in a record that stand anywhere else than where places stand."""
    return names_of(record_type, {name: value for name, value in record.items() if name != "place"})


def names_of_party(record: Json, party: str) -> frozenset[str]:
    """Return how a record calls `party`: its id and its names."""
    parties = (entry for entry in record.get("relatedParty", ()) if entry["id"] == party)
    return frozenset(text.strip() for entry in parties for text in _labels(entry) if is_identifying(text))


def own_names(record: Json) -> frozenset[str]:
    """Return the id and the name of the record itself, as far as they are identifying."""
    return frozenset(text.strip() for text in _labels(record) if is_identifying(text))


def _candidates(record_type: RecordTypeName, record: Json) -> Iterator[str]:
    yield from _labels(record)
    if record_type == "dependency":
        yield record["dependent"]["id"]
        yield from record["requires"]["all"]
        return
    if "serialNumber" in record:
        yield record["serialNumber"]
    place = record.get("place", ())
    for entry in [place] if isinstance(place, dict) else place:
        yield from _labels(entry)
    for attribute in ("supportingResource", "supportingService", "resourceRelationship"):
        for entry in record.get(attribute, ()):
            yield from _labels(entry)
    for party in record.get("relatedParty", ()):
        if party.get("role") not in _OURSELVES:
            yield from _labels(party)
    for attribute in ("resourceCharacteristic", "serviceCharacteristic"):
        yield from _identifying_values(record.get(attribute, ()))


def _identifying_values(characteristics: list[Json]) -> Iterator[str]:
    for entry in characteristics:
        name = "".join(filter(str.isalnum, entry["name"])).casefold()
        if name in IDENTIFYING_CHARACTERISTICS and isinstance(entry["value"], str):
            yield entry["value"]


def _labels(entry: Json) -> Iterator[str]:
    for attribute in ("id", "name"):
        if attribute in entry:
            yield entry[attribute]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return True
