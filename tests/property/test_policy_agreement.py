"""The compiled filter means what the readable reference says, on any input (threat P-10)."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.filter.compiler import compile_policy
from gateway.policy.language.document import Keep
from gateway.policy.oracle import values as reference_values
from gateway.record.paths import Leaf
from tests.policy_side import CONTEXT, DISCLOSABLE, TOKEN, alarm, alarm_policy
from tests.property.agreement import Disagreement, Judge, agree_on, run
from tests.random_policies import random_policy
from tests.random_records import Maker, random_context

SEEDS = st.integers(min_value=0, max_value=2**63)
TYPES = st.sampled_from(DISCLOSABLE)
INPUTS = 100_000


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_compiled_filter_agrees_with_the_reference_on_a_hundred_thousand_inputs() -> None:
    """The same command with more inputs is the long run; it fails too when a part of the language was not exercised."""
    command = [sys.executable, "-m", "tests.property.agreement", "--inputs", str(INPUTS), "--processes", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-6000:]
    assert f"{INPUTS:,} on" in done.stdout


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.integers(min_value=0, max_value=5))
def test_the_compiled_filter_agrees_with_the_reference_on_any_seed(seed: int, record_type: int) -> None:
    agree_on(seed, record_type)


@settings(max_examples=30, deadline=None)
@given(SEEDS, TYPES)
def test_every_output_keeps_the_contract_by_two_validators_and_shares_nothing_mutable(
    seed: int, record_type: str
) -> None:
    dice = random.Random(seed)
    document = random_policy(dice, record_type, dice.choice([0.1, 0.3]))
    judge, maker, context = Judge(document), Maker(dice, document, record_type), random_context(dice)
    for _ in range(20):
        judge.judge(maker.record(dice.choice([0, 0.1, 0.5])), context, thoroughly=True)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    # Lone surrogates do not get through the strict door, and are no text to any JSON writer.
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "place"]), inner),
    max_leaves=8,
)
NAMES = ("id", "place", "note", "alarmedObject", "alarmRaisedTime", "affectedService", "comment", "parentAlarm")


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.dictionaries(st.sampled_from(NAMES), JSON))
def test_disclosing_never_raises_whatever_the_record_holds(seed: int, record: dict[str, Any]) -> None:
    dice = random.Random(seed)
    judge = Judge(random_policy(dice, "alarm", 0.5))
    judge.judge({"id": "a-1", **record}, random_context(dice), thoroughly=True)


@pytest.mark.parametrize("broken", ["pseudonym", "is_disclosed", "scrub"])
def test_an_error_in_the_surroundings_withholds_the_record_and_is_told(broken: str) -> None:
    def fail(*_: str) -> Any:
        raise LookupError(broken)

    surroundings: dict[str, Any] = {"pseudonym": TOKEN, "is_disclosed": lambda *_: True, "scrub": str, broken: fail}
    context = type(CONTEXT)(CONTEXT.services, CONTEXT.about, **surroundings)
    document = alarm_policy("specificProblem: scrub\nprobableCause: {pseudonym: reference}\nparentAlarm[].name: keep")
    record = alarm(specificProblem="fan", parentAlarm=[{"id": "alarm-1", "name": "other"}])
    told: list[Exception] = []
    assert compile_policy(document).disclose(document.sections[0].record_type, record, context, told.append) is None
    assert [type(error) for error in told] == [LookupError]


def test_nothing_is_disclosed_below_a_reference_where_the_context_says_nothing() -> None:
    """A context that does not know what else is disclosed denies: the default."""
    compiled = compile_policy(alarm_policy("parentAlarm[].name: keep\nspecificProblem: scrub"))
    record = alarm(specificProblem="fan", parentAlarm=[{"id": "alarm-1", "name": "other"}])
    assert compiled.disclose(next(iter(compiled.record_types)), record, CONTEXT) == {"id": "alarm-4711"}


# --- the comparison itself: it finds what is planted, and makes it small ---------------------------------------------


def _keeps_what_does_not_fit(real: Any) -> Any:
    def transformed(value: Any, transform: Any, leaf: Leaf, *rest: Any) -> Any:
        if isinstance(transform, Keep) and isinstance(value, str) and leaf.enum:
            return value
        return real(value, transform, leaf, *rest)

    return transformed


def _where_it_fits(fault: Any, real: Any) -> Any:
    """Return `fault` as a function that leaves values of other kinds to the real one."""

    def either(value: Any, *rest: Any) -> Any:
        try:
            return fault(value, *rest)
        except TypeError:
            return real(value, *rest)

    return either


FAULTS: dict[str, tuple[str, Any]] = {
    "rounds halves to even": ("_rounded", lambda _: lambda value, step: round(value / step) * step),
    "shows a short text": ("_masked", lambda _: lambda value, first, last: value[:first] + "****" + value[-last:]),
    "forgets the offset": ("_truncated", lambda real: lambda value, unit: real(value[:19] + "Z", unit)),
    "takes any IPv6": ("_network", lambda _: lambda value, _four, six: f"{value}/{six}" if ":" in value else None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_told_in_a_small_example(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, plant = FAULTS[fault]
    real = getattr(reference_values, name)
    monkeypatch.setattr(reference_values, name, _where_it_fits(plant(real), real))
    with pytest.raises(Disagreement) as found:
        run(10_000, seed=5)
    rules = re.findall(r"^  \S+: .* rename ", str(found.value), re.MULTILINE)
    assert len(rules) <= 4, str(found.value)
    assert "record: " in str(found.value)


def test_a_kept_word_that_is_not_in_the_list_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reference_values.transformed
    monkeypatch.setattr("gateway.policy.oracle.reference.transformed", _keeps_what_does_not_fit(real))
    with pytest.raises(Disagreement, match="Keep"):
        run(10_000, seed=5)
