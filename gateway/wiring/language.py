"""The policy language as the life of a policy needs it, brought together from the rooms that know it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gateway import bundled
from gateway.inside.language import Difference, Language
from gateway.inside.trial import run
from gateway.policy.answers.cases import parse_cases
from gateway.policy.diff.agreement_text import agreement_lines
from gateway.policy.diff.ceiling import exceeds
from gateway.policy.diff.ceiling_parser import parse_ceiling
from gateway.policy.diff.changes import WORDS, Kind
from gateway.policy.diff.compare import Change, diff, diff_digest
from gateway.policy.diff.readings import told_by_conditions
from gateway.policy.diff.slips import slips
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.language.nodes import decode
from gateway.policy.reading.load import load
from gateway.policy.reading.printer import print_policy

CEILING = "ceiling.yaml"
"""The operator's own ceiling, in the folder of the instance; without it the one that ships holds."""


def language(home: Path) -> Language:
    """Return the language of the instance in `home`; its ceiling is read whenever something is held against it."""

    def excesses(document: DisclosurePolicy) -> Sequence[str]:
        file = ceiling_of(home)
        return list(map(str, exceeds(parse_ceiling(decode(file.read_bytes(), str(file)), str(file)), document)))

    return Language(load=_load, write=print_policy, compare=_compare, exceeds=excesses, test=_test)


def ceiling_of(home: Path) -> Path:
    """Return the file of the ceiling that holds for the instance in `home`."""
    own = home / CEILING
    return own if own.exists() else bundled.folder("policies") / CEILING


def _load(text: str, file: str, bases: Mapping[str, str]) -> Sequence[DisclosurePolicy]:
    documents = load(text, file, bases)
    found = [slip for document in documents for slip in slips(document)]
    if found:
        raise PolicyRefused(found)
    for document in documents:
        compile_policy(document)  # what cannot be compiled must not reach the journal
    return documents


def _test(documents: Sequence[DisclosurePolicy], tests: Mapping[str, str]) -> Sequence[str]:
    return [
        f"{file}:{verdict.line}: {verdict.case}: {verdict.failure}"
        for file, text in tests.items()
        for verdict in run(documents, parse_cases(text, file)).verdicts
        if verdict.failure
    ]


def _compare(old: DisclosurePolicy | None, new: DisclosurePolicy) -> Difference:
    difference = diff(old, new)
    # The digest covers both policies, so it covers what follows from them too.
    told = (f"note: {one}" for one in told_by_conditions(old, new))
    agreed = (f"note: {one}" for one in agreement_lines(new.agreement)) if old is None else ()
    lines = (*_said(difference.changes), *agreed, *told)
    return Difference(difference.widens, diff_digest(difference), lines)


def _said(changes: Iterable[Change]) -> Iterator[str]:
    """Yield all changes, those of the same records together; everything that their digest covers is in it."""
    alike: dict[tuple[Kind, bool, str, str], list[Change]] = {}
    for one in changes:
        alike.setdefault((one.kind, one.is_decided, one.record_type or "policy", one.condition), []).append(one)
    for (kind, is_decided, where, condition), together in alike.items():
        records = "" if condition == "always" else f", of records with: {condition}"
        doubt = "" if is_decided else " (not decided, so taken for possible)"
        yield f"{WORDS[kind]}: {where}{records}{doubt}"
        yield from (f"  {one.path}: {_rules(one)}" for one in together)


def _rules(change: Change) -> str:
    """Return the rule before and after; one that stays, for other records than before, once."""
    before, after = change.old or "nothing", change.new or "nothing"
    return before if before == after else f"{before} -> {after}"
