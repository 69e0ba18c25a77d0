"""The scenarios that come with the package, and a small one to start from."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from detente.scenario.base import NAME_PATTERN
from detente.scenario.messages import Problem, ScenarioError, did_you_mean
from detente.scenario.tree import resolve

#: How the name of a scenario file ends.
SUFFIXES: Final = (".yaml", ".yml")
#: What stands in the template for the name of the scenario.
PLACEHOLDER: Final = "NAME"


def library() -> dict[str, Path]:
    """Return the scenarios that come with the package, by name.

    They stand beside the sources in a checkout, else in the package.
    """
    package = Path(str(files("detente")))
    folders = (package / "library", package.parent.parent / "scenarios")
    folder = next((each for each in folders if each.is_dir()), package)
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def beside(folder: Path) -> list[str]:
    """Return the names of the scenario files in a folder."""
    return sorted(entry.name for entry in folder.iterdir() if entry.suffix in SUFFIXES)


def find(scenario: str) -> Path:
    """Return the file of a scenario, given its path or its name in the library."""
    path, known = Path(scenario), library()
    if not scenario.strip():
        message = f"name a scenario: a file, or one of {', '.join(known)}"
        raise ScenarioError([Problem("''", 0, 0, "", message)])
    if path.suffix in SUFFIXES and len(path.parts) == 1 and path.stem in known:
        if path.exists():
            return path
        message = f"no such file - did you mean the name '{path.stem}'?"
        raise ScenarioError([Problem(scenario, 0, 0, "", message)])
    # os.path.isfile says no, and nothing worse, to a name that no file can have
    if path.suffix in SUFFIXES or len(path.parts) != 1 or os.path.isfile(scenario):  # noqa: PTH113
        return path
    if scenario in known:
        return known[scenario]
    there = [name for suffix in SUFFIXES if os.path.isfile(name := scenario + suffix)]  # noqa: PTH113
    near = f" - did you mean '{there[0]}'?" if there else did_you_mean(scenario, known)
    listed = f"{'' if near else ';'} there are {', '.join(known)}" if known else ""
    raise ScenarioError([Problem(scenario, 0, 0, "", f"no such scenario{near}{listed}")])


def new_scenario(name: str, folder: Path) -> Path:
    """Write a small commented scenario of a name to a folder, and return its file."""
    name = name.removesuffix(".yaml")
    path, shown = folder / f"{name}.yaml", str(folder / f"{name}.yaml")
    if not re.fullmatch(NAME_PATTERN, name):
        shown = name
        message = f"'{name}' will not do as a name: use small letters, digits, - and _"
    elif name in library():
        message = "is a scenario of the package: what extends it would mean this file instead"
    else:
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(_template(name))
        except FileExistsError:
            message = "is there already: give another name, or take it away first"
        except OSError as error:
            message = f"cannot be written: {error.strerror}"
        else:
            return path
    raise ScenarioError([Problem(shown, 0, 0, "", message)])


def _template(name: str) -> str:
    """Return the text of a small commented scenario of that name."""
    text = files("detente.scenario").joinpath("template.yaml").read_text(encoding="utf-8")
    # a name such as 2025 or null is text in quotes alone
    quoted = name if resolve(name) == name else f'"{name}"'
    text = text.replace(f"scenario: {PLACEHOLDER}", f"scenario: {quoted}")
    return text.replace(PLACEHOLDER, name)
