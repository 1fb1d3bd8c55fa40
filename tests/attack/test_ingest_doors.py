"""Attacks on the ingest listener, by the number that the threat catalogue gives them: all through HTTP.

Every JSON door refuses, keeps what it refused with reason and pointer, repeats nothing of it, and never answers 500.
"""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from gateway.api.inside.app import ALERTMANAGER_PATH, HEALTH_PATH, MAX_BODY_BYTES, RECORDS_PATH, ingest_app
from gateway.inside.ingest import Ingester
from gateway.storage.database import Database, StoreUnavailable
from gateway.storage.inside.store import SqlInsideStore
from gateway.storage.migrations import upgrade
from tests.conftest import VECTORS

TOKEN = "t0ken-of-this-instance"
CANARY = "core-rtr-7.lon"
GOOD = {
    "@type": "Alarm",
    "id": "alarm-1",
    "alarmType": "equipmentAlarm",
    "perceivedSeverity": "critical",
    "probableCause": "fanFailure",
    "alarmedObject": {"id": "rt1"},
    "state": "raised",
    "alarmRaisedTime": "2026-11-22T10:04:31Z",
}
EVENT = {"specversion": "1.0", "id": "1", "source": "nms", "type": "alarm", "data": GOOD}
WEBHOOK = {"version": "4", "alerts": [{"status": "firing", "labels": {"instance": CANARY}, "startsAt": "x"}]}

DOORS = {
    "record": (RECORDS_PATH, "application/json"),
    "lines": (RECORDS_PATH, "application/x-ndjson"),
    "event": (RECORDS_PATH, "application/cloudevents+json"),
    "events": (RECORDS_PATH, "application/cloudevents-batch+json"),
    "alerts": (ALERTMANAGER_PATH, "application/json"),
}
each_door = pytest.mark.parametrize("door", DOORS)


class House:
    """The ingest listener over a real store."""

    def __init__(self, folder) -> None:
        self.database = Database(f"sqlite:///{folder / 'inside.db'}", "inside")
        upgrade(self.database, "inside")
        self.store = SqlInsideStore(self.database)
        self.failing: Exception | None = None
        ingester = Ingester(self.store, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
        self.client = TestClient(ingest_app(ingester, TOKEN, self.check))

    def check(self):
        if self.failing:
            raise self.failing

    def post(self, door, body, **headers):
        path, media_type = DOORS[door]
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"authorization": f"Bearer {TOKEN}", "content-type": media_type, **headers}
        return self.client.post(
            path, content=raw, headers={name.replace("_", "-"): text for name, text in named.items()}
        )

    def counts(self):
        with self.store.read() as work:
            return work.journal.end(), work.quarantine.count()

    def newest(self):
        with self.store.read() as work:
            return work.quarantine.newest(1)[0]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Return one listener for all tests of this module: none of them leaves it unusable."""
    found = House(tmp_path_factory.mktemp("ingest"))
    yield found
    found.database.close()


def quarantined(house, door, body):
    """Check that `body` is refused and kept whole, with reason and pointer, and that no value of it comes back."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    journal, kept = house.counts()
    answer = house.post(door, raw)
    assert answer.status_code == 422, answer.text
    assert house.counts() == (journal, kept + len(answer.json()["results"]))
    result = answer.json()["results"][-1]
    assert result["status"] == "quarantined"
    assert result["reason"]
    assert CANARY not in answer.text
    newest = house.newest()
    assert (newest.reason, newest.pointer) == (result["reason"], result["pointer"])
    return result


# --- the doors themselves --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["record", "lines", "event"])
def test_a_good_record_is_taken(house, door):
    body = EVENT if door == "event" else GOOD
    answer = house.post(door, {**body, "id": f"good-{door}"})
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)


