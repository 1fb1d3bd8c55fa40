"""Compare the compiled filter with the readable reference on very many inputs, and say how much that was.

    python -m tests.property.agreement --inputs 1000000 --processes 2 --seed 1

An input is a policy, a record and a context. For each of them the two must give the same bytes, and what they give must
keep the contract, share nothing mutable with the record, and leave the record as it was. A run in which some part of
the language was never seen to disclose anything fails as well: it would have shown nothing.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import jsonschema
import jsonschema_rs
import orjson

from gateway.ids import RecordTypeName
from gateway.policy.filter.compiler import CompiledPolicy, compile_policy
from gateway.policy.filter.context import Context
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.oracle import reference
from gateway.record.strictjson import Json
from tests.policy_side import DISCLOSABLE
from tests.property.exercised import LANGUAGE, Watch
from tests.property.shrinking import Example, shrunk
from tests.random_policies import random_policy
from tests.random_records import Maker, random_context

INPUTS_OF_ONE_POLICY = 250
_CONTEXTS_OF_ONE_POLICY = 6
_SHARES = (0.02, 0.04, 0.06, 0.06, 0.1, 0.1, 0.15, 0.2, 0.5)
_WILD = (0.0, 0.0, 0.0, 0.0, 0.03, 0.1, 0.4)
_EVERY = 25
"""Of so many inputs one is put to the slow tests too: the reference validator, and what the output shares."""


class Disagreement(AssertionError):
    """The compiled filter does not do what the reference says, or not what the contract says."""


@dataclass(slots=True)
class Tally:
    """What some inputs came to."""

    inputs: int = 0
    agreed: int = 0
    policies: int = 0
    disclosed: int = 0
    validated_twice: int = 0
    exercised: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count the other's inputs too."""
        self.inputs += other.inputs
        self.agreed += other.agreed
        self.policies += other.policies
        self.disclosed += other.disclosed
        self.validated_twice += other.validated_twice
        self.exercised.update(other.exercised)

    @property
    def never(self) -> list[str]:
        """Return the parts of the language that no input exercised."""
        return [name for name in LANGUAGE if not self.exercised[name]]


class Judge:
    """One policy, compiled, with everything that its outputs are judged by."""

    def __init__(self, document: DisclosurePolicy) -> None:
        self.document = document
        self.record_type = document.sections[0].record_type
        self.compiled = compile_policy(document)
        contract = self.compiled.contract["$defs"][self.record_type]
        self._quick = jsonschema_rs.Draft202012Validator(contract, validate_formats=True)
        self._slow = jsonschema.Draft202012Validator(
            contract, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )

    def judge(self, record: Json, context: Context, *, thoroughly: bool) -> Json | None:
        """Return what is disclosed of `record`, or raise `Disagreement` with a minimal example."""
        fault, shown = self._fault(record, context, thoroughly=thoroughly)
        if fault is None:
            return shown
        example = shrunk(Example(self.document, record, context), _is_faulty)
        again = Judge(example.document)._fault(example.record, example.context, thoroughly=True)[0]
        raise Disagreement(f"{again or fault}\n{example.told()}")

    def _fault(self, record: Json, context: Context, *, thoroughly: bool) -> tuple[str | None, Json | None]:
        before = orjson.dumps(record) if thoroughly else b""
        expected = reference.disclose(self.document, self.record_type, record, context)
        shown, raised = _disclosed(self.compiled, self.record_type, record, context)
        if raised is not None:
            return f"the compiled filter raised {raised!r}", None
        if _bytes(shown) != _bytes(expected):
            return f"compiled:  {_bytes(shown)!r}\nreference: {_bytes(expected)!r}", None
        if shown is None:
            return None, None
        if not self._quick.is_valid(shown):
            return f"{_bytes(shown)!r} breaks the contract: {next(self._quick.iter_errors(shown)).message}", None
        if thoroughly:
            return self._slow_fault(shown, record, context, before), shown
        return None, shown

    def _slow_fault(self, shown: Json, record: Json, context: Context, before: bytes) -> str | None:
        error = next(self._slow.iter_errors(shown), None)
        if error is not None:
            return f"{_bytes(shown)!r} breaks the contract, says the reference validator: {error.message}"
        inside = {id(part) for whole in (record, *context.services) for part in _containers(whole)}
        if any(id(part) in inside for part in _containers(shown)):
            return "what is disclosed shares an object or an array with the record"
        return None if orjson.dumps(record) == before else "the record was changed"


