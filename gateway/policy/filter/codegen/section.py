"""The function of a whole section, and the small ones that it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.policy.filter.codegen.late import write_counts, write_templates
from gateway.policy.filter.codegen.members import fill, fix
from gateway.policy.filter.codegen.writer import Table, Writer
from gateway.policy.filter.context import Context
from gateway.policy.filter.plan import Output
from gateway.policy.language.condition import Condition
from gateway.policy.language.document import MemberRule
from gateway.record.strictjson import Json

FUNCTION = "project"


@dataclass(frozen=True, slots=True)
class Generated:
    """The source of a section's function and the values that its names stand for."""

    source: str
    constants: dict[str, Any]


def generate(
    outputs: Iterable[Output],
    conditions: Mapping[MemberRule, Condition] | None = None,
    said_of_services: Callable[[Context], list[Json]] | None = None,
) -> Generated:
    """Return the code of `project(record, context)`, which gives a dict, or None without an identifier.

    Args:
        outputs: What the section discloses.
        conditions: The compiled condition of each rule for members of an array.
        said_of_services: Gives what templates may say about services; None where no template does.
    """
    writer = Writer(Table(), dict(conditions or {}))
    members = tuple(outputs)
    with_id = [output for output in members if output.name == "id"]
    others = [output for output in members if output.name != "id"]
    writer.line("out = {}")
    writer.line("get = record.get")
    fill(writer, with_id, "get", "out")
    with writer.block('if not out.get("id"):'):
        writer.line("return None  # A record without an identifier cannot be disclosed.")
    fill(writer, others, "get", "out")
    fix(writer, others, "out")
    write_counts(writer, others)
    write_templates(writer, others, said_of_services)
    writer.line("return out")
    whole = f"def {FUNCTION}" + writer.function("(record, context)")
    return Generated(writer.table.source + whole, writer.table.values)
