"""YAML as plain nodes with places, read strictly: what two readers could understand differently is refused.

Rules:
- One document; no byte order mark, tabs, invisible characters, directives, anchors, aliases, merge keys or tags.
- Keys are scalars and unique within their mapping. A pair in a list has braces, a comment a space before it.
- Nothing is resolved to a type here: a scalar is its text, and whether it was quoted.

This module knows YAML only, nothing of policies. libyaml reads the text, thirty times faster than a reader in Python;
a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import yaml
from yaml import events

from gateway.policy.language.findings import START, Findings, Mark, PolicyRefused

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 24

_UNWANTED = re.compile("[\t\u0085\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_UNSAYABLE = re.compile(_UNWANTED.pattern[:-1] + "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_STYLES = ("'", '"', "|", ">")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*(?: |\r?\n|$)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|\r(?!\n)")


_SYNTAX_REMEDIES = (
    ("cannot start any token", "Put it in quotes; names that begin with @ need them."),
    ("mapping values are not allowed", "Indent this line as its neighbours, or put text that has a colon in quotes."),
    ("while parsing a block", "Indent this line as its neighbours."),
    ("while parsing a flow", "Close the bracket, or put a comma before this."),
    ("quoted scalar", "Close the quotes."),
)
"""What to do about what libyaml says; the first sign that is in its words decides."""


class Scalar(NamedTuple):
    """A piece of text; `plain` when it stood without quotes, `style` the YAML indicator otherwise."""

    text: str
    mark: Mark
    end: Mark
    style: str = ""

    @property
    def plain(self) -> bool:
        """Whether YAML would guess a type from how the text looks."""
        return not self.style


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    mark: Mark
    end: Mark


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values, in the order of the text; keys are unique."""

    entries: tuple[tuple[Scalar, Node], ...]
    mark: Mark
    end: Mark


Node: TypeAlias = Scalar | Sequence | Mapping


def decode(raw: bytes, file: str) -> str:
    """Return the text of a policy file; raise `PolicyRefused` when it is too large or not UTF-8."""
    findings = Findings(file)
    if len(raw) > MAX_BYTES:
        findings.add(START, "yaml.too-large", f"the file has more than {MAX_BYTES} bytes", "Split the policy.")
        raise PolicyRefused(findings.found)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        findings.add(Mark(line, column), "yaml.not-utf8", "these bytes are not UTF-8", "Save the file as UTF-8.")
        raise PolicyRefused(findings.found) from error


