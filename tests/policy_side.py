"""What the policy tests share: policies from a few lines, records with everything, contexts, and random worlds."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable
from typing import Any

import orjson

from gateway.ids import RecordTypeName
from gateway.policy.checker import check
from gateway.policy.context import Context
from gateway.policy.document import (
    AudienceId,
    Constant,
    DisclosurePolicy,
    FieldRule,
    Keep,
    Lift,
    Pseudonym,
    Section,
    Transform,
    Truncate,
)
from gateway.policy.findings import Finding, PolicyRefused
from gateway.policy.parser import parse
from gateway.policy.pseudonym import Pseudonymiser
from gateway.policy.transforms import UNITS
from gateway.record.paths import Array, Catalogue, Leaf, Node, Object

ALARM = RecordTypeName("alarm")
DISCLOSABLE = ("alarm", "change-request", "service", "service-level", "service-problem", "trouble-ticket")
TOKEN = Pseudonymiser(bytes(range(32))).token
SERVICES = (
    {"@type": "Service", "id": "svc-paris-lyon", "name": "EPL Paris-Lyon"},
    {"@type": "Service", "id": "svc-geneva", "name": "IP transit Geneva"},
)
INTERCONNECT = {"@type": "Resource", "id": "rt1.par.aurora", "name": "rt1.par.aurora", "interconnect": True}
CONTEXT = Context(SERVICES, INTERCONNECT, TOKEN)
NOWHERE = Context((), None, TOKEN)

HEAD = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: test
audience: {operator: northlink}
"""


def policy_text(records: str) -> str:
    """Return a whole policy around the lines below `records:`."""
    return HEAD + "records:\n" + textwrap.indent(textwrap.dedent(records).strip("\n"), "  ") + "\n"


def policy(records: str) -> DisclosurePolicy:
    """Return a checked policy."""
    document = parse(policy_text(records), "test.yaml")
    assert check(document) == ()
    return document


def alarm_policy(fields: str, when: str = "") -> DisclosurePolicy:
    """Return a policy with these lines below `alarm: fields:`, beside the identifier."""
    condition = f"  when: {when}\n" if when else ""
    lines = "id: keep\n" + textwrap.dedent(fields).strip("\n")
    return policy(f"alarm:\n{condition}  fields:\n{textwrap.indent(lines, '    ')}\n")


def findings_of(text: str) -> tuple[Finding, ...]:
    """Return everything that parsing and checking say about a text; empty when it is a good policy."""
    try:
        return check(parse(text, "test.yaml"))
    except PolicyRefused as refused:
        return refused.findings


def codes(text: str) -> list[str]:
    """Return the codes of all findings in the order of the text."""
    return [finding.code for finding in findings_of(text)]


def alarm(**more: Any) -> dict[str, Any]:
    """Return an alarm with what the schema demands."""
    return {
        "@type": "Alarm",
        "id": "alarm-4711",
        "alarmType": "equipmentAlarm",
        "perceivedSeverity": "critical",
        "probableCause": "fanFailure",
        "alarmedObject": {"id": "rt1.par.aurora"},
        "state": "raised",
        "alarmRaisedTime": "2026-11-22T10:04:31.250Z",
        **more,
    }


def same_bytes(one: Any, other: Any) -> bool:
    """Tell whether two values are the same JSON; Python alone finds 1, 1.0 and true equal."""
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


# --- a record in which every leaf has a value of its own -------------------------------------------------------------


def full_record(record_type: str, value_of: Callable[[Leaf], Any]) -> dict[str, Any]:
    """Return a record with every attribute that the schema has; arrays have one member."""
    members = Catalogue.of(RecordTypeName(record_type)).members
    return {name: _full(node, value_of) for name, node in members.items()}


def _full(node: Node, value_of: Callable[[Leaf], Any]) -> Any:
    if isinstance(node, Leaf):
        return value_of(node)
    if isinstance(node, Array):
        return [_full(node.items, value_of)]
    return {name: _full(member, value_of) for name, member in node.members.items()}


# --- random policies and records, from a seed ------------------------------------------------------------------------

TIMES = (
    "2026-11-22T10:04:31.250Z",
    "2026-02-28T23:59:59-05:30",
    "2026-02-30T10:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999999-01:00",
    "2026-11-22T10:04:31",
    "2026-11-22 10:04:31Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T10:04:60Z",
    "2026-11-22T10:04:31+25:00",
    "２026-11-22T10:04:31Z",
)
TEXTS = ("", "rt1.par.aurora", "svc-geneva", "Lyon – Part-Dieu", "a\nb", "ключ", "null", "0")
NUMBERS = (0, 1, -7, 3.5, 1.0, 2**53 - 1)
ODD: tuple[Any, ...] = (None, True, False, 1, 1.5, "x", [], {}, [[1]], {"id": "rt1.par.aurora"}, ["a", 1, None])


