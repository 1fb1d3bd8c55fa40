"""The solver's word on conditions is checked by trying out every value on the evaluator."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.ids import RecordTypeName
from gateway.policy.symbolic.domain import Clause
from gateway.policy.symbolic.questions import Question, ask
from gateway.policy.symbolic.witness import Witness, synthesise

PROBLEM = RecordTypeName("service-problem")
VALUES: dict[str, tuple[Any, ...]] = {
    "record.status": ("acknowledged", "rejected", "pending", "held", "inProgress", "cancelled", "closed", "resolved"),
    "record.category": (" ", "a", "b", "m", "n"),
    "record.originatingSystem": (None, " ", "a", "b", "m", "n"),
    "record.priority": (1, 2, 3, 4),
    "object.interconnect": (None, True, False),
}
TEXTS = ("record.category", "record.originatingSystem")


def _comparison(dice: random.Random) -> str:
    text, other = dice.choice(TEXTS), dice.choice([*TEXTS, '"a"', '"m"'])
    listed = ", ".join(dice.sample(['"a"', '"m"', *TEXTS], dice.randrange(1, 4)))
    operator, odd = dice.choice(["==", "!=", "<", ">"]), dice.choice(["2.0", "2.5", 'dyn("a")', "dyn(true)"])
    closed, number = dice.choice(["closed", "rejected"]), dice.choice(["2", "2.0", '"a"'])
    return dice.choice(
        [
            f"{text} {dice.choice(['==', '!=', '<', '<=', '>', '>='])} {other}",
            f"{text} in [{listed}]",
            f'record.status {dice.choice(["==", "!="])} "{closed}"',
            f'record.status in ["{closed}", "resolved"]',
            f"record.priority {dice.choice(['==', '<', '>=', '!='])} {dice.choice([2, 3])}",
            f"dyn(record.priority) {operator} {odd}",
            f"dyn({text}) {dice.choice(['==', '!='])} dyn({number})",
            f"dyn(record.priority) in [dyn({number}), dyn(3)]",
            "object.interconnect",
            f"object.interconnect {dice.choice(['==', '<', '>='])} {dice.choice(['true', 'false'])}",
            dice.choice(["true", "false"]),
        ]
    )


def _condition(dice: random.Random, depth: int) -> str:
    if depth == 0 or dice.random() < 0.2:
        return _comparison(dice)
    parts = [_condition(dice, depth - 1) for _ in range(3)]
    return dice.choice(
        [
            f"({parts[0]} && {parts[1]})",
            f"({parts[0]} || {parts[1]})",
            f"!({parts[0]})",
            f"({parts[0]} ? {parts[1]} : {parts[2]})",
        ]
    )


def _every_record() -> Iterator[Witness]:
    for status, category, system, priority, interconnect in itertools.product(*VALUES.values()):
        wanted = {"status": status, "category": category, "originatingSystem": system, "priority": priority}
        about = None if interconnect is None else {"interconnect": interconnect}
        made = synthesise(PROBLEM, wanted, about)
        assert made is not None
        yield made


@pytest.fixture(scope="module")
def world() -> list[Witness]:
    return list(_every_record())


@pytest.mark.parametrize("seed", range(150))
def test_the_solver_agrees_with_trying_every_value(seed: int, world: list[Witness]) -> None:
    dice = random.Random(seed)
    new, old = (Clause(_condition(dice, dice.randrange(1, 4)), PROBLEM) for _ in range(2))
    question = Question(PROBLEM, frozenset([new]), (frozenset([old]),))
    answer = ask(question)
    shown = any(question.is_answered_by(witness) for witness in world)
    assert answer.outcome == ("found" if shown else "never"), (new.text, old.text)


@pytest.mark.parametrize("seed", range(50))
def test_a_condition_that_may_err_is_told_from_one_that_cannot(seed: int, world: list[Witness]) -> None:
    dice = random.Random(seed)
    text = _condition(dice, dice.randrange(1, 3))
    clause, negated = Clause(text, PROBLEM), Clause(f"!({text})", PROBLEM)
    errs = any(not one.satisfies(clause) and not one.satisfies(negated) for one in world)
    answer = ask(Question(PROBLEM, errs=clause))
    assert answer.may_be == errs, text
    if answer.witness is not None:
        assert not answer.witness.satisfies(clause)
        assert not answer.witness.satisfies(negated)
