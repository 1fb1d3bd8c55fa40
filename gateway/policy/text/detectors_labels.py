"""Which class a word belongs to that must go: so that the reader learns what kind of thing was named.

Only the label depends on this, never whether something goes. The first form that fits counts.
"""

from __future__ import annotations

import re

_IPV4 = r"(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?:[-:]\S{1,40})?|(?:0x[0-9a-f]{1,2}\.){3}0x[0-9a-f]{1,2}|0x[0-9a-f]{8}"
_IPV6 = r"(?=\S{0,40}:\S{0,40}:)[0-9a-f:.]{3,45}(?:%[a-z0-9]{1,8})?(?:/\d{1,3})?"
_MAC = r"[0-9a-f]{4}([.-])[0-9a-f]{4}\1[0-9a-f]{4}|[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\2){4}[0-9a-f]{2}"
_PREFIXES = (
    "xe|ge|et|te|gi|fa|hu|fo|tw|ae|lo|po|be|irb|vlan|eth|ether|bvi|lag|mgmt|fxp|em|me|reth|st|gr|vme|lte|wlan|ppp|sfp|bond"
    r"|loopback|tunnel|\w{0,12}ethernet|bundle-ether|port-channel|eth-trunk|vlanif"
)
_INTERFACE = (
    r"(?:[a-z]{1,24}(?:-[a-z]{1,12})?[- ]?)?\d{1,4}(?:/[a-z]?\d{1,4}){1,5}(?:[.:]\d{1,5})?(?:\.\d{1,5})?"
    rf"|(?:{_PREFIXES})-?\d{{1,5}}(?:[./:]\d{{1,5}}){{0,4}}"
)
_NUMBER = (
    r"#?\d{1,64}|[a-z]{2,5}-?\d{5,12}|v?\d{1,4}(?:\.\d{1,4}){1,4}[a-z0-9()-]{0,12}|\d{1,10}:\d{1,10}(?::\d{1,10})?"
)
_LABELS = tuple(
    (label, re.compile(form, re.DOTALL))
    for label, form in (
        ("mail", r"[^@\s]{1,64}@[^@\s]{1,255}"),
        ("link", r"(?:[a-z][a-z0-9+.-]{1,12}://|www\.|data:|mailto:|//[a-z]).{0,4096}"),
        ("address", _IPV4),
        ("address", _IPV6),
        ("address", _MAC),
        ("host", r"(?:[0-9a-f]\.|\d{1,3}\.){4,32}(?:in-addr|ip6)\.arpa\.?"),
        ("interface", _INTERFACE),
        ("place", r"[-+]?\d{1,3}[.,]\d{3,9}[°nsew]?|[-+]?\d{1,3}°.{0,20}"),
        ("phone", r"(?:\+|00)\d[\d()/.-]{5,20}|\d{2,5}[-/.]\d{3,4}[-/.]\d{3,6}"),
        ("number", _NUMBER),
        ("host", r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,10}\.?"),
        ("code", r"[a-z0-9+/_=-]{24,100000}"),
    )
)


def label_of(word: str) -> str:
    """Return the class of a word that must go."""
    form = word.lower().strip(".:/_-,")
    if len(form) > 200:
        return "code"
    return next((label for label, expression in _LABELS if expression.fullmatch(form)), "name")
