"""Check the head of an HTTP request before any parser sees it.

Pure. In this order, so that the cheap refusals come first:

 (1) size       the whole head, its target and its number of fields are bounded
 (2) line       `METHOD SP origin-form SP HTTP/1.1`, one space each, a method that some address here offers
 (3) target     RFC 3986 characters in one normal form: no empty, dot or disguised segment, no control character
 (4) fields     token, colon, printable value; no folding, no bare CR or LF, no control character
 (5) single     a field that can only have one value appears once
 (6) host       exactly one, a name or address with an optional port
 (7) framing    at most one Content-Length, digits only, under the cap; never Transfer-Encoding, Expect or Upgrade

A head that passes has one reading only, so the parser behind it and any proxy before it agree where the body ends.
It does not look at content codings or media types: that is for the address that is asked.

Standard: RFC 9112 sections 2, 3, 5, 6 and 11.2; RFC 9110 sections 5 and 7.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import ClassVar, NoReturn

from gateway.errors import InputError

END_OF_HEAD = b"\r\n\r\n"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ ]+) HTTP/([0-9])\.([0-9])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)")
_TARGET = re.compile(rb"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?|\[\]{}-]|%[0-9A-Fa-f]{2})*")
_DISGUISED = re.compile(rb"//|/\.{1,2}(?:/|$)|%(?:[01][0-9A-Fa-f]|7[Ff]|2[EeFf]|5[Cc])")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_SINGLE = frozenset(
    b"authorization client-cert client-cert-chain content-encoding content-language content-length content-location "
    b"content-range content-type cookie date expect from host if-match if-modified-since if-none-match if-range "
    b"if-unmodified-since last-event-id max-forwards origin proxy-authorization range referer traceparent "
    b"transfer-encoding upgrade user-agent x-forwarded-client-cert".split()
)


@dataclass(frozen=True, slots=True)
class HeadLimits:
    """How large a request may be before anybody looks at it."""

    max_head_bytes: int = 16 * 1024
    max_target_bytes: int = 4 * 1024
    max_fields: int = 100
    max_body_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """What the framing of one request is, after every check above."""

    method: str
    target: bytes
    content_length: int
    is_last: bool


REASONS: Mapping[str, tuple[HTTPStatus, str]] = MappingProxyType(
    {
        "line": (HTTPStatus.BAD_REQUEST, "Send a request line of HTTP/1.1 with a path as target."),
        "target": (HTTPStatus.BAD_REQUEST, "Send a path in normal form, percent-encoded where RFC 3986 asks for it."),
        "method": (HTTPStatus.METHOD_NOT_ALLOWED, "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS."),
        "version": (HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "Use HTTP/1.1."),
        "field": (HTTPStatus.BAD_REQUEST, "Send header fields as RFC 9112 writes them."),
        "repeated": (HTTPStatus.BAD_REQUEST, "Send each of these header fields once."),
        "host": (HTTPStatus.BAD_REQUEST, "Send exactly one Host field with a name and an optional port."),
        "length": (HTTPStatus.BAD_REQUEST, "Send one Content-Length in decimal digits."),
        "framing": (HTTPStatus.BAD_REQUEST, "Send Content-Length and no Transfer-Encoding."),
        "chunked": (HTTPStatus.LENGTH_REQUIRED, "Send Content-Length and no Transfer-Encoding."),
        "expect": (HTTPStatus.EXPECTATION_FAILED, "Send the request without Expect."),
        "upgrade": (HTTPStatus.BAD_REQUEST, "Send the request without Upgrade."),
        "body-size": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Send less at once."),
        "head-size": (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Send fewer or shorter header fields."),
        "target-size": (HTTPStatus.REQUEST_URI_TOO_LONG, "Send a shorter address."),
        "late": (HTTPStatus.REQUEST_TIMEOUT, "Send the whole request without pauses."),
        "parser": (HTTPStatus.BAD_REQUEST, "Send a request as RFC 9112 writes it."),
    }
)
"""Every reason for which the listener itself refuses, with its status and what to do; nothing else is ever answered."""


class HeadRefused(InputError):
    """The HTTP request is not one that this listener takes."""

    code: ClassVar[str] = "http.request-refused"
    remedy: ClassVar[str] = "Send one well-formed HTTP/1.1 request with Content-Length, within the limits."

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.status, self.advice = REASONS[reason]
        super().__init__(f"request refused: {reason}")


def check_partial(raw: bytes | bytearray, limits: HeadLimits) -> None:
    """Refuse a head that is still arriving as soon as no continuation can mend it.

    Args:
        raw: What has arrived so far, without the final empty line.
        limits: The bounds of this listener.

    Raises:
        HeadRefused: It is too long already, or not a head of HTTP at all.
    """
    end = raw.find(b"\n")
    if end < 0:
        if len(raw) > limits.max_target_bytes + 32:  # 32 octets cover any method and version
            _refuse("target-size")
        if raw and not _FIRST.match(raw):
            _refuse("line")
        return
    _request_line(bytes(raw[: end + 1]).removesuffix(b"\r\n"), limits)
    if len(raw) > limits.max_head_bytes:
        _refuse("head-size")
    if raw.count(b"\n") != raw.count(b"\r\n"):
        _refuse("field")


_FIRST = re.compile(rb"[A-Z]+(?: [\x21-\x7e]*(?: [\x21-\x7e]*\r?)?)?$")


def check_head(raw: bytes, limits: HeadLimits) -> Head:
    """Return the framing of the request whose head is `raw`, which ends with an empty line.

    Raises:
        HeadRefused: Any of the checks above failed; `reason` is one of `REASONS`.
    """
    if len(raw) > limits.max_head_bytes:
        _refuse("head-size")
    line, *lines = raw.removesuffix(END_OF_HEAD).split(b"\r\n")
    method, target = _request_line(line, limits)
    if len(lines) > limits.max_fields:
        _refuse("head-size")
    single, is_last = _fields(lines)
    if not _HOST.fullmatch(single.get(b"host", b"")):
        _refuse("host")
    return Head(method, target, _body_length(single, limits), is_last)


def _request_line(line: bytes, limits: HeadLimits) -> tuple[str, bytes]:
    parts = _LINE.fullmatch(line)
    if parts is None:
        _refuse("target-size" if len(line) > limits.max_target_bytes + 32 else "line")
    method, target, major, minor = parts.groups()
    if (major, minor) != (b"1", b"1"):
        _refuse("version")
    if len(target) > limits.max_target_bytes:
        _refuse("target-size")
    name = method.decode("ascii")
    if name not in METHODS:
        _refuse("method")
    if not _TARGET.fullmatch(target) or _DISGUISED.search(target.partition(b"?")[0]):
        _refuse("target")
    return name, target


def _fields(lines: list[bytes]) -> tuple[dict[bytes, bytes], bool]:
    """Return the values of the single fields, and whether the client closes after this request."""
    single: dict[bytes, bytes] = {}
    is_last = False
    for line in lines:
        parts = _FIELD.fullmatch(line)
        if parts is None:
            _refuse("field")
        name = parts[1].lower()
        if name in _SINGLE:
            if name in single:
                _refuse("host" if name == b"host" else "repeated")
            single[name] = parts[2].strip(b" \t")
        elif name == b"connection":
            is_last |= b"close" in {token.strip(b" \t") for token in parts[2].lower().split(b",")}
    return single, is_last


def _body_length(single: Mapping[bytes, bytes], limits: HeadLimits) -> int:
    if b"transfer-encoding" in single:
        _refuse("framing" if b"content-length" in single else "chunked")
    if b"expect" in single:
        _refuse("expect")
    if b"upgrade" in single:
        _refuse("upgrade")
    text = single.get(b"content-length", b"0")
    if not _LENGTH.fullmatch(text):
        _refuse("length")
    length = int(text)
    if length > limits.max_body_bytes:
        _refuse("body-size")
    return length


def _refuse(reason: str) -> NoReturn:
    raise HeadRefused(reason)
