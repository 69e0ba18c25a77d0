"""The scenarios that come with the package."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Final

from detente.scenario.messages import Problem, ScenarioError, did_you_mean
from detente.scenario.nodes import plain
from detente.scenario.reader import read

#: How the name of a scenario file ends.
SUFFIXES: Final = (".yaml", ".yml")


def folder() -> Path | None:
    """Return the folder of the scenarios: beside the sources in a checkout, else in the package."""
    package = Path(str(files("detente")))
    for place in (package / "library", package.parent.parent / "scenarios"):
        if place.is_dir():
            return place
    return None


def library() -> dict[str, Path]:
    """Return the scenarios that come with the package, by name."""
    place = folder()
    if place is None:
        return {}
    return {path.stem: path for path in sorted(place.glob("*.yaml"))}


def find(scenario: str) -> Path:
    """Return the file of a scenario, given its path or its name in the library.

    Raises
    ------
    ScenarioError
        If it is neither; the message says what was probably meant.
    """
    path = Path(scenario)
    named = path.suffix in SUFFIXES and len(path.parts) == 1 and path.stem in library()
    if named and not path.exists():
        message = f"no such file - did you mean the name '{path.stem}'?"
        raise ScenarioError([Problem(scenario, 1, 1, "", message)])
    if path.suffix in SUFFIXES or len(path.parts) != 1 or os.path.isfile(scenario):  # noqa: PTH113
        return path  # os.path.isfile says no, and nothing worse, to a name that no file can have
    known = library()
    if scenario in known:
        return known[scenario]
    beside = [name for suffix in SUFFIXES if os.path.isfile(name := scenario + suffix)]  # noqa: PTH113
    hint = f" - did you mean '{beside[0]}'?" if beside else did_you_mean(scenario, known)
    listed = f"{'' if hint else ';'} there are {', '.join(known)}" if known else ""
    message = f"no such scenario{hint}{listed}"
    raise ScenarioError([Problem(scenario, 1, 1, "", message)])


def titles() -> dict[str, str]:
    """Return the title of each scenario that comes with the package; empty if it has none."""
    found = {}
    for name, path in library().items():
        title = read(path, str(path)).get("title")
        found[name] = str(plain(title)) if title is not None else ""
    return found
