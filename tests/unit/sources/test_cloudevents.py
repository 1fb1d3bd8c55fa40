from __future__ import annotations

import pytest

from gateway.sources.cloudevents import read_batch, read_event
from gateway.sources.incoming import Incoming, Unusable

EVENT = {
    "specversion": "1.0",
    "id": "17",
    "source": "/oss/faults",
    "type": "com.example.alarm",
    "time": "2026-11-23T08:30:06Z",
    "datacontenttype": "application/json",
    "data": {"@type": "Alarm", "id": "a1"},
}


def test_an_event_is_its_record_keyed_by_source_and_id():
    assert read_event(EVENT) == Incoming("11:/oss/faults 17", {"@type": "Alarm", "id": "a1"})


def test_source_and_id_cannot_be_shifted_into_each_other():
    one = read_event({**EVENT, "source": "a", "id": "b c"})
    other = read_event({**EVENT, "source": "a b", "id": "c"})
    assert one.source_key != other.source_key


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"specversion": 1.0}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"id": 17}, "/id"),
        ({"source": None}, "/source"),
        ({"source": "x" * 1025}, "/source"),
        ({"type": ""}, "/type"),
        ({"data": "text"}, "/data"),
        ({"data": None, "data_base64": "e30="}, "/data"),
    ],
)
def test_an_event_that_breaks_the_form_is_a_finding_with_its_place(changes, pointer):
    result = read_event({**EVENT, **changes})
    assert isinstance(result, Unusable)
    assert result.pointer == pointer


def test_a_batch_gives_one_result_per_event_in_its_order():
    results = read_batch([EVENT, "event", {**EVENT, "id": ""}])
    assert [getattr(result, "pointer", None) for result in results] == [None, "/1", "/2/id"]


@pytest.mark.parametrize("batch", [EVENT, None, "[]", [EVENT] * 10_001])
def test_what_is_no_batch_is_one_finding(batch):
    (finding,) = read_batch(batch)
    assert isinstance(finding, Unusable)


def test_an_empty_batch_is_empty():
    assert read_batch([]) == []
