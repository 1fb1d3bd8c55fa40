"""Outcomes of policy tests as JUnit XML, the form that continuous integration reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from gateway.inside.trial import Outcome, Rule

_UNFIT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(outcomes: Mapping[str, Outcome], unreached: Sequence[Rule] = ()) -> bytes:
    """Return the document for outcomes by the file of their tests; characters that XML does not have become `?`.

    `unreached` are rules that fail the run because no test reached them.
    """
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
    if unreached:
        _add_unreached(suites, unreached)
    ElementTree.indent(suites)
    document: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document


def _add_unreached(suites: ElementTree.Element, unreached: Sequence[Rule]) -> None:
    count = str(len(unreached))
    counts = {"tests": count, "failures": count, "errors": "0", "skipped": "0"}
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "rules that no test reached", **counts})
    for rule in unreached:
        name = _fit(f"{rule.record_type} {rule.path}")
        where = {"name": name, "classname": _fit(rule.file), "file": _fit(rule.file), "line": str(rule.line)}
        case = ElementTree.SubElement(suite, "testcase", where)
        ElementTree.SubElement(case, "failure", message=f"no test reaches {name}")


def _fit(text: str) -> str:
    return _UNFIT.sub("?", text)