def _is_faulty(example: Example) -> bool:
    return Judge(example.document)._fault(example.record, example.context, thoroughly=True)[0] is not None


def _disclosed(
    compiled: CompiledPolicy, record_type: RecordTypeName, record: Json, context: Context
) -> tuple[Json | None, Exception | None]:
    raised: list[Exception] = []
    shown = compiled.disclose(record_type, record, context, on_failure=raised.append)
    return shown, raised[0] if raised else None


def _bytes(shown: Json | None) -> bytes:
    return orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _containers(inner)


def agree_on(seed: int, number: int) -> Tally:
    """Compare one policy's inputs; the same seed and number give the same ones.

    Raises:
        Disagreement: With the smallest example that could be found.
    """
    dice = random.Random(f"{seed}/{number}")  # text, so that neighbouring numbers share nothing
    document = random_policy(dice, DISCLOSABLE[number % len(DISCLOSABLE)], dice.choice(_SHARES))
    judge, watch = Judge(document), Watch(document)
    maker = Maker(dice, document, judge.record_type)
    services = Maker(dice, document, "service") if document.section("service") else None
    contexts = [random_context(dice, services) for _ in range(_CONTEXTS_OF_ONE_POLICY)]
    tally = Tally(inputs=INPUTS_OF_ONE_POLICY, policies=1)
    for at in range(INPUTS_OF_ONE_POLICY):
        record, context = maker.record(dice.choice(_WILD)), dice.choice(contexts)
        shown = judge.judge(record, context, thoroughly=at % _EVERY == 0)
        tally.agreed += 1
        if shown is not None:
            tally.disclosed += 1
            tally.validated_twice += at % _EVERY == 0
            tally.exercised.update(watch.seen(shown, record))
    return tally


def run(inputs: int, seed: int, processes: int = 1) -> Tally:
    """Compare at least so many inputs."""
    total = Tally()
    policies = range(-(-inputs // INPUTS_OF_ONE_POLICY))
    if processes == 1:
        for number in policies:
            total.add(agree_on(seed, number))
        return total
    with ProcessPoolExecutor(processes) as pool:
        for tally in pool.map(agree_on, repeat(seed), policies, chunksize=8):
            total.add(tally)
    return total


def report(tally: Tally, seconds: float) -> str:
    """Return the figures of a run as text."""
    return "\n".join(
        [
            f"inputs        {tally.inputs:>10,} on {tally.policies:,} random policies",
            f"seconds       {seconds:>10.1f}",
            f"disclosed     {tally.disclosed:>10,} valid by contract, {tally.validated_twice:,} by two validators",
            f"withheld      {tally.inputs - tally.disclosed:>10,}",
            f"agreed        {tally.agreed:>10,} (the first disagreement ends the run)",
            "of the disclosed so many showed at work:",
            *(f"  {tally.exercised[name]:>10,}  {name}" for name in LANGUAGE),
        ]
    )


def main() -> int:
    """Run from the command line; exit status 1 when a part of the language was never exercised."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    tally = run(asked.inputs, asked.seed, asked.processes)
    print(f"{report(tally, time.monotonic() - began)}\nseed {asked.seed}")  # noqa: T201 - the figures are a result
    if tally.never:
        print(f"never exercised: {', '.join(tally.never)}")  # noqa: T201
    return 1 if tally.never or tally.agreed != tally.inputs else 0


if __name__ == "__main__":
    sys.exit(main())
