"""The second barrier holds when the first one is broken: contract and names, and what the contract gives away."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import orjson
import pytest

from gateway.ids import RecordTypeName
from gateway.policy.compiler import CompiledPolicy, compile_policy
from gateway.policy.egress import EgressCheck, EgressRefused, NameScanner, searchable_text
from tests.policy_side import ALARM, CONTEXT, alarm, policy

NAMES = (
    "rt1.par.aurora",
    "rt1.par.aurora/3/0/7",
    "CKT-00417-LYS",
    "Paris",
    "EPL Paris-Lyon",
    "Müller",
    "LYS",
    "critical",
)
ALLOWED = frozenset({"EPL Paris-Lyon"})
NOBODY = NameScanner(())
SCANNER = NameScanner(NAMES)

RECORDS = """
alarm:
  when: object.interconnect && record.probableCause != "hiddenCondition"
  fields:
    "@type": keep
    id: {pseudonym: alarm}
    perceivedSeverity: keep
    specificProblem: keep
    alarmRaisedTime: {truncate: minute}
    sourceSystemId: {constant: demarc}
    alarmDetails: {rename: details}
    affectedService: {lift: service, show: [id, name]}
    place[].city: keep
    isRootCause: keep
"""


@pytest.fixture(name="compiled")
def _compiled() -> CompiledPolicy:
    return compile_policy(policy(RECORDS))


@pytest.fixture(name="shown")
def _shown(compiled: CompiledPolicy) -> dict[str, Any]:
    shown = compiled.disclose(ALARM, alarm(alarmDetails="fan", place=[{"city": "Nice"}], isRootCause=True), CONTEXT)
    assert shown is not None
    shown["affectedService"] = [{"id": shown["affectedService"][0]["id"], "name": "EPL Paris-Lyon"}]
    return shown


def require_clean(compiled: CompiledPolicy, data: Any, text: str = "", scanner: NameScanner = SCANNER) -> None:
    EgressCheck(compiled.contract).require_clean(ALARM, data, text, scanner, ALLOWED)


def test_what_the_filter_made_passes(compiled: CompiledPolicy, shown: dict[str, Any]) -> None:
    require_clean(compiled, shown)
    require_clean(compiled, shown, orjson.dumps(shown).decode())


def test_a_withdrawal_says_nothing(compiled: CompiledPolicy, shown: dict[str, Any]) -> None:
    withdrawn = jsonschema.Draft202012Validator(compiled.contract["$defs"]["withdrawn"])
    assert withdrawn.is_valid({})
    assert not withdrawn.is_valid({"id": shown["id"]})


@pytest.mark.parametrize(
    ("pointer", "change"),
    [
        ("", {"probableCause": "fanFailure"}),
        ("", {"id": None}),
        ("/id", {"id": "alarm-4711"}),
        ("/id", {"id": "svc-ABCDEFGHIJKLMNOP"}),
        ("/alarmRaisedTime", {"alarmRaisedTime": "2026-11-22T10:04:31Z"}),
        ("/alarmRaisedTime", {"alarmRaisedTime": "2026-11-22T10:04:00+01:00"}),
        ("/alarmRaisedTime", {"alarmRaisedTime": "2026-11-31T10:04:00Z"}),
        ("/perceivedSeverity", {"perceivedSeverity": "vendorSpecific"}),
        ("/sourceSystemId", {"sourceSystemId": "nms-3"}),
        ("/place", {"place": []}),
        ("/place/0", {"place": [{"city": "Nice", "name": "PoP 7"}]}),
        ("/place/0", {"place": [{}]}),
        ("/isRootCause", {"isRootCause": 1}),
        ("/affectedService/0/id", {"affectedService": [{"id": "svc-paris-lyon"}]}),
        ("/details", {"details": {"node": "x"}}),
    ],
)
def test_a_filter_that_lets_more_through_is_caught_by_the_contract(
    compiled: CompiledPolicy, shown: dict[str, Any], pointer: str, change: dict[str, Any]
) -> None:
    broken = {key: value for key, value in {**shown, **change}.items() if value is not None}
    with pytest.raises(EgressRefused) as refused:
        require_clean(compiled, broken, scanner=NOBODY)
    assert (refused.value.reason, refused.value.pointer) == ("contract", pointer)


def test_a_type_that_the_contract_does_not_have_is_refused(compiled: CompiledPolicy, shown: dict[str, Any]) -> None:
    with pytest.raises(EgressRefused) as refused:
        EgressCheck(compiled.contract).require_clean(RecordTypeName("resource"), shown, "", SCANNER, ALLOWED)
    assert refused.value.reason == "no-contract"


@pytest.mark.parametrize(
    "text",
    [
        "rt1.par.aurora",
        "link down on RT1.PAR.AURORA.",
        "rt1.par.aurora/3/0/7 flaps",
        "\nrt1.par.aurora",
        "line one\nckt-00417-lys",
        "see\tCKT-00417-LYS",
        '"CKT-00417-LYS"',
        "CKT-00417-LYS\\",
        "ckt\u200b-004\u00ad17-lys",
        "ＣＫＴ－００４１７－ＬＹＳ",
        "%43KT-00417%2DLYS",
        "MÜLLER called",
        "Mu\u0308ller called",
        "fibre to Paris",
        "M%C3%BCller",
    ],
)
@pytest.mark.parametrize("with_text", [True, False])
def test_a_name_in_free_text_is_caught(
    compiled: CompiledPolicy, shown: dict[str, Any], text: str, with_text: bool
) -> None:
    shown["specificProblem"] = text
    with pytest.raises(EgressRefused) as refused:
        require_clean(compiled, shown, orjson.dumps(shown).decode() if with_text else "")
    assert (refused.value.reason, refused.value.pointer) == ("name", "/specificProblem")


@pytest.mark.parametrize(
    "text",
    [
        "fan failed",
        "art1.par.aurora",
        "rt1.par.aurora7",
        "Parisian",
        "LYS",
        "critical",
        "EPL Paris-Lyon down",
        "100% of it",
    ],
)
def test_clean_text_passes(compiled: CompiledPolicy, shown: dict[str, Any], text: str) -> None:
    """Parts of words, names too short to identify, words of our schemas, and the audience's own names are no hits."""
    shown["specificProblem"] = text
    require_clean(compiled, shown)
    require_clean(compiled, shown, orjson.dumps(shown).decode())


