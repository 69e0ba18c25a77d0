"""From the name or path of a scenario to the validated scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final

from detente.scenario import nodes
from detente.scenario.assignment import Change, assign_all, given
from detente.scenario.library import find
from detente.scenario.merge import read_merged
from detente.scenario.messages import GIVEN, Place, Problem, ScenarioError
from detente.scenario.reader import read_text, read_value
from detente.scenario.schema import Scenario
from detente.scenario.validation import validated

#: How problems name the values given on the command line.
OPTION: Final = "--set"
OPTION_PLACE: Final = Place(OPTION, 1, 1)


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

    Examples
    --------
    >>> scenario = load("bagram-2025")  # doctest: +SKIP
    """
    shown = fspath(scenario)
    found = find(shown)
    tree = read_merged(Scenario, found, shown if found == Path(shown) else str(found))
    return _validated(tree, given(set or {}, GIVEN), GIVEN)


def load_text(text: str, shown: str = "scenario") -> Scenario:
    """Read a scenario from text that extends no file; `shown` names it in problems."""
    return validated(Scenario, read_text(text, shown))


def load_with_options(scenario: str | PathLike[str], options: list[str]) -> Scenario:
    """Load a scenario with values given as ``PATH=VALUE``, as on the command line.

    Parameters
    ----------
    scenario : str or path
        As for `load`.
    options : list of str
        Each a path, ``=`` and a value in YAML, such as
        ``countries.PAK.resolve={normal: [0.5, 0.1]}``.

    Raises
    ------
    ScenarioError
        As `load`; what is wrong with an option stands at ``--set:1``.
    """
    changes, problems = read_options(options)
    shown = fspath(scenario)
    found = find(shown)
    tree = read_merged(Scenario, found, shown if found == Path(shown) else str(found))
    return _validated(tree, changes, OPTION_PLACE, problems)


def read_options(options: list[str]) -> tuple[list[Change], list[Problem]]:
    """Read ``PATH=VALUE`` options, and collect what is wrong with them."""
    changes: list[Change] = []
    problems: list[Problem] = []
    for option in options:
        path, equals, text = option.partition("=")
        path = path.strip()
        if not equals or not path:
            message = f"expected PATH=VALUE, such as countries.PAK.resolve=0.5, not '{option}'"
            problems.append(Problem(OPTION, 1, 1, "", message))
            continue
        if not text.strip():
            message = "a value is missing after =; null takes away what stands there"
            problems.append(Problem(OPTION, 1, len(path) + 2, path, message))
            continue
        try:
            node = read_value(text, OPTION)
            if isinstance(node, nodes.Scalar):  # keeps how it was written
                value: nodes.Node = replace(node, place=OPTION_PLACE)
            else:
                value = nodes.from_plain(nodes.plain(node), OPTION_PLACE)
            changes.append((path, value, OPTION_PLACE))
        except ScenarioError as error:
            problems += [
                Problem(OPTION, 1, len(path) + 1 + p.column, path, p.message)
                for p in error.problems
            ]
    return changes, problems


def _validated(
    alone: nodes.Mapping, changes: list[Change], place: Place, problems: Sequence[Problem] = ()
) -> Scenario:
    """Validate a file's tree with some values set; a bad path hides nothing else."""
    tree, more = assign_all(Scenario, alone, changes)
    wrong = [*problems, *more]
    try:
        scenario = validated(Scenario, tree)
    except ScenarioError as error:
        found = _blamed(error.problems, alone, place) if changes else error.problems
        raise ScenarioError([*wrong, *found]) from None
    if wrong:
        raise ScenarioError(wrong)
    return scenario


def _blamed(problems: list[Problem], alone: nodes.Mapping, place: Place) -> list[Problem]:
    """Put what the file has not got wrong by itself down to the values set beside it."""
    try:
        validated(Scenario, alone)
        known: list[Problem] = []
    except ScenarioError as error:
        known = error.problems
    said = {(p.path, p.message) for p in problems if p.file == place.file}
    found = []
    for problem in problems:
        if problem.file == place.file or problem in known:
            found.append(problem)
        elif (problem.path, problem.message) not in said:
            at = f"{problem.file}:{problem.line}:{problem.column}"
            found.append(Problem.at(place, problem.path, f"{problem.message} ({at})"))
    return found
