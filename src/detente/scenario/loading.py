"""From the name or path of a scenario to the validated scenario, with all that it extends."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, Final

from detente.scenario.library import SUFFIXES, beside, find, library
from detente.scenario.messages import (
    PROGRAM,
    Place,
    Problem,
    ScenarioError,
    did_you_mean,
    require_path,
)
from detente.scenario.paths import Change, assign_all, changes_of
from detente.scenario.reader import read, read_text, read_value
from detente.scenario.schema import Scenario
from detente.scenario.tree import Mark, Table, as_tree, shallow
from detente.scenario.validation import doubts, validated
from detente.scenario.variants import extended

#: How problems name the values given on the command line.
OPTION: Final = "--set"
OPTION_PLACE: Final = Place(OPTION, 1, 1)
#: How many files may stand on top of one another.
LONGEST_CHAIN: Final = 20
#: The longest name of a file that may be extended.
LONGEST_NAME: Final = 200


def load(scenario: str | PathLike[str], set: Mapping[str, Any] | None = None) -> Scenario:  # noqa: A002
    """Load a scenario from a file, or from those that come with the package.

    Parameters
    ----------
    scenario : str or path
        The path of a file, or the name of a scenario that comes with the package.
    set : mapping of str to object, optional
        Other values by path, such as ``{"countries.PAK.resolve": 0.6}``.

    Returns
    -------
    Scenario
        Complete and validated: what it extends is merged, and each of its variants has been tried.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it, each as file, line, column, path and message.
    """
    changes = changes_of({} if set is None else set, PROGRAM)
    return _changed(_read_whole(scenario), changes, PROGRAM, [])


def loaded(scenario: Scenario | str | PathLike[str]) -> Scenario:
    """Return a scenario, loaded as by `load` if its file or its name is given."""
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def shipped(name: str) -> Scenario:
    """Return a scenario that comes with the package, by its name: read once."""
    return _shipped(library()[name])


@cache
def _shipped(path: Path) -> Scenario:
    return load(path)


def warnings_in(scenario: str | PathLike[str]) -> list[Problem]:
    """Return what is valid in a scenario, by its file or name, and probably not meant.

    Such as a text that is dated before the event that it answers.
    """
    return doubts(load(scenario), _read_whole(scenario))


def load_text(text: str, shown: str = "scenario") -> Scenario:
    """Read a scenario from text that extends no file; `shown` names it in problems."""
    return validated(Scenario, read_text(text, shown))


def load_with_options(scenario: str | PathLike[str], options: list[str]) -> Scenario:
    """Load a scenario as `load` does, with values as options of the command line give them.

    An option is a path, ``=`` and a value in YAML, such as
    ``countries.PAK.resolve={normal: [0.5, 0.1]}``; what is wrong with one stands at ``--set``.
    """
    changes, problems = read_options(options)
    return _changed(_read_whole(scenario), changes, OPTION_PLACE, problems)


def read_options(options: list[str]) -> tuple[list[Change], list[Problem]]:
    """Read ``PATH=VALUE`` options, and collect what is wrong with them."""
    changes: list[Change] = []
    problems: list[Problem] = []
    for option in options:
        name, equals, text = option.partition("=")
        path = name.strip()
        if not equals or not path:
            message = f"expected PATH=VALUE, such as countries.PAK.resolve=0.5, not '{option}'"
            problems.append(Problem(OPTION, 1, 1, "", message))
            continue
        try:
            found = read_value(text, OPTION)
        except ScenarioError as error:
            for wrong in error.problems:
                column = len(path) + 1 + wrong.column
                problems.append(Problem(OPTION, 1, column, path, wrong.message))
            continue
        if found is None:
            message = "a value is missing after =; null takes away what stands there"
            problems.append(Problem(OPTION, 1, len(path) + 2, path, message))
        else:
            value, mark = as_tree(found[0], OPTION_PLACE), Mark(OPTION_PLACE, found[1].text)
            changes.append((path, value, mark))
    return changes, problems


def _changed(
    alone: Table, changes: list[Change], place: Place, problems: list[Problem]
) -> Scenario:
    """Validate a file's tree with some values set; a bad path hides nothing else."""
    tree = shallow(alone)
    problems = problems + assign_all(Scenario, tree, changes)
    try:
        scenario = validated(Scenario, tree)
    except ScenarioError as error:
        found = _attributed(error.problems, alone, place) if changes else error.problems
        raise ScenarioError([*problems, *found]) from None
    if problems:
        raise ScenarioError(problems)
    return scenario


