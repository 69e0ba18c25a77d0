"""What the code says of itself: phases, rules, constants and what draws random numbers."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final, NamedTuple

import detente.engine
import detente.theory
from detente.theory import DEFAULT, find

#: A public number with what is said above it: ``#: Meaning.`` and ``NAME: Final = 1.0``.
_CONSTANT: Final = re.compile(
    r"((?:^#: .*\n)+)^([A-Z][A-Z_0-9]*)(?:: [\w\[\]]+)? = (.+?)(?:  #.*)?$", re.MULTILINE
)
#: Functions that draw.
_DRAWING: Final = re.compile(r"\b(uniforms|draw_parameter|draw_normals)\(")


class Phase(NamedTuple):
    """A phase of a step: what is said of it, and the function that does it."""

    number: int
    sentence: str
    function: str


class Rule(NamedTuple):
    """A public function of a module of the theory, and the first sentence about it."""

    module: str
    name: str
    sentence: str


class Constant(NamedTuple):
    """A public number of a module of the theory, and what is said above it."""

    module: str
    name: str
    value: str
    sentence: str


def phases(theory: str = DEFAULT) -> list[Phase]:
    """Return the phases of a step of a theory, in order."""
    declared = find(theory).phases
    return [Phase(at, phase.meaning, phase.name) for at, phase in enumerate(declared, 1)]


def rules(theory: str = DEFAULT) -> list[Rule]:
    """Return the compiled functions of a theory and of what all theories share, by module."""
    return [
        Rule(path, name, _sentence(item))
        for path, module in modules(theory)
        for name, item in vars(module).items()
        if hasattr(item, "py_func") and item.py_func.__module__ == module.__name__
        if not name.startswith("_")
    ]


def constants(theory: str = DEFAULT) -> list[Constant]:
    """Return the public numbers that a comment ``#:`` describes."""
    return [
        Constant(path, name, value, " ".join(said.replace("#:", "").split()))
        for path, module in modules(theory)
        for said, name, value in _CONSTANT.findall(inspect.getsource(module))
        if isinstance(getattr(module, name), int | float)
    ]


def drawing_modules() -> list[str]:
    """Return the modules, as paths within the package, that draw random numbers."""
    found = [*modules(DEFAULT), *_walk(detente.engine)]
    return [
        path
        for path, module in found
        if _DRAWING.search(inspect.getsource(module)) and path != "theory/chance.py"
    ]


@cache
def modules(theory: str) -> tuple[tuple[str, ModuleType], ...]:
    """Return the modules of a theory, after those that all share, with their paths."""
    shared = [each for each in _walk(detente.theory) if each[0].count("/") == 1]
    return (*shared, *_walk(import_module(f"detente.theory.{theory}")))


def _walk(package: ModuleType) -> Iterator[tuple[str, ModuleType]]:
    for info in [None, *pkgutil.iter_modules(package.__path__)]:
        if info is None or not info.ispkg:
            name = package.__name__ if info is None else f"{package.__name__}.{info.name}"
            path = name.removeprefix("detente.").replace(".", "/")
            yield f"{path}/__init__.py" if info is None else f"{path}.py", import_module(name)


def _sentence(item: Any) -> str:
    return " ".join((inspect.getdoc(item) or "").split("\n\n")[0].split())
