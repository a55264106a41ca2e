"""The figures on the screen and as JSON."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection
from rich.console import Console
from rich.table import Table

from .runner import Result

#: columns of the table: heading, justification
COLUMNS = ("measure", "median", "p95", "after a change", "budget", "bare", "ratio", "queries", "bytes", "gzip", "")


def table(results: list[Result]) -> Table:
    """One line per measure; the last column says whether the budgets are kept."""
    shown = Table(title=None, header_style="bold")
    for name in COLUMNS:
        shown.add_column(name, justify="left" if name == "measure" else "right")
    group = None
    for result in results:
        if result.group != group:
            group = result.group
            shown.add_section()
        shown.add_row(
            f"{result.group}: {result.name}",
            f"{result.median:.1f}",
            f"{result.p95:.1f}",
            f"{result.fresh:.1f}",
            f"{result.budget:.0f}",
            f"{result.bare:.1f}",
            f"{result.ratio:.1f}",
            f"{result.queries}" + (f"/{result.budget_queries}" if result.budget_queries else ""),
            f"{result.size:,}",
            f"{result.gzipped:,}",
            "ok" if result.within else "OVER",
        )
    return shown


def show(results: list[Result], actors: int) -> None:
    console = Console(width=None if os.isatty(1) else 160)
    console.print(table(results))
    console.print(
        f"Milliseconds; {actors:,} synthetic actors; {connection.vendor}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}."
    )


def write(path: Path, results: list[Result], actors: int) -> None:
    """Everything that was measured, with what is needed to compare two runs."""
    body = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "actors": actors,
        "engine": connection.vendor,
        "engine_version": ".".join(map(str, _version())),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "measures": [result.as_json() for result in results],
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _version() -> tuple[int, ...]:
    return connection.get_database_version()
