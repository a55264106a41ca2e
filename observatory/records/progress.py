"""Progress bars of the commands (rich), silent when nobody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def bars(*, quiet: bool = False) -> Iterator[Callable[[str, int], Callable[[int], None]]]:
    """Give ``start(label, total)``, which gives ``advance(n)``; plain terminals and logs get no bar."""
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, disable=quiet or not sys.stderr.isatty(), transient=False) as progress:

        def start(label: str, total: int) -> Callable[[int], None]:
            if not quiet and not sys.stderr.isatty():
                sys.stderr.write(f"  {label}…\n")
            task = progress.add_task(label, total=total)
            return lambda n=1: progress.advance(task, n)

        yield start
