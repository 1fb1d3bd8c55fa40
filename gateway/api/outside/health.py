"""Whether this process can answer, as a bare status: 200 or 503, and not one word more."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

PATH = "/healthz"


def health_router(check: Callable[[], None]) -> APIRouter:
    """Return the one route.

    Args:
        check: Raises a `StorageError` when the store cannot be read, and returns otherwise.
    """
    router = APIRouter(redirect_slashes=False)

    def health() -> Response:
        """Tell whether the store can be read."""
        check()
        return Response()

    router.add_api_route(PATH, health, methods=["GET", "HEAD"], response_model=None)
    return router
