"""Ways of writing an identifier so that a search for it finds nothing: one function each, by name."""

from __future__ import annotations

import base64
import codecs
import gzip
import html
import ipaddress
import json
import unicodedata
import urllib.parse
import zlib
from collections.abc import Callable

Disguise = Callable[[str], str]

_LEET = str.maketrans("aeiostlAEIOSTL", "43105714310571")
_CYRILLIC = str.maketrans("aceopxyijsBEHKMOPCTXAaнтвк", "асеорхуіјѕВЕНКМОРСТХАанвтк"[:26])
_GREEK = str.maketrans("oavxyikptuABEZHIKMNOPTYX", "οανχγικρτυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")


def _each(text: str, write: Callable[[str], str]) -> str:
    return "".join(map(write, text))


def _between(text: str, separator: str) -> str:
    return separator.join(text)


def _second(text: str, separator: str) -> str:
    return separator.join(text[at : at + 2] for at in range(0, len(text), 2))


def _shifted(text: str, upper: int, lower: int, digit: int | None) -> str:
    def write(character: str) -> str:
        if "A" <= character <= "Z":
            return chr(upper + ord(character) - 65)
        if "a" <= character <= "z":
            return chr(lower + ord(character) - 97)
        return chr(digit + int(character)) if digit and "0" <= character <= "9" else character

    return _each(text, write)


def _fullwidth(text: str) -> str:
    return _each(text, lambda c: chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c)


def _percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def _quoted_printable(text: str) -> str:
    return "".join(f"={byte:02X}" for byte in text.encode())


def _half(text: str) -> str:
    return text[: len(text) // 2]


def _other_half(text: str) -> str:
    return text[len(text) // 2 :]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


DISGUISES: dict[str, Disguise] = {
    "as it is": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "other case": str.swapcase,
    "every second letter a capital": lambda t: "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(t)),
    "leetspeak": lambda t: t.translate(_LEET),
    "spaces inserted": lambda t: _between(t, " "),
    "hyphens inserted": lambda t: _between(t, "-"),
    "dots inserted": lambda t: _between(t, "."),
    "underscores inserted": lambda t: _between(t, "_"),
    "pipes inserted": lambda t: _between(t, "|"),
    "slashes every second": lambda t: _second(t, "/"),
    "zero-width spaces": lambda t: _between(t, "\u200b"),
    "zero-width joiners": lambda t: _between(t, "\u200d"),
    "soft hyphens": lambda t: _between(t, "\u00ad"),
    "word joiners": lambda t: _between(t, "\u2060"),
    "byte order marks": lambda t: _between(t, "\ufeff"),
    "Cyrillic look-alikes": lambda t: t.translate(_CYRILLIC),
    "Greek look-alikes": lambda t: t.translate(_GREEK),
    "fullwidth": _fullwidth,
    "mathematical bold": lambda t: _shifted(t, 0x1D400, 0x1D41A, 0x1D7CE),
    "mathematical script": lambda t: _shifted(t, 0x1D4D0, 0x1D4EA, None),
    "circled": lambda t: _shifted(t, 0x24B6, 0x24D0, None),
    "squared": lambda t: _shifted(t.upper(), 0x1F170, 0x1F170, None),
    "struck through": lambda t: _between(t, "\u0336"),
    "decomposed": lambda t: unicodedata.normalize("NFD", t),
    "accents added": lambda t: _each(t, lambda c: unicodedata.normalize("NFC", c + "\u0301") if c.isalpha() else c),
    "right-to-left override": lambda t: f"\u202e{t[::-1]}\u202c",
    "other dashes": lambda t: t.replace("-", "\u2011").replace("/", "\u2215"),
    "double blanks": lambda t: t.replace("-", " - ").replace(" ", "  "),
    "defanged": lambda t: t.replace(".", "[.]").replace(":", "[:]").replace("http", "hxxp").replace("@", "[at]"),
    "dots as words": lambda t: t.replace(".", "[dot]").replace("@", "(at)"),
    "letter O for zero, l for one": lambda t: t.replace("0", "O").replace("1", "l"),
    "percent-encoded": _percent,
    "percent-encoded twice": lambda t: urllib.parse.quote(_percent(t)),
    "first letter percent-encoded": lambda t: _percent(t[:1]) + t[1:],
    "HTML entities": lambda t: _each(t, lambda c: f"&#{ord(c)};"),
    "HTML entities, hexadecimal": lambda t: _each(t, lambda c: f"&#x{ord(c):x};"),
    "HTML-escaped quotes around": lambda t: html.escape(json.dumps({"at": t})),
    "backslash u": lambda t: _each(t, lambda c: f"\\u{ord(c):04x}"),
    "backslash x": lambda t: _each(t, lambda c: f"\\x{ord(c):02x}" if ord(c) < 256 else c),
    "quoted-printable": _quoted_printable,
    "quoted-printable soft break": lambda t: f"{_half(t)}=\n{_other_half(t)}",
    "base64": _base64,
    "base64 twice": lambda t: _base64(_base64(t)),
    "base64url": lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
    "base64 of a sentence": lambda t: _base64(f"seen on {t} again"),
    "base32": lambda t: base64.b32encode(t.encode()).decode(),
    "hexadecimal": lambda t: t.encode().hex(),
    "rot13": lambda t: codecs.encode(t, "rot13"),
    "backwards": lambda t: t[::-1],
    "backwards in rot13": lambda t: codecs.encode(t, "rot13")[::-1],
    "gzip and base64": lambda t: base64.b64encode(gzip.compress(t.encode(), mtime=0)).decode(),
    "zlib and base64": lambda t: base64.b64encode(zlib.compress(t.encode())).decode(),
    "JSON in a string": lambda t: json.dumps(json.dumps({"node": t})),
    "data URL": lambda t: "data:text/plain;base64," + _base64(t),
    "in brackets": lambda t: f"({t})",
    "as a value": lambda t: f"node={t};",
}

ADDRESS_DISGUISES: dict[str, Disguise] = {
    "octal": lambda t: ".".join(f"0{int(part):o}" for part in t.split(".")),
    "hexadecimal parts": lambda t: ".".join(f"0x{int(part):x}" for part in t.split(".")),
    "one number": lambda t: str(int(ipaddress.IPv4Address(t))),
    "one hexadecimal number": lambda t: f"0x{int(ipaddress.IPv4Address(t)):08x}",
    "one octal number": lambda t: f"0{int(ipaddress.IPv4Address(t)):o}",
    "IPv4-mapped": lambda t: f"::ffff:{t}",
    "IPv4-mapped in hexadecimal": lambda t: ipaddress.IPv6Address(f"::ffff:{t}").exploded,
    "reversed DNS": lambda t: ipaddress.IPv4Address(t).reverse_pointer,
    "leading zeros": lambda t: ".".join(f"{int(part):03d}" for part in t.split(".")),
    "spaces for dots": lambda t: t.replace(".", " "),
    "hyphens for dots": lambda t: "ip-" + t.replace(".", "-"),
    "commas for dots": lambda t: t.replace(".", ","),
    "dot in words": lambda t: t.replace(".", " dot "),
}
