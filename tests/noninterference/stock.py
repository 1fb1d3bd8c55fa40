"""What an operator has and what it sold, over a public topology: the inventory of a world."""

from __future__ import annotations

from random import Random

from gateway.sources.sites import Plan
from tests.noninterference.dress import CLASSES, dress
from tests.noninterference.low_values import REFERENCES
from tests.noninterference.model import MINUTE, Json, Step
from tests.noninterference.promises import AUTHORS, REFERRED
from tests.noninterference.vocabulary import canary, device, plan, sentence

_SHARE = 0.12
_WHOLE = 0.06
"""How much of what the schema allows a record has, and how many have all of it."""
_KINDS = ("evpl", "epl", "ip-transit", "wavelength")


class Stock:
    """Writes the records of an inventory, and whatever else is handed in, as steps."""

    def __init__(self, seed: int) -> None:
        self._share = 0.0
        self.rng = Random(seed)
        self.steps: list[Step] = []
        self.objects: dict[str, list[str]] = {"ports": [], "circuits": [], "hidden": []}
        self.services: dict[str, Json] = {}
        self.standing: dict[str, Json] = {}

    def _stock(self) -> None:
        rng = self.rng
        drawn = plan(rng.randrange(8))
        codes = rng.sample(sorted(drawn.sites), min(5, len(drawn.sites)))
        at = MINUTE
        for code in codes:
            at = self._site(drawn, code, at)
        for _ in range(5):
            ends = rng.sample(self.objects["ports"], 2)
            relations = [{"relationshipType": "dependsOn", "id": end} for end in ends]
            fibre = self._resource(device(rng), "fibre", at, [])
            relations.append({"relationshipType": "reliesOn", "id": fibre})
            self.objects["circuits"].append(self._resource(device(rng), "circuit", at, relations))
            at += 100
        self.objects["hidden"] = [self._resource(device(rng), "router", at + n, []) for n in range(4)]
        self.whole_inventory(at + 10)
        for party, role, count in (
            ("northlink", "partner", 3),
            ("acme", "customer", 3),
            ("southwind", "partner", 2),
            ("bolt", "customer", 2),
        ):
            for number in range(count):
                at += 100
                self._service(party, role, number, at)

    def whole_inventory(self, at: int) -> None:
        """Write one of each kind that the inventory has, with all that the schema allows, for nobody who looks."""
        self._share = 1.0
        far = self._resource(device(self.rng), "router", at, [], interconnect=True)
        near = {"relationshipType": "dependsOn", "id": far}
        self.objects["hidden"].append(self._resource(device(self.rng), "router", at + 1, [near]))
        sold = f"svc-{canary(self.rng)}"
        party = {"id": f"party-{canary(self.rng)}", "role": "customer", "@referredType": "Organization"}
        core = {
            "@type": "Service",
            "id": sold,
            "name": f"Line {canary(self.rng)}",
            "state": "active",
            "operatingStatus": self.rng.choice(("running", "degraded")),
            "relatedParty": [party],
            "supportingResource": [{"id": far}],
            "supportingService": [{"id": sold}],
        }
        self._record("service", core, at + 2)
        self._record("dependency", _dependency(sold, [far], self.rng), at + 3)
        self._share = 0.0

    def _site(self, drawn: Plan, code: str, at: int) -> int:
        rng, site = self.rng, drawn.sites[code]
        name = device(rng)
        place = {"id": f"pop-{name}", "name": f"PoP {site.city} {canary(rng)}", "city": site.city}
        if site.country:
            place["country"] = site.country
        pop = self._resource(f"pop-{name}", "site", at, [], place=place)
        router = self._resource(name, "router", at + 10, [{"relationshipType": "containedIn", "id": pop}])
        for number in range(2):
            port = self._resource(
                f"{name}:{number}",
                "port",
                at + 20 + number,
                [{"relationshipType": "containedIn", "id": router}],
                interconnect=True,
            )
            self.objects["ports"].append(port)
        return at + 100

    def _resource(self, identifier: str, kind: str, at: int, relations: list[Json], **more: object) -> str:
        core = {
            "@type": "Resource",
            "id": identifier,
            "name": identifier,
            "category": kind,
            "resourceType": kind,
            **more,
        }
        if relations:
            core["resourceRelationship"] = relations
        self._record("resource", core, at)
        return identifier

    def _service(self, party: str, role: str, number: int, at: int) -> None:
        rng = self.rng
        identifier = f"svc-{canary(rng)}" if rng.random() < 0.5 else f"svc-{100_000 + len(self.services)}"
        port, circuit = rng.choice(self.objects["ports"]), rng.choice(self.objects["circuits"])
        core = {
            "@type": "Service",
            "id": identifier,
            "name": f"Line {number} {canary(rng)}",
            "state": "active",
            "serviceType": rng.choice(_KINDS),
            "relatedParty": [
                {"id": party, "name": f"{party.title()} Ltd", "role": role, "@referredType": "Organization"}
            ],
            "supportingResource": [{"id": port}],
        }
        if rng.random() < 0.5:
            core["supportingResource"].append({"id": circuit})
        else:
            self._record("dependency", _dependency(identifier, [circuit], rng), at + 1)
        if party == "bolt" and self.services:
            core["supportingService"] = [{"id": next(iter(self.services))}]
        self.services[identifier] = self._record("service", core, at)

    # --- records ---

    def _record(self, record_type: str, core: Json, at: int, *, dressed: bool = True) -> Json:
        more = self._references(record_type) | self._notes(record_type)
        share = self._share or (1.0 if self.rng.random() < _WHOLE else _SHARE)
        record = dress(record_type, {**core, **more}, self.rng, share) if dressed else core
        self._add(f"{record_type}:{core['id']}:{len(self.steps)}", at, "record", record)
        return record

    def _add(self, key: str, at: int, kind: str, body: object = None) -> None:
        self.steps.append(Step(key, at, kind, body))  # type: ignore[arg-type]

    def _references(self, record_type: str) -> Json:
        """Return references to other records that there are: of the observer's and of others."""
        found: Json = {}
        for name, target in REFERENCES.get(record_type, {}).items():
            ids = (
                [one["id"] for one in self.standing.values() if target in CLASSES and CLASSES[target] == one["@type"]]
                if name in REFERRED
                else []
            )
            if ids and self.rng.random() < 0.4:
                chosen = self.rng.sample(ids, min(len(ids), 2))
                more = {"relationshipType": "causes"} if name.endswith("Relationship") else {}
                found[name] = [{"id": one, "@referredType": CLASSES[target], **more} for one in chosen]
        return found

    def _notes(self, record_type: str) -> Json:
        """Return notes of different people, some of whom the terms let speak."""
        if record_type not in ("change-request", "service-problem", "trouble-ticket") or self.rng.random() < 0.6:
            return {}
        count = self.rng.randrange(1, 4)
        return {"note": [{"author": self.rng.choice(AUTHORS), "text": sentence(self.rng, 120)} for _ in range(count)]}


def _dependency(service: str, needs: list[str], rng: Random) -> Json:
    return {
        "@type": "Dependency",
        "id": f"dep-{canary(rng)}",
        "dependent": {"id": service, "@referredType": "Service"},
        "requires": {"all": needs},
    }
