"""Each barrier alone: a broken compiler is caught before sealing, and a right one leaks nothing without the check.

A broken compiler is a right one that was given another policy than the contract was made from: that is how its output
differs, whatever the fault. The contract, the names and the data are what they would be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest

from gateway.ids import RecordTypeName
from gateway.policy.egress.check import EgressCheck, EgressRefused
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.context import Context
from gateway.policy.text.names import NameScanner
from gateway.policy.text.scrub import Scrubber
from tests.policy_side import TOKEN, alarm, policy, policy_text

ALARM, SERVICE = RecordTypeName("alarm"), RecordTypeName("service")
OWN = {"@type": "Service", "id": "svc-paris-lyon", "name": "EPL Paris-Lyon"}
OTHERS = {"@type": "Service", "id": "svc-contoso-9", "name": "Contoso Bank ring 9"}
HIDDEN = (
    "rt1.par.aurora",
    "rt1.par.aurora/3/0/7",
    "CKT-00417-LYS",
    "Contoso Bank ring 9",
    "svc-contoso-9",
    "PoP Voltaire",
    "alarm-4711",
)
KNOWN = frozenset({"EPL Paris-Lyon", "svc-paris-lyon", "Paris"})
SCANNER = NameScanner((*HIDDEN, *KNOWN), {"Paris", "PoP Voltaire"})
SCRUBBER = Scrubber(SCANNER)

POLICY = """
alarm:
  when: object.interconnect
  fields:
    "@type": keep
    id: {pseudonym: alarm}
    perceivedSeverity: keep
    probableCause: {map: {fanFailure: equipmentMalfunction}, otherwise: other}
    specificProblem: scrub
    alarmDetails: keep
    alarmRaisedTime: {truncate: minute}
    sourceSystemId: {constant: demarc}
    affectedService: {lift: service, show: [id, name]}
    place: {generalise: country}
    proposedRepairedActions: {mask: {first: 0, last: 2}}
    crossedThresholdInformation.observedValue: {generalise: prefix, ipv4: 16, ipv6: 32}
    correlatedAlarm[].id: {pseudonym: alarm}
    alarmedObjectType: {map: {Port: equipment}}
service:
  fields:
    id: keep
    name: keep
    state: {map: {active: inactive}, otherwise: reserved}
    serviceCharacteristic[name=bandwidth].value: keep
    place: {generalise: metro}
