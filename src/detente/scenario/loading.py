"""From the name or path of a scenario to the validated scenario."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final

from detente.scenario import nodes
from detente.scenario.assignment import assign_all
from detente.scenario.errors import Place, Problem, ScenarioError
from detente.scenario.library import find
from detente.scenario.merge import read_merged
from detente.scenario.reader import read_text, read_value
from detente.scenario.schema import SET, Scenario
from detente.scenario.validation import validated

#: How problems name the values given on the command line.
OPTION: Final = "--set"


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
    changes = {
        path: nodes.from_plain(value, Place(SET, 1, 1)) for path, value in (set or {}).items()
    }
    return _validated(tree, changes)


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
    return _validated(tree, changes, problems)


def read_options(options: list[str]) -> tuple[dict[str, nodes.Node], list[Problem]]:
    """Read ``PATH=VALUE`` options, and collect what is wrong with them."""
    changes: dict[str, nodes.Node] = {}
    problems: list[Problem] = []
    for option in options:
        path, equals, text = option.partition("=")
        path = path.strip()
        if not equals or not path:
            message = f"expected PATH=VALUE, such as countries.PAK.resolve=0.5, not '{option}'"
            problems.append(Problem(OPTION, 1, 1, "", message))
            continue
        try:
            changes[path] = nodes.from_plain(
                nodes.plain(read_value(text, OPTION)), Place(OPTION, 1, 1)
            )
        except ScenarioError as error:
            problems += [
                Problem(OPTION, 1, len(path) + 1 + p.column, path, p.message)
                for p in error.problems
            ]
    return changes, problems


def _validated(
    tree: nodes.Mapping, changes: Mapping[str, nodes.Node], problems: list[Problem] | None = None
) -> Scenario:
    """Validate a file's tree with some values set; a bad path hides nothing else."""
    given = [(path, node, node.place) for path, node in changes.items()]
    tree, more = assign_all(Scenario, tree, given)
    wrong = [*(problems or []), *more]
    try:
        scenario = validated(Scenario, tree)
    except ScenarioError as error:
        raise ScenarioError([*wrong, *error.problems]) from None
    if wrong:
        raise ScenarioError(wrong)
    return scenario
