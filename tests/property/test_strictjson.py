"""Laws of the strict parser, over inputs nobody thought of."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.record.strictjson import LARGEST_INTEGER, NotStrictJson, Reason, dump, parse

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from('\t\r\n\\"/'), max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
    | TEXT
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5), max_leaves=40
)
MARKS = rb"""{ } [ ] , : " \ \u d800 0000 1e 999 - . NaN null true "a" "a":""".split()
FRAGMENTS = st.sampled_from(
    [*MARKS, b" ", b"\n", b"\x00", b"\x7f", b"\xef\xbb\xbf", b"\xff", b"\xc3\xa9", b"\xef\xb7\x90"]
)


def outcome(raw: bytes) -> object:
    """Return what `parse` makes of `raw`: the value, or the reason of the refusal."""
    try:
        return parse(raw)
    except NotStrictJson as refused:
        return Reason(refused.reason)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.lists(FRAGMENTS, max_size=30).map(b"".join))
@example(b"[" * 5000)
@example(b'{"a":' * 5000)
@example(b"\xef\xbb\xbf")
def test_any_bytes_end_in_a_value_or_in_our_refusal(raw):
    value = outcome(raw)
    if not isinstance(value, Reason):
        assert parse(dump(value)) == value


@settings(deadline=None)
@given(VALUES, st.integers(min_value=0), st.binary(min_size=0, max_size=3))
def test_a_damaged_document_ends_in_a_value_or_in_our_refusal(value, at, damage):
    raw = dump(value)
    at %= len(raw)
    outcome(raw[:at] + damage + raw[at + 1 :])


@settings(deadline=None)
@given(VALUES)
def test_every_value_survives_being_written_and_read(value):
    assert parse(dump(value)) == value


@settings(deadline=None)
@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_both_ways_through_the_parser_agree(value, ascii_only, indent):
    assert parse(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) == parse(dump(value))


@settings(deadline=None)
@given(st.lists(FRAGMENTS, max_size=30).map(b"".join))
def test_a_space_in_front_changes_nothing(raw):
    """The space forces the long way, so this compares the two."""
    if not raw.startswith(b"\xef\xbb\xbf"):
        assert outcome(b" " + raw) == outcome(raw)


@settings(deadline=None)
@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=5), st.data())
def test_one_member_said_twice_is_always_refused(members, data):
    key = data.draw(st.sampled_from(sorted(members)))
    pairs = data.draw(st.permutations([*members.items(), (key, members[key])]))
    raw = b"{" + b",".join(dump(name) + b":" + dump(member) for name, member in pairs) + b"}"
    assert outcome(raw) is Reason.DUPLICATE_KEY


@settings(deadline=None)
@given(VALUES)
def test_what_is_read_is_what_others_read(value):
    raw = dump(value)
    assert parse(raw) == json.loads(raw)
