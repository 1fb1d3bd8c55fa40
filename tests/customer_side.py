"""The customer's side in memory: two customers of aurora, one outside store, one clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.api.outside.public import PublicApp, public_app
from gateway.ids import CustomerId, OperatorId, RecordTypeName, StreamName
from gateway.outside.answer import CHANGE_REQUEST, SERVICE, SERVICE_PROBLEM, Answerer
from gateway.portal.pages import House

NOW = datetime(2026, 11, 23, 10, 15, 2, tzinfo=UTC)
AURORA = OperatorId("aurora")
ACME, BOLT = CustomerId("acme"), CustomerId("bolt")
ACME_STREAM, BOLT_STREAM = StreamName("aurora/customer:acme"), StreamName("aurora/customer:bolt")
ACME_TOKEN, BOLT_TOKEN = "acme-token-0001", "bolt-token-0001"


@dataclass
class MemoryViews:
    """The newest disclosed version of each record, per stream."""

    records: dict[tuple[StreamName, RecordTypeName], dict[str, bytes]] = field(default_factory=dict)
    changed: dict[StreamName, datetime] = field(default_factory=dict)

    def tell(self, stream: StreamName, record_type: RecordTypeName, *records: dict[str, Any]) -> None:
        of_type = self.records.setdefault((stream, record_type), {})
        of_type.update({record["id"]: orjson.dumps(record) for record in records})

    def _sorted(self, stream: StreamName, record_type: RecordTypeName) -> list[bytes]:
        return [raw for _, raw in sorted(self.records.get((stream, record_type), {}).items())]

    def count(self, stream: StreamName, record_type: RecordTypeName) -> int:
        return len(self._sorted(stream, record_type))

    def page(self, stream: StreamName, record_type: RecordTypeName, offset: int, limit: int) -> list[bytes]:
        return self._sorted(stream, record_type)[offset : offset + limit]

    def every(self, stream: StreamName, record_type: RecordTypeName) -> Iterator[bytes]:
        yield from self._sorted(stream, record_type)

    def get(self, stream: StreamName, record_type: RecordTypeName, public_id: str) -> bytes | None:
        return self.records.get((stream, record_type), {}).get(public_id)

    def last_change(self, stream: StreamName) -> datetime | None:
        return self.changed.get(stream)


@dataclass
class MemoryTokens:
    """Tokens by digest."""

    by_digest: dict[bytes, CustomerId] = field(
        default_factory=lambda: {
            hashlib.sha256(ACME_TOKEN.encode()).digest(): ACME,
            hashlib.sha256(BOLT_TOKEN.encode()).digest(): BOLT,
        }
    )

    def customer_of(self, token_digest: bytes) -> CustomerId | None:
        return self.by_digest.get(token_digest)


class OwnDescriptor:
    def own(self) -> bytes:
        return b'{"descriptor":{},"signature":"x"}'


@dataclass
class Outside:
    """Everything that stands behind the public listener, and the listener itself."""

    views: MemoryViews = field(default_factory=MemoryViews)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    now: datetime = NOW
    fault: Exception | None = None

    @property
    def answerer(self) -> Answerer:
        return Answerer(self.views, AURORA)

    def check(self) -> None:
        if self.fault is not None:
            raise self.fault

    def app(self) -> PublicApp:
        return public_app(
            self.answerer,
            self.tokens,
            OwnDescriptor(),
            lambda: self.now,
            house=House("Aurora Networks", "noc@aurora.example, +44 20 7946 0000"),
            check=self.check,
        )


def service(public_id: str, name: str, status: str = "running", **more: Any) -> dict[str, Any]:
    return {
        "@type": "Service",
        "id": public_id,
        "href": "https://oss.internal.example/service/77",
        "name": name,
        "state": "active",
        "serviceType": "ethernet",
        "operatingStatus": status,
        "startDate": "2025-03-01T00:00:00Z",
        **more,
    }


def problem(public_id: str, services: list[str], **more: Any) -> dict[str, Any]:
    return {
        "@type": "ServiceProblem",
        "id": public_id,
        "category": "provider",
        "priority": 1,
        "description": "Ethernet London to Frankfurt does not work.",
        "reason": "outage",
        "status": "inProgress",
        "creationDate": "2026-11-23T09:50:00Z",
        "lastUpdate": "2026-11-23T10:05:00Z",
        "affectedService": [{"id": each} for each in services],
        **more,
    }


def change(public_id: str, services: list[str], **more: Any) -> dict[str, Any]:
    return {
        "@type": "ChangeRequest",
        "id": public_id,
        "description": "Exchange of an amplifier",
        "requestType": "maintenance",
        "status": "scheduled",
        "plannedStartTime": "2026-11-25T22:00:00Z",
        "plannedEndTime": "2026-11-26T02:00:00Z",
        "impact": "Short interruptions, up to five minutes",
        "impactEntity": [{"id": each} for each in services],
        **more,
    }


def outside_with_trouble() -> Outside:
    """Acme has three services, one failed, one impaired by planned work; bolt has one of its own."""
    outside = Outside()
    views = outside.views
    views.tell(
        ACME_STREAM,
        SERVICE,
        service("svc-1", "London – Frankfurt 10G", "failed"),
        service("svc-2", "Paris – Madrid 10G", "degraded", serviceType="wavelength"),
        service(
            "svc-3", "Internet access Amsterdam", serviceType="ip-transit", place=[{"id": "ams", "name": "Amsterdam"}]
        ),
    )
    views.tell(
        ACME_STREAM,
        SERVICE_PROBLEM,
        problem("prb-1", ["svc-1"]),
        problem(
            "prb-0",
            ["svc-3"],
            description="Internet access Amsterdam was slow.",
            status="closed",
            creationDate="2026-11-20T14:02:00Z",
            resolutionDate="2026-11-20T16:44:00Z",
        ),
    )
    views.tell(
        ACME_STREAM,
        CHANGE_REQUEST,
        change("chg-1", ["svc-3"]),
        change(
            "chg-2",
            ["svc-2"],
            description="Fibre repair in southern France",
            status="inProgress",
            plannedStartTime="2026-11-23T08:00:00Z",
            plannedEndTime="2026-11-23T12:30:00Z",
            impact="Reduced protection",
        ),
    )
    views.changed[ACME_STREAM] = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    views.tell(BOLT_STREAM, SERVICE, service("svc-9", "Bolt's own line"))
    views.tell(BOLT_STREAM, SERVICE_PROBLEM, problem("prb-9", ["svc-9"]))
    return outside


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
