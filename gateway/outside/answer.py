"""Answer a customer's questions from its own stream, and from nothing else.

Rules:
- The stream is derived from who asks; no argument of a question can name another one.
- Absent, withheld and somebody else's are one answer: `NotFound`, found out by the same single look-up.
- Filters, counts and pages are computed on disclosed records (design rule "query on the disclosed view").

Does not: know tokens, HTTP or pages. It does not sort: the order is that of the public id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import orjson

from gateway.errors import InputError
from gateway.ids import CustomerId, OperatorId, RecordTypeName, StreamName, audience_of_customer, stream_between
from gateway.outside.query import Path, Query, project
from gateway.ports import DisclosedViews
from gateway.record.strictjson import Json

SERVICE = RecordTypeName("service")
SERVICE_PROBLEM = RecordTypeName("service-problem")
CHANGE_REQUEST = RecordTypeName("change-request")

COLLECTIONS: Mapping[RecordTypeName, str] = MappingProxyType(
    {
        SERVICE: "/tmf-api/serviceInventory/v4/service",
        SERVICE_PROBLEM: "/tmf-api/serviceProblemManagement/v4/serviceProblem",
    }
)
"""Where a customer finds each record type: TM Forum's addresses, and so what a record says in `href`."""

MAX_ID_LENGTH = 200


class NotFound(InputError):
    """There is no such record."""

    code = "record.not-found"
    remedy = "List the collection to see which records there are."


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of an answer, and how many match in all."""

    items: list[Json]
    total: int


@dataclass(frozen=True, slots=True)
class Answerer:
    """The use case: one operator's customers ask, each about its own stream.

    Args:
        views: The current disclosed records of each stream.
        origin: The operator whose customers these are.
    """

    views: DisclosedViews
    origin: OperatorId

    def list(self, customer: CustomerId, record_type: RecordTypeName, query: Query) -> Page:
        """Return the asked page, and how many records match.

        Without filters the store counts and pages; with filters the customer's records of this type are read once,
        which costs the same whether a name in the filter exists or not.
        """
        stream = self._stream_of(customer)
        if not query.filters:
            raw = self.views.page(stream, record_type, query.offset, query.limit) if query.limit else []
            shown = [project(_addressed(record_type, line), query.fields) for line in raw]
            return Page(shown, self.views.count(stream, record_type))
        return self._search(self.every(customer, record_type), query)

    def get(
        self, customer: CustomerId, record_type: RecordTypeName, public_id: str, fields: tuple[Path, ...] | None = None
    ) -> Json:
        """Return one record.

        Raises:
            NotFound: It does not exist, is withheld, was withdrawn, or is another customer's. Which, nobody learns.
        """
        raw = None
        if len(public_id) <= MAX_ID_LENGTH:
            raw = self.views.get(self._stream_of(customer), record_type, public_id)
        if raw is None:
            raise NotFound(f"customer {customer} asked for a {record_type} that its stream does not have")
        return project(_addressed(record_type, raw), fields)

    def every(self, customer: CustomerId, record_type: RecordTypeName) -> Iterator[Json]:
        """Yield all of the customer's current records of one type, by public id."""
        for raw in self.views.every(self._stream_of(customer), record_type):
            yield _addressed(record_type, raw)

    def last_change(self, customer: CustomerId) -> datetime | None:
        """Return the time of the newest entry that carries one; None when there is none yet."""
        return self.views.last_change(self._stream_of(customer))

    def _stream_of(self, customer: CustomerId) -> StreamName:
        return stream_between(self.origin, audience_of_customer(customer))

    @staticmethod
    def _search(records: Iterator[Json], query: Query) -> Page:
        items: list[Json] = []
        total = 0
        for record in records:
            if not query.matches(record):
                continue
            if query.offset <= total < query.offset + query.limit:
                items.append(project(record, query.fields))
            total += 1
        return Page(items, total)


def _addressed(record_type: RecordTypeName, raw: bytes) -> Json:
    """Return the record with `href` as it is here: whatever the record said about its address is replaced.

    Trust: `raw` comes from our own store, where it was put only after strict parsing.
    """
    record: Json = orjson.loads(raw)
    record.pop("href", None)
    collection = COLLECTIONS.get(record_type)
    if collection is not None:
        record["href"] = f"{collection}/{record['id']}"
    return record