@pytest.mark.parametrize(
    "given",
    [
        *(
            None,
            "",
            "Bearer",
            "Bearer ",
            "Basic dDp4",
            TOKEN,
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            f"Token {TOKEN}",
        ),
        *(f"Bearer {TOKEN.upper()}", f"Bearer Bearer {TOKEN}", f"Bearer {TOKEN},{TOKEN}", "Bearer \x00", "Bearer é"),
    ],
)
@pytest.mark.parametrize("path", [RECORDS_PATH, ALERTMANAGER_PATH])
def test_without_the_token_of_this_instance_nothing_is_read(house, path, given):
    before = house.counts()
    headers = {"content-type": "application/json"} | ({} if given is None else {"authorization": given.encode()})
    answer = house.client.post(path, content=json.dumps(GOOD), headers=headers)
    assert (answer.status_code, house.counts()) == (401, before)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "media_type",
    [
        *("text/plain", "", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"),
        *("application/json; charset=utf-7", "application/json; charset=utf-16", "application/json; x=y", "text/json"),
        *("application/jsonx", "*/*", "application/json, text/plain", "application/vnd.api+json"),
    ],
)
@pytest.mark.parametrize("door", ["record", "alerts"])
def test_h22_another_media_type(house, door, media_type):
    before = house.counts()
    answer = house.post(door, GOOD, content_type=media_type)
    assert (answer.status_code, house.counts()) == (415, before)


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8 "]
)
def test_h22_the_one_parameter_that_changes_nothing(house, media_type):
    assert house.post("record", b"[]", content_type=media_type).status_code == 422


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate", "identity", "gzip, gzip"])
@each_door
def test_h10_an_encoded_body(house, door, encoding):
    assert house.post(door, b"\x1f\x8b", content_encoding=encoding).status_code == 415


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", [RECORDS_PATH, ALERTMANAGER_PATH])
def test_h24_another_method(house, path, method):
    assert house.client.request(method, path).status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/", "/docs", "/openapi.json", "/redoc", "/ingest/v1/records/", "/ingest//v1/records", "/INGEST/v1/records"],
)
def test_h25_another_address(house, path):
    assert house.client.post(path, content=b"{}", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 404


def test_a_store_that_cannot_be_read_is_said_to_be_unavailable(house):
    assert house.client.get(HEALTH_PATH).status_code == 200
    house.failing = StoreUnavailable(CANARY)
    answer = house.client.get(HEALTH_PATH)
    house.failing = None
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert CANARY not in answer.text


# --- sizes -----------------------------------------------------------------------------------------------------------


def test_h21_more_lines_than_one_request_may_carry(house):
    before = house.counts()
    assert house.post("lines", b"{}\n" * 10_001).status_code == 413
    assert house.counts() == before


def test_h21_very_many_lines_cost_no_more_than_the_limit(house):
    tracemalloc.start()
    assert house.post("lines", b"1\n" * 4_000_000).status_code == 413
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize(
    ("door", "size"), [("record", 2**20), ("event", 2**20), ("alerts", 2**23), ("lines", MAX_BODY_BYTES)]
)
def test_h09_a_body_over_the_cap(house, door, size):
    before = house.counts()
    answer = house.post(door, b" " * (size + 1))
    assert (answer.status_code, house.counts()) == (413, before)


@each_door
def test_an_empty_body_is_refused(house, door):
    assert house.post(door, b"").status_code in (400, 422)


@pytest.mark.parametrize(
    ("door", "body"), [("lines", b"\n \n\r\n\t\n"), ("events", b"[]"), ("alerts", {**WEBHOOK, "alerts": []})]
)
def test_a_batch_of_nothing_is_refused(house, door, body):
    before = house.counts()
    assert (house.post(door, body).status_code, house.counts()) == (400, before)


@pytest.mark.parametrize("door", ["events", "alerts"])
def test_a_batch_of_bad_parts_is_kept_once_and_not_once_for_each(house, door):
    """4 MB with ten thousand bad parts would fill a disk with 40 GB."""
    padding = "x" * 50_000
    parts = [1] * 50
    body = [padding, *parts] if door == "events" else {**WEBHOOK, "padding": padding, "alerts": parts}
    quarantined(house, door, body)
    with house.store.read() as work:
        assert sum(len(one.body) for one in work.quarantine.newest(50)) < 2 * len(padding)


# --- strict JSON -----------------------------------------------------------------------------------------------------


def nested(depth, opening=b"[", closing=b"]"):
    return opening * depth + closing * depth


REFUSED = {
    "h12 nested 33": nested(33),
    "h12 nested 100000": nested(100_000),
    "h12 nested objects": b'{"a":' * 900 + b"1" + b"}" * 900,
    "h12 never closed": b"[" * 100_000,
    "h13 5000 digits": b'{"a":' + b"9" * 5000 + b"}",
    "h13 1e400": b'{"a":1e400}',
    "h13 2^53+1": b'{"a":9007199254740993}',
    "h14 NaN": b'{"a":NaN}',
    "h14 Infinity": b'{"a":-Infinity}',
    "h15 a key twice": b'{"a":1,"a":2}',
    "h15 a key twice by escape": b'{"a":1,"\\u0061":2}',
    "h15 a key twice below": b'{"a":[{"b":{"c":1,"c":1}}]}',
    "h16 lone surrogate": b'{"a":"\\ud800"}',
    "h16 lone surrogate in a key": b'{"\\udc00":1}',
    "h16 lone surrogate in a key above": b'{"\\udc00":{"b":1,"b":1}}',
    "h16 swapped pair": b'{"a":"\\udc00\\ud800"}',
    "h17 BOM": b"\xef\xbb\xbf{}",
    "h17 UTF-16": '{"a":1}'.encode("utf-16"),
    "h17 UTF-32": '{"a":1}'.encode("utf-32-le"),
    "h17 overlong": b'{"a":"\xc0\xaf"}',
    "h17 CESU-8": b'{"a":"\xed\xa0\x80\xed\xb0\x80"}',
    "h17 invalid": b'{"a":"\xff"}',
    "h18 NUL": b'{"a":"\\u0000"}',
    "h18 NUL in a key": b'{"\\u0000":{"b":1,"b":1}}',
    "h18 raw control": b'{"a":"\x01"}',
    "h18 DEL": b'{"a":"\x7f"}',
    "h18 noncharacter": b'{"a":"\\ufffe"}',
    "h20 comment": b'{"a":1/**/}',
    "h20 trailing comma": b'{"a":1,}',
    "h20 single quotes": b"{'a':1}",
    "h20 two documents": b"{}{}",
    "h21 many keys": b"{" + b",".join(b'"k%d":1' % n for n in range(60_000)) + b"}",
    "h21 many elements": b"[" + b"1," * 300_000 + b"1]",
    "no object": b"3",
    "null": b"null",
    "text": b'"x"',
}


@pytest.mark.parametrize("name", REFUSED)
@each_door
def test_h12_to_h21_what_two_parsers_may_read_differently(house, door, name):
    quarantined(house, door, REFUSED[name])


@pytest.mark.parametrize("name", [name for name in REFUSED if b"\n" not in REFUSED[name]])
def test_a_bad_line_costs_its_neighbours_nothing(house, name):
    good = {**GOOD, "id": "beside " + name}
    body = b"\n".join([REFUSED[name], json.dumps(good).encode(), REFUSED[name]])
    answer = house.post("lines", body)
    assert answer.status_code == 207
    assert [one["status"] for one in answer.json()["results"]] == ["quarantined", "accepted", "quarantined"]


@pytest.mark.parametrize(
    "change",
    [
        {"@type": CANARY},
        {"@type": [CANARY]},
        {"@type": None},
        {"id": None},
        {"id": 7},
        {"id": ""},
        {"id": ["x"]},
        {"perceivedSeverity": CANARY},
        {"alarmRaisedTime": CANARY},
        {"alarmedObject": CANARY},
        {"alarmedObject": {"id": CANARY * 1000}},
        {"alarmDetails": CANARY * 20_000},
        {"affectedService": [{"name": CANARY}]},
        {"comment": [[CANARY]]},
    ],
    ids=lambda change: str(change)[:40],
)
@pytest.mark.parametrize("door", ["record", "lines", "event", "events"])
def test_a_record_that_breaks_its_schema_is_kept_and_not_repeated(house, door, change):
    record = {**GOOD, **change}
    event = {**EVENT, "data": record}
    quarantined(house, door, {"record": record, "lines": record, "event": event, "events": [event]}[door])


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "data"])
@pytest.mark.parametrize("value", [None, 3, "", [CANARY], CANARY * 2000])
def test_a_cloud_event_of_another_form_is_kept_and_not_repeated(house, name, value):
    result = quarantined(house, "event", {**EVENT, name: value})
    assert result["pointer"] == f"/{name}"
    assert quarantined(house, "events", [{**EVENT, name: value}])["pointer"] == f"/0/{name}"


