"""The routes of the pages: status, sign in, sign out, and the two files they look like.

Rules:
- Everything on the page comes from `Answerer`, for the customer whose token began the session.
- What changes something is a POST whose `Origin` is this very host (threats C-05, C-17): redirects go to fixed paths.
- The cookie is `__Host-`, HttpOnly, Secure, SameSite=Strict, and holds a random session id, never the token.
"""

# Annotations are evaluated here, not kept as text: those of the handlers name values of the function around them.

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import RedirectResponse, Response

from gateway.api.outside.doorkeeper import Doorkeeper, digest_of
from gateway.api.problems import headers_of, status_of
from gateway.api.refusals import CredentialsMissing, CredentialsRefused, CrossSiteRefused
from gateway.errors import DemarcError
from gateway.ids import CustomerId
from gateway.outside.answer import CHANGE_REQUEST, SERVICE, SERVICE_PROBLEM, Answerer
from gateway.portal.form import posted_token
from gateway.portal.sessions import LIFETIME, Sessions
from gateway.portal.view import status_view
from gateway.ports import Clock

STATUS_PATH = "/status"
SIGN_IN_PATH = "/status/sign-in"
SIGN_OUT_PATH = "/status/sign-out"
STYLE_PATH = "/status/style.css"
ICON_PATH = "/status/icon.svg"
COOKIE = "__Host-demarc-session"
REFRESH_SECONDS = 30

_HERE = Path(__file__).parent
_READ = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class House:
    """Whose pages these are, as customers read it."""

    operator_name: str
    contact: str | None = None


class Pages:
    """The templates, filled in."""

    def __init__(self, house: House) -> None:
        self._house = house
        # Everything is escaped, whatever its file is called; a misspelt name fails instead of showing nothing.
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
        """Return one page."""
        body = self._templates.get_template(template).render(house=self._house, **values)
        return Response(body, status_code=status, media_type="text/html; charset=utf-8")

    def face(self, error: DemarcError) -> Response:
        """Return a failure as a page; who is not signed in is led to the sign-in form."""
        if isinstance(error, CredentialsMissing):
            return _redirect(SIGN_IN_PATH)
        if isinstance(error, CredentialsRefused):
            return self.page("sign_in.html", HTTPStatus.FORBIDDEN, is_refused=True)
        status = status_of(type(error))
        answer = self.page("fault.html", status, title=error.summary(), remedy=error.remedy)
        answer.headers.update(headers_of(status))
        return answer


@dataclass(frozen=True, slots=True)
class Visitors:
    """Knows who is signed in."""

    doorkeeper: Doorkeeper
    sessions: Sessions

    def signed_in(self, request: Request) -> CustomerId:
        """Return whose session the request's cookie names.

        Raises:
            CredentialsMissing: There is no such session (any more).
            CredentialsRefused: The token with which it began has ended since.
        """
        digest = self.sessions.token_of(request.cookies.get(COOKIE, ""))
        if digest is None:
            raise CredentialsMissing("no session")
        return self.doorkeeper.customer_of(digest)


def same_origin(request: Request) -> None:
    """Refuse a form that was sent from anywhere but a page of this host."""
    host = request.headers.get("host", "")
    if not host or request.headers.getlist("origin") != [f"https://{host}"]:
        raise CrossSiteRefused("the Origin is not this host")


def portal_router(answerer: Answerer, visitors: Visitors, pages: Pages, clock: Clock) -> APIRouter:
    """Return the routes of the portal."""
    router = APIRouter(redirect_slashes=False)
    from_here = [Depends(same_origin)]

    def status_page(customer: Annotated[CustomerId, Depends(visitors.signed_in)]) -> Response:
        """Show how everything stands that this customer bought."""
        view = status_view(
            services=answerer.every(customer, SERVICE),
            problems=answerer.every(customer, SERVICE_PROBLEM),
            changes=answerer.every(customer, CHANGE_REQUEST),
            last_change=answerer.last_change(customer),
            now=clock(),
        )
        answer = pages.page("status.html", view=view, customer=customer, refresh_seconds=REFRESH_SECONDS)
        answer.headers["refresh"] = str(REFRESH_SECONDS)
        return answer

    def sign_in_page() -> Response:
        """Show the form that takes the token."""
        return pages.page("sign_in.html", is_refused=False)

    def sign_in(request: Request, token: Annotated[str, Depends(posted_token)]) -> Response:
        """Begin a session for whoever shows a token."""
        digest = digest_of(token)
        visitors.doorkeeper.customer_of(digest)
        visitors.sessions.close(request.cookies.get(COOKIE, ""))
        answer = _redirect(STATUS_PATH)
        _set_cookie(answer, visitors.sessions.open(digest), int(LIFETIME.total_seconds()))
        return answer

    def sign_out(request: Request) -> Response:
        """End the session, if there is one."""
        visitors.sessions.close(request.cookies.get(COOKIE, ""))
        answer = _redirect(SIGN_IN_PATH)
        _set_cookie(answer, "", 0)
        return answer

    router.add_api_route(STATUS_PATH, status_page, methods=_READ, response_model=None)
    router.add_api_route(SIGN_IN_PATH, sign_in_page, methods=_READ, response_model=None)
    router.add_api_route(SIGN_IN_PATH, sign_in, methods=["POST"], response_model=None, dependencies=from_here)
    router.add_api_route(SIGN_OUT_PATH, sign_out, methods=["POST"], response_model=None, dependencies=from_here)
    for path, name, media_type in (
        (STYLE_PATH, "style.css", "text/css; charset=utf-8"),
        (ICON_PATH, "icon.svg", "image/svg+xml"),
    ):
        router.add_api_route(path, _file(_HERE / "static" / name, media_type), methods=_READ, response_model=None)
    return router


def _file(path: Path, media_type: str) -> Callable[[], Response]:
    """Return a handler for one file of ours; it is read once, so no path of a request ever reaches the disk."""
    content = path.read_bytes()

    def static_file() -> Response:
        return Response(content, media_type=media_type)

    return static_file


def _redirect(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


def _set_cookie(answer: Response, value: str, seconds: int) -> None:
    answer.set_cookie(COOKIE, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict")
