"""What commands share: options, tables and JSON, what is said on standard error, exit codes."""

from __future__ import annotations

import atexit
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
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from detente.scenario import Scenario

OneScenario = Annotated[
    str, typer.Argument(help="A scenario's file, or the name of a library one.")
]
Scenarios = Annotated[
    list[str], typer.Argument(metavar="SCENARIO...", help="Files, or names of library ones.")
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")]
Runs = Annotated[int | None, typer.Option(help="By default those of each scenario.")]
Seed = Annotated[int | None, typer.Option(help="What all chance follows from.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Another value (repeatable)."),
]
Theory = Annotated[
    str | None, typer.Option(metavar="NAME", help="In place of that of each scenario.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Formats = Annotated[
    list[str] | None,
    typer.Option("--format", metavar="png|svg|pdf", help="Of pictures (repeatable); else png."),
]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the table as CSV.")]
Latex = Annotated[
    Path | None, typer.Option("--latex", metavar="FILE", help="Write the table for LaTeX.")
]
Plot = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it, as .png, .svg or .pdf.")]

#: In which pictures can be drawn; by default in the first.
FORMATS: Final = ("png", "svg", "pdf")
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


def output(*, narrow: bool = False) -> Console:
    """Return standard output: without colour and of a fixed width if it is not a terminal.

    `narrow` is for tables that fit the narrowest terminal in use, and are no better on a wider one.
    """
    from rich.console import Console

    class Printable(Console):
        """A console on which text that others wrote only shows."""

        def print(self, *objects: Any, **how: Any) -> None:
            shown = (typed(o, lines=True) if isinstance(o, str) else o for o in objects)
            super().print(*shown, **how)

    make = functools.partial(Printable, highlight=False, emoji=False, markup=False)
    out = make()
    if not out.is_terminal:
        out = make(width=PLAIN_WIDTH, no_color=True)
    if narrow:
        out.width = min(out.width, NARROW)
    return out


def typed(text: str, *, lines: bool = False) -> str:
    """Return a text as a terminal shows it: escaped, and with the minus sign that one can type."""
    from detente.scenario.messages import printable

    return printable(text.replace("\u2212", "-"), lines=lines)


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
        return f"{100 * value:z.0f} %" if format_spec == "%" else format(value, format_spec)


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
            typed(heading), justify="right" if at >= len(columns) - numbers else "left",
            overflow="fold", no_wrap=at in unbroken, max_width=(widths or {}).get(at),
        )  # fmt: skip
    for row in rows:
        made.add_row(*(typed(cell(template, row), lines=True) for _, template in columns))
    out.print(made)


def show(found: Any, printed: Callable[[Any], None], *, as_json: bool) -> None:
    """Print a measure: as tables, or what ``to_plain`` of it gives as JSON."""
    if as_json:
        print_json(found.to_plain())
    else:
        printed(found)


def print_json(data: Any) -> None:
    """Print figures as JSON has them: what has no value becomes null, a date text."""
    text = json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False)
    if not text.replace("\n", "").isprintable():  # as `printable`, in the way of JSON
        text = json.dumps(plain(data), indent=2, allow_nan=False)
    typer.echo(text.replace("\x7f", "\\u007f"))


def plain(value: Any) -> Any:
    """Return figures as JSON has them."""
    match value:
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case float():
            return float(value) if math.isfinite(value) else None
        case bool() | int() | str() | None:
            return value
    return plain(value.item()) if hasattr(value, "item") else str(value)


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a data frame as `print_table` and `print_json` take them."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def write_tables(frame: Any, *, csv: Path | None = None, latex: Path | None = None) -> None:
    """Write a data frame to the files that are named, whole or not at all."""
    from detente.runs.files import storage_errors, write_text

    for path, made in (
        (csv, lambda: frame.to_csv(index=False)),
        (latex, lambda: latex_table(frame)),
    ):
        if path is not None:
            with storage_errors("write", path):
                write_text(path, made())


def latex_table(frame: Any) -> str:
    r"""Return a data frame as a ``tabular`` with rules of booktabs, numbers to three decimals."""
    special = {"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "$": r"\$"}

    def escaped(value: Any) -> str:
        if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
            return "--"
        if isinstance(value, float):
            return f"${value:.3f}$"
        return "".join(special.get(each, each) for each in str(value))

    numbers = ["r" if frame[name].dtype.kind in "fi" else "l" for name in frame.columns]
    rows = [" & ".join(map(escaped, row)) + r" \\" for row in frame.itertuples(index=False)]
    head = " & ".join(map(escaped, frame.columns)) + r" \\"
    lines = [r"\begin{tabular}{" + "".join(numbers) + "}", r"\toprule", head, r"\midrule"]
    return "\n".join([*lines, *rows, r"\bottomrule", r"\end{tabular}", ""])


def near(path: Path) -> str:
    """Return a path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


_presses: Final[list[int]] = []


def listen() -> None:
    """Let the first Ctrl-C end the command in order, and the second at once.

    Every file of a results folder appears whole or not at all, so ending at once is safe too.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        _presses.append(number)
        if len(_presses) > 1:
            say("interrupted again: what was finished is kept, and --resume goes on")
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    # as Python ends it gives Ctrl-C back to the system, which would replace the exit code
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)


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
    match error:
        case ScenarioError():
            say(str(error), prefix="")
            return WRONG
        case UsageError() | StoreError() | RunError():
            traced = isinstance(error, RunError) and error.traceback
            say(f"{error}\n{HINT}" if traced else str(error))
            return error.exit_code
    said = shorten(str(error), 300) or "no more is known"
    say(f"{type(error).__name__}: {said}\n{HINT}")
    return FAILED


def say(text: str, prefix: str = "detente: ") -> None:
    """Print lines on standard error."""
    from detente.scenario.messages import printable

    try:
        for line in text.split("\n"):
            typer.echo(printable(f"{prefix}{line}"), err=True)
    except BrokenPipeError:  # nobody listens
        pass


def answer(text: str) -> None:
    """Print a line on standard output."""
    typer.echo(typed(text))


def load_all(
    scenarios: Iterable[str], changes: list[str] | None = None, theory: str | None = None
) -> list[Scenario]:
    """Return scenarios with the theory and the values of ``--theory`` and ``--set`` in them."""
    from detente.scenario import load_with_options

    told = [] if theory is None else [f"theory={json.dumps(theory)}"]
    told += changes or []
    return [load_with_options(each, told) for each in scenarios]


def formats_of(given: list[str] | None) -> list[str]:
    """Return the formats in which pictures are to be drawn, or refuse one that there is not."""
    from detente.scenario.messages import require

    return [require(each, FORMATS, "format of pictures") for each in given or FORMATS[:1]]


def suffix_of(plot: Path | None) -> str:
    """Return the format that a picture's file asks for, or refuse one that cannot be drawn."""
    from detente.runs.errors import UsageError

    suffix = "png" if plot is None else plot.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise UsageError(f"--plot {plot}: a picture is a .png, an .svg or a .pdf file")
    return suffix


def draw(kind: str, of: Any, path: Path | None, *, tell: bool = True, **options: Any) -> None:
    """Draw a picture of something to a file if one is named, whole or not at all; say where."""
    if path is None:
        return
    from detente import plots
    from detente.runs.files import atomic_write, storage_errors

    content = plots.picture(getattr(plots, kind)(of, **options), suffix_of(path), kind)
    with storage_errors("write", path), atomic_write(path) as file:
        file.write(content)
    if tell:
        answer(f"Drawn: {near(path.absolute())}")
