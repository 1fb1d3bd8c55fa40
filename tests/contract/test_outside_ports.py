"""The ports of the outside store: receipts, deliveries, customers' views and tokens, our own descriptor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.errors import StorageError
from gateway.ports import Delivery, ViewChange

STREAM, OTHER = "aurora/customer:acme", "aurora/customer:bolt"
MOMENT = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)


class TestReceipts:
    def test_a_receipt_is_found_by_its_checkpoint(self, outside):
        with outside.write() as work:
            assert (work.receipts.get(STREAM, "cp"), work.receipts.newest(STREAM)) == (None, None)
            work.receipts.put(STREAM, 10, "cp", "token")
        outside.restart()
        with outside.read() as work:
            assert work.receipts.get(STREAM, "cp") == "token"
            assert (work.receipts.get(OTHER, "cp"), work.receipts.get(STREAM, "other")) == (None, None)

    def test_a_second_receipt_for_the_same_checkpoint_changes_nothing(self, outside):
        with outside.write() as work:
            work.receipts.put(STREAM, 10, "cp", "first")
            work.receipts.put(STREAM, 10, "cp", "second")
            assert work.receipts.get(STREAM, "cp") == "first"

    def test_the_newest_receipt_is_that_of_the_largest_size(self, outside):
        with outside.write() as work:
            for size in (9, 100, 20):
                work.receipts.put(STREAM, size, f"cp{size}", f"token{size}")
            work.receipts.put(OTHER, 1000, "cp", "other")
            assert work.receipts.newest(STREAM) == (100, "token100")


class TestDeliveries:
    def test_nothing_is_acknowledged_before_the_first_put(self, outside):
        with outside.read() as work:
            assert work.deliveries.get(STREAM) == Delivery(STREAM, 0, 0, None, None)

    def test_a_delivery_stands_after_a_restart_where_it_stood(self, outside):
        failing = Delivery(STREAM, 2**40, 7, MOMENT, "no answer é")
        with outside.write() as work:
            work.deliveries.put(failing)
        outside.restart()
        with outside.read() as work:
            assert work.deliveries.get(STREAM) == failing
            assert work.deliveries.get(OTHER) == Delivery(OTHER, 0, 0, None, None)
        with outside.write() as work:
            work.deliveries.put(Delivery(STREAM, 2**40 + 1, 0, None, None))
            assert work.deliveries.get(STREAM).problem is None


def shown(subject, public_id=None, data=b"data", record_type="service", changed_at=None):
    return ViewChange(record_type, subject, public_id or subject, data, changed_at)


def change(house, *changes, stream=STREAM):
    with house.write() as work:
        work.views.change(stream, changes)


class TestViews:
    def test_a_view_holds_the_newest_version_of_each_record(self, outside):
        change(outside, shown("a", data=b"1"), shown("b", data=b"2"), shown("a", data=b"3"))
        change(outside, shown("b", data=b"4"))
        outside.restart()
        with outside.read() as work:
            assert work.views.page(STREAM, "service", 0, 10) == [b"3", b"4"]
            assert (work.views.get(STREAM, "service", "b"), work.views.count(STREAM, "service")) == (b"4", 2)

    def test_changes_of_one_call_are_applied_in_order(self, outside):
        change(outside, shown("a"), shown("a", data=None), shown("b", data=None), shown("b", data=b"again"))
        with outside.read() as work:
            assert work.views.page(STREAM, "service", 0, 10) == [b"again"]

    def test_a_withdrawn_record_is_gone_whatever_id_it_was_shown_under(self, outside):
        change(outside, shown("a", public_id="one"), shown("b", public_id="two"))
        change(outside, shown("a", public_id="another", data=None), shown("never seen", data=None))
        with outside.read() as work:
            assert work.views.get(STREAM, "service", "one") is None
            assert work.views.count(STREAM, "service") == 1

    def test_a_record_that_is_shown_under_another_id_is_not_found_under_the_former(self, outside):
        change(outside, shown("a", public_id="old"))
        change(outside, shown("a", public_id="new"))
        with outside.read() as work:
            assert work.views.get(STREAM, "service", "old") is None
            assert work.views.get(STREAM, "service", "new") == b"data"

    def test_customers_and_types_are_kept_apart(self, outside):
        change(outside, shown("a"), shown("a", record_type="alarm", data=b"alarm"))
        change(outside, shown("a", data=b"other's"), stream=OTHER)
        change(outside, shown("a", data=None), stream=OTHER)
        with outside.read() as work:
            assert work.views.get(STREAM, "service", "a") == b"data"
            assert work.views.page(STREAM, "alarm", 0, 10) == [b"alarm"]
            assert work.views.count(OTHER, "service") == 0

    def test_more_than_a_page_with_equal_public_ids_comes_whole_and_once(self, outside):
        """Public ids may repeat: a policy that cuts them off is bad, but nothing may be lost or shown twice for it."""
        records = [shown(f"s{n:04}", public_id=f"p{n // 700}", data=b"%d" % n) for n in range(1500)]
        change(outside, *reversed(records))
        expected = [b"%d" % n for n in range(1500)]
        with outside.read() as work:
            assert list(work.views.every(STREAM, "service")) == expected
            paged = [data for offset in range(0, 1600, 99) for data in work.views.page(STREAM, "service", offset, 99)]
            assert paged == expected
            assert work.views.page(STREAM, "service", 1500, 10) == []
            assert work.views.page(STREAM, "service", 0, 0) == []
            assert work.views.count(STREAM, "service") == 1500

    @pytest.mark.parametrize("count", [0, 499, 500, 501, 1000])
    def test_every_record_comes_also_where_a_page_is_exactly_full(self, outside, count):
        change(outside, *(shown(f"s{n:04}") for n in range(count)))
        with outside.read() as work:
            assert len(list(work.views.every(STREAM, "service"))) == count

    def test_the_last_change_is_the_newest_time_that_an_entry_carried(self, outside):
        with outside.read() as work:
            assert work.views.last_change(STREAM) is None
        change(outside, shown("a"))
        with outside.read() as work:
            assert work.views.last_change(STREAM) is None
        change(outside, shown("a", changed_at=MOMENT), shown("b", changed_at=MOMENT - timedelta(days=1)))
        change(outside, shown("c", changed_at=MOMENT - timedelta(hours=1)), shown("d"))
        outside.restart()
        with outside.read() as work:
            assert work.views.last_change(STREAM) == MOMENT
            assert work.views.last_change(OTHER) is None

    def test_times_are_compared_as_moments_and_not_as_texts(self, outside):
        later = (MOMENT + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-5)))
        change(outside, shown("a", changed_at=MOMENT))
        change(outside, shown("a", changed_at=later))
        change(outside, shown("a", changed_at=MOMENT))
        with outside.read() as work:
            assert work.views.last_change(STREAM) == later


class TestTokens:
    def test_a_token_speaks_for_its_customer_until_it_is_replaced(self, outside):
        with outside.write() as work:
            work.tokens.put("acme", "Acme", b"a" * 32)
            work.tokens.put("bolt", "Bolt", b"b" * 32)
        outside.restart()
        with outside.write() as work:
            assert (work.tokens.customer_of(b"a" * 32), work.tokens.customer_of(b"b" * 32)) == ("acme", "bolt")
            work.tokens.put("acme", "Acme", b"c" * 32)
        with outside.read() as work:
            assert (work.tokens.customer_of(b"a" * 32), work.tokens.customer_of(b"c" * 32)) == (None, "acme")
            assert work.tokens.customer_of(b"") is None
            assert work.tokens.customers() == ["acme", "bolt"]

    def test_one_token_never_speaks_for_two(self, outside):
        with outside.write() as work:
            work.tokens.put("acme", "Acme", b"a" * 32)
        with pytest.raises(StorageError), outside.write() as work:
            work.tokens.put("bolt", "Bolt", b"a" * 32)
        with outside.read() as work:
            assert work.tokens.customer_of(b"a" * 32) == "acme"


class TestOwnDescriptor:
    def test_the_newest_descriptor_is_served(self, outside):
        with outside.write() as work:
            assert work.own_descriptor() is None
            work.set_own_descriptor(b"one")
            work.set_own_descriptor(b"two")
        outside.restart()
        with outside.read() as work:
            assert work.own_descriptor() == b"two"
