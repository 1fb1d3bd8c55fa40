"""Checks of conditions: that of a section, and those on the members of arrays."""

from __future__ import annotations

from gateway.policy.language.agreement import OBJECTIVES
from gateway.policy.language.condition import ConditionRefused, compile_condition
from gateway.policy.language.document import DisclosurePolicy, Generalise, MemberRule, Section
from gateway.policy.language.findings import Findings, Mark
from gateway.policy.language.nodes import Scalar, locate
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, MalformedPath, Node, UnknownPath

AGREEMENT_NAMES = (
    "agreement.valid.from",
    "agreement.valid.until",
    *(f"agreement.objectives.{one}" for one in OBJECTIVES),
)
"""Everything of an agreement that a condition can read."""


def check_conditions(section: Section, document: DisclosurePolicy, findings: Findings) -> None:
    """Note everything that is wrong with the conditions of a section."""
    if section.when is not None:
        check_text(section.when, None, section, document, findings, section.mark, section.when_node)
    seen: set[str] = set()
    for rule in section.members:
        if rule.path in seen:
            message = f"`{rule.path}` has a condition already"
            findings.add(rule.mark, "policy.items", message, "Join them with && in one condition.")
        seen.add(rule.path)
        if _is_array_of_objects(rule, Catalogue.of(section.record_type), findings):
            check_text(rule.when, rule.path, section, document, findings, rule.mark, rule.when_node)
            _check_use(rule, section, findings)


def _is_array_of_objects(rule: MemberRule, catalogue: Catalogue, findings: Findings) -> bool:
    try:
        node: Node | None = catalogue.lookup(rule.path)
    except UnknownPath as error:
        remedy = (
            f"Write `{error.nearest}` if that is what is meant."
            if error.nearest
            else f"Look for it in the schema of {catalogue.record_type}."
        )
        message = f"{catalogue.record_type} has no `{rule.path}`"
        findings.add(rule.mark, "policy.unknown-path", message, remedy)
        return False
    except MalformedPath:
        node = None
    is_selected = rule.path.endswith("]") and not rule.path.endswith("[]")
    if is_selected or (isinstance(node, Array) and not isinstance(node.items, Leaf)):
        return True
    message = f"`{rule.path}` is no array of objects"
    findings.add(rule.mark, "policy.items", message, "Use `items` on an array of objects.")
    return False


def _check_use(rule: MemberRule, section: Section, findings: Findings) -> None:
    """A condition on members of which nothing is disclosed would look as if it did something."""
    array = FieldPath.parse(rule.path)
    bare, where = str(array.unselected()).removesuffix("[]"), array.steps[-1].where
    for field in section.fields:
        if isinstance(field.transform, Generalise) and field.path == rule.path:
            return
        try:
            path = FieldPath.parse(field.path)
        except MalformedPath:
            continue
        around = FieldPath(path.steps[: len(array.steps)])
        is_same = str(around.unselected()) == f"{bare}[]"
        if len(path.steps) > len(array.steps) and is_same and where in (None, around.steps[-1].where):
            return
    message = f"no rule discloses anything of the members of `{rule.path}`"
    findings.add(rule.mark, "policy.items", message, "Add `fields`, or remove the condition.")


def check_text(
    text: str,
    array: str | None,
    section: Section,
    document: DisclosurePolicy,
    findings: Findings,
    mark: Mark,
    node: Scalar | None,
) -> bool:
    """Note what is wrong with the text of one condition, and tell whether nothing is.

    Args:
        text: The condition by itself, as somebody wrote it.
        array: The array whose members it is about; None when it is about the record.
        section: Whose records it is about.
        document: Whose agreement it reads.
        findings: Where to note.
        mark: What a finding points at when `node` is None.
        node: Where the text stands in the source of `document`.
    """
    # What a base leaves for the policies on top of it to agree, its conditions can read all the same.
    variables = document.agreement.variables() if document.audience else dict.fromkeys(AGREEMENT_NAMES, "")
    try:
        compile_condition(text, section.record_type, variables, array)
    except ConditionRefused as refused:
        for problem in refused.problems:
            place = locate(node, problem.offset, document.source) if node else mark
            findings.add(place, "policy.condition", problem.message, problem.remedy)
        return False
    return True
