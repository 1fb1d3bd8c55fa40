"""The public listener: what answers, who may ask, and how refusals look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from gateway.api.outside.public import OPEN_TO_ALL
from gateway.errors import StorageError
from tests.customer_side import ACME_TOKEN, Outside, bearer, outside_with_trouble

SERVICES = "/tmf-api/serviceInventory/v4/service"
PROBLEMS = "/tmf-api/serviceProblemManagement/v4/serviceProblem"


def client(outside: Outside, **options: Any) -> TestClient:
    return TestClient(outside.app(), base_url="https://status.aurora.example", follow_redirects=False, **options)


def routes_of(outside: Outside) -> Iterator[APIRoute]:
    """Yield every route there is, also those that an included router keeps to itself."""
    waiting: list[Any] = list(outside.app().routes.routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if isinstance(route, APIRoute):
            yield route
        elif inner is not None and hasattr(inner, "routes"):
            waiting += inner.routes
        else:
            raise AssertionError(f"an unknown kind of route: {route!r}")


def callers_of(route: APIRoute) -> set[str]:
    return {dependency.call.__name__ for dependency in route.dependant.dependencies if dependency.call is not None}


def test_every_route_knows_its_caller_or_is_open_to_all():
    found = {route.path for route in routes_of(Outside())}
    assert {SERVICES, SERVICES + "/{public_id}", PROBLEMS, PROBLEMS + "/{public_id}", "/status"} <= found
    assert found >= OPEN_TO_ALL
    for route in routes_of(Outside()):
        assert route.path in OPEN_TO_ALL or callers_of(route) & {"calling_customer", "signed_in"}, route.path


def test_whatever_changes_something_is_sent_from_our_own_page():
    for route in routes_of(Outside()):
        if set(route.methods) - {"GET", "HEAD"}:
            assert "same_origin" in callers_of(route), route.path


def test_a_customer_reads_its_services_and_problems():
    answer = client(outside_with_trouble()).get(SERVICES, headers=bearer(ACME_TOKEN), params={"limit": 2})
    assert answer.status_code == 200
    assert [each["id"] for each in answer.json()] == ["svc-1", "svc-2"]
    assert (answer.headers["x-total-count"], answer.headers["x-result-count"]) == ("3", "2")
    answer = client(outside_with_trouble()).get(f"{PROBLEMS}/prb-1", headers=bearer(ACME_TOKEN))
    assert answer.json()["href"] == f"{PROBLEMS}/prb-1"


@pytest.mark.parametrize(
    "path", ["/healthz", "/.well-known/demarc", "/status/sign-in", SERVICES, f"{SERVICES}/svc-1", f"{SERVICES}/no"]
)
def test_head_has_the_headers_of_get_and_no_body(path):
    http = client(outside_with_trouble())
    got, head = (http.request(method, path, headers=bearer(ACME_TOKEN)) for method in ("GET", "HEAD"))
    assert (head.status_code, dict(head.headers), head.content) == (got.status_code, dict(got.headers), b"")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("nobodys"),
        bearer("a b"),
        bearer(""),
        {"authorization": "Basic YTpi"},
        bearer(f"{ACME_TOKEN}, Bearer {ACME_TOKEN}"),
        bearer("x" * 10_000),
    ],
)
def test_who_is_not_known_gets_a_challenge(headers):
    answer = client(outside_with_trouble()).get(SERVICES, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["@type"] == "Error"


def test_two_tokens_are_refused():
    twice = [("authorization", f"Bearer {ACME_TOKEN}")] * 2
    assert client(outside_with_trouble()).get(SERVICES, headers=twice).status_code == 401


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/redoc", "/tmf-api", SERVICES + "/", "/status/", "//"]
)
def test_everything_else_is_not_there(path):
    answer = client(Outside()).get("https://status.aurora.example" + path, headers=bearer(ACME_TOKEN))
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused_alike_for_every_record(method):
    http = client(outside_with_trouble())
    answers = [
        http.request(method, f"{SERVICES}/{each}", headers=bearer(ACME_TOKEN)) for each in ("svc-1", "svc-9", "x")
    ]
    assert {answer.status_code for answer in answers} == {405}
    assert len({(answer.content, str(answer.headers)) for answer in answers}) == 1
    assert answers[0].headers["allow"] == "GET, HEAD"


def test_health_is_a_bare_status():
    outside = Outside()
    answer = client(outside).get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"")
    outside.fault = StorageError("disk /srv/secret is full")
    answer = client(outside).get("/healthz")
    assert (answer.status_code, answer.content, answer.headers["retry-after"]) == (503, b"", "5")


def test_the_descriptor_is_served_byte_for_byte():
    answer = client(Outside()).get("/.well-known/demarc")
    assert answer.content == b'{"descriptor":{},"signature":"x"}'
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", [SERVICES, "/status", "/healthz"])
def test_what_nobody_foresaw_is_a_fixed_answer(path):
    outside = outside_with_trouble()

    def broken(*_: object) -> None:
        raise RuntimeError("core-rtr-7 secret")

    outside.views.count = outside.views.every = outside.check = broken  # type: ignore[assignment, method-assign]
    http = client(outside, raise_server_exceptions=False)
    sign_in(http)
    answer = http.get(path, headers=bearer(ACME_TOKEN))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def sign_in(http: TestClient, token: str = ACME_TOKEN) -> Any:
    return http.post("/status/sign-in", data={"token": token}, headers={"origin": "https://status.aurora.example"})
