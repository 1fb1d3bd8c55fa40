"""The schema files keep their promises: everything described, labelled and bounded."""

from collections.abc import Iterator

import jsonschema
import pytest

from gateway.record.paths import SENSITIVITIES
from gateway.record.schemas import UnknownRecordType, class_of, record_types, schema_of, type_of
from gateway.record.strictjson import Json

CLASSES = {
    "alarm": "Alarm",
    "change-request": "ChangeRequest",
    "dependency": "Dependency",
    "resource": "Resource",
    "service": "Service",
    "service-level": "ServiceLevel",
    "service-problem": "ServiceProblem",
    "trouble-ticket": "TroubleTicket",
}


def subschemas(part: object, place: str = "#") -> Iterator[tuple[str, Json]]:
    """Yield every object in a schema file with its place."""
    if isinstance(part, dict):
        yield place, part
        for key, member in part.items():
            yield from subschemas(member, f"{place}/{key}")


def properties(schema: Json) -> Iterator[tuple[str, Json]]:
    """Yield every property at every depth, `$defs` and scalar items included."""
    for place, part in subschemas(schema):
        for name, member in part.get("properties", {}).items() if not place.endswith("/properties") else ():
            yield f"{place}/{name}", member
        items = part.get("items")
        if isinstance(items, dict) and items.get("$ref", "#/$defs/identifier") in {
            "#/$defs/identifier",
            "#/$defs/time",
        }:
            yield f"{place}/items", items


@pytest.fixture(params=record_types())
def schema(request) -> Json:
    return schema_of(request.param)


def test_there_is_one_schema_for_each_record_type():
    assert {name: class_of(name) for name in record_types()} == CLASSES


def test_every_schema_is_a_schema_and_names_itself(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    name = schema["$id"].removeprefix("urn:demarc:schema:")
    assert schema["properties"]["@type"]["const"] == schema["x-type"] == CLASSES[name]
    assert {"@type", "id"} <= set(schema["required"])


def test_every_property_at_every_depth_is_described_in_one_line_and_labelled(schema):
    found = list(properties(schema))
    assert len(found) >= 5
    for place, part in found:
        description = part.get("description", "")
        assert description.splitlines() == [description], place
        assert description.endswith("."), place
        assert part.get("x-sensitivity") in SENSITIVITIES, place


def test_nothing_in_a_schema_is_unbounded(schema):
    for place, part in subschemas(schema):
        if place.endswith(("/properties", "/$defs")):
            continue
        kinds = part.get("type", [])
        if "string" in kinds and not {"const", "enum"} & set(part) and not place.endswith("/not"):
            assert "maxLength" in part, place
        if kinds == "array":
            assert {"maxItems", "items"} <= set(part), place


def test_references_stay_inside_their_file_and_every_definition_is_used(schema):
    targets = {part["$ref"] for _, part in subschemas(schema) if isinstance(part.get("$ref"), str)}
    assert targets == {f"#/$defs/{name}" for name in schema["$defs"]}


def test_unknown_attributes_are_left_to_the_policies(schema):
    assert not [place for place, part in subschemas(schema) if part.get("additionalProperties") is False]


def test_required_attributes_are_attributes(schema):
    for place, part in subschemas(schema):
        if not place.endswith(("/properties", "/$defs")):
            assert set(part.get("required", ())) <= set(part.get("properties", ())), place


def test_a_schema_that_was_handed_out_belongs_to_the_caller():
    schema_of("alarm").clear()
    assert schema_of("alarm")["title"] == "Alarm"


@pytest.mark.parametrize(("name", "claimed"), CLASSES.items())
def test_a_record_tells_its_type(name, claimed):
    assert type_of({"@type": claimed}) == name


@pytest.mark.parametrize("record", [{}, {"@type": None}, {"@type": ["Alarm"]}, {"@type": "alarm"}, {"@type": "CANARY"}])
def test_a_record_of_no_known_type_is_refused_without_repeating_what_it_said(record):
    with pytest.raises(UnknownRecordType) as refused:
        type_of(record)
    assert "CANARY" not in str(refused.value)


def test_there_is_no_schema_for_an_unknown_type():
    with pytest.raises(UnknownRecordType):
        schema_of("invoice")