def read(text: str, findings: Findings) -> Node | None:
    """Return the one document in `text`; None when there is none or it cannot be read (then a finding says why)."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        findings.add(START, "yaml.too-large", f"the text has more than {MAX_BYTES} bytes", "Split the policy.")
        return None
    if _unwanted_characters(text, findings):
        return None
    builder = _Builder(text, findings)
    parser = yaml.CSafeLoader(text)
    try:
        while (event := parser.get_event()) is not None:
            if not builder.take(event):
                return None
    except yaml.YAMLError as error:
        _syntax(error, findings)
        return None
    finally:
        parser.dispose()
    if builder.root is None:
        findings.add(START, "yaml.empty", "the document is empty", "Write a policy, or remove the file.")
    return builder.root


def locate(scalar: Scalar, offset: int, source: str) -> Mark:
    """Return where character `offset` of a scalar's text stands in the file.

    Exact for text on one line and for block scalars; otherwise the place where the scalar begins.
    """
    if scalar.style in ("|", ">"):
        return _in_block(scalar.mark, offset, source.splitlines())
    line = source.splitlines()[scalar.mark.line - 1 : scalar.mark.line]
    begin = scalar.mark.column - 1 + (0 if scalar.plain else 1)
    if line and line[0][begin : begin + len(scalar.text)] == scalar.text:
        return Mark(scalar.mark.line, begin + offset + 1)
    return scalar.mark


def _in_block(mark: Mark, offset: int, lines: list[str]) -> Mark:
    """Walk the lines below a block scalar's indicator; each gives its characters and one line break."""
    body = lines[mark.line :]
    first = next((line for line in body if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    for number, line in enumerate(body, start=mark.line + 1):
        content = line[indent:]
        if offset <= len(content):
            return Mark(number, indent + offset + 1)
        offset -= len(content) + 1
    return mark


def _unwanted_characters(text: str, findings: Findings) -> bool:
    """Refuse tabs and characters that nobody sees: a reviewer must see what the machine reads."""
    for match in _UNWANTED.finditer(text):
        name = {"\t": "a tab", "\ufeff": "a byte order mark"}.get(
            match[0], f"invisible character U+{ord(match[0]):04X}"
        )
        mark = _place_of(match.start(), text)
        findings.add(mark, "yaml.character", f"{name} in the text", "Use spaces and visible characters only.")
    for match in _CONTROL.finditer(text):
        mark = _place_of(match.start(), text)
        findings.add(mark, "yaml.syntax", "a control character in the text", "Remove the character.")
    return bool(findings.found)


def _place_of(offset: int, text: str) -> Mark:
    return Mark(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _syntax(error: yaml.YAMLError, findings: Findings) -> None:
    """Turn the YAML reader's complaint into a finding."""
    mark, message = START, "this is not YAML"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = Mark(error.problem_mark.line + 1, error.problem_mark.column + 1)
        message = " ".join(str(part) for part in (error.context, error.problem) if part)
        if "<document start>" in message:
            what = "a second document begins here"
            findings.add(mark, "yaml.documents", what, "Put each policy in its own file.")
            return
    remedy = next((said for sign, said in _SYNTAX_REMEDIES if sign in message), "Correct the YAML here.")
    findings.add(mark, "yaml.syntax", message, remedy)


class _Builder:
    """Builds nodes from the parser's events, without recursion, so that no nesting can exhaust the stack."""

    def __init__(self, text: str, findings: Findings) -> None:
        self.root: Node | None = None
        self._text = text
        self._findings = findings
        self._open: list[tuple[events.CollectionStartEvent, Mark, list[Node]]] = []
        self._documents = 0

    def take(self, event: events.Event) -> bool:
        """Take one event; False when reading on makes no sense."""
        mark = _place(event.start_mark)
        if isinstance(event, events.ScalarEvent):
            self._refuse_labels(event.anchor, event.tag, mark)
            self._scalar(event, mark)
        elif isinstance(event, events.CollectionStartEvent):
            self._refuse_labels(event.anchor, event.tag, mark)
            return self._begin(event, mark)
        elif isinstance(event, events.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, events.DocumentStartEvent):
            return self._document(event, mark)
        elif isinstance(event, events.AliasEvent):
            self._refuse(mark, "yaml.alias", f"alias *{event.anchor}", "Write the value out again.")
            self._add(Scalar("", mark, mark, "'"))
        return True

    def _document(self, event: events.DocumentStartEvent, mark: Mark) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._refuse(mark, "yaml.documents", "a second document begins here", "Put each policy in its own file.")
            return False
        if event.version or event.tags:
            self._refuse(mark, "yaml.directive", "a YAML directive", "Remove the lines that begin with %.")
        return True

    def _refuse_labels(self, anchor: str | None, tag: str | None, mark: Mark) -> None:
        if anchor is not None:
            self._refuse(mark, "yaml.anchor", f"anchor &{anchor}", "Remove it; a policy says everything in full.")
        if tag is not None:
            self._refuse(mark, "yaml.tag", f"tag {tag}", "Remove the tag.")

    def _scalar(self, event: events.ScalarEvent, mark: Mark) -> None:
        if _UNSAYABLE.search(event.value):
            self._refuse(mark, "yaml.character", "an escape for a character that cannot be seen", "Remove it.")
        style = event.style if event.style in _STYLES else ""
        if style in ("|", ">") and not _BLOCK_HEADER.match(self._text, _index(event)):
            self._refuse(mark, "yaml.syntax", f"something stands right behind {style}", "Begin the text on a new line.")
        self._add(Scalar(event.value, mark, _place(event.end_mark), style))

    def _begin(self, event: events.CollectionStartEvent, mark: Mark) -> bool:
        if event.flow_style and self._text[_index(event)] not in "[{&!":
            self._refuse(mark, "yaml.pair", "a pair in a list without braces", "Write {key: value}.")
        self._open.append((event, mark, []))
        if len(self._open) > MAX_DEPTH:
            self._refuse(mark, "yaml.depth", f"more than {MAX_DEPTH} levels", "Write the policy flatter.")
            return False
        return True

    def _close(self, event: events.CollectionEndEvent) -> None:
        begin, mark, parts = self._open.pop()
        # A block ends with its last part: what the reader calls its end lies behind the comments that follow.
        end = _place(event.end_mark) if begin.flow_style or not parts else parts[-1].end
        if isinstance(begin, events.MappingStartEvent):
            self._add(Mapping(tuple(self._pairs(parts)), mark, end))
        else:
            self._add(Sequence(tuple(parts), mark, end))

    def _pairs(self, parts: list[Node]) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Mark] = {}
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._refuse(key.mark, "yaml.key", "a key that is not a name", "Use a name as the key.")
            elif key.plain and key.text == "<<":
                self._refuse(key.mark, "yaml.merge", "a merge key", "Write the keys out.")
            elif key.text in seen:
                where = f"`{key.text}` stands already in line {seen[key.text].line}"
                self._refuse(key.mark, "yaml.duplicate-key", where, "Keep one of the two.")
            else:
                seen[key.text] = key.mark
                yield key, value

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1][2].append(node)
        else:
            self.root = node

    def _refuse(self, mark: Mark, code: str, message: str, remedy: str) -> None:
        self._findings.add(mark, code, message, remedy)


def _place(mark: Any) -> Mark:
    """Return a place as libyaml knows it, counted from 1; its events always have one."""
    return Mark(mark.line + 1, mark.column + 1)


def _index(event: events.NodeEvent) -> int:
    """Return how many characters stand before an event; libyaml counts characters, not bytes."""
    return event.start_mark.index if event.start_mark else 0
