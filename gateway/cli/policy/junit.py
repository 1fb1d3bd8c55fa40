"""Outcomes of policy tests as JUnit XML, the form that continuous integration reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from gateway.inside.trial import Outcome

_UNFIT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(outcomes: Mapping[str, Outcome]) -> bytes:
    """Return the document for outcomes by the file of their tests; characters that XML does not have become `?`."""
    suites = ElementTree.Element("testsuites", name="demarc policy test")
    for file, outcome in outcomes.items():
        failed = sum(bool(verdict.failure) for verdict in outcome.verdicts)
        counts = {"tests": str(len(outcome.verdicts)), "failures": str(failed), "errors": "0", "skipped": "0"}
        suite = ElementTree.SubElement(suites, "testsuite", {"name": _fit(file), **counts})
        for verdict in outcome.verdicts:
            where = {"name": _fit(verdict.case), "classname": _fit(file), "file": _fit(file), "line": str(verdict.line)}
            case = ElementTree.SubElement(suite, "testcase", where)
            if verdict.failure:
                ElementTree.SubElement(case, "failure", message=_fit(verdict.failure))
    ElementTree.indent(suites)
    document: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document


def _fit(text: str) -> str:
    return _UNFIT.sub("?", text)
