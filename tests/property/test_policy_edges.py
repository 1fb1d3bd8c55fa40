"""Nothing finer gets out at an edge: buckets, multiples, units, prefixes, masks and counts, one off (threat P-22).

Each law is checked through the whole filter, against arithmetic that shares nothing with it.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.ids import AudienceId, RecordTypeName
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.context import Context
from gateway.policy.language.document import (
    Bucket,
    Count,
    DisclosurePolicy,
    FieldRule,
    Keep,
    Mask,
    Prefix,
    Round,
    Section,
    Transform,
    Truncate,
)
from tests.policy_side import NOWHERE, TOKEN

UNITS = ("second", "minute", "hour", "day", "month", "year")
PLACES = {"number": "measuredValue", "integer": "priority", "time": "creationDate", "text": "reason"}
NUMBERS = st.floats(-(2.0**53), 2.0**53) | st.integers(-(2**53), 2**53) | st.integers(-200, 200).map(lambda n: n / 8)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001  In UTC by the letter Z that follows.


def disclosing(kind: str, transform: Transform, *more: FieldRule) -> Callable[..., Any]:
    """Return the function from a value to what is disclosed of it; absence is None."""
    record_type = RecordTypeName("service-level" if kind == "number" else "service-problem")
    rules = (FieldRule("id", Keep()), FieldRule(PLACES[kind], transform), *more)
    document = DisclosurePolicy("test", AudienceId("urn:demarc:operator:x"), (Section(record_type, None, rules),))
    compiled = compile_policy(document)

    def disclose(value: Any, context: Context = NOWHERE, **record: Any) -> Any:
        shown = compiled.disclose(record_type, {"id": "x", PLACES[kind]: value, **record}, context)
        assert shown is not None
        return shown.get(PLACES[kind])

    return disclose


# --- numbers ----------------------------------------------------------------------------------------------------------

BOUNDS = st.lists(st.integers(-1000, 1000) | st.floats(-1000, 1000), min_size=1, max_size=6, unique=True).map(sorted)


@given(BOUNDS, NUMBERS)
def test_a_bucket_says_the_greatest_bound_that_the_number_has_reached(bounds: list[Any], value: Any) -> None:
    reached = [bound for bound in bounds if Fraction(bound) <= Fraction(value)]
    shown = disclosing("number", Bucket(tuple(bounds)))(value)
    assert orjson.dumps(shown) == orjson.dumps(reached[-1] if reached else None)


@given(BOUNDS)
def test_a_bucket_changes_exactly_at_its_bounds(bounds: list[Any]) -> None:
    disclose = disclosing("number", Bucket(tuple(bounds)))
    for below, bound, above in zip([None, *bounds], bounds, [*bounds[1:], math.inf], strict=False):
        assert disclose(math.nextafter(float(bound), -math.inf)) == below
        assert disclose(bound) == bound
        assert disclose(math.nextafter(float(bound), math.inf)) in (bound, above)
        assert disclose(math.nextafter(float(min(above, 2.0**53)), -math.inf)) == bound


@given(st.integers(-50, 50))
def test_an_integer_in_a_bucket_is_one_of_the_bounds_or_absent(value: int) -> None:
    shown = disclosing("integer", Bucket((-10, 0, 10, 11)))(value)
    assert shown == (None if value < -10 else -10 if value < 0 else 0 if value < 10 else 10 if value < 11 else 11)


STEPS = st.integers(1, 10**6) | st.sampled_from([0.1, 0.01, 0.25, 0.5, 2.5, 1e-6, 1e-300, 1e15, 0.3, 1e300])


def written(value: int | float) -> Fraction:
    """Return the number that the digits say: 0.1 is a tenth."""
    return Fraction(repr(value))


@given(STEPS, NUMBERS)
def test_a_rounded_number_is_the_nearest_multiple(step: Any, value: Any) -> None:
    assume(step <= 2**53)
    shown = disclosing("number", Round(step))(value)
    steps = written(value) / written(step)
    lower = math.floor(steps)
    distance = steps - lower
    away = lower + 1 if steps > 0 else lower
    expected = lower if distance < Fraction(1, 2) else lower + 1 if distance > Fraction(1, 2) else away
    assert shown == (int if isinstance(step, int) else float)(expected * written(step))
    assert type(shown) is type(step)
    assert math.copysign(1, shown) == 1 or shown != 0, "minus zero tells the sign"


@given(st.integers(1, 10**6), st.integers(-(10**6), 10**6))
def test_integers_round_halves_away_from_zero(step: int, times: int) -> None:
    disclose = disclosing("integer", Round(step))
    half, is_even = divmod(step, 2)[0], step % 2 == 0
    assert disclose(times * step) == times * step
    away = 1 if times >= 0 else -1
    assert disclose(times * step + away * half) == (times + (away if is_even else 0)) * step
    if half > 1:
        assert disclose(times * step + away * (half - 1)) == times * step


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 2.0**54, 1e300, -1e300, True, "7", None, [7]])
def test_what_is_too_large_to_be_exact_or_no_number_is_not_rounded(value: Any) -> None:
    assert disclosing("number", Round(10))(value) is None
    assert disclosing("integer", Round(10))(value) is None


# --- times ------------------------------------------------------------------------------------------------------------


def floor(moment: datetime, unit: str) -> datetime:
    """Return the beginning of the unit that a moment lies in."""
    lowest = {"year": 1, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    ordered = ("year", "month", "day", "hour", "minute", "second")
    cut = {name: lowest[name] for name in ordered[ordered.index(unit) + 1 :]}
    return moment.replace(microsecond=0, **cut)  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", UNITS)
@given(TIMES, st.integers(-23 * 60 - 59, 23 * 60 + 59), st.sampled_from(["", ".0", ".999999", ".9999999999"]))
def test_a_truncated_time_is_the_beginning_of_its_unit_in_utc(
    unit: str, moment: datetime, offset: int, fraction: str
) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    local = moment + timedelta(minutes=offset)
    hours, minutes = divmod(abs(offset), 60)
    zone = f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"
    shown = disclosing("time", Truncate(unit))(local.strftime(f"{local.year:04}-%m-%dT%H:%M:%S") + fraction + zone)
    assert datetime.fromisoformat(shown) == floor(moment, unit)
    assert shown.endswith("Z")


@pytest.mark.parametrize("unit", UNITS)
@given(TIMES)
def test_a_unit_begins_and_ends_exactly(unit: str, moment: datetime) -> None:
    disclose = disclosing("time", Truncate(unit))
    begin = floor(moment, unit)
    text = begin.strftime(f"{begin.year:04}-%m-%dT%H:%M:%SZ")
    before = begin - timedelta(seconds=1)
    last = before.strftime(f"{before.year:04}-%m-%dT%H:%M:%S.999999999Z")
    assert disclose(text) == text
    assert disclose(last) < text


# --- texts ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 32), st.integers(0, 128), st.ip_addresses(), st.integers(0, 128))
def test_a_prefix_is_never_longer_than_said_and_holds_the_address(
    ipv4: int, ipv6: int, address: Any, length: int
) -> None:
    disclose = disclosing("text", Prefix(ipv4, ipv6))
    longest = ipv4 if address.version == 4 else ipv6
    for text in (str(address), f"{address}/{min(length, address.max_prefixlen)}"):
        network = ipaddress.ip_network(disclose(text))
        mapped = getattr(address, "ipv4_mapped", None)
        if mapped is None:
            assert network.prefixlen <= longest
            assert address in network
    around = ipaddress.ip_network(f"{address}/{longest}", strict=False)
    edges = [address for address in (around[0], around[-1]) if getattr(address, "ipv4_mapped", None) is None]
    assert len({disclose(str(edge)) for edge in edges}) <= 1


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_an_address_in_ipv6_clothes_is_as_coarse_as_itself(address: Any, ipv4: int) -> None:
    disclose = disclosing("text", Prefix(ipv4, 128))
    assert disclose(f"::ffff:{address}") == disclose(str(address))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fe80::1%eth0", "fe80::1/128"),
        ("fe80::1%rt1-par/64", "fe80::/64"),
        ("::ffff:192.0.2.1%ge-0/0/1", None),
        ("::ffff:192.0.2.1%eth0", "192.0.2.1/32"),
        ("2001:db8::7%x/128", "2001:db8::7/128"),
    ],
)
def test_the_name_of_an_interface_does_not_leave_with_an_address(text: str, expected: str | None) -> None:
    assert disclosing("text", Prefix(32, 128))(text) == expected


@given(st.integers(0, 8), st.integers(0, 8), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_mask_hides_at_least_four_characters_and_how_many(first: int, last: int, text: str) -> None:
    assume(first + last <= 8)
    shown = disclosing("text", Mask(first, last))(text)
    if len(text) < first + last + 4:
        assert shown == "****"
    else:
        assert shown == text[:first] + "****" + (text[-last:] if last else "")
        assert len(shown) == first + 4 + last


# --- counts -----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 6), st.integers(0, 3))
def test_services_without_an_identifier_are_not_counted(usable: int, others: int) -> None:
    services: list[Any] = [{"id": f"svc-{number}"} for number in range(usable)] + [
        {"name": "x"},
        {"id": ""},
        {"id": 3},
    ][:others]
    shown = disclosing("integer", Count("service"))(None, Context(services, None, TOKEN))
    assert shown == (usable or None)


@given(st.lists(st.sampled_from(["Lyon", "", None, 7]), max_size=6))
def test_only_members_that_are_disclosed_are_counted(names: list[Any]) -> None:
    """D-40: what is counted is the disclosed array, so that nothing tells how many members there were."""
    disclose = disclosing("integer", Count("affectedLocation"), FieldRule("affectedLocation[].name", Keep()))
    places = [{"name": name, "id": "x"} for name in names]
    assert disclose(None, affectedLocation=places) == (sum(type(name) is str for name in names) or None)