@pytest.mark.parametrize(
    "alert",
    [
        3,
        None,
        [],
        {},
        {"labels": CANARY},
        {"labels": {CANARY: 1}},
        WEBHOOK["alerts"][0],
        {**WEBHOOK["alerts"][0], "endsAt": 7},
    ],
    ids=str,
)
def test_an_alert_of_another_form_is_kept_and_not_repeated(house, alert):
    assert quarantined(house, "alerts", {**WEBHOOK, "alerts": [alert]})["pointer"].startswith("/alerts/0")


# --- published nasty inputs ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the published vectors are not here (DEMARC_VECTORS)")
@each_door
def test_h32_no_bad_file_of_the_jsontestsuite_is_taken(house, door):
    files = sorted((VECTORS / "jsontestsuite" / "test_parsing").glob("n_*.json"))
    assert len(files) > 180
    before = house.counts()[0]
    for file in files:
        answer = house.post(door, file.read_bytes())
        assert answer.status_code in (400, 422), file.name
    assert house.counts()[0] == before


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the published vectors are not here (DEMARC_VECTORS)")
@pytest.mark.parametrize(
    "field", ["id", "alarmDetails", "@type", "perceivedSeverity", "alarmRaisedTime", "key", "source"]
)
def test_h32_naughty_strings_are_taken_or_kept(house, field):
    strings = json.loads((VECTORS / "blns" / "blns.json").read_text())
    if field == "source":
        offers = [{**EVENT, "source": text} for text in strings]
    else:
        offers = [GOOD | ({text: 1} if field == "key" else {field: text}) for text in strings]
    answer = house.post("lines", b"\n".join(json.dumps(offer).encode() for offer in offers))
    assert answer.status_code in (200, 207, 422)
    assert len(answer.json()["results"]) == len(strings)


@each_door
def test_h32_a_naughty_string_as_the_whole_body(house, door):
    texts = [
        "",
        "undefined",
        "1;DROP TABLE journal",
        "<script>alert(1)</script>",
        "${jndi:ldap://x}",
        "\u202e",
        "\U0001f4a9",
    ]
    for text in texts:
        answer = house.post(door, text.encode())
        assert answer.status_code in (400, 422)
        assert not text or text not in answer.text