"""

RECORD = alarm(
    specificProblem="Loss of light at rt1.par.aurora/3/0/7 since 10:04, call +44 20 7946 0958",
    alarmDetails="fan tray",
    alarmedObjectType="Port",
    place=[{"id": "PoP Voltaire", "name": "PoP Voltaire", "city": "Paris", "country": "FR", "latitude": 48.857}],
    proposedRepairedActions="Call CKT-00417-LYS",
    crossedThresholdInformation={"observedValue": "192.0.2.77", "indicatorName": "rt1.par.aurora"},
    correlatedAlarm=[{"id": "alarm-4711"}],
    comment=[{"comment": "seen on CKT-00417-LYS", "userId": "jdupont"}],
    isRootCause=True,
)
SERVICE_RECORD = {
    **OWN,
    "state": "active",
    "serviceCharacteristic": [
        {"name": "bandwidth", "value": "10G"},
        {"name": "managementAddress", "value": "192.0.2.7"},
    ],
    "place": [{"name": "PoP Voltaire", "city": "Paris", "country": "FR"}],
}
RECORDS = ((ALARM, RECORD), (SERVICE, SERVICE_RECORD))
SECRETS = (*HIDDEN, "192.0.2.7", "7946", "48.857", "10:04:31", "jdupont", "fanFailure", "managementAddress")


def _disclosed(_record_type: str, _identifier: str) -> bool:
    return True


CONTEXT = Context(
    [OWN],
    {"@type": "Resource", "id": "rt1.par.aurora", "interconnect": True},
    TOKEN,
    _disclosed,
    lambda t: SCRUBBER.scrub(t, KNOWN),
)


@dataclass(frozen=True)
class Mutant:
    """A fault of a compiler: what it takes the policy for, or what it takes for the surroundings of the record."""

    name: str
    found_by: str
    said: str = ""
    taken_for: str = ""
    context: Callable[[Context], Context] = lambda context: context
    record: Callable[[dict[str, Any]], dict[str, Any]] = lambda shown: shown


MUTANTS = [
    Mutant("an identifier is kept instead of its pseudonym", "contract", "id: {pseudonym: alarm}", "id: keep"),
    Mutant(
        "pseudonyms of another class",
        "contract",
        context=lambda context: replace(context, pseudonym=lambda _, name: TOKEN("service", name)),
    ),
    Mutant(
        "pseudonyms are what they stand for",
        "contract",
        context=lambda context: replace(context, pseudonym=lambda _, name: name),
    ),
    Mutant("a map is skipped", "contract", "{map: {fanFailure: equipmentMalfunction}, otherwise: other}", "keep"),
    Mutant("what is not in a map is kept", "contract", "{map: {Port: equipment}}", "keep"),
    Mutant("a time is not cut down", "contract", "{truncate: minute}", "keep"),
    Mutant("a time is cut down to less than it should", "contract", "{truncate: minute}", "{truncate: second}"),
    Mutant("free text is not scrubbed", "unclean", "specificProblem: scrub", "specificProblem: keep"),
    Mutant(
        "a constant is replaced by the value", "contract", "sourceSystemId: {constant: demarc}", "sourceSystemId: keep"
    ),
    Mutant(
        "an attribute that no rule names", "contract", "alarmDetails: keep", "alarmDetails: keep\n    isRootCause: keep"
    ),
    Mutant(
        "a nested attribute that no rule names",
        "contract",
        "alarmDetails: keep",
        "alarmDetails: keep\n    comment[].comment: keep",
    ),
    Mutant("an attribute under another name", "contract", "alarmDetails: keep", "alarmDetails: {rename: details}"),
    Mutant(
        "a place is not generalised",
        "contract",
        "place: {generalise: country}",
        "place[].city: keep\n    place[].country: keep",
    ),
    Mutant(
        "a place is less general than it should be",
        "contract",
        "place: {generalise: country}",
        "place: {generalise: metro}",
    ),
    Mutant("a mask is skipped", "contract", "{mask: {first: 0, last: 2}}", "keep"),
    Mutant("an address is kept whole", "contract", "{generalise: prefix, ipv4: 16, ipv6: 32}", "keep"),
    Mutant("a network is longer than it should be", "contract", "ipv4: 16", "ipv4: 24"),
    Mutant("characteristics are not told apart", "contract", "[name=bandwidth]", "[name=managementAddress]"),
    Mutant("another audience's service is lifted", "name", context=lambda context: replace(context, services=[OTHERS])),
    Mutant(
        "another audience's service is lifted beside the own one",
        "name",
        context=lambda context: replace(context, services=[OTHERS, OWN]),
    ),
    Mutant(
        "a kept text has an internal name",
        "name",
        record=lambda record: {**record, "alarmDetails": "fan of RT1.par.aurora"},
    ),
    Mutant(
        "a kept text has a disguised name",
        "name",
        record=lambda record: {**record, "alarmDetails": "fan of rt1%2Epar[.]aurora"},
    ),
    Mutant(
        "the scrubber lets everything through",
        "unclean",
        context=lambda context: replace(context, scrub=str),
    ),
    Mutant(
        "the scrubber knows no names",
        "unclean",
        context=lambda context: replace(context, scrub=Scrubber(NameScanner(())).scrub),
    ),
]


def _right() -> Any:
    return compile_policy(policy(POLICY))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_compiler_is_caught_before_sealing(mutant: Mutant) -> None:
    assert not mutant.said or mutant.said in POLICY
    broken = compile_policy(policy(POLICY.replace(mutant.said, mutant.taken_for) if mutant.said else POLICY))
    check = EgressCheck(_right().contract)
    reasons = []
    for record_type, record in RECORDS:
        given = mutant.record(record) if record_type == ALARM else record
        if mutant.name == "the scrubber knows no names":
            given = {**given, "specificProblem": "fan of Contoso Bank ring nine and PoP Voltaire"}
        shown = broken.disclose(record_type, given, mutant.context(CONTEXT))
        assert shown is not None
        try:
            check.require_clean(record_type, shown, SCANNER, KNOWN)
        except EgressRefused as refused:
            reasons.append(refused.reason)
    assert reasons == [mutant.found_by]


def test_there_are_enough_of_them() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 12
    assert {mutant.found_by for mutant in MUTANTS} == {"contract", "name", "unclean"}


def _shown() -> Iterator[tuple[RecordTypeName, Any]]:
    compiled = _right()
    for record_type, record in RECORDS:
        yield record_type, compiled.disclose(record_type, record, CONTEXT)


def test_a_right_compiler_leaks_nothing_without_the_check() -> None:
    for _, shown in _shown():
        text = orjson.dumps(shown).decode()
        assert [secret for secret in SECRETS if secret.casefold() in text.casefold()] == []
        assert SCANNER.hits(text.replace('"', "\n"), KNOWN) == frozenset()


def test_what_a_right_compiler_makes_passes_the_check() -> None:
    check = EgressCheck(_right().contract)
    for record_type, shown in _shown():
        check.require_clean(record_type, shown, SCANNER, KNOWN)


def test_what_is_shown_is_worth_showing() -> None:
    """Neither barrier is empty: the right output has something of every rule in it."""
    shown = dict(_shown())
    assert shown[ALARM]["specificProblem"] == "Loss of light at [name] since 10:04, call [phone]"
    assert set(shown[ALARM]) >= {
        "id",
        "place",
        "affectedService",
        "correlatedAlarm",
        "proposedRepairedActions",
        "alarmRaisedTime",
    }
    assert shown[SERVICE]["serviceCharacteristic"] == [{"name": "bandwidth", "value": "10G"}]
    assert policy_text(POLICY)
