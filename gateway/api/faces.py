"""How a failure looks at each door: one fixed answer per class of error.

Rules:
- Nothing of the request comes back: no path, no parameter, no header, no framework's own words.
- Every failure ends here, also the ones that nobody foresaw; those are raised on to the server's log afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TypeAlias

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.api.problems import headers_of, problem, status_of, tmf_error
from gateway.api.refusals import MethodRefused, NoSuchAddress, RequestRefused, Unforeseen
from gateway.errors import DemarcError

Face: TypeAlias = Callable[[DemarcError], Response]

_log = logging.getLogger(__name__)

_BY_FRAMEWORK: dict[int, type[DemarcError]] = {
    HTTPStatus.NOT_FOUND: NoSuchAddress,
    HTTPStatus.METHOD_NOT_ALLOWED: MethodRefused,
}


def tmf_face(error: DemarcError) -> Response:
    """Return a failure as TM Forum's `Error`."""
    return _json(error, tmf_error(error), "application/json")


def problem_face(error: DemarcError) -> Response:
    """Return a failure as a problem document."""
    return _json(error, problem(error), "application/problem+json")


def bare_face(error: DemarcError) -> Response:
    """Return a failure as a status and nothing else."""
    status = status_of(type(error))
    return Response(status_code=status, headers=headers_of(status))


def answer_failures(app: Starlette, otherwise: Face, faces: Sequence[tuple[str, Face]] = ()) -> None:
    """Make `app` answer every failure with the face of the part that was asked.

    Args:
        app: The application; its handlers are replaced.
        otherwise: The face of all addresses without one of their own.
        faces: Path prefixes and their faces; the first that fits is taken.
    """

    def show(request: Request, error: DemarcError) -> Response:
        path: str = request.scope["path"]
        face = next((each for prefix, each in faces if path.startswith(prefix)), otherwise)
        return face(error)

    def foreseen(request: Request, error: Exception) -> Response:
        assert isinstance(error, DemarcError)  # noqa: S101 - registered for this class alone
        _log.info("refused [%s]: %s", error.code, error)
        return show(request, error)

    def framework(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
        answer = show(request, _BY_FRAMEWORK.get(status, RequestRefused)())
        allowed = (error.headers or {}).get("Allow") if isinstance(error, HTTPException) else None
        if allowed:
            # The framework keeps them in a set: without sorting, the order would tell one process from another.
            answer.headers["allow"] = ", ".join(sorted(allowed.split(", ")))
        return answer

    def unforeseen(request: Request, _error: Exception) -> Response:
        # The framework raises the exception on to the server, which logs it with its trace.
        return show(request, Unforeseen())

    def gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody reads it; without it a caller could fill our log

    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(DemarcError, foreseen)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(RequestValidationError, framework)
    app.add_exception_handler(Exception, unforeseen)


def _json(error: DemarcError, body: object, media_type: str) -> Response:
    status = status_of(type(error))
    return Response(orjson.dumps(body), status_code=status, headers=headers_of(status), media_type=media_type)
