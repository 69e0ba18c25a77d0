"""Where commands print: as rich as a terminal allows, plain anywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

#: Width of what is printed to a file or another program.
PLAIN_WIDTH: Final = 100
#: Decimals of a change: a paired one has an interval that two would round away.
FINE: Final = 3


def console() -> Console:
    """Return standard output: without colour and of a fixed width if it is not a terminal."""
    from rich.console import Console

    terminal = Console(highlight=False, emoji=False, markup=False)
    if terminal.is_terminal:
        return terminal
    return Console(
        width=PLAIN_WIDTH,
        no_color=True,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=False,
    )


def table(*columns: str, numbers: int = 0) -> Table:
    """Return an empty table without lines around it.

    Parameters
    ----------
    *columns : str
        What stands above each column.
    numbers : int
        How many of the last columns are set flush right.
    """
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for place, name in enumerate(columns):
        right = place >= len(columns) - numbers
        made.add_column(name, justify="right" if right else "left", overflow="fold")
    return made


# Numbers are written as in `detente.scenario.messages`, which takes long to import.


def signed(value: float | None, decimals: int = 2) -> str:
    """Return a number with its sign, or a dash for what is missing."""
    from detente.scenario import messages

    return messages.signed(value, decimals)


def between(low: float | None, high: float | None, decimals: int = 2) -> str:
    """Return an interval, or a dash for what is missing."""
    from detente.scenario import messages

    return messages.between(low, high, decimals)


def percent(value: float | None) -> str:
    """Return a share in whole per cent, or a dash for what is missing."""
    from detente.scenario import messages

    return messages.percent(value)


def near(path: Path) -> str:
    """Return a path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
