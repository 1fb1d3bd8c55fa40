"""What a benchmark found, as a table for people and as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure. `floor` is in the same unit, measured in the same run; 0 where there is none."""

    group: str
    what: str
    value: float
    unit: str
    floor: float = 0.0
    floor_is: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure divided by its floor: above 1 is slower for times, below 1 is slower for rates."""
        return self.value / self.floor if self.floor else None


def machine() -> dict[str, str]:
    """Return what the figures depend on beside the code."""
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return {
        "cpus": str(os.cpu_count()),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "load": load,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def show(rows: Iterable[Row], seconds: float) -> None:
    """Print all rows as one table."""
    about = machine()
    table = Table(title=f"{about['cpus']} CPUs, Python {about['python']}, load {about['load']}, {seconds:.0f} s in all")
    for name in ("what", "value", "unit", "floor", "ratio", "floor is / note"):
        table.add_column(name, justify="left" if name in ("what", "unit", "floor is / note") else "right")
    group = ""
    for row in rows:
        if row.group != group:
            table.add_section()
            table.add_row(f"[bold]{row.group}[/]")
            group = row.group
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        floor = _number(row.floor) if row.floor else ""
        words = "; ".join(part for part in (row.floor_is, row.note) if part)
        table.add_row(f"  {row.what}", _number(row.value), row.unit, floor, ratio, words)
    Console(width=None if os.isatty(1) else 190, highlight=False).print(table)


def write_json(rows: Iterable[Row], file: Path) -> None:
    """Write all rows, with their ratios, to `file`."""
    listed = [{**asdict(row), "ratio": row.ratio} for row in rows]
    file.write_text(json.dumps({"machine": machine(), "rows": listed}, indent=1) + "\n", encoding="utf-8")


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
