"""The policy parser is total: any text is a policy or is refused, with places and remedies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.policy_side import findings_of, policy_text

GOOD = policy_text('alarm:\n  when: record.state == "raised"\n  fields:\n    id: keep\n    state: {constant: raised}')
PIECES = (
    *("%YAML 9.9\n", "? ", "- ", "[", "]", "{", "}", ": ", "&a ", "*a", "!x ", "|9\n", ">-\n", "---\n", "...\n"),
    *("'", '"', "\n", "  ", "<<: ", "null", "\x00", "\u2028", "\r", '"\\U00110000"', "1e999", "2026-99-99", "&&"),
)
EDITS = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 30), st.sampled_from(PIECES) | st.text(max_size=5))


@given(st.lists(EDITS, max_size=5))
def test_any_text_is_a_policy_or_refused_with_places(edits: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    for finding in findings_of(text):
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.remedy.endswith(".")
