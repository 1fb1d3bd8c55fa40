from __future__ import annotations

import pytest

from gateway.ids import RecordTypeName
from gateway.inventory.relations import NEEDED_BY_THE_OTHER, NEEDS_THE_OTHER, edges_of


def edges(record_type, record):
    return set(edges_of(RecordTypeName(record_type), record))


def test_a_dependency_record_needs_all_it_requires():
    record = {"id": "d", "dependent": {"id": "svc"}, "requires": {"all": ["c1", "c2"]}}
    assert edges("dependency", record) == {("svc", "c1"), ("svc", "c2")}


def test_a_service_needs_what_supports_it():
    record = {"id": "svc", "supportingResource": [{"id": "port"}], "supportingService": [{"id": "wave"}]}
    assert edges("service", record) == {("svc", "port"), ("svc", "wave")}


@pytest.mark.parametrize("relation", sorted(NEEDS_THE_OTHER))
def test_a_resource_needs_what_it_is_contained_in_or_depends_on(relation):
    record = {"id": "port", "resourceRelationship": [{"id": "card", "relationshipType": relation}]}
    assert edges("resource", record) == {("port", "card")}


@pytest.mark.parametrize("relation", sorted(NEEDED_BY_THE_OTHER))
def test_a_resource_is_needed_by_what_it_contains_or_supports(relation):
    record = {"id": "card", "resourceRelationship": [{"id": "port", "relationshipType": relation}]}
    assert edges("resource", record) == {("port", "card")}


@pytest.mark.parametrize("relation", ["connectsTo", "adjacentTo", "ContainedIn", ""])
def test_any_other_relation_says_nothing_about_dependence(relation):
    record = {"id": "a", "resourceRelationship": [{"id": "b", "relationshipType": relation}]}
    assert edges("resource", record) == set()


def test_other_records_state_no_dependence():
    assert edges("alarm", {"id": "a", "alarmedObject": {"id": "x"}}) == set()
