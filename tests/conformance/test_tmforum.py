"""What the policies' conformance answer rests on, against the official API files of TM Forum."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway import bundled
from gateway.ids import RecordTypeName
from gateway.policy.answers.conformance import conformance_of
from gateway.policy.answers.tmforum import RESOURCES
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.reading.load import load
from gateway.record.paths import Array, Catalogue, Leaf, Object
from tests.policy_side import CONTEXT, full_record

FILES = {
    "alarm": ("tmf642", "Alarm"),
    "change-request": ("tmf655", "ChangeRequest"),
    "service": ("tmf638", "Service"),
    "service-level": ("tmf657", "ServiceLevelObjective"),
    "service-problem": ("tmf656", "ServiceProblem"),
    "trouble-ticket": ("tmf621", "TroubleTicket"),
}
each_type = pytest.mark.parametrize("record_type", sorted(FILES))


@pytest.fixture
def definitions(vectors: Path, record_type: str) -> dict[str, Any]:
    """The official classes of a record type's API, version 4."""
    folder = vectors.parent / "reference" / "tmf" / FILES[record_type][0]
    if not folder.is_dir():
        pytest.skip("the official API files are not beside the vectors")
    [file] = folder.glob("*v4*.json")
    return json.loads(file.read_text(encoding="utf-8"))["definitions"]


@each_type
def test_the_mandatory_attributes_are_those_of_the_official_file(record_type, definitions):
    demanded = definitions[FILES[record_type][1] + "_Create"]["required"]
    assert set(RESOURCES[record_type].required) == set(demanded)


@each_type
def test_the_mandatory_attributes_of_parts_are_those_of_the_official_file(record_type, definitions):
    official = definitions[FILES[record_type][1]]
    demanded = dict(parts(official, Catalogue.of(RecordTypeName(record_type)).members, definitions))
    assert {path: set(names) for path, names in RESOURCES[record_type].parts.items()} == demanded


@each_type
def test_values_that_the_official_file_does_not_know_are_named(record_type, definitions):
    official = definitions[FILES[record_type][1]]["properties"]
    catalogue = Catalogue.of(RecordTypeName(record_type))
    foreign = set()
    for name, member in official.items():
        words = set(resolved(member, definitions).get("enum", ()))
        ours = catalogue.members.get(name)
        if words and isinstance(ours, Leaf):
            foreign |= {(name, word) for word in set(ours.enum) - words}
    assert set(RESOURCES[record_type].foreign_words) == foreign


TEMPLATES = sorted(
    file.name
    for file in bundled.folder("policies").iterdir()
    if file.suffix == ".yaml" and "kind: DisclosurePolicy\n" in file.read_text(encoding="utf-8")
)


@each_type
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_answer_on_a_template_is_what_the_official_schema_says_of_its_output(record_type, template, definitions):
    """The record has every attribute, so what the answer calls sometimes there is there."""
    text = (bundled.folder("policies") / template).read_text(encoding="utf-8")
    document = load(text, template)[0]
    section = document.section(record_type)
    if section is None:
        assert all(answer.record_type != record_type for answer in conformance_of(document))
        return
    document = dataclasses.replace(
        document, sections=tuple(dataclasses.replace(part, when=None, members=()) for part in document.sections)
    )
    [answer] = [found for found in conformance_of(document) if found.record_type == record_type]
    context = dataclasses.replace(CONTEXT, is_disclosed=lambda *_: True, scrub=lambda text: text)
    shown = compile_policy(document).disclose(RecordTypeName(record_type), full_record(record_type, fitting), context)
    assert shown is not None
    missing = set(required_but_missing(shown, record_type, definitions))
    assert missing == {gap.path for gap in answer.gaps if not gap.is_sometimes_there}


def required_but_missing(shown: Any, record_type: str, definitions: Any) -> Iterator[str]:
    """Yield what the official schema demands of `shown` and does not find, by path."""
    schema = {"$ref": f"#/definitions/{FILES[record_type][1]}_Create", "definitions": definitions}
    for error in jsonschema.Draft4Validator(schema).iter_errors(shown):
        if error.validator == "required":
            around = "".join("[]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
            for name in set(error.validator_value) - error.instance.keys():
                yield f"{around}.{name}".lstrip(".")


def fitting(leaf: Leaf) -> Any:
    """Return a value of the leaf's kind."""
    if leaf.enum:
        return leaf.enum[0]
    kinds = {"date-time": "2026-11-23T10:00:00Z", "integer": 1, "number": 1.5, "boolean": True}
    return kinds.get(leaf.kind, "FR" if leaf.path.steps[-1].name == "country" else "text")


def parts(official: Any, members: Any, definitions: Any, around: str = "") -> Iterator[tuple[str, set[str]]]:
    for name, member in resolved(official, definitions).get("properties", {}).items():
        ours = members.get(name)
        inner = ours.items if isinstance(ours, Array) else ours
        theirs = resolved(member, definitions)
        if theirs.get("type") == "array":
            theirs = resolved(theirs["items"], definitions)
        if isinstance(inner, Object):
            path = around + name + ("[]" if isinstance(ours, Array) else "")
            if theirs.get("required"):
                yield path, set(theirs["required"])
            yield from parts(theirs, inner.members, definitions, f"{path}.")


def resolved(part: Any, definitions: Any) -> Any:
    return definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
