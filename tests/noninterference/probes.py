"""What a curious party sends: every route, with what it may know, with what only the inside knows, and with rubbish.

Probes are made from both worlds of a pair, so both get the same ones. Later ones follow from earlier answers, by the
same function in both worlds: while the worlds look alike, so do the probes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from gateway.evidence import wire
from gateway.evidence.jws import Signer
from gateway.outside.answer import COLLECTIONS
from tests.noninterference.asking import Answer, Request
from tests.noninterference.material import TOKENS
from tests.noninterference.model import Observer
from tests.noninterference.own_stream import OwnStream

BROWSER = (("user-agent", "probe"), ("accept-encoding", "gzip"))
FORM = "application/x-www-form-urlencoded"
SIGNING_IN = (("origin", "https://gateway.example"), ("content-type", FORM))
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE")
PROBED = {
    "public": {
        *COLLECTIONS.values(),
        *(path + "/{public_id}" for path in COLLECTIONS.values()),
        "/status", "/status/sign-in", "/status/sign-out", "/status/style.css", "/status/icon.svg",
        "/.well-known/demarc", "/healthz",
    },
    "exchange": {"/exchange/v1/streams/{origin}/entries", "/.well-known/demarc", "/healthz"},
}  # fmt: skip
"""Every route that has probes of its own below; a route that is not here fails the test that walks the routers."""


@dataclass(frozen=True)
class Clues:
    """What only the inside knows, from both worlds, and what the party may have seen or guessed."""

    names: tuple[str, ...]
    values: tuple[str, ...]
    ids: tuple[str, ...]

    def some(self, rng: Random, count: int) -> list[tuple[str, str]]:
        """Return pairs of an attribute name and a value."""
        return [(rng.choice(self.names), rng.choice(self.values)) for _ in range(count)]


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Return the header that shows a token."""
    return (("authorization", f"Bearer {token}"), *BROWSER)


