"""Findings name the place and the rule, and never repeat what was sent."""

from datetime import UTC, datetime

import jsonschema
import jsonschema_rs
import pytest

from gateway.record import schemas, validation
from gateway.record.schemas import UnknownRecordType
from gateway.record.validation import Finding, InvalidRecord, findings, require_valid

ALARM = {
    "@type": "Alarm",
    "id": "alm-1",
    "alarmType": "equipmentAlarm",
    "perceivedSeverity": "major",
    "probableCause": "lossOfSignal",
    "alarmedObject": {"id": "par-rt-01/lc2/p7"},
    "state": "raised",
    "alarmRaisedTime": "2026-11-23T08:00:00Z",
}


def only(record: dict[str, object]) -> Finding:
    """Return the one finding about an alarm."""
    (found,) = findings("alarm", record)
    return found


def test_a_good_record_has_no_findings():
    require_valid("alarm", ALARM)
    assert findings("alarm", ALARM) == ()


def test_attributes_that_the_schema_does_not_name_are_left_to_the_policies():
    require_valid("alarm", ALARM | {"vendorThing": {"anything": [1, None]}})


@pytest.mark.parametrize(
    ("change", "pointer", "rule", "message"),
    [
        ({"perceivedSeverity": "bad"}, "/perceivedSeverity", "enum", "must be one of critical, major, minor, warning"),
        ({"id": ""}, "/id", "minLength", "must have at least 1 characters"),
        ({"id": "x" * 257}, "/id", "maxLength", "must have at most 256 characters"),
        ({"id": "par\nrt"}, "/id", "not", "does not have this form: Printable ASCII only"),
        ({"id": 7}, "/id", "type", "must be string"),
        ({"@type": "alarm"}, "/@type", "const", "must be Alarm"),
        ({"alarmRaisedTime": "yesterday"}, "/alarmRaisedTime", "format", "must be a date-time by RFC 3339"),
        ({"alarmedObject": {}}, "/alarmedObject", "required", "lacks id"),
        ({"place": [{"latitude": 91}]}, "/place/0/latitude", "maximum", "must be at most 90"),
        ({"affectedService": [{"id": "s"}, {"id": None}]}, "/affectedService/1/id", "type", "must be string"),
        ({"parentAlarm": [{"id": "a"}] * 101}, "/parentAlarm", "maxItems", "must have at most 100 members"),
    ],
)
def test_a_finding_names_the_place_the_rule_and_what_is_wanted(change, pointer, rule, message):
    found = next(each for each in findings("alarm", ALARM | change) if each.rule == rule)
    assert found.pointer == pointer
    assert found.message.startswith(message)


def test_missing_attributes_are_named_once_and_together():
    assert only({"@type": "Alarm", "id": "a", "alarmedObject": {"id": "r"}, "state": "raised"}) == Finding(
        "", "required", "lacks alarmType, perceivedSeverity, probableCause, alarmRaisedTime"
    )


def test_an_invalid_record_is_refused_with_all_its_findings():
    with pytest.raises(InvalidRecord) as refused:
        require_valid("alarm", ALARM | {"state": 1, "isRootCause": "yes"})
    assert [found.pointer for found in refused.value.findings] == ["/isRootCause", "/state", "/state"]


def test_the_number_of_findings_is_bounded():
    assert len(findings("alarm", ALARM | {"comment": [{"time": "never"} for _ in range(90)]})) == 20


@pytest.mark.parametrize(
    "value", ["CANARY", "CANARY\n" * 2000, ["CANARY"], {"CANARY": "CANARY"}, [{"id": "CANARY\u0301", "CANARY": 1}]]
)
def test_findings_never_repeat_what_was_sent(value):
    for name in [*validation.schema_of("alarm")["properties"], "unknown"]:
        found = findings("alarm", ALARM | {name: value})
        assert "CANARY" not in f"{found} {InvalidRecord('alarm', found)}"


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-23T08:00:00Z",
        "1000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59Z",
        "2026-11-23T08:00:00.123456789-11:00",
    ],
)
def test_every_valid_time_is_a_moment_in_utc(moment):
    require_valid("alarm", ALARM | {"alarmRaisedTime": moment})
    assert datetime.fromisoformat(moment).astimezone(UTC)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-06-30T23:59:60Z",
        "0999-01-01T00:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "2026-11-23t08:00:00z",
        "2026-11-23T08:00:00",
    ],
)
def test_a_time_that_libraries_read_differently_is_refused(moment):
    assert {found.pointer for found in findings("alarm", ALARM | {"alarmRaisedTime": moment})} == {"/alarmRaisedTime"}


def test_there_are_no_findings_about_an_unknown_type():
    with pytest.raises(UnknownRecordType):
        findings("invoice", {})


def test_h35_a_schema_is_never_fetched():
    with pytest.raises(jsonschema_rs.ValidationError, match="schemas are never fetched"):
        jsonschema_rs.Draft202012Validator({"$ref": "http://127.0.0.1:9/s"}, retriever=validation._refuse_to_fetch)


def test_h35_what_a_record_says_about_its_schema_is_only_text():
    require_valid("alarm", ALARM | {"@schemaLocation": "http://127.0.0.1:9/s", "$ref": "http://127.0.0.1:9/s"})


def test_the_deciding_engine_has_the_last_word(monkeypatch):
    monkeypatch.setattr(
        validation, "_explainer", lambda _: type("Mute", (), {"iter_errors": lambda _self, _record: []})()
    )
    assert only(ALARM | {"state": "no"}).rule == "schema"


def test_every_format_that_a_schema_names_is_checked_by_both_engines() -> None:
    """An unknown format would be passed over in silence."""

    def formats(part: object) -> set[str]:
        if isinstance(part, dict):
            own = {part["format"]} if isinstance(part.get("format"), str) else set()
            return own.union(*map(formats, part.values()))
        return set().union(*map(formats, part)) if isinstance(part, list) else set()

    named = set().union(*(formats(schemas.schema_of(name)) for name in schemas.record_types()))
    assert named == {"date-time"}
    assert named <= set(jsonschema.Draft202012Validator.FORMAT_CHECKER.checkers)
