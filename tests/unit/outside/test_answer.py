"""The customer's questions, answered from the customer's own stream."""

from __future__ import annotations

import pytest

from gateway.ids import CustomerId
from gateway.outside.answer import SERVICE, SERVICE_PROBLEM, NotFound
from gateway.outside.query import Filter, Query, project
from tests.customer_side import ACME, ACME_STREAM, BOLT, Outside, outside_with_trouble, service


def ids(records: list[dict[str, object]]) -> list[object]:
    return [record["id"] for record in records]


def test_a_list_holds_all_of_the_customers_records_by_public_id():
    page = outside_with_trouble().answerer.list(ACME, SERVICE, Query())
    assert (ids(page.items), page.total) == (["svc-1", "svc-2", "svc-3"], 3)


def test_a_page_is_full_and_the_total_counts_all_matches():
    answerer = outside_with_trouble().answerer
    page = answerer.list(ACME, SERVICE, Query(offset=1, limit=1))
    assert (ids(page.items), page.total) == (["svc-2"], 3)
    active = Filter(("state",), frozenset({"active"}))
    page = answerer.list(ACME, SERVICE, Query(filters=(active,), offset=1, limit=1))
    assert (ids(page.items), page.total) == (["svc-2"], 3)


def test_limit_zero_only_counts():
    page = outside_with_trouble().answerer.list(ACME, SERVICE, Query(limit=0))
    assert (page.items, page.total) == ([], 3)


def test_one_filter_takes_any_of_its_values_and_several_must_all_match():
    answerer = outside_with_trouble().answerer
    status = Filter(("operatingStatus",), frozenset({"failed", "running"}))
    kind = Filter(("serviceType",), frozenset({"ip-transit"}))
    assert answerer.list(ACME, SERVICE, Query(filters=(status,))).total == 2
    assert ids(answerer.list(ACME, SERVICE, Query(filters=(status, kind))).items) == ["svc-3"]


def test_a_dotted_filter_enters_arrays():
    query = Query(filters=(Filter(("affectedService", "id"), frozenset({"svc-1"})),))
    assert ids(outside_with_trouble().answerer.list(ACME, SERVICE_PROBLEM, query).items) == ["prb-1"]


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (3, "3"), (2.5, "2.5"), ("x,y", "x,y")])
def test_values_are_compared_as_json_spells_them(value, text):
    assert Filter(("a",), frozenset({text})).matches({"a": value})
    assert not Filter(("a",), frozenset({text})).matches({"a": [None, {}, []]})


def test_nothing_equals_null():
    assert not Filter(("a",), frozenset({"None", "null", ""})).matches({"a": None})


def test_the_address_of_a_record_is_where_the_customer_finds_it():
    record = outside_with_trouble().answerer.get(ACME, SERVICE, "svc-1")
    assert record["href"] == "/tmf-api/serviceInventory/v4/service/svc-1"


@pytest.mark.parametrize("public_id", ["svc-9", "nothing", "", "x" * 100_000, "%", "svc-_", "' OR 1=1 --"])
def test_another_customers_record_is_not_found_like_one_that_does_not_exist(public_id):
    with pytest.raises(NotFound):
        outside_with_trouble().answerer.get(ACME, SERVICE, public_id)


def test_a_customer_without_a_stream_sees_nothing():
    page = outside_with_trouble().answerer.list(CustomerId("nobody"), SERVICE, Query())
    assert (page.items, page.total) == ([], 0)


def test_a_service_is_no_service_problem():
    with pytest.raises(NotFound):
        outside_with_trouble().answerer.get(BOLT, SERVICE_PROBLEM, "svc-9")


RECORD = {
    "@type": "Service",
    "id": "s",
    "href": "/s",
    "name": "n",
    "place": [{"id": "p", "name": "Paris"}, {"id": "q"}],
    "a": {"b": {"c": 1, "d": None}},
}


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ((), {"id": "s", "href": "/s"}),
        ((("name",),), {"id": "s", "href": "/s", "name": "n"}),
        ((("place", "name"),), {"id": "s", "href": "/s", "place": [{"name": "Paris"}]}),
        ((("a", "b", "c"), ("unheard",)), {"id": "s", "href": "/s", "a": {"b": {"c": 1}}}),
        ((("a", "b", "d"),), {"id": "s", "href": "/s", "a": {"b": {"d": None}}}),
        ((("a", "b", "z"), ("name", "x")), {"id": "s", "href": "/s"}),
    ],
)
def test_a_selection_intersects_and_always_has_id_and_address(fields, shown):
    assert project(RECORD, fields) == shown


def test_no_selection_shows_everything():
    assert project(RECORD, None) == RECORD


def test_the_store_is_never_asked_for_more_than_a_page():
    outside = Outside()
    outside.views.tell(ACME_STREAM, SERVICE, *(service(f"s{n:04}", "x") for n in range(50)))
    asked: list[tuple[int, int]] = []
    whole = outside.views.page
    outside.views.page = lambda stream, kind, offset, limit: (  # type: ignore[method-assign]
        asked.append((offset, limit)) or whole(stream, kind, offset, limit)
    )
    outside.answerer.list(ACME, SERVICE, Query(offset=40, limit=20))
    assert asked == [(40, 20)]
