from __future__ import annotations

import io

import pytest

from gateway.sources.files import Line, read_lines
from gateway.sources.incoming import Unusable


def lines(raw, limit=10):
    return list(read_lines(io.BytesIO(raw), max_bytes=limit))


def test_lines_come_with_their_number_and_without_their_end():
    assert lines(b'{"a":1}\r\n\n  \n{"b":2}') == [Line(1, b'{"a":1}'), Line(4, b'{"b":2}')]


def test_an_empty_file_has_no_lines():
    assert lines(b"") == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_a_line_of_the_very_limit_is_taken(end):
    assert lines(b"x" * 10 + end) == [Line(1, b"x" * 10)]


@pytest.mark.parametrize("length", [11, 12, 13, 22, 23, 500])
def test_a_line_over_the_limit_is_told_and_skipped_to_its_end(length):
    (long, short) = lines(b"x" * length + b"\nshort\n")
    assert isinstance(long.content, Unusable)
    assert (long.number, short) == (1, Line(2, b"short"))


def test_a_long_last_line_without_an_end_is_told_once():
    assert [type(line.content) for line in lines(b"x" * 100)] == [Unusable]
