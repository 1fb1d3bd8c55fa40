"""Taking records in: every offer ends in the journal or in quarantine, once, and nothing is lost on the way."""

from __future__ import annotations

import pytest

from gateway.errors import StorageError
from gateway.inside.ingest import MAX_RECORD_BYTES, Offer
from gateway.record.strictjson import dump
from tests.inside_side import alarm, service


def offer(record, key=None):
    return Offer(dump(record), record, key)


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def test_a_good_record_is_journalled_as_it_came(house):
    (outcome,) = house.take(alarm())
    assert (outcome.status, outcome.record_id) == ("accepted", "alarm-1")
    assert house.journalled() == [alarm()]


def test_the_same_record_is_one_record_within_a_batch_and_across(house):
    assert statuses(house.take(alarm(), alarm(), alarm("alarm-2"))) == ["accepted", "duplicate", "accepted"]
    assert statuses(house.take(alarm("alarm-2"), alarm())) == ["duplicate", "duplicate"]
    assert house.journalled() == [alarm(), alarm("alarm-2")]


def test_the_same_key_with_other_content_is_kept_apart_within_a_batch_and_across(house):
    first, other = offer(alarm(), "k"), offer(alarm(state="updated"), "k")
    assert statuses(house.ingester.take("nms", [first, other, first])) == ["accepted", "quarantined", "duplicate"]
    assert statuses(house.ingester.take("nms", [other, first])) == ["quarantined", "duplicate"]
    assert house.journalled() == [alarm()]
    assert [body for *_, body in house.quarantine()] == [other.raw, other.raw]


def test_keys_belong_to_their_source(house):
    assert statuses(house.ingester.take("one", [offer(alarm(), "k")])) == ["accepted"]
    assert statuses(house.ingester.take("two", [offer(alarm(state="updated"), "k")])) == ["accepted"]
    assert statuses(house.ingester.take("on", [offer(alarm("x"), "ek")])) == ["accepted"]


def test_a_record_that_came_back_unchanged_under_a_new_key_is_new(house):
    """The key names the event: the same content under two keys is two events."""
    assert statuses(house.ingester.take("nms", [offer(alarm(), "1"), offer(alarm(), "2")])) == ["accepted"] * 2


def test_each_offer_has_an_outcome_in_its_place_and_only_bad_ones_are_quarantined(house):
    unread = Offer(b"{", reason="syntax", pointer="/x")
    outcomes = house.take(alarm(), alarm("bad", state=7), service(), {"@type": "Router", "id": "x"})
    outcomes += house.ingester.take("nms", [unread])
    assert statuses(outcomes) == ["accepted", "quarantined", "accepted", "quarantined", "quarantined"]
    assert [outcome.pointer for outcome in outcomes] == ["", "/state", "", "/@type", "/x"]
    assert [(source, pointer) for source, _, pointer, _ in house.quarantine()] == [
        ("test", "/state"),
        ("test", "/@type"),
        ("nms", "/x"),
    ]
    assert house.quarantine()[-1] == ("nms", "syntax", "/x", b"{")
    assert all(reason for _, reason, _, _ in house.quarantine())


def test_a_record_that_is_too_large_is_kept_whole(house):
    comments = [{"comment": "x" * 2000} for _ in range(100)]
    record = alarm(comment=comments, alarmDetails="y" * 2000)
    record |= {f"x-{number}": "z" * 2000 for number in range(MAX_RECORD_BYTES // 2000)}
    (outcome,) = house.take(record)
    assert outcome.status == "quarantined"
    assert house.quarantine()[0][3] == dump(record)


def test_nothing_is_lost_or_half_taken_when_the_store_fails(house, monkeypatch):
    def fail(*_args):
        raise StorageError("disk")

    batch = [alarm(), alarm("bad", state=7), alarm("alarm-2")]
    with monkeypatch.context() as broken:
        broken.setattr("gateway.storage.inside.journal.SqlJournal.append", fail)
        with pytest.raises(StorageError):
            house.take(*batch)
    assert (house.journalled(), house.quarantine()) == ([], [])
    assert statuses(house.take(*batch)) == ["accepted", "quarantined", "accepted"]
    assert len(house.journalled()) == 2


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-02T00:00:00Z"])
def test_a_time_that_date_libraries_cannot_hold_stops_at_the_door(house, moment):
    assert statuses(house.take(alarm(alarmRaisedTime=moment))) == ["quarantined"]


def test_an_empty_batch_is_nothing(house):
    assert house.take() == []
