"""The exchange listener: partners push their entries here, over mutual TLS, and get receipts.

Rules:
- The caller comes from the client certificate of this connection and from nothing else.
- A refused caller learns why by a stable problem type, and the connection is closed.
- The body is capped before it is read and again while it is decoded; its content is not looked at here.

Plain Starlette: this route carries all that the product moves, and FastAPI's layers cost more than the work.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from http import HTTPStatus

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.api.faces import answer_failures
from gateway.api.outside.headers import ClosedHeaders
from gateway.api.problems import headers_of, problem, status_of
from gateway.api.refusals import BodyTooLarge, MediaTypeRefused
from gateway.errors import DemarcError, IdentityError
from gateway.evidence import wire
from gateway.evidence.stream import CheckpointMismatch, StreamGap
from gateway.ids import OperatorId, parse_operator_id
from gateway.outside.accept import Acceptor
from gateway.ports import Descriptors
from gateway.transport.caller import Callers

DESCRIPTOR_PATH = "/.well-known/demarc"
ENTRIES_PATH = "/exchange/v1/streams/{origin}/entries"
HEALTH_PATH = "/healthz"

_STATUS = {
    CheckpointMismatch: HTTPStatus.UNPROCESSABLE_ENTITY,
    wire.StepTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


class GzipRefused(MediaTypeRefused):
    """The body is not what its content encoding says."""

    code = "api.gzip-refused"
    remedy = "Send the body as it is, or as one gzip stream."


def exchange_app(acceptor: Acceptor, callers: Callers, descriptors: Descriptors, check: Callable[[], None]) -> ASGIApp:
    """Return the application of the exchange listener.

    Args:
        acceptor: The use case behind a push.
        callers: Recognises partners by their certificates.
        descriptors: Our own signed descriptor.
        check: Raises a `StorageError` when the store cannot be read.
    """

    async def push(request: Request) -> Response:
        caller = callers.caller_of(request.scope).operator
        origin = _origin(request)
        body = await _body(request)
        token = await run_in_threadpool(acceptor.accept, caller, origin, body)
        return Response(orjson.dumps({"receipt": token}), media_type="application/json")

    def descriptor(_request: Request) -> Response:
        return Response(descriptors.own(), media_type="application/json")

    def health(_request: Request) -> Response:
        check()
        return Response()

    routes = [
        Route(ENTRIES_PATH, push, methods=["POST"]),
        Route(DESCRIPTOR_PATH, descriptor, methods=["GET"]),
        Route(HEALTH_PATH, health, methods=["GET"]),
    ]
    app = Starlette(routes=routes)
    answer_failures(app, _face)
    return ClosedHeaders(app)


def _origin(request: Request) -> OperatorId:
    return parse_operator_id(request.path_params["origin"])


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type") != wire.CONTENT_TYPE:
        raise MediaTypeRefused(f"not {wire.CONTENT_TYPE}")
    encoding = request.headers.get("content-encoding", "identity")
    if encoding not in ("identity", "gzip"):
        raise MediaTypeRefused("neither identity nor gzip")
    unpacked = bytearray()
    gzip = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    async for chunk in request.stream():
        room = wire.MAX_BODY_BYTES + 1 - len(unpacked)
        unpacked += _inflate(gzip, chunk, room) if gzip else chunk[:room]
        if len(unpacked) > wire.MAX_BODY_BYTES:
            raise BodyTooLarge(f"over {wire.MAX_BODY_BYTES} bytes")
    if gzip and (not gzip.eof or gzip.unused_data):
        raise GzipRefused("the gzip stream does not end where the body ends")
    return bytes(unpacked)


def _inflate(gzip: zlib._Decompress, chunk: bytes, room: int) -> bytes:
    """Return at most `room` bytes of what `chunk` adds; a bomb costs no more than that (H-10)."""
    try:
        return gzip.decompress(gzip.unconsumed_tail + chunk, room)
    except zlib.error as error:
        raise GzipRefused(str(error)) from error


def _face(error: DemarcError) -> Response:
    status = status_of(type(error), _STATUS)
    body = problem(error, _STATUS)
    headers = headers_of(status)
    if isinstance(error, StreamGap):
        body["expected"] = error.expected
    if isinstance(error, IdentityError):
        headers["connection"] = "close"
    return Response(orjson.dumps(body), status, headers, media_type="application/problem+json")
