"""The public listener: TM Forum resources, the status pages, the descriptor and the health check; all else is 404.

Every route has a caller (a bearer token or a session), or stands in `OPEN_TO_ALL`; a test walks the routes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.api.faces import answer_failures, bare_face, problem_face, tmf_face
from gateway.api.outside.doorkeeper import Doorkeeper
from gateway.api.outside.headers import ClosedHeaders
from gateway.api.outside.health import PATH as HEALTH_PATH
from gateway.api.outside.health import health_router
from gateway.api.outside.tmf import PREFIX as TMF_PREFIX
from gateway.api.outside.tmf import tmf_router
from gateway.outside.answer import Answerer
from gateway.portal.pages import (
    ICON_PATH,
    SIGN_IN_PATH,
    SIGN_OUT_PATH,
    STATUS_PATH,
    STYLE_PATH,
    House,
    Pages,
    Visitors,
    portal_router,
)
from gateway.portal.sessions import Sessions
from gateway.ports import Clock, CustomerTokens, Descriptors

DESCRIPTOR_PATH = "/.well-known/demarc"

OPEN_TO_ALL = frozenset({HEALTH_PATH, DESCRIPTOR_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, STYLE_PATH, ICON_PATH})
"""The paths that answer without knowing who asks, because what they say is the same for everybody."""


@dataclass(frozen=True, slots=True)
class PublicApp:
    """The ASGI application of the public listener.

    Args:
        routes: What answers; only tests look at it.
        closed: The same behind the closed list of headers; this is what is served.
    """

    routes: FastAPI
    closed: ClosedHeaders

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        await self.closed(scope, receive, send)


def public_app(
    answerer: Answerer,
    tokens: CustomerTokens,
    descriptors: Descriptors,
    clock: Clock,
    *,
    house: House,
    check: Callable[[], None],
) -> PublicApp:
    """Return the application of the public listener.

    Args:
        answerer: The use case behind everything that a customer reads.
        tokens: Who the customers are.
        descriptors: Our own signed descriptor.
        clock: For sessions, and for the times that the page speaks of.
        house: Whose pages these are.
        check: Raises a `StorageError` when the store cannot be read.
    """
    doorkeeper = Doorkeeper(tokens)
    pages = Pages(house)
    visitors = Visitors(doorkeeper, Sessions(clock))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.include_router(tmf_router(answerer, doorkeeper))
    app.include_router(portal_router(answerer, visitors, pages, clock))
    app.include_router(_descriptor_router(descriptors))
    app.include_router(health_router(check))
    faces = [(TMF_PREFIX, tmf_face), (STATUS_PATH, pages.face), (HEALTH_PATH, bare_face)]
    answer_failures(app, problem_face, faces)
    return PublicApp(app, ClosedHeaders(app))


def _descriptor_router(descriptors: Descriptors) -> APIRouter:
    router = APIRouter(redirect_slashes=False)

    def descriptor() -> Response:
        """Return our signed descriptor, byte for byte."""
        return Response(descriptors.own(), media_type="application/json")

    router.add_api_route(DESCRIPTOR_PATH, descriptor, methods=["GET", "HEAD"], response_model=None)
    return router
