"""The error tree: every failure has its own code, words for strangers, a remedy, a status and a line on the page."""

from __future__ import annotations

import copy
import pickle
import re
from collections import Counter

import pytest

from gateway.api.problems import FAMILIES, LEAVES
from gateway.errors import DemarcError, StorageError, leaf_errors
from gateway.evidence.stream import StreamGap
from gateway.ids import RecordTypeName
from gateway.policy.egress.check import EgressRefused
from gateway.policy.language.findings import Finding, PolicyRefused
from gateway.record.paths import UnknownPath
from gateway.record.strictjson import NotStrictJson, Reason
from gateway.record.validation import InvalidRecord
from gateway.transport.head import HeadRefused
from tests import reference_pages
from tests.reference_pages import every_error

ERRORS = every_error()
PAGE = (reference_pages.FOLDER / "errors.md").read_text()
each_error = pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)


def test_codes_are_unique():
    counts = Counter(kind.code for kind in ERRORS)
    assert [code for code, count in counts.items() if count > 1] == []


FINDING = Finding("a.yaml", 3, 7, "policy.map", "`state` is never `rased`", "Write `raised`.")
BUILT = [
    PolicyRefused([FINDING]),
    EgressRefused("name", "/name", "rt1.par"),
    UnknownPath("alarm has no `severty`", "perceivedSeverity"),
    InvalidRecord(RecordTypeName("alarm"), []),
    NotStrictJson(Reason.NOT_UTF_8, "/a", " in line 1"),
    HeadRefused("line"),
    StreamGap(7, 9),
]


def _pickled(error):
    return pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes


@pytest.mark.parametrize("error", BUILT, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, _pickled])
def test_a_copy_of_an_error_says_all_that_the_error_says(error, again):
    other = again(error)
    assert type(other) is type(error)
    assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))


@each_error
def test_an_error_says_its_code_in_its_own_class(kind):
    assert "code" in vars(kind)
    assert re.fullmatch(r"[a-z]+(\.[a-z]+(-[a-z]+)*)?", kind.code)


@each_error
def test_a_remedy_is_one_sentence(kind):
    assert "remedy" in vars(kind)
    assert kind.remedy.endswith(".")
    assert not kind.remedy.endswith("..")
    assert not re.search(r"[.!?] [A-Z]", kind.remedy), "more than one sentence"
    assert kind.remedy[0].isupper()
    assert "\n" not in kind.remedy


@each_error
def test_the_words_for_strangers_are_one_sentence_without_particulars(kind):
    assert "__doc__" in vars(kind)
    assert kind.summary().endswith(".")
    assert not re.search(r"\b(this|our) (gateway|file|module|class)'s\b|[{}%]", kind.summary())


@each_error
def test_an_error_has_a_status(kind):
    named = [each for each in kind.__mro__ if each in LEAVES or (each in FAMILIES and each is not DemarcError)]
    assert named or kind is DemarcError


def test_the_page_lists_exactly_the_errors_there_are():
    on_page = re.findall(r"^\| `([a-z.-]+)` \|", PAGE, re.MULTILINE)
    assert on_page == [kind.code for kind in ERRORS]


@each_error
def test_the_page_says_what_the_error_says(kind):
    row = reference_pages.error_row(kind)
    assert row in PAGE.splitlines(), "write the page again: python -m tests.reference_pages"


def test_the_page_has_been_written_by_its_program():
    assert reference_pages.errors_page() == PAGE


def test_leaf_errors_are_those_without_children():
    leaves = leaf_errors()
    assert all(not leaf.__subclasses__() for leaf in leaves)
    assert {kind for kind in ERRORS if not kind.__subclasses__()} <= set(leaves)


def test_an_instance_keeps_its_particulars_to_itself():
    error = StorageError("disk /dev/sdb1 is full")
    assert error.summary() == "The store cannot take or give what was asked."
    assert str(error) == "disk /dev/sdb1 is full"
