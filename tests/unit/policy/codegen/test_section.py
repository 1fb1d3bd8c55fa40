"""The generated function: what it takes from its surroundings, and how what a policy writes gets into it."""

from __future__ import annotations

import ast
import builtins

import pytest

from gateway.policy.filter.codegen import generate
from gateway.policy.filter.codegen.writer import Table
from gateway.policy.filter.compiler import compile_policy
from gateway.policy.filter.planning import outputs_of
from gateway.policy.language.document import DisclosurePolicy, FieldRule, Keep, Map, Section, Template
from tests.every_leaf import AUDIENCE, widest
from tests.policy_side import ALARM, DISCLOSABLE, NOWHERE, alarm, policy

EVIL = "'\"); __import__('os').system('x') #\n{{}}\\"


@pytest.mark.parametrize("record_type", DISCLOSABLE)
def test_no_builtin_is_named_and_none_can_be_reached(record_type: str) -> None:
    document = widest(record_type)
    section = compile_policy(document).sections[record_type]
    given = set(section.project.__globals__)
    loaded = {node.id for node in ast.walk(ast.parse(section.source)) if isinstance(node, ast.Name)}
    assert section.project.__globals__["__builtins__"] == {}
    assert (loaded & set(dir(builtins))) <= given


def test_what_is_not_used_is_not_taken_from_the_context() -> None:
    plain = compile_policy(policy("alarm:\n  fields: {id: keep, state: keep}")).sections["alarm"].source
    assert "context." not in plain
    scrubbed = compile_policy(policy("alarm:\n  fields: {id: keep, alarmDetails: scrub}")).sections["alarm"].source
    assert "scrub = context.scrub" in scrubbed
    assert "pseudonym" not in scrubbed


def test_words_of_a_policy_stand_in_the_source_as_values_only() -> None:
    rules = (
        FieldRule("id", Keep()),
        FieldRule("probableCause", Map((("a", EVIL), (EVIL, "b")), EVIL)),
        FieldRule("alarmDetails", Template("{id}" + EVIL.replace("{{}}", ""), EVIL)),
    )
    section = Section(ALARM, None, rules)
    document = DisclosurePolicy("evil", AUDIENCE, (section,))
    generated = generate(outputs_of(document, section))
    assert "__import__" not in generated.source
    compiled = compile_policy(document)
    shown = compiled.disclose(ALARM, alarm(probableCause="other"), NOWHERE)
    assert shown is not None
    assert shown["probableCause"] == EVIL


def test_equal_constants_have_one_name_and_those_that_only_look_equal_do_not() -> None:
    table = Table()
    names = [table.name_of("constant", value) for value in (1, True, 1.0, 0.0, -0.0, "1", 1, "1", frozenset({1}))]
    assert len(set(names)) == 7
    assert names[0] == names[6]
    assert names[5] == names[7]
