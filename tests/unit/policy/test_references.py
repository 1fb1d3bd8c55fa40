"""What refers to another record is known from the schemas, at every depth."""

from __future__ import annotations

import pytest

from gateway.ids import RecordTypeName
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.context import Context
from gateway.policy.language.references import BY_TYPE, references_around, target_of, types_of
from gateway.policy.transforms.regions import REGION_OF, REGIONS, region_of, regions_named
from gateway.record.paths import Array, Catalogue, FieldPath, Object
from gateway.record.schemas import record_types, schema_of
from tests.policy_side import policy

REFERENCES = {
    "affectedService": "service",
    "alarmRef": "alarm",
    "alarmedObject": BY_TYPE,
    "changeRelationship": "change-request",
    "dependent": BY_TYPE,
    "impactEntity": BY_TYPE,
    "ownServiceRef": "service",
    "problemRef": "service-problem",
    "relatedEntity": BY_TYPE,
    "resourceRef": "resource",
    "resourceRelationship": "resource",
    "serviceRef": "service",
    "slaRef": "service-level",
    "ticketRef": "trouble-ticket",
    "ticketRelationship": "trouble-ticket",
}
"""The definitions in the schemas that are references to records. Everything else with an `id` is not."""


def definitions(record_type: RecordTypeName) -> dict[str, str]:
    """Return by its path what each object is called in the schema."""
    document = schema_of(record_type)

    def walk(part: dict, path: str) -> dict[str, str]:  # type: ignore[type-arg]
        name = str(part.get("$ref", "")).removeprefix("#/$defs/")
        whole = {**document["$defs"].get(name, {}), **part}
        found = {path: name} if name and whole["type"] == "object" else {}
        if whole["type"] == "array":
            return walk(whole["items"], f"{path}[]")
        for key, member in whole.get("properties", {}).items():
            found |= walk(member, f"{path}.{key}".lstrip("."))
        return found

    return walk(document, "")


@pytest.mark.parametrize("record_type", record_types())
def test_every_reference_of_every_schema_has_a_target_and_nothing_else_has(record_type: RecordTypeName) -> None:
    called = definitions(record_type)
    for path, node in Catalogue.of(record_type).nodes.items():
        if isinstance(node, Object):
            assert target_of(record_type, path) == REFERENCES.get(called.get(path, "")), path
        elif not isinstance(node, Array):
            assert target_of(record_type, path) is None


def test_an_array_of_references_is_named_with_and_without_brackets() -> None:
    assert target_of("alarm", "affectedService") == target_of("alarm", "affectedService[]") == "service"
    assert target_of("alarm", FieldPath.parse("affectedService[]")) == "service"
    assert target_of("no-such-type", "affectedService") is None


def test_references_around_a_path_are_found_at_any_depth() -> None:
    path = FieldPath.parse("serviceRelationship[].service.name")
    assert [str(one) for one in references_around("service", path)] == ["serviceRelationship[].service"]
    assert references_around("service", FieldPath.parse("place[].name")) == ()
    assert references_around("service", FieldPath.parse("supportingService[]")) == ()


def test_the_id_of_a_reference_names_only_what_names_itself_as_it_does() -> None:
    document = policy(
        "service:\n  fields: {id: keep}\n"
        "alarm:\n  fields: {id: {pseudonym: alarm}}\n"
        "trouble-ticket:\n  fields:\n    id: keep\n    'relatedEntity[].id': keep\n    'relatedParty[].name': keep"
    )
    path = FieldPath.parse("relatedEntity[]")
    assert types_of(document, "trouble-ticket", path) == {"Service": "service", "TroubleTicket": "trouble-ticket"}
    whatever = types_of(document, "change-request", FieldPath.parse("targetEntity[]"))
    assert set(whatever) == {"Alarm", "Service", "TroubleTicket"}
    assert types_of(document, "service", FieldPath.parse("supportingResource[]")) == {}
    assert types_of(document, "alarm", FieldPath.parse("correlatedAlarm[]")) == {"Alarm": "alarm"}


def test_where_the_forms_differ_only_the_id_of_a_reference_is_withheld() -> None:
    document = policy(
        "service:\n  fields: {id: keep}\n"
        "alarm:\n  fields: {id: {pseudonym: alarm}}\n"
        "trouble-ticket:\n  fields: {id: keep, 'relatedEntity[].id': keep, 'relatedEntity[].name': keep}"
    )
    entities = [{"id": "x", "name": one, "@referredType": one} for one in ("Alarm", "Service", "Resource")]
    context = Context([], None, lambda _, text: text, lambda _type, _id: True)
    ticket = {"@type": "TroubleTicket", "id": "t", "relatedEntity": entities}
    shown = compile_policy(document).disclose(RecordTypeName("trouble-ticket"), ticket, context)
    assert shown == {"id": "t", "relatedEntity": [{"id": "x", "name": "Service"}, {"name": "Alarm"}]}


def test_every_country_is_in_one_region() -> None:
    assert len(REGION_OF) == 245
    assert {len(code) for code in REGION_OF} == {2}
    assert [region_of(code) for code in ("FR", "JP", "US", "BR", "AQ", "XX", "fr", "")] == [
        *("EMEA", "APAC", "NORAM", "LATAM"),
        *(None, None, None, None),
    ]
    assert set(REGION_OF.values()) == set(REGIONS)
    assert regions_named("AMER") == {"NORAM", "LATAM"}
    assert regions_named("EMEA") == {"EMEA"}
    assert regions_named("FR") == frozenset()
