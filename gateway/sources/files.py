"""Lines of NDJSON from a file or from standard input, one at a time and bounded.

Rules:
- A line ends with a line feed; a carriage return before it and empty lines are skipped. The last may lack its end.
- A line over the limit is given as `Unusable` and skipped to its end without being held in memory.
- Bytes are passed on as they came; parsing them is not done here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from gateway.sources.incoming import Unusable

MAX_LINE_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not empty: its number in the file, from 1, and its bytes without the end of line."""

    number: int
    content: bytes | Unusable


def read_lines(stream: BinaryIO, max_bytes: int = MAX_LINE_BYTES) -> Iterator[Line]:
    """Yield the lines of an open binary file that are not empty; the caller owns and closes the file."""
    number = 0
    while chunk := stream.readline(max_bytes + 2):
        number += 1
        content = chunk.rstrip(b"\r\n")
        if len(content) > max_bytes:
            _skip_rest(stream, chunk, max_bytes)
            yield Line(number, Unusable("", f"must have at most {max_bytes} bytes"))
        elif content.strip():
            yield Line(number, content)


def _skip_rest(stream: BinaryIO, chunk: bytes, max_bytes: int) -> None:
    while chunk and not chunk.endswith(b"\n"):
        chunk = stream.readline(max_bytes)
