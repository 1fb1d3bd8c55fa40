"""Query strings as TMF630 writes them, read strictly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.outside.tmf630 import MAX_PARAMETERS, parse_query, parse_selection
from gateway.outside.query import Filter, Query, QueryRefused


def test_a_query_is_read_in_full():
    query = parse_query(b"fields=name,place.name&offset=5&limit=7&state=active&a.b=1&state=x%20y,z")
    assert query == Query(
        filters=(
            Filter(("state",), frozenset({"active", "x y,z", "x y", "z"})),
            Filter(("a", "b"), frozenset({"1"})),
        ),
        fields=(("name",), ("place", "name")),
        offset=5,
        limit=7,
    )


def test_no_query_asks_for_the_first_hundred():
    assert parse_query(b"") == Query(limit=100)


@pytest.mark.parametrize("fields", [b"fields=", b"fields=none!", b"fields=*", b"fields=$..name,%00"[:-4]])
def test_a_selection_of_what_cannot_be_a_name_selects_nothing(fields):
    assert parse_query(fields).fields == ()


REFUSED = [
    b"name.gt=1",
    b"unheard.gt=1",
    b"name.regex=.*",
    b"sort=name",
    b"filter=%24%5B%3F%5D",
    b"depth=2",
    b"expand=place",
    b"cursor=x",
    b"name%3E=1",
    b"name*=x",
    b"name",
    b"=x",
    b"a[]=1",
    b"a%5Bb%5D=1",
    b"a=%zz",
    b"a=%",
    b"a=%ff",
    b"a=%00",
    b"a=%0d%0aX-Y:%20z",
    b"a=1;b=2",
    b"offset=-1",
    b"offset=1&offset=1",
    b"offset=1.0",
    b"offset=%D9%A1",
    b"limit=1001",
    b"limit=",
    b"limit=10000000000",
    b"fields=a&fields=b",
    b"a.b.c.d.e.f.g.h.i=1",
    b"&".join(b"a%d=1" % number for number in range(MAX_PARAMETERS + 1)),
    b"a=" + b"x" * 5_000,
]


@pytest.mark.parametrize("raw", REFUSED)
def test_what_is_not_offered_is_one_same_refusal(raw):
    with pytest.raises(QueryRefused):
        parse_query(raw)


def test_one_resource_takes_a_selection_and_nothing_else():
    assert parse_selection(b"fields=name") == (("name",),)
    assert parse_selection(b"") is None
    with pytest.raises(QueryRefused):
        parse_selection(b"name=x")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_query_or_refused(raw):
    try:
        query = parse_query(raw)
    except QueryRefused:
        return
    assert 0 <= query.limit <= 1_000
