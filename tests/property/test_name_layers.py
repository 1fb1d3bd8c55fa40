"""Names spread over several scanners are found as if one scanner knew them all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.text.name_layers import LayeredScanner
from gateway.policy.text.names import NameScanner
from gateway.policy.text.scrub import Scrubber

NAMES = [
    *("rt1.par", "rtl.par", "RT1.PAR", "rt-1 par", "Paris", "EPL Paris-Lyon", "Wave 6", "Wave 9", "svc-x6", "svc-x9"),
    *(
        "10.0.0.1",
        "10::1",
        "2001:db8::1",
        "Acme LAN",
        "acme",
        "LAN Acme",
        "SN70A1B2C3D4",
        "gold-eagle.zrh",
        "M\u00fcller",
    ),
]
WORDS = [
    *NAMES,
    *("down at", "cnJ0MS5wYXI=", "7274312e706172", "rt1%2Epar", "rap.1tr", "egc1.cne", "r t 1 . p a r", "lost"),
    *("Wave", "g", "6", "9", "-", "\n", "EPL", "Lyon", "wave \uff19", "MUELLER", "e\u200bagle"),
]
names = st.sets(st.sampled_from(NAMES))
texts = st.lists(st.sampled_from(WORDS), max_size=8).flatmap(
    lambda words: st.sampled_from([" ", "", "\n", " and "]).map(lambda between: between.join(words))
)


@settings(max_examples=400, deadline=None)
@given(layers=st.lists(names, max_size=4), text=texts, allowed=names, places=st.none() | names)
def test_what_is_found_does_not_depend_on_where_names_are(
    layers: list[set[str]], text: str, allowed: set[str], places: set[str] | None
) -> None:
    together = NameScanner(sorted(set().union(*layers)), places)
    apart = LayeredScanner([NameScanner(sorted(layer), places) for layer in layers], places)
    known = frozenset(allowed)
    assert bool(apart.hits(text, known)) == bool(together.hits(text, known))
    assert apart.hits(text) == together.hits(text)
    assert {(one.start, one.end) for one in apart.unknown(text, known)} == {
        (one.start, one.end) for one in together.unknown(text, known)
    }
    assert {(one.start, one.end) for one in apart.known(text, known)} == {
        (one.start, one.end) for one in together.known(text, known)
    }
    assert apart.may_hit(text) == together.may_hit(text)
    assert Scrubber(apart).scrub(text, known) == Scrubber(together).scrub(text, known)
