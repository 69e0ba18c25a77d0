"""How far the runs are, on a terminal; silent anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Tells that so many more runs are done.
Advance = Callable[[int], None]


@contextmanager
def progress_bar(total: int, done: int, *, shown: bool) -> Iterator[Advance]:
    """Show a bar on standard error while runs go on.

    Parameters
    ----------
    total, done : int
        Runs of all variants, and how many of them are there already.
    shown : bool
        Whether it is wanted; it only appears on a terminal.
    """
    if not shown or not sys.stderr.isatty():
        yield lambda _runs: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("Running"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("runs", total=total, completed=done)
        yield lambda runs: bar.advance(task, runs)
