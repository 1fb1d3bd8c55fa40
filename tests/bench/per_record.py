"""What one record costs at each station, against parsing and printing it with the fastest library."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.ids import RecordTypeName
from gateway.policy.egress.check import EgressCheck, NameScanner
from gateway.policy.filter.compiler import CompiledPolicy, Context, compile_policy
from gateway.policy.reading.parser import parse
from gateway.policy.text.scrub import Scrubber
from gateway.policy.transforms.pseudonym import Pseudonymiser
from gateway.record import strictjson, validation
from gateway.record.entry import build, event_of, open_entry
from gateway.record.strictjson import Json
from tests.bench import peers, sample
from tests.bench.clock import microseconds_each, side_by_side
from tests.bench.report import Row

ALARM = RecordTypeName("alarm")
NAMES = 20_000
_FLOOR = "parse + print, orjson"
_ABOUT = {"@type": "Resource", "id": "otn1.par.aurora:1/1/0", "interconnect": True}
_SERVICES = ({"@type": "Service", "id": "svc-wave-001", "name": "Service wave-001"},)


def measure(count: int, rounds: int) -> Iterator[Row]:
    """Yield the cost of each station over `count` different records, the median of `rounds`."""
    raw = sample.lines(count)
    records: list[Json] = [orjson.loads(line) for line in raw]

    def row(what: str, make: Callable[[], Callable[[Any], object]], items: Sequence[Any], note: str = "") -> Row:
        value, floor = side_by_side([(make, items), (lambda: _parse_and_print, raw)], rounds)
        return Row("per record", what, value, "us", floor, _FLOOR, note)

    about = f"{count:,} distinct alarms of {len(raw[0])} bytes, {sample.leaves(records[0])} leaves"
    yield Row("per record", _FLOOR, microseconds_each(_parse_and_print, raw, rounds), "us", note=about)
    plain, conditional, whole = (
        compile_policy(parse(sample.policy(conditional=when, scrubbed=scrubbed), "bench"))
        for when, scrubbed in ((False, False), (True, False), (False, True))
    )
    kept = "12 kept, 2 pseudonyms, 1 time; no memo hits, for every id is new"
    yield row("filter", lambda: _filter(plain), records, kept)
    yield row("filter with `when` in CEL", lambda: _filter(conditional), records)
    described = (
        f"1 description of {len(records[0]['specificProblem'])} characters with 3 things to take out; to reach: 3"
    )
    yield row("filter with scrub", lambda: _filter(whole), records, described)
    prose = [sample.without_names(record, number) for number, record in enumerate(records)]
    yield row("the same, prose with nothing to take out", lambda: _filter(whole), prose)
    shown = [one for record in records if (one := _filter(whole)(record))]
    assert len(shown) == count
    checked = f"contract; {NAMES:,} inventory names; the scrubbed text once more; to reach: 2"
    yield row("egress check", lambda: _egress(whole), shown, checked)
    yield row("jq, pseudonyms and inventory left out", peers.with_jq, raw, "parses, prints")
    yield row("CEL alone, no transforms", lambda: peers.with_cel(_ABOUT), records)
    model = peers.with_pydantic(Pseudonymiser(bytes(32)).token, _scrubber().scrub)
    yield row("pydantic, our pseudonyms and scrub", lambda: model, records, "validates, dumps")
    yield row("strict parse", lambda: strictjson.parse_object, raw)
    yield row("schema validity", lambda: functools.partial(validation.require_valid, ALARM), records)
    write = _entry(plain)
    yield row("write entry", lambda: write, shown, f"{len(write(shown[0]))} bytes")
    entries = [write(one) for one in shown]
    yield row("open entry (each hop)", lambda: open_entry, entries)
    yield from _signing()


def _parse_and_print(line: bytes) -> bytes:
    return orjson.dumps(orjson.loads(line))


def _filter(policy: CompiledPolicy) -> Callable[[Json], Json | None]:
    """Return the filter with a pseudonymiser and a scrubber that have seen nothing yet."""
    context = Context(_SERVICES, _ABOUT, Pseudonymiser(bytes(32)).token, scrub=_scrubber().scrub)
    return lambda record: policy.disclose(ALARM, record, context)


@functools.cache
def _names() -> NameScanner:
    ports = [sample.resource_id(number) for number in range(sample.RESOURCES)]
    others = (f"rt{number}.par{number % 90}.aurora" for number in range(NAMES - len(ports)))
    return NameScanner([*ports, *others])


def _scrubber() -> Scrubber:
    return Scrubber(_names())


def _egress(policy: CompiledPolicy) -> Callable[[Json], None]:
    check = EgressCheck(policy.contract)
    nothing: frozenset[str] = frozenset()

    def run(shown: Json) -> None:
        check.require_clean(ALARM, shown, _names(), nothing)

    return run


def _entry(policy: CompiledPolicy) -> Callable[[Json], bytes]:
    def run(shown: Json) -> bytes:
        return build(
            entry_id="evt-" + "A" * 16,
            source=policy.audience,
            record_type=ALARM,
            event=event_of(ALARM, shown, known=False),
            subject=shown["id"],
            contract=policy.contract_digest,
            data=shown,
        )

    return run


def _signing() -> Iterator[Row]:
    key = Ed25519PrivateKey.generate()
    public, message = key.public_key(), bytes(32)
    signature = key.sign(message)
    signing = microseconds_each(lambda _: key.sign(message), range(500))
    verifying = microseconds_each(lambda _: public.verify(signature, message), range(500))
    yield Row("per record", "Ed25519 sign + verify, were it one by one", signing + verifying, "us", note="not done")
