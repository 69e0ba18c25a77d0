"""A small scenario to start from."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from detente.scenario.base import NAME_PATTERN
from detente.scenario.messages import Problem, ScenarioError
from detente.scenario.scalars import resolve

#: What stands in the template for the name of the scenario.
PLACEHOLDER: Final = "NAME"


def template(name: str) -> str:
    """Return the text of a small commented scenario of that name."""
    text = files("detente.scenario").joinpath("template.yaml").read_text(encoding="utf-8")
    # a name such as 2025 or null is text in quotes alone
    quoted = name if resolve(name) == name else f'"{name}"'
    text = text.replace(f"scenario: {PLACEHOLDER}", f"scenario: {quoted}")
    return text.replace(PLACEHOLDER, name)


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
            stream.write(template(name))
    except FileExistsError:
        message = "is there already: give another name, or take it away first"
        raise ScenarioError([Problem(str(path), 1, 1, "", message)]) from None
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise ScenarioError([Problem(str(path), 1, 1, "", message)]) from None
    return path
