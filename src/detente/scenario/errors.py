"""What is wrong with a scenario, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

from detente.scenario.suggest import did_you_mean


class Place(NamedTuple):
    """Where something stands: a file, and line and column counted from 1; line 0 is in no file."""

    file: str
    line: int
    column: int


#: The place of values that a program gives.
GIVEN: Final = Place("set", 0, 0)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    file : str
        The file, as it was named; ``--set`` for a value given beside it, ``set`` for one that a
        program gave.
    line, column : int
        Where in the file, counted from 1; 0 for what a program gave, which stands in no file.
    path : str
        The place in the scenario, such as ``countries.PAK.resolve``; empty for the file as a whole.
    message : str
        What is wrong, in plain words.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    @classmethod
    def at(cls, place: Place, path: str, message: str) -> Problem:
        """Make a problem at a place."""
        return cls(place.file, place.line, place.column, path, message)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: " if self.line else ""
        return printable(where + (f"{self.path}: " if self.path else "") + self.message)


class ScenarioError(ValueError):
    """A scenario that cannot be used, with everything that is wrong with it.

    Parameters
    ----------
    problems : iterable of Problem
        At least one; they are sorted by file and position, and repetitions dropped.
    """

    problems: list[Problem]

    def __init__(self, problems: Iterable[Problem]) -> None:
        files: dict[str, int] = {}
        given = list(dict.fromkeys(problems))
        for problem in given:
            files.setdefault(problem.file, len(files))
        self.problems = sorted(
            given, key=lambda p: (files[p.file], p.line, p.column, p.path, p.message)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        """Keep the problems when an error crosses to another process."""
        return type(self), (self.problems,)


def printable(text: str) -> str:
    """Escape what a terminal would act upon, so that a file cannot write to the screen."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


class UsageError(ValueError):
    """What was asked for does not exist or does not go together; nothing was written."""

    exit_code: ClassVar[int] = 2


def require(given: str, known: Iterable[str], what: str) -> str:
    """Return `given` if it is known.

    Raises
    ------
    UsageError
        Otherwise, with the known name that was probably meant, or all of them.
    """
    names = list(known)
    if given in names:
        return given
    hint = did_you_mean(given, names) or f" - there are: {', '.join(names) or 'none'}"
    raise UsageError(f"no {what} '{given}'{hint}")