class Prober:
    """Sends one batch of probes; a generator that is sent the answers."""

    def __init__(self, who: Observer, clues: Clues, rng: Random, certificate: str, stranger: str, seal: Signer) -> None:
        self._who = who
        self._clues = clues
        self._rng = rng
        self._certificates = {"": None, "own": certificate, "stranger": stranger, "broken": "-----BEGIN"}
        self._token = TOKENS.get(who.party, "dmc_nobody")
        self._own = OwnStream(who.party, seal)
        self._signed = BROWSER

    def batch(self, weight: float) -> Iterator[Any]:
        """Yield requests and be sent the answers; `weight` 1 is everything, less is less."""
        parts = (
            [self._enter, self._routes, self._collections, self._pages]
            if self._who.role == "customer"
            else [self._routes, self._exchange]
        )
        for part in parts:
            yield from part(weight)

    # --- every route, every method, with nothing and with everything ---

    def _routes(self, weight: float) -> Iterator[Any]:
        credentials = bearer(self._token) if self._who.role == "customer" else BROWSER
        listener = "public" if self._who.role == "customer" else "exchange"
        for number, template in enumerate(sorted(PROBED[listener])):
            path = template.replace("{public_id}", self._id()).replace("{origin}", self._who.party)
            methods = METHODS if weight >= 1 else METHODS[number % 4 :: 4]
            for method in methods:
                yield self._request(f"route {method} {template}", method, path, headers=credentials, listener=listener)
        for path in self._odd_paths(weight):
            yield self._request("path", "GET", path, headers=credentials, listener=listener)
            if listener == "exchange":
                yield self._request("path", "GET", path, headers=BROWSER)

    def _odd_paths(self, weight: float) -> list[str]:
        fixed = [
            "/", "/openapi.json", "/docs", "/redoc", "/metrics", "/status/", "/healthz/", "/tmf-api", "/favicon.ico",
            "/tmf-api/alarmManagement/v4/alarm", "/tmf-api/troubleTicket/v4/troubleTicket", "/tmf-api/resource",
            "/tmf-api/changeManagement/v4/changeRequest", "/exchange/v1/streams", "/.well-known/security.txt",
        ]  # fmt: skip
        hidden = [
            f"/{where}/{quote(value, safe='')}"
            for where in ("status", "tmf-api", "exchange/v1/streams")
            for value in self._values(max(3, int(20 * weight)))
        ]
        return fixed[:: 1 if weight >= 1 else 5] + hidden

    # --- TM Forum collections ---

    def _collections(self, weight: float) -> Iterator[Any]:
        own = bearer(self._token)
        for path in COLLECTIONS.values():
            listed = yield self._request("list", "GET", path, headers=own)
            seen = _records(listed)
            for query in self._queries(seen, weight):
                yield self._request("query", "GET", path, query, own)
            for identifier in self._ids(seen, weight):
                place = f"{path}/{quote(identifier, safe='')}"
                yield self._request("get", "GET", place, headers=own)
                if self._rng.random() < 0.15:
                    yield self._request(
                        "get fields", "GET", place, urlencode({"fields": ",".join(self._names(3))}), own
                    )
                    yield self._request("get head", "HEAD", place, headers=own)
            yield from self._conditional(path, listed, own)
            yield from self._adaptive(path, seen, own, weight)
        for headers in self._credentials():
            yield self._request("credentials", "GET", next(iter(COLLECTIONS.values())), headers=headers)

    def _queries(self, seen: list[dict[str, Any]], weight: float) -> Iterator[str]:
        count = max(2, int(18 * weight))
        yield from (
            "limit=0",
            "limit=1",
            "offset=1&limit=2",
            "offset=999",
            "limit=1000",
            "limit=1001",
            "offset=-1",
            "limit=x",
        )[: count + 2]
        visible = [(name, value) for record in seen[:3] for name, value in record.items() if isinstance(value, str)]
        for name, value in self._rng.sample(visible, min(len(visible), count)):
            yield urlencode({name: value})
            yield urlencode({"fields": name})
        for name, value in self._clues.some(self._rng, count * 2):
            yield urlencode({name: value})
        for name in self._names(count):
            yield urlencode({"fields": name})
            yield urlencode({"sort": name})
            yield urlencode({f"{name}.gt": "1"})
        for value in self._values(count):
            yield urlencode({"name": value})
            yield urlencode({"cursor": value})
        if weight >= 1:
            yield from (
                "filter=a",
                "a",
                "a=1;b=2",
                "%zz=1",
                "fields=id&fields=id",
                "=",
                "a=%00",
                "depth=2",
                "%ff=1",
                "x=" + "y" * 5000,
            )
            yield "&".join(f"a{n}=1" for n in range(40))

    def _ids(self, seen: list[dict[str, Any]], weight: float) -> list[str]:
        count = max(3, int(40 * weight))
        known = [str(record["id"]) for record in seen]
        hidden = self._rng.sample(self._clues.ids, min(len(self._clues.ids), count * 2))
        random = [f"svc-{self._rng.randrange(10**6)}", "prb-" + "A" * 16, "x" * 500, "%", "..", "\u200b", "'"]
        return known[:count] + hidden + random

    def _conditional(self, path: str, answer: Answer, own: tuple[tuple[str, str], ...]) -> Iterator[Any]:
        tag = answer.header("etag") or '"0"'
        for name, value in (
            ("if-none-match", tag), ("if-none-match", "*"), ("if-modified-since", "Mon, 23 Nov 2026 09:03:00 GMT"),
            ("if-match", '"x"'), ("range", "bytes=0-10"), ("accept", "text/html"), ("accept", "application/xml"),
            ("x-request-id", self._value()), ("accept-encoding", "br"), ("x-forwarded-for", "192.0.2.9"),
            ("host", self._value().encode("ascii", "replace").decode()),
        ):  # fmt: skip
            yield self._request(
                "conditional", "GET", path, headers=(*own, (name, value.encode("ascii", "replace").decode()))
            )

    def _adaptive(
        self, path: str, seen: list[dict[str, Any]], own: tuple[tuple[str, str], ...], weight: float
    ) -> Iterator[Any]:
        """Page through the collection, and ask about whatever comes back."""
        for offset in range(max(2, int(12 * weight))):
            answer = yield self._request("page", "GET", path, f"offset={offset}&limit=1", own)
            records = _records(answer)
            if not records:
                break
            for reference in _references(records[0])[:3]:
                yield self._request("follow", "GET", f"{path}/{quote(reference, safe='')}", headers=own)

    def _credentials(self) -> Iterator[tuple[tuple[str, str], ...]]:
        yield BROWSER
        for text in (
            "Bearer",
            "Bearer ",
            "Basic YTpi",
            f"Bearer {self._token}x",
            f"bearer  {self._token}",
            "Bearer \u00e4",
        ):
            yield (("authorization", text), *BROWSER)
        yield (*bearer(self._token), ("authorization", "Bearer dmc_x"))

    # --- the pages ---

    def _enter(self, _weight: float) -> Iterator[Any]:
        """Sign in; the session is used again after everything else was asked, when others signed in too."""
        yield self._request("page open", "GET", "/status")
        form = urlencode({"token": self._token}).encode()
        entered = yield self._request("sign in", "POST", "/status/sign-in", headers=SIGNING_IN, body=form)
        cookie = entered.header("set-cookie").partition(";")[0]
        self._signed = (("cookie", cookie), *BROWSER)

    def _pages(self, weight: float) -> Iterator[Any]:
        origin, signed = SIGNING_IN, self._signed
        for _ in range(2):
            yield self._request("page", "GET", "/status", headers=signed)
        yield self._request("page head", "HEAD", "/status", headers=signed)
        for name, value in self._clues.some(self._rng, max(2, int(7 * weight))):
            yield self._request("page query", "GET", "/status", urlencode({name: value}), signed)
        for body in (
            b"",
            b"token=",
            b"token=x",
            b"token=x&a=1",
            b"\xff",
            b"token=" + b"y" * 5000,
            urlencode({"token": self._value()}).encode(),
        ):
            yield self._request("form", "POST", "/status/sign-in", headers=origin, body=body)
        yield self._request(
            "foreign form",
            "POST",
            "/status/sign-in",
            headers=(("origin", "https://evil.example"), ("content-type", FORM)),
            body=b"token=x",
        )
        for value in self._values(3):
            sent = value.encode("ascii", "replace").decode()
            yield self._request("cookie", "GET", "/status", headers=(("cookie", f"__Host-demarc-session={sent}"),))
        yield self._request("sign out", "POST", "/status/sign-out", headers=(*signed, *origin))
        yield self._request("page after", "GET", "/status", headers=signed)

    # --- the exchange ---

    def _exchange(self, weight: float) -> Iterator[Any]:
        where = "/exchange/v1/streams/{}/entries"
        yield from self._own_stream(where.format(self._who.party))
        for number, body in enumerate(self._bodies(weight)):
            path = where.format(
                self._who.party if number % 3 else self._rng.choice(("aurora", "southwind", "nobody", "x" * 300))
            )
            yield self._push("push", path, body, "own")
        for origin in ("southwind", "acme", "UPPER", *self._values(max(2, int(10 * weight)))):
            yield self._push("origin", where.format(quote(origin, safe="")), b"{}\n", "own")
        for who in ("", "stranger", "broken"):
            for path in ("/.well-known/demarc", where.format(self._who.party), "/healthz"):
                yield self._push("caller", path, b"{}\n", who)
        for name, value in (
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
            ("content-encoding", "br"),
        ):
            yield self._request(
                "media",
                "POST",
                where.format(self._who.party),
                headers=((name, value),),
                body=b"x",
                certificate="own",
                listener="exchange",
            )
        for path in ("/.well-known/demarc", "/healthz"):
            for name, value in self._clues.some(self._rng, max(1, int(8 * weight))):
                yield self._request(
                    "exchange get", "GET", path, urlencode({name: value}), certificate="own", listener="exchange"
                )
                yield self._request("public get", "GET", path, urlencode({name: value}))

    def _own_stream(self, path: str) -> Iterator[Any]:
        """Push entries of our own: the next ones, the same again, ones with a gap, and forged ones."""
        for _ in range(3):
            body = self._own.step(2)
            answer = yield self._push("push next", path, body, "own")
            if answer.status == 200:
                self._own.take(2)
            yield self._push("push again", path, body, "own")
            yield self._push("push gap", path, self._own.step(1, ahead=3), "own")
            yield self._push("push forged", path, body.replace(b"evt-", b"evx-"), "own")
        yield self._push("push at another", path.replace(self._who.party, "southwind"), self._own.step(1), "own")

    def _bodies(self, weight: float) -> list[bytes]:
        """Return steps that are no steps, with what only the inside knows in them."""
        heads: list[Any] = [
            {},
            [],
            {"from": 0, "count": 1, "checkpoint": "x"},
            {"from": -1, "count": 0, "checkpoint": 1},
        ]
        heads += [
            {"from": number, "count": 1, "checkpoint": self._value()} for number in range(max(2, int(12 * weight)))
        ]
        return [
            b"",
            b"\n",
            b"\xff\xfe",
            b"{" * 500,
            *(orjson.dumps(head) + b"\n" + orjson.dumps({"id": self._id()}) + b"\n" for head in heads),
        ]

    def _push(self, label: str, path: str, body: bytes, who: str) -> Request:
        return self._request(
            label,
            "POST" if body else "GET",
            path,
            headers=(("content-type", wire.CONTENT_TYPE),),
            body=body,
            certificate=who,
            listener="exchange",
        )

    # --- what probes are made of ---

    def _request(
        self,
        label: str,
        method: str,
        path: str,
        query: str = "",
        headers: tuple[tuple[str, str], ...] = BROWSER,
        body: bytes = b"",
        certificate: str = "own",
        listener: str = "public",
    ) -> Request:
        shown = self._certificates[certificate] if listener == "exchange" else None
        return Request(label, method, path, query, headers, body, shown, listener)

    def _id(self) -> str:
        return self._rng.choice(self._clues.ids)

    def _value(self) -> str:
        return self._rng.choice(self._clues.values)

    def _names(self, count: int) -> list[str]:
        return [self._rng.choice(self._clues.names) for _ in range(count)]

    def _values(self, count: int) -> list[str]:
        return [self._value() for _ in range(count)]


def _records(answer: Answer) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return []
    return [one for one in found if isinstance(one, dict) and "id" in one] if isinstance(found, list) else []


def _references(value: Any) -> list[str]:
    """Return every text in a record that might name something."""
    if isinstance(value, str):
        return [value] if 4 <= len(value) <= 60 else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for part in parts for found in _references(part)]