def test_a_hidden_name_beside_an_allowed_one_is_caught(compiled: CompiledPolicy, shown: dict[str, Any]) -> None:
    shown["specificProblem"] = "EPL Paris-Lyon: cut near Paris"
    with pytest.raises(EgressRefused, match="Paris"):
        require_clean(compiled, shown)


def test_d38_a_name_as_a_key_is_caught() -> None:
    compiled = compile_policy(policy("alarm:\n  fields:\n    id: keep\n    state: {rename: Paris}"))
    shown = compiled.disclose(ALARM, alarm(), CONTEXT)
    with pytest.raises(EgressRefused) as refused:
        require_clean(compiled, shown)
    assert (refused.value.reason, refused.value.pointer) == ("name", "/Paris")


def test_a_name_as_a_constant_is_caught() -> None:
    compiled = compile_policy(policy("alarm:\n  fields:\n    id: keep\n    sourceSystemId: {constant: CKT-00417-LYS}"))
    with pytest.raises(EgressRefused, match="name"):
        require_clean(compiled, compiled.disclose(ALARM, alarm(), CONTEXT))


def test_every_text_is_searched() -> None:
    data = {"a": "one", "b": [{"c": "two"}, "three", 4, None], "d": {"e": {"f": "five"}}}
    assert searchable_text(data).split("\n") == ["a", "one", "b", "c", "two", "three", "d", "e", "f", "five"]


# --- D-49: what the contract says ------------------------------------------------------------------------------------


def test_d49_the_contract_tells_nothing_of_what_stays_inside(compiled: CompiledPolicy) -> None:
    text = orjson.dumps(compiled.contract).decode()
    for hidden in (
        "probableCause",
        "hiddenCondition",
        "interconnect",
        "alarmDetails",
        "truncate",
        "lift",
        "test",
        "northlink",
    ):
        assert hidden not in text


def test_d49_policies_with_the_same_outputs_have_the_same_contract(compiled: CompiledPolicy) -> None:
    other = RECORDS.replace('probableCause != "hiddenCondition"', 'state == "raised"')
    other = other.replace("alarmDetails: {rename", "specificProblem2: {rename").replace(
        "specificProblem2", "probableCause"
    )
    second = compile_policy(policy(other))
    assert second.contract == compiled.contract
    assert second.contract_digest == compiled.contract_digest
    assert second.digest != compiled.digest
    assert compiled.contract["$id"] == f"urn:demarc:contract:{compiled.contract_digest}"


def test_the_contract_is_a_valid_schema_with_an_anchor_for_each_type(compiled: CompiledPolicy) -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(compiled.contract)
    contract = copy.deepcopy(compiled.contract)
    for name, definition in contract["$defs"].items():
        assert definition["$anchor"] == name
        assert definition["additionalProperties"] is False
        whole = {**contract, "$ref": f"{contract['$id']}#{name}"}
        assert not jsonschema.Draft202012Validator(whole).is_valid({"unknown": 1})
