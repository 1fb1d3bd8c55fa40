"""What planted leaks are made with."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest import mock

from gateway.policy.egress.check import EgressCheck
from gateway.policy.filter import sections


def swap(stack: ExitStack, owner: Any, name: str, new: Any) -> None:
    """Put `new` in the place of an attribute until the stack closes."""
    stack.enter_context(mock.patch.object(owner, name, new))


def wrap(stack: ExitStack, owner: Any, name: str, around: Callable[..., Any]) -> None:
    """Put a function around another one; `around` gets the former one first."""
    former = getattr(owner, name)

    @functools.wraps(former)
    def wrapped(*args: Any, **named: Any) -> Any:
        return around(former, *args, **named)

    swap(stack, owner, name, wrapped)


def without_second_barrier(stack: ExitStack) -> None:
    """Switch off the check before sealing, for leaks that it would catch."""
    swap(stack, EgressCheck, "require_clean", lambda *_args, **_named: None)


def compiled_afresh(stack: ExitStack) -> None:
    """Let no filter stand that was compiled before, nor one that is compiled meanwhile."""
    sections._compiled.cache_clear()
    stack.callback(sections._compiled.cache_clear)
