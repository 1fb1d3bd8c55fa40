"""A planted name must be found: the demo's proof is worth as much as its search."""

from __future__ import annotations

import base64
import json

import pytest

from gateway.demo.checks import nothing_leaked
from gateway.demo.search import names_in
from gateway.demo.story import CUSTOMER, PARTNER, Story, story_of
from gateway.sources.topology import records_of_topology

ROUTER = "cr1.hu1.aurora.example"


@pytest.fixture(scope="module")
def story() -> Story:
    return story_of(list(records_of_topology()))


def innocent(story: Story, party: str) -> bytes:
    services = [story.inventory.service(one) or {} for one in story.inventory.services_of(party)]
    return json.dumps([{"id": one["id"], "name": one["name"]} for one in services]).encode()


@pytest.mark.parametrize(
    "raw",
    [
        f'{{"note":"{ROUTER}"}}'.encode(),
        ROUTER.upper().encode(),
        f"x{ROUTER}y".encode(),
        f"POST /{ROUTER} HTTP/1.1\r\n".encode(),
        b"\x00\xff" + ROUTER.encode() + b"\xfe",
    ],
)
def test_a_planted_name_is_found_wherever_it_stands(raw: bytes) -> None:
    assert names_in(raw, {ROUTER, "cr2.hu1.aurora.example"}) == {ROUTER}


@pytest.mark.parametrize("padding", ["", "a", "ab"])
def test_a_name_inside_a_signed_token_is_found(padding: str) -> None:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    token = f"{part({'alg': 'EdDSA'})}.{part({'pad': padding, 'at': ROUTER})}.{'s' * 86}"
    assert ROUTER.encode() not in token.encode()
    assert names_in(json.dumps({"receipt": token}).encode(), {ROUTER}) == {ROUTER}


def test_a_short_name_counts_by_itself_and_not_by_chance() -> None:
    assert names_in(b'{"id":"acme"}', {"acme"}) == {"acme"}
    assert names_in(b'{"id":"pop-HU1"}', {"pop-hu1"}) == {"pop-hu1"}
    assert names_in(b"kXacmeQ9", {"acme"}) == frozenset()


@pytest.mark.parametrize("party", [PARTNER, CUSTOMER])
def test_every_single_name_of_the_inventory_fails_the_check_when_planted(story: Story, party: str) -> None:
    """All of them: a search that misses one name is none."""
    plain = innocent(story, party)
    assert nothing_leaked(party, plain, story).has_held
    hidden = (story.inventory.names() | story.secrets()) - story.inventory.names_known_to(party)
    missed = [name for name in hidden if name not in names_in(plain + f'"{name}"'.encode(), {name})]
    assert (len(hidden) > 1_000, missed) == (True, [])
    planted = nothing_leaked(party, plain + b'"cr1.hu1:et-2/0/4"', story)
    assert not planted.has_held
    assert "cr1.hu1:et-2/0/4" in planted.found


def test_bytes_without_anything_of_the_audience_prove_nothing(story: Story) -> None:
    """An empty or unreadable record, such as a compressed one, must not pass as clean."""
    assert not nothing_leaked(PARTNER, b"", story).has_held
    assert not nothing_leaked(PARTNER, b"\x1f\x8b\x08" + bytes(range(256)), story).has_held
