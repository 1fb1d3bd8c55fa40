"""What aurora has in the tests: a small network with something to hide, its alarms, and the bundled policies."""

from __future__ import annotations

from typing import Any

from gateway.record.strictjson import Json
from tests.operators import ROOT


def resource(identifier: str, kind: str, **more: Any) -> Json:
    return {"@type": "Resource", "id": identifier, "name": identifier, "category": kind, "resourceType": kind, **more}


def service(identifier: str, name: str, party: str, role: str, *resources: str) -> Json:
    return {
        "@type": "Service",
        "id": identifier,
        "name": name,
        "category": "CustomerFacingService",
        "serviceType": "EVPL",
        "state": "active",
        "relatedParty": [{"id": party, "name": f"{party.title()} Ltd", "role": role, "@referredType": "Organization"}],
        "supportingResource": [{"id": one} for one in resources],
    }


INTERCONNECT_PORT = "cr1.lon1:xe-0/0/7"
BACKBONE = "AUR-LON-FRA-100G-0007"
HIDDEN_ROUTER = "cr9.zrh1.aurora.example"
INVENTORY: tuple[Json, ...] = (
    resource("pop-lon1", "site", place={"id": "pop-lon1", "name": "Aurora PoP London Docklands 1", "city": "London"}),
    resource("cr1.lon1", "router", serialNumber="SN70A1B2C3D4"),
    resource(HIDDEN_ROUTER, "router", serialNumber="SN99FFEEDDCC"),
    resource(INTERCONNECT_PORT, "port", interconnect=True),
    resource("FBR-LON-FRA-0001", "fibre"),
    resource(
        BACKBONE,
        "circuit",
        resourceRelationship=[{"relationshipType": "dependsOn", "id": "FBR-LON-FRA-0001"}],
    ),
    service("svc-100001", "EVPL London - Frankfurt", "northlink", "partner", INTERCONNECT_PORT, BACKBONE),
    service("svc-100002", "Acme LAN Frankfurt", "acme", "customer", BACKBONE),
    service("svc-100003", "Bolt leased line Zurich", "bolt", "customer", HIDDEN_ROUTER),
)
"""A partner's, a customer's and a third party's service over shared and hidden resources."""


def alarm(identifier: str, at: str = "2026-11-23T09:00:00Z", **more: Any) -> Json:
    """Return an alarm of the interconnect port."""
    return {
        "@type": "Alarm",
        "id": identifier,
        "alarmType": "communicationsAlarm",
        "perceivedSeverity": "major",
        "probableCause": "lossOfSignal",
        "specificProblem": f"LOS on {INTERCONNECT_PORT}",
        "alarmedObject": {"id": INTERCONNECT_PORT},
        "state": "raised",
        "alarmRaisedTime": at,
        **more,
    }


def event(key: str, record: Json) -> Json:
    """Return a record as CloudEvent, which carries a source key."""
    return {"specversion": "1.0", "id": key, "source": "urn:test:load", "type": "record", "data": record}


def partner_policy(partner: str = "northlink") -> str:
    """Return the bundled policy for partners, for `partner`."""
    text = (ROOT / "policies" / "wholesale-partner.yaml").read_text(encoding="utf-8")
    return text.replace("northlink", partner)


def customer_policy(customer: str = "acme") -> str:
    """Return the bundled policy for customers, for `customer`."""
    text = (ROOT / "policies" / "retail-customer.yaml").read_text(encoding="utf-8")
    return text.replace("acme", customer)
