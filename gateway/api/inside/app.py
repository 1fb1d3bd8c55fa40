"""The ingest listener: records come in here, with a token of this instance.

| route | body |
|---|---|
| `POST /ingest/v1/records` | `application/json`: one record; `application/x-ndjson`: up to 10,000 lines; `application/cloudevents+json`, `application/cloudevents-batch+json` |
| `POST /ingest/v1/alertmanager` | Alertmanager's webhook, version 4 |
| `GET /healthz` | |

Answers carry what became of each record, in the order of the input: 200 when all were taken, 207 when some were
quarantined, 422 when all were. An answer means that everything is on disk, taken or quarantined.
"""  # noqa: E501 - a table row is one line

import hmac
from collections.abc import Callable, Sequence
from hashlib import sha256
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.api.faces import answer_failures, problem_face
from gateway.api.refusals import (
    BodyTooLarge,
    CredentialsMissing,
    CredentialsRefused,
    MediaTypeRefused,
    RequestRefused,
)
from gateway.inside.ingest import MAX_OFFERS, Ingester, Offer, Outcome
from gateway.sources import records

RECORDS_PATH = "/ingest/v1/records"
ALERTMANAGER_PATH = "/ingest/v1/alertmanager"
HEALTH_PATH = "/healthz"
MAX_BODY_BYTES = 32 * 1024 * 1024
_MAX_ONE_BYTES = 1024 * 1024

Read = Callable[[bytes], Sequence[Offer]]
_READERS: dict[str, tuple[Read, int]] = {
    "application/json": (lambda raw: [records.read_record(raw)], _MAX_ONE_BYTES),
    "application/x-ndjson": (records.read_lines, MAX_BODY_BYTES),
    "application/cloudevents+json": (records.read_event, _MAX_ONE_BYTES),
    "application/cloudevents-batch+json": (records.read_events, MAX_BODY_BYTES),
}
_ALERTMANAGER: tuple[Read, int] = (records.read_alertmanager, 8 * 1024 * 1024)


class TooManyRecords(BodyTooLarge):
    """The batch has more records than one request may carry."""

    code = "ingest.too-many"
    remedy = "Send at most 10,000 records at once."


def ingest_app(ingester: Ingester, token: str, check: Callable[[], None]) -> FastAPI:
    """Return the application of the ingest listener.

    Args:
        ingester: The use case.
        token: What sources must present as bearer token.
        check: Raises a `StorageError` when the store cannot be read.
    """
    expected = sha256(token.encode()).digest()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)

    async def take(request: Request, source: str, reader: tuple[Read, int]) -> Response:
        read, limit = reader
        body = await _body(request, limit)

        def read_and_take() -> Sequence[Outcome]:
            offers = read(body)
            if len(offers) > MAX_OFFERS:
                raise TooManyRecords("more records than one request may carry")
            if not offers:
                raise RequestRefused("the body holds no record")
            return ingester.take(source, offers)

        return _answer(await run_in_threadpool(read_and_take))

    @app.post(RECORDS_PATH, response_model=None)
    async def take_records(request: Request) -> Response:
        """Take one record or a batch."""
        _require_token(request, expected)
        reader = _READERS.get(_media_type(request))
        if reader is None:
            raise MediaTypeRefused("no JSON of a kind that is taken here")
        return await take(request, "http", reader)

    @app.post(ALERTMANAGER_PATH, response_model=None)
    async def take_alerts(request: Request) -> Response:
        """Take what Alertmanager sends."""
        _require_token(request, expected)
        if _media_type(request) != "application/json":
            raise MediaTypeRefused("Alertmanager sends application/json")
        return await take(request, "alertmanager", _ALERTMANAGER)

    @app.get(HEALTH_PATH, response_model=None)
    def health() -> Response:
        """Tell whether the store can be read."""
        check()
        return Response()

    answer_failures(app, problem_face)
    return app


def _require_token(request: Request, expected: bytes) -> None:
    given = request.headers.get("authorization")
    if given is None:
        raise CredentialsMissing("no Authorization header")
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(sha256(token.strip().encode()).digest(), expected):
        raise CredentialsRefused("not the token of this instance")


def _media_type(request: Request) -> str:
    """Return the media type; the only parameter that is let through says what JSON is anyway (H-22)."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if parameters.strip().lower() not in ("", "charset=utf-8") or "content-encoding" in request.headers:
        raise MediaTypeRefused("encoded, or with a parameter that is not charset=utf-8")
    return media_type.strip().lower()


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLarge(f"over {limit} bytes")
    return bytes(body)


def _answer(outcomes: Sequence[Outcome]) -> Response:
    refused = sum(outcome.status == "quarantined" for outcome in outcomes)
    status = HTTPStatus.OK if not refused else HTTPStatus.MULTI_STATUS
    if refused == len(outcomes):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    results = [_result(outcome) for outcome in outcomes]
    body = {"accepted": sum(one.status == "accepted" for one in outcomes), "quarantined": refused, "results": results}
    return Response(orjson.dumps(body), status, media_type="application/json")


def _result(outcome: Outcome) -> dict[str, str]:
    result: dict[str, str] = {"status": outcome.status}
    if outcome.record_id is not None:
        result["id"] = outcome.record_id
    if outcome.status == "quarantined":
        result |= {"reason": outcome.reason, "pointer": outcome.pointer}
    return result
