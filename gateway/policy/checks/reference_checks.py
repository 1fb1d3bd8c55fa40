"""Checks of rules below a reference to another record.

Rules:
- Of a reference to a resource or a dependency nothing is disclosed, so a rule there would only look as if it were.
- A reference's `id` is disclosed just as the other record's own section discloses its `id`: otherwise one record would
  have two names, or a name would show that the other section hides.
"""

from __future__ import annotations

from gateway.policy.checks.rule_subject import Subject
from gateway.policy.language.document import Constant, Keep, Lift, Pseudonym
from gateway.policy.language.references import (
    BY_TYPE,
    INSIDE_ONLY,
    identifier_rule,
    references_around,
    target_of,
    types_of,
)
from gateway.record.paths import FieldPath


def check_references(subject: Subject, path: FieldPath) -> None:
    """Note what is wrong with a rule below references; nothing when it is below none."""
    rule, record_type = subject.rule, subject.section.record_type
    if isinstance(rule.transform, Constant | Lift):
        return
    for around in references_around(record_type, path):
        target = target_of(record_type, around)
        if target in INSIDE_ONLY:
            message = f"`{around}` refers to a {target}, which is never disclosed"
            subject.note("policy.reference", message, "Leave it out, or use `lift` on the reference as a whole.")
        elif path == around.member("id"):
            _check_identifier(subject, around)


def _check_identifier(subject: Subject, around: FieldPath) -> None:
    record_type, transform = subject.section.record_type, subject.rule.transform
    if not isinstance(transform, Keep | Pseudonym):
        message = f"`{subject.rule.path}` names another record"
        subject.note("policy.reference", message, "Use `keep` or `pseudonym`, as its own section does.")
    elif not types_of(subject.document, record_type, around):
        target = target_of(record_type, around)
        own = None if target == BY_TYPE else identifier_rule(subject.document, target, "id")
        message = f"`{subject.rule.path}` would not name a record as its own section does"
        subject.note("policy.reference", message, _remedy(target or BY_TYPE, own))


def _remedy(target: str, own: Keep | Pseudonym | None) -> str:
    if isinstance(own, Keep):
        return "Write `keep`, as its section does."
    if isinstance(own, Pseudonym):
        return f"Write {{pseudonym: {own.pseudonym_class}}}, as its section does."
    if target == BY_TYPE:
        return "Write what the section of a type to which it may refer says of `id`."
    return f"Add a section for {target}, or leave it out."
