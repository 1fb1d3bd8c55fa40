"""What large policies cost: one of 10,000 rules to load, and the difference of two with 2,000 rules each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

from gateway.policy.diff.compare import diff
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.reading.load import load
from tests.bench.report import Row

_HEAD = """\
apiVersion: demarc/v1
kind: DisclosurePolicy
name: large
audience: {operator: northlink}
hierarchies: {technology: {ethernet: [epl, evpl], ip: [ip-transit]}}
records:
"""
_SECTIONS = (
    ("change-request", "changeRequestCharacteristic"),
    ("service", "serviceCharacteristic"),
    ("service-problem", "characteristic"),
)
_PLAIN = ("value: keep", "valueType: {map: {Mbit/s: rate, ms: delay}, otherwise: other}", "id: {pseudonym: reference}",
          "valueType: {generalise: technology}", "id: {mask: {first: 0, last: 4}}", "valueType: scrub")  # fmt: skip
_WIDER = ("value: keep", "valueType: keep", "id: keep", "valueType: keep", "id: {mask: {first: 2, last: 4}}",
          "valueType: keep")  # fmt: skip


def large(rules: int, kinds: tuple[str, ...] = _PLAIN) -> str:
    """Return a policy with this many rules for fields, spread over three record types; every second has a condition."""
    lines = [_HEAD]
    share, more = divmod(rules, len(_SECTIONS))
    for number, (record_type, array) in enumerate(_SECTIONS):
        count = share + (number < more)
        lines.append(
            f'  {record_type}:\n    when: record.id != "{number}" && object.interconnect\n    fields:\n      id: keep\n'
        )
        said = islice(cycle(kinds), count - 1)
        lines += [
            f'      "{array}[name=c{index:05d}].{rule.replace(": ", chr(34) + ": ", 1)}\n'
            for index, rule in enumerate(said)
        ]
    return "".join(lines)


def measure(rounds: int) -> Iterator[Row]:
    """Yield the cost of loading, compiling and comparing large policies, the median of `rounds`."""
    text = large(10_000)
    note = f"{len(text) / 1024:,.0f} KB of YAML; parsed, checked, digest"
    yield Row(
        "policies", "load 10,000 rules", _seconds(lambda: load(text, "large.yaml"), rounds), "s", 2.0, "to reach", note
    )
    (document,) = load(text, "large.yaml")
    yield Row("policies", "compile them, checks included", _seconds(lambda: compile_policy(document), 1), "s")
    (old,), (new,) = load(large(2_000), "old.yaml"), load(large(2_000, _WIDER), "new.yaml")
    found = diff(old, new)
    note = f"{len(found.changes):,} changes; widens: {found.widens}"
    yield Row(
        "policies", "difference of 2,000 rules", _seconds(lambda: diff(old, new), rounds), "s", 1.0, "to reach", note
    )


def _seconds(work: Callable[[], Any], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2]
