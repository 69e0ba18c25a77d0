"""How a command ends: its exit code, and what it says on standard error."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from textwrap import shorten
from types import FrameType
from typing import Final

import typer

#: Something failed that is not the input's fault.
FAILED: Final = 1
#: The input is wrong; nothing was written.
WRONG: Final = 2
#: Ctrl-C.
INTERRUPTED: Final = 130
#: Set to something, it makes the command print tracebacks.
DEBUG: Final = "DETENTE_DEBUG"

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
        say(f"{error}\n{_hint()}" if error.traceback else str(error))
        return error.exit_code
    said = shorten(str(error), 300) or "no more is known"
    say(f"{type(error).__name__}: {said}\n{_hint()}")
    return FAILED


def _hint() -> str:
    return f"set {DEBUG}=1 to see where"


def say(text: str, prefix: str = "detente: ") -> None:
    """Print lines on standard error."""
    try:
        for line in text.splitlines():
            typer.echo(f"{prefix}{line}", err=True)
    except BrokenPipeError:  # nobody listens
        pass
