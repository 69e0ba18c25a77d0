"""Where commands print: as rich as a terminal allows, plain anywhere else."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

#: Width of what is printed to a file or another program.
PLAIN_WIDTH: Final = 100
#: Width of the narrowest terminal in use.
NARROW: Final = 80
#: Decimals of a change: a paired one has an interval that two would round away.
FINE: Final = 3


def console(*, narrow: bool = False) -> Console:
    """Return standard output: without colour and of a fixed width if it is not a terminal.

    Parameters
    ----------
    narrow : bool
        For tables that fit the narrowest terminal in use, and are no better on a wider one.
    """
    from rich.console import Console

    out = Console(highlight=False, emoji=False, markup=False)
    if not out.is_terminal:
        out = Console(width=PLAIN_WIDTH, no_color=True, highlight=False, emoji=False, markup=False)
    if narrow:
        out.width = min(out.width, NARROW)
    return out


def table(*columns: str, numbers: int = 0) -> Table:
    """Return an empty table without lines around it, the last so many columns flush right."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for place, name in enumerate(columns):
        right = place >= len(columns) - numbers
        made.add_column(name, justify="right" if right else "left", overflow="fold")
    return made


def print_table(
    out: Console,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: int = 0,
    unbroken: Collection[int] = (),
    widths: Mapping[int, int] | None = None,
) -> None:
    """Print rows as a `table`; cells of unbroken columns stay on a line, some are of a width."""
    made = table(*columns, numbers=numbers)
    for at, column in enumerate(made.columns):
        column.no_wrap = at in unbroken
        column.max_width = (widths or {}).get(at)
    for row in rows:
        made.add_row(*row)
    out.print(made)


def print_json(data: Any) -> None:
    """Print figures as JSON has them: what has no value becomes null, a date text."""
    typer.echo(json.dumps(_jsonable(data), indent=2, ensure_ascii=False, allow_nan=False))


def _jsonable(value: Any) -> Any:
    match value:
        case dict():
            return {key: _jsonable(item) for key, item in value.items()}
        case list() | tuple():
            return [_jsonable(item) for item in value]
        case bool() | int() | str() | None:
            return value
        case float():
            return float(value) if math.isfinite(value) else None
        case _:
            return _jsonable(value.item()) if hasattr(value, "item") else str(value)


# Numbers are written as in `detente.scenario.messages`, which takes long to import.


def signed(value: float | None, decimals: int = 2) -> str:
    """Return a number with its sign, or a dash for what is missing."""
    from detente.scenario import messages

    return messages.signed(value, decimals)


def between(low: float | None, high: float | None, decimals: int = 2) -> str:
    """Return an interval, or a dash for what is missing."""
    from detente.scenario import messages

    return messages.between(low, high, decimals)


def figure(value: float) -> str:
    """Return a score to two decimals, or a dash where there is none."""
    return f"{value:.2f}" if math.isfinite(value) else "-"


def percent(value: float | None) -> str:
    """Return a share in whole per cent, or a dash for what is missing."""
    from detente.scenario import messages

    return messages.percent(value)


def near(path: Path) -> str:
    """Return a path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
