"""Identifiers and clean sentences mined from published router outputs and maintenance notices, where at hand."""

from __future__ import annotations

import csv
import email
import html
import json
import re
from collections.abc import Iterator
from email import policy
from pathlib import Path

_PATTERNS = {
    "address": re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\d.])"),
    "address, IPv6": re.compile(
        r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,6}(?:/\d{1,3})?(?![\w:])"
    ),
    "hardware address": re.compile(
        r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b|\b[0-9A-Fa-f]{4}([.-])[0-9A-Fa-f]{4}\1[0-9A-Fa-f]{4}\b"
    ),
    "interface": re.compile(
        r"\b(?:[A-Z][A-Za-z-]{1,20}Eth(?:ernet)?|Ethernet|Eth|Et|Gi|Te|Fa|Hu|Po|xe|ge|et|ae|ether|Vlan|Vlanif|Loopback|Lo|Tunnel|mgmt|LAG)"
        r"-?\d{1,4}(?:/\d{1,4}){0,4}(?:\.\d{1,5})?\b|\b\d{1,2}/\d{1,2}/c?\d{1,3}(?:/\d{1,2})?\b"
    ),
    "serial": re.compile(r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{10,20}\b"),
    "autonomous system": re.compile(r"\bAS ?\d{2,10}\b"),
    "host name": re.compile(r"^([A-Za-z][\w.-]{2,40}\d[\w.-]{0,20})(?=[#>] ?\w)", re.MULTILINE),
}
_TIME = re.compile(r"\d{1,2}:\d\d:\d\d(?::\d\d)?")
_PLAIN = re.compile(r"[^\d@_/\\|<>{}=#*\[\]]{30,300}")
_BLOCK = re.compile(r"<(style|script|head)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|br|div|tr|td|th|li|table|h\d)\b[^>]*>", re.IGNORECASE)
_PLACE_HOLDERS = re.compile(r"[A-Z]{2,}[a-z]*-|[A-Z]{4,}|[a-z]\.[a-z]|\b[A-Z]\w+ [A-Z]\w+ [A-Z]")


def router_outputs(vectors: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of each router output."""
    for path in sorted((vectors / "network-cli").rglob("*.raw")):
        yield path.name, path.read_text(errors="replace")


def identifiers(vectors: Path) -> dict[str, list[str]]:
    """Return what can be mined from router outputs, by kind, and the circuits of the notices."""
    found: dict[str, set[str]] = {kind: set() for kind in _PATTERNS}
    for _, text in router_outputs(vectors):
        for kind, pattern in _PATTERNS.items():
            found[kind].update(match[0] for match in pattern.finditer(text) if not _TIME.fullmatch(match[0]))
    found["circuit of a notice"] = set(_circuits(vectors))
    return {kind: sorted(names) for kind, names in found.items()}


def _circuits(vectors: Path) -> Iterator[str]:
    for path in (vectors / "circuit-maintenance").rglob("*result*.json"):
        text = path.read_text(errors="replace")
        for name in re.findall(r'"(?:circuit_id|maintenance_id)": ("(?:[^"\\]|\\.)*")', text):
            if sum(map(str.isdigit, json.loads(name))) > 4:
                yield json.loads(name)


def notices(vectors: Path) -> Iterator[tuple[str, str]]:
    """Yield name and readable text of each maintenance notice."""
    for path in sorted((vectors / "circuit-maintenance").rglob("*")):
        if path.suffix == ".eml":
            yield path.name, _of_mail(path.read_bytes())
        elif path.suffix in {".html", ".txt", ""} and path.is_file() and path.name != "LICENSE":
            yield path.name, _readable(path.read_text(errors="replace"))
        elif path.suffix == ".csv":
            yield (
                path.name,
                "\n".join(" ".join(row) for row in csv.reader(path.read_text(errors="replace").splitlines())),
            )


def _of_mail(raw: bytes) -> str:
    message = email.message_from_bytes(raw, policy=policy.default)
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join(_readable(part.get_payload(decode=True).decode(errors="replace")) for part in parts)


def _readable(text: str) -> str:
    plain = re.sub(r"<[^>]{1,2000}>", " ", _BREAK.sub("\n", _BLOCK.sub(" ", text))) if "<" in text else text
    return html.unescape(plain)


def clean_sentences(vectors: Path) -> list[str]:
    """Return sentences of the notices that hold no identifier: no digits, no signs, no names to be told by form."""
    found: dict[str, None] = {}
    for _, text in notices(vectors):
        for paragraph in re.split(r"\n\s*\n|[|•]", text):
            for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", " ".join(paragraph.split())):
                if _PLAIN.fullmatch(sentence) and " " in sentence and not _PLACE_HOLDERS.search(sentence):
                    found[sentence] = None
    return list(found)
