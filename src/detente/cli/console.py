"""How commands speak and end: tables and JSON, what is said on standard error, the exit code."""

from __future__ import annotations

import functools
import json
import math
import os
import signal
import string
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from rich.console import Console

#: Something failed that is not the input's fault.
FAILED: Final = 1
#: The input is wrong; nothing was written.
WRONG: Final = 2
#: Ctrl-C.
INTERRUPTED: Final = 130
#: Set to something, it makes the command print tracebacks.
DEBUG: Final = "DETENTE_DEBUG"
HINT: Final = f"set {DEBUG}=1 to see where"

#: Width of what is printed to a file or another program.
PLAIN_WIDTH: Final = 100
#: Width of the narrowest terminal in use.
NARROW: Final = 80


def console(*, narrow: bool = False) -> Console:
    """Return standard output: without colour and of a fixed width if it is not a terminal.

    `narrow` is for tables that fit the narrowest terminal in use, and are no better on a wider one.
    """
    from rich.console import Console

    make = functools.partial(Console, highlight=False, emoji=False, markup=False)
    out = make()
    if not out.is_terminal:
        out = make(width=PLAIN_WIDTH, no_color=True)
    if narrow:
        out.width = min(out.width, NARROW)
    return out


class _MissingError(Exception):
    """A cell has no value."""


class _Cells(string.Formatter):
    """Formats the values of a row; ``%`` is whole per cent, ``two`` a number to two digits."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            raise _MissingError
        if format_spec == "two":
            from detente.scenario.messages import two_digits  # takes long to import

            return two_digits(value)
        return f"{100 * value:.0f} %" if format_spec == "%" else format(value, format_spec)


def cell(template: str, row: Mapping[str, Any]) -> str:
    """Return a template with the values of a row in it, or a dash if one of them is missing."""
    try:
        return _Cells().vformat(template, (), row)
    except _MissingError:
        return "-"


def print_table(
    out: Console,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Mapping[str, Any]],
    *,
    numbers: int = 0,
    unbroken: Collection[int] = (),
    widths: Mapping[int, int] | None = None,
) -> None:
    """Print rows without lines around them: each column has a heading and a template of its cells.

    The last so many columns are flush right, the cells of unbroken ones stay on a line, and some
    are of a width.
    """
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for at, (heading, _) in enumerate(columns):
        made.add_column(
            heading, justify="right" if at >= len(columns) - numbers else "left", overflow="fold",
            no_wrap=at in unbroken, max_width=(widths or {}).get(at),
        )  # fmt: skip
    for row in rows:
        made.add_row(*(cell(template, row) for _, template in columns))
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


def near(path: Path) -> str:
    """Return a path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


_presses: Final[list[int]] = []


def listen() -> None:
    """Let the first Ctrl-C end the command in order, and the second at once.

    Every file of a results folder appears whole or not at all, so ending at once is safe too.
    """
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    _presses.append(number)
    if len(_presses) > 1:
        say("interrupted again: what was finished is kept, and --resume goes on")
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    raise KeyboardInterrupt


def reported[**P](command: Callable[P, None]) -> Callable[P, None]:
    """Turn whatever a command raises into a line on standard error and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except (typer.Exit, SystemExit):
            raise
        except KeyboardInterrupt as interruption:
            say(str(interruption) or "interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # whoever read the output, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except Exception as error:  # noqa: BLE001 - a person gets a line, not a traceback
            if _presses:  # an import or a foreign library made something else of Ctrl-C
                say("interrupted")
                raise typer.Exit(INTERRUPTED) from None
            raise typer.Exit(_explain(error)) from None

    return run


def _explain(error: Exception) -> int:
    from detente.runs.errors import RunError, StoreError, UsageError
    from detente.scenario import ScenarioError

    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, ScenarioError):
        say(str(error), prefix="")
        return WRONG
    if isinstance(error, UsageError | StoreError):
        say(str(error))
        return error.exit_code
    if isinstance(error, RunError):
        say(f"{error}\n{HINT}" if error.traceback else str(error))
        return error.exit_code
    said = shorten(str(error), 300) or "no more is known"
    say(f"{type(error).__name__}: {said}\n{HINT}")
    return FAILED


def say(text: str, prefix: str = "detente: ") -> None:
    """Print lines on standard error."""
    try:
        for line in text.splitlines():
            typer.echo(f"{prefix}{line}", err=True)
    except BrokenPipeError:  # nobody listens
        pass