def _attributed(problems: list[Problem], alone: Table, place: Place) -> list[Problem]:
    """Put what the file has not got wrong by itself down to the values set beside it."""
    known: list[Problem] = []
    try:
        validated(Scenario, alone)
    except ScenarioError as error:
        known = error.problems
    attributed = {(p.path, p.message) for p in problems if p.file == place.file}
    found = []
    for problem in problems:
        if problem.file == place.file or problem in known:
            found.append(problem)
        elif (problem.path, problem.message) not in attributed:
            at = f"{problem.file}:{problem.line}:{problem.column}"
            found.append(Problem.at(place, problem.path, f"{problem.message} ({at})"))
    return found


def _read_whole(scenario: str | PathLike[str]) -> Table:
    """Read a scenario file and everything that it extends, as one tree."""
    shown = require_path(
        scenario, "the path of a scenario, or the name of one that comes with the package"
    )
    path = find(shown)
    return _read(path, shown if path == Path(shown) else str(path), ())


def _read(path: Path, shown: str, above: tuple[Path, ...]) -> Table:
    """Read a file on top of what it extends; `above` are the files that extend it."""
    tree = read(path, shown)
    name, place = tree.get("extends"), tree.mark("extends").place
    tree.drop("extends")
    if name is None:
        return tree
    try:
        chain = (*above, path.resolve())
        parent = _named(path.parent, name)
        if parent.resolve(strict=True) in chain:  # from 3.13 on a ring is an error only so
            names = " -> ".join(file.name for file in (*chain, parent))
            raise ValueError(f"a file cannot extend itself: {names}")  # noqa: TRY301
        if len(chain) >= LONGEST_CHAIN:
            raise ValueError(f"more than {LONGEST_CHAIN} files extend one another")  # noqa: TRY301
    except ValueError as error:
        raise ScenarioError([Problem.at(place, "extends", str(error))]) from None
    except (OSError, RuntimeError) as error:  # a folder that cannot be read, links in a ring
        reason = getattr(error, "strerror", None) or "its links lead nowhere"
        message = f"'{name}' cannot be looked for in {path.parent}: {reason}"
        raise ScenarioError([Problem.at(place, "extends", message)]) from None
    folder = Path(shown).parent if parent.parent == path.parent else parent.parent
    return extended(Scenario, _read(parent, str(folder / parent.name), chain), tree)


def _named(folder: Path, name: Any) -> Path:
    """Return the file of a name in a folder, with or without its ending, or of the package."""
    if not isinstance(name, str):
        raise ValueError("expected the name of a scenario file")  # noqa: TRY004 - as the rest
    outside = f"'{name}' leaves the folder: name a file beside this one, or of the package"
    plain = name not in {"", ".", ".."} and not {"\\", "\0"} & {*name} and Path(name).name == name
    if len(name) > LONGEST_NAME or not plain:
        raise ValueError(outside)
    for spelled in (name, *(name + suffix for suffix in SUFFIXES)):
        if os.path.lexists(folder / spelled):
            if (folder / spelled).resolve().parent != folder.resolve():
                raise ValueError(outside)
            return folder / spelled
    known = library()
    if name.removesuffix(".yaml") in known:
        return known[name.removesuffix(".yaml")]
    names = [*beside(folder), *known, *(path.name for path in known.values())]
    raise ValueError(f"'{name}': no such file{did_you_mean(name, names)}")