def random_policy(dice: random.Random, record_type: str, share: float = 0.4) -> DisclosurePolicy:
    """Return a checked policy with one section of random rules, and sometimes one for services."""
    sections = [_random_section(dice, record_type, share)]
    if record_type != "service" and dice.random() < 0.5:
        sections.append(_random_section(dice, "service", 0.1))
    document = DisclosurePolicy("random", AudienceId("urn:demarc:operator:northlink"), tuple(sections))
    assert check(document) == ()
    return document


def _random_section(dice: random.Random, record_type: str, share: float) -> Section:
    catalogue = Catalogue.of(RecordTypeName(record_type))
    rules = [FieldRule("id", dice.choice([Keep(), Pseudonym(record_type)]))]
    taken = {"id"}
    nodes = list(catalogue.nodes.items())
    dice.shuffle(nodes)
    for path, node in nodes:
        rule = _random_rule(dice, path, node) if dice.random() < share else None
        if rule is not None and not _clashes(path, taken):
            taken.add(path)
            rules.append(rule)
    when = dice.choice([None, None, 'record.id != "x"', "object.interconnect", "!object.interconnect"])
    dice.shuffle(rules)
    return Section(RecordTypeName(record_type), when, tuple(rules))


def _clashes(path: str, taken: set[str]) -> bool:
    plain = path.replace("[]", "")
    others = [other.replace("[]", "") for other in taken]
    return any(plain == other or plain.startswith(other + ".") or other.startswith(plain + ".") for other in others)


def _random_rule(dice: random.Random, path: str, node: Node) -> FieldRule | None:
    rename = f"renamed{dice.randrange(10**9)}" if dice.random() < 0.1 and path != "id" else None
    if path == "id":
        return None
    if not isinstance(node, Leaf):
        inner = node.items if isinstance(node, Array) else node
        if "[]" in path or not isinstance(inner, Object) or dice.random() < 0.6:
            return None
        return FieldRule(path, Lift("service", dice.choice([("id",), ("name",), ("name", "id")])), rename)
    transforms = _transforms(dice, node)
    return FieldRule(path, dice.choice(transforms), rename) if transforms else None


def _transforms(dice: random.Random, leaf: Leaf) -> list[Transform]:
    last = leaf.path.steps[-1]
    constants: dict[str, Any] = {"string": "said", "date-time": "2026-01-01T00:00:00Z", "integer": 7, "number": 1.5}
    constant = dice.choice(leaf.enum) if leaf.enum else constants.get(leaf.kind, True)
    known: list[Transform] = [] if last.is_each else [Constant(constant)]
    if last.name in ("href", "@schemaLocation"):
        return known
    known += [Keep(), Keep()]
    if leaf.kind == "date-time":
        known += [Truncate(dice.choice(list(UNITS)))] * 2
    if leaf.kind == "string" and not leaf.enum:
        known.append(Pseudonym(dice.choice(["place", "party", "reference"])))
    return known


def random_record(dice: random.Random, record_type: str, wild: float = 0.1) -> dict[str, Any]:
    """Return a record that mostly fits the schema; `wild` is the share of members that do not."""
    return _random_object(dice, Catalogue.of(RecordTypeName(record_type)).members, wild)


def _random_object(dice: random.Random, members: Any, wild: float) -> dict[str, Any]:
    out = {name: _random_value(dice, node, wild) for name, node in members.items() if dice.random() < 0.8}
    if dice.random() < wild:
        out[f"x-{dice.randrange(100)}"] = dice.choice(ODD)
    names = list(out)
    dice.shuffle(names)
    return {name: out[name] for name in names}


def _random_value(dice: random.Random, node: Node, wild: float) -> Any:
    if dice.random() < wild:
        return dice.choice(ODD)
    if isinstance(node, Array):
        return [_random_value(dice, node.items, wild) for _ in range(dice.randrange(4))]
    if isinstance(node, Object):
        return _random_object(dice, node.members, wild)
    if node.enum:
        return dice.choice([*node.enum, "other"])
    pools: dict[str, Any] = {
        "string": TEXTS,
        "date-time": TIMES,
        "integer": (0, 1, 7, 1.0),
        "number": NUMBERS,
        "boolean": (True, False),
        "any": (*TEXTS, *NUMBERS, True),
    }
    return dice.choice(pools[node.kind])


def random_context(dice: random.Random) -> Context:
    """Return a context with some services, some of them odd, and an object or none."""
    odd: list[Any] = [{"id": 3, "name": "x"}, {"id": "", "name": "x"}, {"name": "nameless"}, {"id": "svc-z", "name": 4}]
    pool = [*SERVICES, *odd]
    services = dice.sample(pool, dice.randrange(len(pool)))
    about = dice.choice([None, INTERCONNECT, {**INTERCONNECT, "interconnect": False}, {"interconnect": "yes"}])
    return Context(services, about, TOKEN)
