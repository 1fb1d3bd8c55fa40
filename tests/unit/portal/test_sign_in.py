"""Signing in and out, and what sessions are worth."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gateway.portal.sessions import LIFETIME, MAX_PER_TOKEN, Sessions
from tests.customer_side import ACME_TOKEN, BOLT_TOKEN, NOW, Outside, outside_with_trouble

HOST = "https://status.aurora.example"


def client(outside: Outside) -> TestClient:
    return TestClient(outside.app(), base_url=HOST, follow_redirects=False)


def sign_in(http: TestClient, token: str = ACME_TOKEN, origin: str | None = HOST, **more: Any) -> Any:
    return http.post("/status/sign-in", data={"token": token}, headers={"origin": origin} if origin else {}, **more)


def test_a_token_opens_the_page_and_the_cookie_is_not_the_token():
    http = client(outside_with_trouble())
    answer = sign_in(http)
    assert (answer.status_code, answer.headers["location"]) == (303, "/status")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-demarc-session=")
    for attribute in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert attribute in cookie
    assert "domain" not in cookie.lower()
    assert ACME_TOKEN not in cookie
    page = http.get("/status")
    assert page.status_code == 200
    assert page.headers["refresh"] == "30"
    assert "2 of 3 services are affected" in page.text


def test_who_is_not_signed_in_is_led_to_the_form():
    answer = client(outside_with_trouble()).get("/status")
    assert (answer.status_code, answer.headers["location"], answer.content) == (303, "/status/sign-in", b"")


@pytest.mark.parametrize("token", ["nobodys", "", "' OR 1=1", "x" * 600, "ä"])
def test_an_unknown_token_shows_the_form_again_and_never_itself(token):
    answer = sign_in(client(outside_with_trouble()), token)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "not known here" in answer.text
    assert len(token) < 3 or token not in answer.text


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://status.aurora.example", HOST + ".evil"]
)
@pytest.mark.parametrize("path", ["/status/sign-in", "/status/sign-out"])
def test_a_form_from_another_site_changes_nothing(origin, path):
    http = client(outside_with_trouble())
    sign_in(http)
    headers = {"origin": origin} if origin else {}
    answer = http.post(path, data={"token": BOLT_TOKEN}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "Signed in as <bdi>acme</bdi>" in http.get("/status").text


def test_signing_out_ends_the_session_also_for_a_copied_cookie():
    http = client(outside_with_trouble())
    sign_in(http)
    stolen = dict(http.cookies)
    answer = http.post("/status/sign-out", headers={"origin": HOST})
    assert (answer.status_code, answer.headers["location"]) == (303, "/status/sign-in")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    http.cookies.update(stolen)
    assert http.get("/status").status_code == 303


def test_signing_in_again_makes_a_new_session_and_ends_the_old_one():
    http = client(outside_with_trouble())
    sign_in(http)
    before = dict(http.cookies)
    sign_in(http, BOLT_TOKEN)
    assert "Bolt" in http.get("/status").text
    http.cookies.clear()
    http.cookies.update(before)
    assert http.get("/status").status_code == 303


def test_a_session_ends_with_its_token_and_with_its_time():
    outside = outside_with_trouble()
    http = client(outside)
    sign_in(http)
    outside.now = NOW + LIFETIME
    assert http.get("/status").status_code == 303
    sign_in(http)
    outside.tokens.by_digest.clear()
    answer = http.get("/status")
    assert answer.status_code == 403
    assert "acme" not in answer.text


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b'{"token":"x"}', "application/json", 415),
        (b"token=x", "text/plain", 415),
        (b"token=" + b"x" * 5_000, "application/x-www-form-urlencoded", 413),
        (b"token=x&next=https://evil.example", "application/x-www-form-urlencoded", 400),
        (b"a=1&b=2&c=3&d=4&e=5", "application/x-www-form-urlencoded", 400),
        (b"token", "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 400),
        (b"\xff=\xff", "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_is_not_the_form_is_refused(content, media_type, status):
    headers = {"origin": HOST, "content-type": media_type}
    answer = client(Outside()).post("/status/sign-in", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "evil" not in answer.text


def test_one_token_cannot_push_out_anothers_sessions():
    ids = count()
    sessions = Sessions(lambda: NOW, lambda: str(next(ids)))
    other = sessions.open(b"other")
    mine = [sessions.open(b"mine") for _ in range(MAX_PER_TOKEN + 3)]
    assert sessions.token_of(other) == b"other"
    assert [sessions.token_of(each) for each in mine[:3]] == [None] * 3
    assert all(sessions.token_of(each) for each in mine[3:])


def test_a_session_lasts_until_its_time():
    now = [NOW]
    sessions = Sessions(lambda: now[0])
    session_id = sessions.open(b"t")
    now[0] = NOW + LIFETIME - timedelta(seconds=1)
    assert sessions.token_of(session_id) == b"t"
    now[0] = NOW + LIFETIME
    assert sessions.token_of(session_id) is None
