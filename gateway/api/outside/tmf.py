"""TM Forum resources for customers: service inventory (TMF638 v4) and service problems (TMF656 v4), read only.

Parse, ask the use case, shape: everything that decides stands in `gateway.outside.answer`.
"""

# Annotations are evaluated here, not kept as text: those of the handlers name values of the function around them.

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from gateway.api.outside.doorkeeper import Doorkeeper
from gateway.api.outside.tmf630 import parse_query, parse_selection
from gateway.ids import CustomerId, RecordTypeName
from gateway.outside.answer import COLLECTIONS, Answerer

PREFIX = "/tmf-api"
_READ = ["GET", "HEAD"]


def tmf_router(answerer: Answerer, doorkeeper: Doorkeeper) -> APIRouter:
    """Return the routes of every collection that customers may read."""
    router = APIRouter(redirect_slashes=False)
    for record_type, path in COLLECTIONS.items():
        router.add_api_route(path, _lister(answerer, doorkeeper, record_type), methods=_READ, response_model=None)
        router.add_api_route(
            path + "/{public_id}", _getter(answerer, doorkeeper, record_type), methods=_READ, response_model=None
        )
    return router


def _lister(answerer: Answerer, doorkeeper: Doorkeeper, record_type: RecordTypeName) -> Callable[..., Response]:
    def list_records(
        request: Request, customer: Annotated[CustomerId, Depends(doorkeeper.calling_customer)]
    ) -> Response:
        """Return the customer's records of this type, a page at a time."""
        page = answerer.list(customer, record_type, parse_query(request.scope["query_string"]))
        counts = {"x-total-count": str(page.total), "x-result-count": str(len(page.items))}
        return _json(page.items, counts)

    return list_records


def _getter(answerer: Answerer, doorkeeper: Doorkeeper, record_type: RecordTypeName) -> Callable[..., Response]:
    def get_record(
        public_id: str, request: Request, customer: Annotated[CustomerId, Depends(doorkeeper.calling_customer)]
    ) -> Response:
        """Return one of the customer's records."""
        fields = parse_selection(request.scope["query_string"])
        return _json(answerer.get(customer, record_type, public_id, fields), {})

    return get_record


def _json(body: Any, headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(body), headers=headers, media_type="application/json")
