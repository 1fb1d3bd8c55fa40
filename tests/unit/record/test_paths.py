"""Paths name what a schema has, and nothing else."""

import pytest

from gateway.record.paths import SENSITIVITIES, Array, Catalogue, FieldPath, MalformedPath, Step, UnknownPath, resolve
from gateway.record.schemas import UnknownRecordType, record_types


def test_a_selector_stands_for_the_members_of_one_name():
    path = FieldPath.parse("feature[].featureCharacteristic[name=a.b c: 1].value")
    assert path.steps[1] == Step("featureCharacteristic", is_each=True, where="a.b c: 1")
    assert str(path) == "feature[].featureCharacteristic[name=a.b c: 1].value"
    assert path.has_selector
    assert str(path.unselected()) == "feature[].featureCharacteristic[].value"
    assert not path.unselected().has_selector


def test_what_a_selector_stands_on_has_names():
    service = Catalogue.of("service")
    assert service.lookup("serviceCharacteristic[name=x].value") is service.lookup("serviceCharacteristic[].value")
    assert service.lookup("serviceCharacteristic[name=x]") is service.lookup("serviceCharacteristic[]")
    for text, nearest in (
        ("note[name=x].text", "note[].text"),
        ("serviceCharacterstic[name=x].value", "serviceCharacteristic[name=x].value"),
        ("serviceCharacteristic[name=x].valu", "serviceCharacteristic[name=x].value"),
        ("place[name=x].zzzzzzzzzzzz", None),
    ):
        with pytest.raises(UnknownPath) as refused:
            service.lookup(text)
        assert refused.value.nearest == nearest


def test_a_path_is_read_into_steps():
    assert FieldPath.parse("affectedService[].id").steps == (Step("affectedService", is_each=True), Step("id"))


@pytest.mark.parametrize("text", ["id", "@type", "place.name", "note[].text", "requires.all[]"])
def test_a_path_is_written_as_it_was_read(text):
    assert str(FieldPath.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "a.", ".a", "a..b", "a[0]", "a[*]", "a[][]", "[]", "a b", "é", "a\n", "a[]\n", "x" * 300),
        *("a[name=]", "a[name= x]", "a[name=x", "a[name=x]]", "a[name=x]b", "a[name=x][]", "a[id=x]", "a[name='x']"),
        *("a[name=é]", "a[name=x\n]", "a[NAME=x]", "a[name=x,y]", "a[name=" + "x" * 65 + "]", "[name=x]"),
    ],
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(MalformedPath):
        FieldPath.parse(text)


@pytest.mark.parametrize(
    ("record_type", "text", "shape", "kind"),
    [
        ("alarm", "id", "leaf", "string"),
        ("alarm", "alarmRaisedTime", "leaf", "date-time"),
        ("alarm", "serviceAffecting", "leaf", "boolean"),
        ("alarm", "alarmedObject", "object", None),
        ("alarm", "alarmedObject.id", "leaf", "string"),
        ("alarm", "note", None, None),
        ("resource", "interconnect", "leaf", "boolean"),
        ("resource", "place.latitude", "leaf", "number"),
        ("service", "note", "array-of-objects", None),
        ("service", "note[]", "object", None),
        ("service", "note[].date", "leaf", "date-time"),
        ("service", "serviceCharacteristic[].value", "leaf", "any"),
        ("service-problem", "priority", "leaf", "integer"),
        ("dependency", "requires.all", "array-of-scalars", None),
        ("dependency", "requires.all[]", "leaf", "string"),
    ],
)
def test_the_catalogue_tells_what_stands_at_a_path(record_type, text, shape, kind):
    catalogue = Catalogue.of(record_type)
    if shape is None:
        with pytest.raises(UnknownPath):
            catalogue.lookup(text)
        return
    node = catalogue.lookup(text)
    assert (str(node.path), node.shape, getattr(node, "kind", None)) == (text, shape, kind)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("note.text", "note[].text"),
        ("sevrity", "severity"),
        ("relatedParty[].nmae", "relatedParty[].name"),
        ("zzzzzz", None),
    ],
)
def test_an_unknown_path_names_the_nearest_one(text, nearest):
    with pytest.raises(UnknownPath) as refused:
        Catalogue.of("trouble-ticket").lookup(text)
    assert refused.value.nearest == nearest


def test_enumerations_and_constants_are_known():
    alarm = Catalogue.of("alarm")
    assert alarm.lookup("perceivedSeverity").enum == (
        "critical",
        "major",
        "minor",
        "warning",
        "indeterminate",
        "cleared",
    )
    assert alarm.lookup("@type").enum == ("Alarm",)
    assert alarm.lookup("probableCause").enum == ()


def test_required_members_are_known():
    alarm = Catalogue.of("alarm")
    assert alarm.lookup("alarmedObject.id").is_required
    assert not alarm.lookup("sourceSystemId").is_required


@pytest.mark.parametrize("record_type", record_types())
def test_no_part_is_less_sensitive_than_what_it_is_part_of(record_type):
    catalogue = Catalogue.of(record_type)
    for node in catalogue.nodes.values():
        below = (
            list(node.items.members.values()) if isinstance(node, Array) and node.shape == "array-of-objects" else []
        )
        below += list(getattr(node, "members", {}).values())
        for part in below:
            assert SENSITIVITIES.index(part.sensitivity) >= SENSITIVITIES.index(node.sensitivity), str(part.path)


@pytest.mark.parametrize("record_type", record_types())
def test_leaves_objects_and_arrays_are_all_there_is_and_can_be_looked_up(record_type):
    catalogue = Catalogue.of(record_type)
    nodes = [*catalogue.leaves, *catalogue.objects, *catalogue.arrays]
    assert len(nodes) == len(catalogue.nodes)
    for node in nodes:
        assert catalogue.lookup(str(node.path)) is node
        assert node.description or str(node.path).endswith("[]")


def test_a_catalogue_is_made_once():
    assert Catalogue.of("alarm") is Catalogue.of("alarm")


def test_there_is_no_catalogue_of_an_unknown_type():
    with pytest.raises(UnknownRecordType):
        Catalogue.of("invoice")


def test_what_stands_beside_a_reference_wins():
    document = {"$defs": {"a": {"$ref": "#/$defs/b", "maxLength": 5}, "b": {"type": "string", "maxLength": 9}}}
    assert resolve(document, {"$ref": "#/$defs/a", "x": 1}) == {"type": "string", "maxLength": 5, "x": 1}
