"""The reference pages that follow from the code; `python -m tests.reference_pages` writes them into docs/reference/."""

from __future__ import annotations

import importlib
import pkgutil
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import gateway
from gateway.api.outside import exchange
from gateway.api.problems import status_of
from gateway.errors import DemarcError
from gateway.settings import Settings

FOLDER = Path(__file__).parents[1] / "docs" / "reference"

ERRORS = """\
# Errors

Every failure that Demarc foresees, by its code. On the exchange and at ingest a failure is a problem document of
RFC 9457 whose `type` is `urn:demarc:error:` and the code; on TM Forum resources it is TM Forum's `Error` with the code
in `code`. The command line prints the code and, after `help:`, what to do. Codes are stable.

A name without a dot is a family: what is not listed is treated as its family. The status is that of an answer over
HTTP; failures that only the command line or a log shows have that of their family.

| code | what it says | what to do | HTTP status |
|---|---|---|---|
"""

SETTINGS = """\
# Settings

An instance is a folder with a file `demarc.toml`; `demarc init` writes it. The environment wins over the file. A name
that no setting has is refused, in the file and in the environment.

Refused with the reason: an ingest listener beyond this machine without TLS; one store for inside and outside; a key
file that others can read.

| in `demarc.toml` | in the environment | type | default | unit | what it is |
|---|---|---|---|---|---|
"""


def every_error() -> list[type[DemarcError]]:
    """Return every error class of the package, by code, after importing all of it."""
    for module in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if not module.name.endswith((".__main__", ".env")) and ".versions" not in module.name:
            importlib.import_module(module.name)
    ours = (kind for kind in _below(DemarcError) if kind.__module__.partition(".")[0] == "gateway")
    return sorted(ours, key=lambda kind: kind.code)


def _below(kind: type[DemarcError]) -> Iterator[type[DemarcError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _below(child)


def error_row(kind: type[DemarcError]) -> str:
    """Return the line of the page about one error."""
    status = status_of(kind, exchange._STATUS).value
    return f"| `{kind.code}` | {kind.summary()} | {kind.remedy} | {status} |"


def errors_page() -> str:
    """Return the page about errors."""
    return ERRORS + "\n".join(map(error_row, every_error())) + "\n"


def every_setting(model: type[BaseModel] = Settings, above: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield every setting that an officer can write, with its dotted name."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from every_setting(field.annotation, f"{above}{name}.")
        elif above + name != "home":
            yield above + name, field


def setting_row(name: str, field: FieldInfo) -> str:
    """Return the line of the page about one setting."""
    extra: dict[str, Any] = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    default = "required" if field.is_required() else "none" if field.default is None else f"`{field.default}`"
    environment = "DEMARC_" + name.upper().replace(".", "__")
    kind = f"{_type(field.annotation)}{_bounds(field)}"
    return f"| `{name}` | `{environment}` | {kind} | {default} | {extra.get('unit', '')} | {field.description} |"


def _type(annotation: Any) -> str:
    if get_origin(annotation) in (Union, types.UnionType):
        return " or ".join(_type(one) for one in get_args(annotation) if one is not type(None))
    return {str: "text", int: "number", Path: "path"}[annotation]


def _bounds(field: FieldInfo) -> str:
    found = {name: getattr(rule, name) for rule in field.metadata for name in ("ge", "le") if hasattr(rule, name)}
    return f", {found['ge']} to {found['le']}" if found.keys() >= {"ge", "le"} else ""


def settings_page() -> str:
    """Return the page about settings."""
    return SETTINGS + "\n".join(setting_row(*setting) for setting in every_setting()) + "\n"


if __name__ == "__main__":
    (FOLDER / "errors.md").write_text(errors_page())
    (FOLDER / "settings.md").write_text(settings_page())
