"""What one record costs at each station, against parsing and printing it with the fastest library."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Callable, Iterator

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
from tests.bench.clock import microseconds_each
from tests.bench.report import Row

ALARM = RecordTypeName("alarm")
NAMES = 20_000
_FLOOR = "orjson parse + print"
_ABOUT = {"@type": "Resource", "id": "otn1.par.aurora:1/1/0", "interconnect": True}
_SERVICES = ({"@type": "Service", "id": "svc-wave-001", "name": "Service wave-001"},)


def measure(count: int, rounds: int) -> Iterator[Row]:
    """Yield the cost of each station over `count` different records, the median of `rounds`."""
    raw = sample.lines(count)
    records: list[Json] = [orjson.loads(line) for line in raw]

    def floor() -> float:
        return microseconds_each(lambda line: orjson.dumps(orjson.loads(line)), raw, rounds)

    about = f"{count:,} distinct alarms of {len(raw[0])} bytes, {sample.leaves(records[0])} leaves"
    yield Row("per record", "parse + print, orjson", floor(), "us", note=about)

    def row(what: str, microseconds: float, note: str = "") -> Row:
        # The floor once more beside every figure: on a busy machine both are slow together.
        return Row("per record", what, microseconds, "us", floor(), _FLOOR, note)

    plain, conditional, whole = (
        compile_policy(parse(sample.policy(conditional=when, scrubbed=scrubbed), "bench"))
        for when, scrubbed in ((False, False), (True, False), (False, True))
    )
    kept = "12 kept, 2 pseudonyms, 1 time; no memo hits, for every id is new"
    yield row("filter", _afresh(plain, records, rounds), kept)
    yield row("filter with `when` in CEL", _afresh(conditional, records, rounds))
    described = (
        f"1 description of {len(records[0]['specificProblem'])} characters with 3 things to take out; to reach: 3"
    )
    yield row("filter with scrub", _afresh(whole, records, rounds), described)
    prose = [sample.without_names(record, number) for number, record in enumerate(records)]
    yield row("the same, prose with nothing to take out", _afresh(whole, prose, rounds))
    shown = [one for record in records if (one := _filter(whole)(record))]
    assert len(shown) == count
    checked = f"contract; {NAMES:,} inventory names; the scrubbed text once more; to reach: 2"
    yield row("egress check", microseconds_each(_egress(whole), shown, rounds), checked)
    yield row(
        "jq, pseudonyms and inventory left out", microseconds_each(peers.with_jq(), raw, rounds), "parses, prints"
    )
    yield row("CEL alone, no transforms", microseconds_each(peers.with_cel(_ABOUT), records, rounds))
    model = peers.with_pydantic(Pseudonymiser(bytes(32)).token, _scrubber().scrub)
    yield row("pydantic, our pseudonyms and scrub", microseconds_each(model, records, rounds), "validates, dumps")
    yield row("strict parse", microseconds_each(strictjson.parse_object, raw, rounds))
    yield row("schema validity", microseconds_each(lambda one: validation.require_valid(ALARM, one), records, rounds))
    write = _entry(plain)
    yield row("write entry", microseconds_each(write, shown, rounds), f"{len(write(shown[0]))} bytes")
    entries = [write(one) for one in shown]
    yield row("open entry (each hop)", microseconds_each(open_entry, entries, rounds))
    yield from _signing()


def _filter(policy: CompiledPolicy) -> Callable[[Json], Json | None]:
    """Return the filter with a pseudonymiser and a scrubber that have seen nothing yet."""
    context = Context(_SERVICES, _ABOUT, Pseudonymiser(bytes(32)).token, scrub=_scrubber().scrub)
    return lambda record: policy.disclose(ALARM, record, context)


def _afresh(policy: CompiledPolicy, records: list[Json], rounds: int) -> float:
    """Return the median time for one record where no round profits from what an earlier one has remembered."""
    return statistics.median(microseconds_each(_filter(policy), records, 1) for _ in range(rounds))


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
