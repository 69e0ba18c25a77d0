"""What can go wrong around a run, each with the exit code that the command gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from detente.scenario.messages import UsageError, require, require_country

if TYPE_CHECKING:
    from detente.runs.results import Results

__all__ = [
    "RESTORE",
    "FolderRefusedError",
    "Interrupted",
    "NoResultsError",
    "RunError",
    "StoreError",
    "UsageError",
    "require",
    "require_country",
]

#: What to do about a file of results that is not as it was written.
RESTORE: Final = (
    "restore it from a copy, or run the scenario again with another --out, which gives the same "
    "numbers"
)


class StoreError(Exception):
    """A results folder cannot be read or written."""

    exit_code: ClassVar[int] = 1


class NoResultsError(StoreError):
    """A folder that was named holds no results, or there is none."""

    exit_code: ClassVar[int] = 2


class FolderRefusedError(StoreError):
    """A folder holds something else than what was to be put there; nothing was written."""

    exit_code: ClassVar[int] = 2


class RunError(Exception):
    """Runs failed, and none finished that could be shown instead.

    Parameters
    ----------
    message : str
        Which run failed, with its variant, number and seed, and how.
    traceback : str
        Where, as Python prints it; also the note of the exception.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback
        if traceback:
            self.add_note(traceback)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C: what was finished is kept.

    Attributes
    ----------
    results : Results or None
        The runs that every variant had finished, or None if there were none.
    finished, total : int
        Runs a variant (or of one share of the work) that are kept, and that were asked for.
    """

    def __init__(
        self, results: Results | None, finished: int, total: int, what: str = "a variant"
    ) -> None:
        super().__init__(f"interrupted: {finished} of {total} runs {what} are kept")
        self.results = results
        self.finished = finished
        self.total = total
