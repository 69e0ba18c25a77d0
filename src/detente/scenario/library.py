"""The scenarios that come with the package, and a small one to start from."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from detente.scenario.base import NAME_PATTERN
from detente.scenario.messages import Problem, ScenarioError, did_you_mean
from detente.scenario.reader import read
from detente.scenario.tree import resolve

#: How the name of a scenario file ends.
SUFFIXES: Final = (".yaml", ".yml")
#: What stands in the template for the name of the scenario.
PLACEHOLDER: Final = "NAME"


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
        found[name] = str(read(path, str(path)).get("title") or "")
    return found


def new_scenario(name: str, folder: Path) -> Path:
    """Write a small commented scenario to start from.

    Parameters
    ----------
    name : str
        Its name, of small letters, digits, - and _; the file takes it, with ``.yaml``.
    folder : Path
        Where to write it.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    ScenarioError
        If the name will not do, or the file is there already or cannot be written.
    """
    name = name.removesuffix(".yaml")
    path = folder / f"{name}.yaml"
    if not re.fullmatch(NAME_PATTERN, name):
        message = f"'{name}' will not do as a name: use small letters, digits, - and _"
        raise ScenarioError([Problem(name, 1, 1, "", message)])
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(_template(name))
    except FileExistsError:
        message = "is there already: give another name, or take it away first"
        raise ScenarioError([Problem(str(path), 1, 1, "", message)]) from None
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise ScenarioError([Problem(str(path), 1, 1, "", message)]) from None
    return path


def _template(name: str) -> str:
    """Return the text of a small commented scenario of that name."""
    text = files("detente.scenario").joinpath("template.yaml").read_text(encoding="utf-8")
    # a name such as 2025 or null is text in quotes alone
    quoted = name if resolve(name) == name else f'"{name}"'
    text = text.replace(f"scenario: {PLACEHOLDER}", f"scenario: {quoted}")
    return text.replace(PLACEHOLDER, name)
